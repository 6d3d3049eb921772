//! What a plugin remembers of a goal: a small map, bounded by the plugin's grant.
//!
//! A call works on a copy of what its turn found. Whether what it left there is kept is decided by the turn, not here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::config::StateGrant;
use crate::ids::Digest;

/// Bytes of a key.
const KEY_BYTES: usize = 256;

/// Keys and values. Serialised as pairs: a key is the plugin's own word, and never a name that says what its value is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<(String, Text)>", from = "Vec<(String, Text)>")]
pub struct Remembered(BTreeMap<String, Text>);

impl From<Remembered> for Vec<(String, Text)> {
    fn from(remembered: Remembered) -> Self {
        remembered.0.into_iter().collect()
    }
}

impl From<Vec<(String, Text)>> for Remembered {
    fn from(pairs: Vec<(String, Text)>) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// A value: as text where it is text, so that people can read what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Text {
    Text(String),
    Base64(String),
}

impl Remembered {
    /// Keys with their values, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Vec<u8>)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.bytes()))
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// SHA-256 of all of it: the same for the same keys and values.
    pub fn digest(&self) -> Digest {
        // Strings in a sorted map always serialise.
        Digest::of(serde_json::to_string(self).unwrap_or_default())
    }
}

impl FromIterator<(String, Vec<u8>)> for Remembered {
    fn from_iter<I: IntoIterator<Item = (String, Vec<u8>)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key, Text::of(value))).collect())
    }
}

impl Text {
    fn of(value: Vec<u8>) -> Self {
        String::from_utf8(value).map_or_else(|other| Self::Base64(STANDARD.encode(other.as_bytes())), Self::Text)
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.as_bytes().to_vec(),
            // Somebody else wrote it: a plugin must bear with anything it finds.
            Self::Base64(text) => STANDARD.decode(text).unwrap_or_default(),
        }
    }
}

/// Why a plugin can't remember something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// No key.
    #[error("{0}")]
    InvalidKey(String),
    /// Its grant has no room; the text names the limit.
    #[error("{0}")]
    Limit(String),
}

/// What one call of a plugin remembers, within its grant.
#[derive(Debug, Clone)]
pub struct PluginState {
    grant: StateGrant,
    entries: BTreeMap<String, Vec<u8>>,
    /// Of keys and values.
    bytes: u64,
}

impl PluginState {
    /// What a turn found. It may be more than the grant allows, when it comes from another goal's grant: it can be read, and
    /// only grow once it has shrunk.
    pub fn new(grant: StateGrant, found: &Remembered) -> Self {
        let entries: BTreeMap<String, Vec<u8>> = found.iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let bytes = entries.iter().map(|(key, value)| size(key, value)).sum();
        Self { grant, entries, bytes }
    }

    /// All of it.
    pub fn remembered(&self) -> Remembered {
        self.entries.clone().into_iter().collect()
    }

    /// The value of a key.
    ///
    /// # Errors
    /// It is no key.
    pub fn get(&self, key: &str) -> Result<Option<&[u8]>, StateError> {
        check(key)?;
        Ok(self.entries.get(key).map(Vec::as_slice))
    }

    /// Gives a key a value, in the place of the one that it had.
    ///
    /// # Errors
    /// It is no key, or there is no room; nothing has changed then.
    pub fn set(&mut self, key: &str, value: &[u8]) -> Result<(), StateError> {
        check(key)?;
        let was = self.entries.get(key).map(|old| size(key, old));
        let limit = |what: String| Err(StateError::Limit(format!("the plugin may remember at most {what} (`state`)")));
        if was.is_none() && self.entries.len() >= self.grant.keys as usize {
            return limit(format!("{} keys", self.grant.keys));
        }
        let bytes = self.bytes - was.unwrap_or_default() + size(key, value);
        if bytes > self.grant.bytes && bytes > self.bytes {
            return limit(format!("{} bytes of keys and values", self.grant.bytes));
        }
        self.entries.insert(key.to_owned(), value.to_vec());
        self.bytes = bytes;
        Ok(())
    }

    /// Takes a key away; whether it had a value.
    ///
    /// # Errors
    /// It is no key.
    pub fn delete(&mut self, key: &str) -> Result<bool, StateError> {
        check(key)?;
        let old = self.entries.remove(key);
        self.bytes -= old.as_ref().map_or(0, |old| size(key, old));
        Ok(old.is_some())
    }

    /// The keys that start with `prefix`, sorted.
    pub fn keys(&self, prefix: &str) -> impl Iterator<Item = &str> {
        let from = self.entries.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        from.map(|(key, _)| key.as_str()).take_while(move |key| key.starts_with(prefix))
    }
}

