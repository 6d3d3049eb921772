//! Asking web services. Grant: `http`, service by service.
//!
//! ```no_run
//! use goalpost_sdk::http::Fetch;
//!
//! # fn main() -> Result<(), goalpost_sdk::http::FetchError> {
//! let known = Fetch::get("https://api.example.com/v1/advisories").bearer("ADVISORY_TOKEN").send()?;
//! if known.is_success() {
//!     println!("{}", known.text());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A plugin names a secret and never has it: the host fills it into headers, for the services that it was granted for. A
//! redirect is an answer like any other: whoever follows it asks again, and needs the grant for that.

use std::fmt;
use std::time::Duration;

pub use crate::bindings::imports::goalpost::plugin::http::{Header, HttpError, Request, Response, send};

/// What stands in a header's value for a secret that the host fills in.
pub fn secret(name: &str) -> String {
    format!("{{{{secret:{name}}}}}")
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Fetch(Request);

impl Fetch {
    /// A request by any method, as it is granted: `PUT`, never `put`.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        let (method, url) = (method.into(), url.into());
        Self(Request { method, url, headers: Vec::new(), body: None, timeout_ms: None })
    }

    /// `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// `POST`, with a body of JSON.
    pub fn post_json(url: impl Into<String>, json: impl Into<String>) -> Self {
        Self::new("POST", url).header("content-type", "application/json").body(json.into())
    }

    /// One header more.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// `Authorization: Bearer`, with the secret of that name.
    #[must_use]
    pub fn bearer(self, name: &str) -> Self {
        self.header("authorization", format!("Bearer {}", secret(name)))
    }

    /// What is sent.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.0.body = Some(body.into());
        self
    }

    /// Less time than the plugin has left.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout_ms = Some(u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX));
        self
    }

    /// Sends it. An answer of any status is one.
    ///
    /// # Errors
    /// What the host says.
    pub fn send(&self) -> Result<Response, FetchError> {
        send(&self.0).map_err(FetchError)
    }
}

impl Response {
    /// Whether the status is one of 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
    }

    /// The body as text. What is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub struct FetchError(pub HttpError);

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            HttpError::Denied(text) => write!(f, "the request is not granted: {text}"),
            HttpError::Limit(text) => write!(f, "the grant for web services is spent: {text}"),
            HttpError::Timeout => write!(f, "the service did not answer in time"),
            HttpError::Transport(text) => write!(f, "there is no answer: {text}"),
        }
    }
}

impl std::error::Error for FetchError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_its_secret() {
        let Fetch(request) = Fetch::post_json("https://a.b/", "{}").bearer("TOKEN").timeout(Duration::from_secs(2));
        assert_eq!((request.method.as_str(), request.timeout_ms), ("POST", Some(2_000)));
        assert_eq!(request.headers[1].value, "Bearer {{secret:TOKEN}}");
    }

    #[test]
    fn a_header_has_any_case() {
        let headers = vec![Header { name: "location".into(), value: "/b".into() }];
        let response = Response { status: 302, headers, body: vec![0xff] };
        assert_eq!((response.header("Location"), response.is_success()), (Some("/b"), false));
        assert_eq!(response.text(), "\u{fffd}");
    }
}
