//! Which use of a plugin the person means.

use goalpost_core::config::{GoalConfig, Plugin};
use goalpost_core::lock_file;

use crate::exit::UsageError;
use crate::goal_loop::FILE;

/// Whether `given` names the use `key` of a plugin from `source`: by the key, by the name in it, or by where it comes from.
pub(super) fn names(given: &str, key: &str, source: &str) -> bool {
    let name = key.split_once('/').map_or(key, |(_, name)| name);
    given == key || given == name || given == source
}

/// The uses in a goal that `given` names, in its order; all of them where nothing is given.
pub(super) fn chosen<'c>(config: &'c GoalConfig, given: &[String]) -> Result<Vec<(String, &'c Plugin)>, UsageError> {
    let mut uses = lock_file::uses(config);
    if let Some(unknown) =
        given.iter().find(|given| !uses.iter().any(|(key, plugin)| names(given, key, &plugin.source.to_string())))
    {
        let keys: Vec<_> = uses.iter().map(|(key, _)| key.as_str()).collect();
        let there_are = match keys.as_slice() {
            [] => "it names none".to_owned(),
            keys => format!("there are {}", keys.join(", ")),
        };
        return Err(UsageError(format!("{FILE} has no plugin `{unknown}`: {there_are}")));
    }
    uses.retain(|(key, plugin)| {
        given.is_empty() || given.iter().any(|given| names(given, key, &plugin.source.to_string()))
    });
    Ok(uses)
}
