//! The grant `state`: what a plugin may remember of a goal.

use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use super::section::Section;

/// `state = true`, or `state = { keys = 64, bytes = "64KiB" }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateGrant {
    /// Keys that it may have at a time; 64 when not given.
    pub keys: u32,
    /// Bytes of all keys and values together; 64 KiB when not given.
    pub bytes: u64,
}

impl StateGrant {
    /// What `state = true` grants.
    pub const DEFAULT: Self = Self { keys: 64, bytes: 64 << 10 };
}

/// What stands under `state` in `grants`.
pub(super) fn read(grants: &Section<'_>) -> Option<StateGrant> {
    if let Some(DeValue::Boolean(given)) = grants.get("state").map(|value| value.get_ref()) {
        return given.then_some(StateGrant::DEFAULT);
    }
    let table = grants.section("state", "`state`", "state = true")?;
    let keys = table.integer("keys", 1..=1_000, "keys");
    // It is read whole when a turn is judged, and a copy of it is kept with each turn that changed it.
    let bytes = table.bytes("bytes", 1..=1 << 20);
    table.finish();
    Some(StateGrant {
        keys: keys.and_then(|n| u32::try_from(n).ok()).unwrap_or(StateGrant::DEFAULT.keys),
        bytes: bytes.unwrap_or(StateGrant::DEFAULT.bytes),
    })
}

/// What `new` allows that `old` did not, in words.
pub(super) fn wider(old: Option<&StateGrant>, new: Option<&StateGrant>) -> Option<String> {
    let new = new?;
    let more = old.is_none_or(|old| new.keys > old.keys || new.bytes > old.bytes);
    more.then(|| format!("{} keys and {} bytes of `state`", new.keys, new.bytes))
}
