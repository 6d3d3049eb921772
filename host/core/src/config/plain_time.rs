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
        // To the millisecond: what is written again would be another time, or none.
        Time::Parts(time) => Ok(Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, Deserialize)]
    struct Timed {
        #[serde(with = "super")]
        time: Duration,
    }

    #[test]
    fn a_time_in_parts_is_written_as_the_time_that_was_read() {
        for parts in [(30, 0), (30, 1), (0, 999_999), (1, 500_000_000), (u64::MAX, 999_999_999)] {
            let json = format!(r#"{{"time":{{"secs":{},"nanos":{}}}}}"#, parts.0, parts.1);
            let read: Timed = serde_json::from_str(&json).unwrap();
            let written = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<Timed>(&written).unwrap(), read, "{written}");
        }
    }
}
