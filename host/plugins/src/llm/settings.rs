//! The host's own configuration of language models: `[llm.NAME]` in Goalpost's `config.toml`.
//!
//! ```toml
//! [llm.anthropic]                        # the name that a grant uses: `anthropic/claude-haiku`
//! api      = "anthropic"                 # or "openai": which protocol the endpoint speaks
//! base_url = "https://api.anthropic.com"
//! key_env  = "ANTHROPIC_API_KEY"         # or key_file = "/path"; neither for an endpoint without a key
//!
//! [llm.anthropic.prices.claude-haiku]    # dollars for a million tokens; without it money can't be limited
//! input  = 1.0
//! cached = 0.1
//! output = 5.0
//! ```
//!
//! `anthropic` and `openai` need no section when their usual variables (`ANTHROPIC_API_KEY`, `OPENAI_API_KEY`, and their
//! `_BASE_URL`) are set.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::client::Endpoint;

/// `[llm]`: endpoints by name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct LlmSettings(pub BTreeMap<String, ProviderSettings>);

/// `[llm.NAME]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// The protocol.
    pub api: Api,
    /// Scheme, host and path; the protocol's own path is added to it.
    pub base_url: String,
    /// The environment variable that holds the key.
    pub key_env: Option<String>,
    /// The file that holds the key.
    pub key_file: Option<PathBuf>,
    /// By model name, without the provider.
    #[serde(default)]
    pub prices: BTreeMap<String, Price>,
}

/// A protocol that an endpoint speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's Chat Completions, which most other services and local servers speak too.
    OpenAi,
}

/// Dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Read anew.
    pub input: f64,
    /// Read from the cache; as `input` when not given.
    pub cached: Option<f64>,
    /// Written.
    pub output: f64,
}

impl Price {
    fn is_sound(&self) -> bool {
        [self.input, self.cached.unwrap_or(0.0), self.output].iter().all(|price| price.is_finite() && *price >= 0.0)
    }
}

/// Why an endpoint can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file with the key.
    #[error("[llm.{provider}] key_file {path}: {source}")]
    KeyFile {
        /// The endpoint's name.
        provider: String,
        /// As configured.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Both places for one key.
    #[error("[llm.{provider}] has both key_env and key_file: keep one")]
    TwoKeys {
        /// The endpoint's name.
        provider: String,
    },
    /// Not something to send a request to.
    #[error("[llm.{provider}] base_url `{url}` is not an http or https URL of a host, without a password or `?`")]
    Url {
        /// The endpoint's name.
        provider: String,
        /// As configured.
        url: String,
    },
    /// A price that no limit on money could be held with.
    #[error("[llm.{provider}.prices.{model}] has a price that is not a number of dollars, 0 or more")]
    Price {
        /// The endpoint's name.
        provider: String,
        /// The model's name.
        model: String,
    },
}

impl LlmSettings {
    /// The endpoints, with their keys read. `env` looks a variable up. A variable that is not set is an error only for the
    /// goal that wants the endpoint: one with a section remembers what to set, `anthropic` and `openai` without one are left
    /// out.
    ///
    /// # Errors
    /// Settings that can't be right whatever the environment holds.
    pub fn endpoints(&self, env: impl Fn(&str) -> Option<String>) -> Result<BTreeMap<String, Endpoint>, SettingsError> {
        let mut all = self.0.clone();
        for (name, api, key, url_env, url) in [
            ("anthropic", Api::Anthropic, "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
            ("openai", Api::OpenAi, "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"),
        ] {
            all.entry(name.to_owned()).or_insert_with(|| ProviderSettings {
                api,
                base_url: env(url_env).filter(|v| !v.is_empty()).unwrap_or_else(|| url.to_owned()),
                key_env: Some(key.to_owned()),
                key_file: None,
                prices: BTreeMap::new(),
            });
        }

        let mut endpoints = BTreeMap::new();
        for (provider, settings) in all {
            if !is_sound(&settings.base_url) {
                return Err(SettingsError::Url { provider, url: settings.base_url });
            }
            if let Some((model, _)) = settings.prices.iter().find(|(_, price)| !price.is_sound()) {
                return Err(SettingsError::Price { model: model.clone(), provider });
            }
            let mut unset = None;
            let key = match (&settings.key_env, &settings.key_file) {
                (Some(_), Some(_)) => return Err(SettingsError::TwoKeys { provider }),
                (None, None) => None,
                (Some(name), None) => match env(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()) {
                    Some(key) => Some(key),
                    None if self.0.contains_key(&provider) => {
                        unset = Some(name.clone());
                        None
                    }
                    None => continue,
                },
                (None, Some(path)) => match std::fs::read_to_string(path) {
                    Ok(key) => Some(key.trim().to_owned()),
                    Err(source) => return Err(SettingsError::KeyFile { provider, path: path.clone(), source }),
                },
            };
            let base_url = settings.base_url.trim_end_matches('/').to_owned();
            endpoints.insert(provider, Endpoint { api: settings.api, base_url, key, unset, prices: settings.prices });
        }
        Ok(endpoints)
    }
}

/// Whether paths can be added to it, and it can be shown: keys have a place of their own.
fn is_sound(base_url: &str) -> bool {
    reqwest::Url::parse(base_url).is_ok_and(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https") && plain && url.query().is_none() && url.fragment().is_none()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_variables_need_no_section() {
        let env = |name: &str| match name {
            "ANTHROPIC_API_KEY" => Some("k".to_owned()),
            "ANTHROPIC_BASE_URL" => Some("http://127.0.0.1:1/".to_owned()),
            _ => None,
        };
        let endpoints = LlmSettings::default().endpoints(env).unwrap();
        assert_eq!(endpoints.keys().collect::<Vec<_>>(), ["anthropic"]);
        assert_eq!(endpoints["anthropic"].base_url, "http://127.0.0.1:1");
    }

    #[test]
    fn a_key_has_one_place() {
        let two = ProviderSettings {
            api: Api::OpenAi,
            base_url: "http://localhost:1".to_owned(),
            key_env: Some("K".to_owned()),
            key_file: Some("/k".into()),
            prices: BTreeMap::new(),
        };
        let settings = LlmSettings(BTreeMap::from([("local".to_owned(), two)]));
        assert!(matches!(settings.endpoints(|_| None), Err(SettingsError::TwoKeys { .. })));
    }
}
