//! What a plugin may ask of web services: every decision about a request, before and after its host's name is resolved.
//!
//! ```text
//! permit      method, URL, headers and body against the plugin's grants
//! target      a URL, read strictly: what two programs could read differently is refused
//! host        a host's name or address, and the pattern that a grant has for it
//! headers     what a guest may say of its request, and what is the host's to say
//! secrets     `{{secret:NAME}}` in the values of headers
//! address     which addresses are a part of the public internet
//! resolved    the addresses of a name against the grant
//! ```
//!
//! The host sends what was read here, not what the guest wrote: it is only ever asked whether these decisions are right, not
//! whether another parser agrees with them.

mod address;
mod headers;
mod host;
mod permit;
mod resolved;
mod secrets;
mod target;

use serde::{Deserialize, Serialize};

pub use address::{Reach, reach};
pub use headers::{HEADER_BYTES, HEADERS, Header};
pub use host::{Host, HostError, HostPattern};
pub use permit::{Asked, Permitted, permit};
pub use resolved::resolved;
pub use secrets::{fill, is_name as is_secret_name, named};
pub use target::Target;

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// In clear text.
    Http,
    /// Encrypted, with a certificate for the host's name.
    #[default]
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port where none is named.
    pub fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl std::fmt::Display for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a request is not sent. The texts are for the plugin's author, and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not within the grants; says which part.
    #[error("{0}")]
    Denied(String),
    /// More than a grant allows; names the limit.
    #[error("{0}")]
    Limit(String),
}

impl Refusal {
    fn denied(why: impl Into<String>) -> Self {
        Self::Denied(why.into())
    }
}
