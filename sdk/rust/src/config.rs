//! A plugin's `config`, read into a type of its own.

use serde::de::DeserializeOwned;

use crate::types::{Evidence, Subject, Turn};

macro_rules! config_of {
    ($($input:ident),*) => {$(
        impl $input {
            /// The plugin's `config` from `goalpost.toml`.
            ///
            /// # Errors
            /// Where it does not fit `T`. The host has checked it against the plugin's schema before, so this means that the
            /// schema and `T` say different things.
            pub fn config<T: DeserializeOwned>(&self) -> Result<T, String> {
                parse(&self.config)
            }
        }
    )*};
}

config_of!(Evidence, Subject, Turn);

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    serde_json::from_str(text).map_err(|error| format!("the plugin's `config` does not fit: {error}"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        #[serde(default)]
        limit: u32,
    }

    #[test]
    fn no_config_is_an_empty_one() {
        assert_eq!(parse("").ok(), Some(Config { limit: 0 }));
    }

    #[test]
    fn a_config_that_does_not_fit_is_named() {
        let error = parse::<Config>(r#"{"limits": 1}"#).expect_err("an unknown field");
        assert!(error.contains("limits"), "{error}");
    }
}
