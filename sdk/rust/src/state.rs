//! What a plugin remembers of a goal, from turn to turn. Grant: `state`.
//!
//! A call reads what its turn found, and its own writes. They are kept with the turn's verdict; a call that broke leaves
//! nothing.
//!
//! ```no_run
//! use goalpost_sdk::state;
//!
//! # fn main() -> Result<(), state::StateError> {
//! let asked: u32 = state::get_json("asked")?.unwrap_or(0);
//! state::set_json("asked", &(asked + 1))?;
//! # Ok(())
//! # }
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::bindings::imports::goalpost::plugin::state::{StateError, delete, get, keys, set};

/// The text of a key; none where it has no value. What is not UTF-8 is replaced.
///
/// # Errors
/// It is no key, or the host could not tell.
pub fn get_text(key: &str) -> Result<Option<String>, StateError> {
    Ok(get(key)?.map(|value| String::from_utf8_lossy(&value).into_owned()))
}

/// What [`set_json`] set; none where the key has no value, or one of another form, such as an earlier version's.
///
/// # Errors
/// As [`get_text`].
pub fn get_json<T: DeserializeOwned>(key: &str) -> Result<Option<T>, StateError> {
    Ok(get(key)?.and_then(|value| serde_json::from_slice(&value).ok()))
}

/// Gives a key a value as JSON.
///
/// # Errors
/// It is no key, a limit of the grant was met, or the host could not. Nothing has changed then.
///
/// # Panics
/// The value can't be written as JSON, such as a map whose keys are no texts.
pub fn set_json<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<(), StateError> {
    match serde_json::to_vec(value) {
        Ok(json) => set(key, &json),
        Err(error) => panic!("the value of `{key}` is no JSON: {error}"),
    }
}
