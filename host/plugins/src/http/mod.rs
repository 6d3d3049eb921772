//! Asking a web service: what the client is to the rest of the plugin host.
//!
//! Whether a plugin may ask what it asks is decided before a service is called (`capabilities/http.rs`, by the rules of
//! [`goalpost_core::web`]). A request that gets here names secrets and has none in it, so that it can be recorded, shown and
//! answered by a script; the client alone fills them in, and looks for them in the answer.

pub mod client;
mod exchange;
mod network;
mod vault;

use std::time::Duration;

use goalpost_core::config::HttpGrant;
use goalpost_core::ports::BoxFuture;
use goalpost_core::web::{Header, Refusal, Target};

pub use network::{Network, SystemNetwork};

/// One request, permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// As granted.
    pub method: String,
    /// Where it goes.
    pub target: Target,
    /// Secrets in them are named as `{{secret:NAME}}`.
    pub headers: Vec<Header>,
    /// Sent as it is.
    pub body: Option<Vec<u8>>,
}

/// What a plugin was granted, and which of it a request is within.
#[derive(Debug, Clone, Copy)]
pub struct Within<'a> {
    grants: &'a [HttpGrant],
    grant: &'a HttpGrant,
}

impl<'a> Within<'a> {
    /// The grant at `place`; none where there is none.
    pub fn new(grants: &'a [HttpGrant], place: usize) -> Option<Self> {
        grants.get(place).map(|grant| Self { grants, grant })
    }

    /// The one that the request is within.
    pub fn grant(&self) -> &'a HttpGrant {
        self.grant
    }

    /// The names of every secret that the plugin was granted, for this service or another: whatever answers it may have
    /// been told one of them before.
    pub fn secrets(&self) -> impl Iterator<Item = &'a str> {
        self.grants.iter().flat_map(|grant| &grant.secrets).map(String::as_str)
    }
}

/// What a service answered: without the secrets that it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// 200 to 599. A redirect is an answer like any other.
    pub status: u16,
    /// In the order of the answer, names in lower case.
    pub headers: Vec<Header>,
    /// As it was sent: never unpacked.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
pub enum HttpFailure {
    /// Not within the grant.
    #[error("{0}")]
    Denied(String),
    /// More than the grant allows.
    #[error("{0}")]
    Limit(String),
    /// The deadline came first.
    #[error("the service did not answer in time")]
    Timeout,
    /// The service could not be reached, or what it said is no answer.
    #[error("{0}")]
    Transport(String),
}

impl From<Refusal> for HttpFailure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(why) => Self::Denied(why),
            Refusal::Limit(why) => Self::Limit(why),
        }
    }
}

/// Asks web services.
pub trait HttpService: Send + Sync {
    /// Asks once: no redirect is followed, nothing is tried again. Dropping the future closes the connection.
    fn send<'a>(
        &'a self,
        request: HttpRequest,
        within: Within<'a>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>>;
}