fn size(key: &str, value: &[u8]) -> u64 {
    (key.len() + value.len()) as u64
}

fn check(key: &str) -> Result<(), StateError> {
    let why = match key {
        "" => "a key is not empty".to_owned(),
        key if key.len() > KEY_BYTES => format!("a key has at most {KEY_BYTES} bytes"),
        key if key.contains(char::is_control) => "a key has no control characters".to_owned(),
        _ => return Ok(()),
    };
    Err(StateError::InvalidKey(why))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn state(keys: u32, bytes: u64) -> PluginState {
        PluginState::new(StateGrant { keys, bytes }, &Remembered::default())
    }

    #[test]
    fn what_is_set_is_there_until_it_is_deleted() {
        let mut state = state(10, 100);
        assert_eq!(state.get("a").unwrap(), None);
        state.set("a", b"1").unwrap();
        state.set("a", b"2").unwrap();
        assert_eq!(state.get("a").unwrap(), Some(&b"2"[..]));
        assert!(state.delete("a").unwrap());
        assert!(!state.delete("a").unwrap());
        assert!(state.remembered().is_empty());
    }

    #[test]
    fn keys_are_found_by_how_they_start_in_order() {
        let mut state = state(10, 100);
        for key in ["b/2", "a", "b/1", "c", "b"] {
            state.set(key, b"").unwrap();
        }
        assert_eq!(state.keys("b/").collect::<Vec<_>>(), ["b/1", "b/2"]);
        assert_eq!(state.keys("").count(), 5);
        assert_eq!(state.keys("d").count(), 0);
    }

    #[test]
    fn a_full_state_takes_no_more_and_loses_nothing() {
        let mut few = state(2, 100);
        few.set("a", b"1").unwrap();
        few.set("b", b"1").unwrap();
        assert!(few.set("c", b"1").unwrap_err().to_string().contains("2 keys"));
        few.set("b", b"two").unwrap();

        let mut small = state(10, 10);
        small.set("a", b"12345").unwrap();
        assert!(small.set("b", b"1234").unwrap_err().to_string().contains("10 bytes"));
        assert!(small.set("a", b"1234567890").is_err());
        assert_eq!(small.get("a").unwrap(), Some(&b"12345"[..]));
        small.set("a", b"123456789").unwrap();
    }

    #[test]
    fn more_than_the_grant_can_be_read_and_shrunk() {
        let found: Remembered =
            [("a".to_owned(), vec![b'x'; 50]), ("b".to_owned(), vec![b'x'; 50])].into_iter().collect();
        let mut state = PluginState::new(StateGrant { keys: 1, bytes: 10 }, &found);
        assert_eq!(state.get("b").unwrap().unwrap().len(), 50);
        assert!(state.set("a", &[b'x'; 51]).is_err());
        state.set("a", b"x").unwrap();
        assert!(state.delete("b").unwrap());
        state.set("a", b"123456789").unwrap();
    }

    #[test]
    fn not_every_text_is_a_key() {
        let mut state = state(10, 10_000);
        for bad in ["", "a\nb", "\u{9b}", &"k".repeat(257)] {
            assert!(matches!(state.set(bad, b""), Err(StateError::InvalidKey(_))), "{bad:?}");
            assert!(state.get(bad).is_err() && state.delete(bad).is_err());
        }
        for good in ["a", "ä/日本", "..", &"k".repeat(256)] {
            state.set(good, b"").unwrap();
        }
    }

    #[test]
    fn what_is_kept_reads_back_and_text_stays_readable() {
        let kept: Remembered =
            [("text".to_owned(), b"hello".to_vec()), ("bytes".to_owned(), vec![0, 255])].into_iter().collect();
        let json = serde_json::to_string(&kept).unwrap();
        assert!(json.contains("hello"), "{json}");
        assert_eq!(serde_json::from_str::<Remembered>(&json).unwrap(), kept);
    }

    proptest! {
        #[test]
        fn the_account_is_what_is_there(steps in proptest::collection::vec((0..6u8, 0..40usize, any::<bool>()), 0..60)) {
            let mut state = state(4, 60);
            for (key, length, deletes) in steps {
                let key = "k".repeat(usize::from(key) + 1);
                if deletes {
                    state.delete(&key).unwrap();
                } else {
                    let _ = state.set(&key, &vec![0; length]);
                }
                let bytes: u64 = state.entries.iter().map(|(key, value)| size(key, value)).sum();
                prop_assert_eq!(bytes, state.bytes);
                prop_assert!(bytes <= 60 && state.entries.len() <= 4);
            }
        }
    }
}
