//! A time as people write it, `"90s"`, in files that people read.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

use super::units::{duration, show_duration};

pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&show_duration(*time))
}

/// Also reads what serde itself makes of a [`Duration`].
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Time {
        Plain(String),
        Parts(Duration),
    }
    match Time::deserialize(deserializer)? {
        Time::Plain(text) => duration(&text).map_err(serde::de::Error::custom),
        Time::Parts(time) => Ok(time),
    }
}
