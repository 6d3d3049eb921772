//! What a guest may say of its request, and what is the host's to say.

use serde::{Deserialize, Serialize};

use super::Refusal;

/// Headers of one request.
pub const HEADERS: usize = 64;

/// Bytes of one request's headers, names and values together.
pub const HEADER_BYTES: usize = 16 << 10;

/// The host's own: how long the message is, where it goes, what becomes of the connection, and how an answer is packed.
/// A guest that could set one of them could have two programs see different messages.
const THE_HOSTS: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "alt-used",
];

/// Services that honour one of these take the request for one of another method than was granted.
const OTHER_METHODS: [&str; 3] = ["x-http-method", "x-http-method-override", "x-method-override"];

/// One header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Any case.
    pub name: String,
    /// May hold placeholders of secrets.
    pub value: String,
}

/// Whether the headers may be sent as they are.
pub(super) fn check(headers: &[Header]) -> Result<(), Refusal> {
    if headers.len() > HEADERS {
        return Err(Refusal::Limit(format!("a request has at most {HEADERS} headers")));
    }
    let bytes: usize = headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    if bytes > HEADER_BYTES {
        return Err(Refusal::Limit(format!("the headers of a request have at most {HEADER_BYTES} bytes")));
    }
    headers.iter().try_for_each(one)
}

fn one(header: &Header) -> Result<(), Refusal> {
    let name = header.name.to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Refusal::denied("the name of a header has only letters, digits and -!#$%&'*+.^_`|~"));
    }
    if THE_HOSTS.contains(&name.as_str()) || name.starts_with("proxy-") {
        return Err(Refusal::denied(format!("the header `{name}` is the host's to set")));
    }
    if OTHER_METHODS.contains(&name.as_str()) {
        return Err(Refusal::denied(format!("the header `{name}` would make another method of it than is granted")));
    }
    if !is_value(&header.value) {
        return Err(Refusal::denied(format!(
            "the value of `{name}` has a line break or another character that is no visible ASCII"
        )));
    }
    Ok(())
}

/// Whether a header may have it as its value.
pub(super) fn is_value(value: &str) -> bool {
    value.bytes().all(|b| b == b'\t' || b == b' ' || b.is_ascii_graphic())
}

/// RFC 9110, 5.6.2.
fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Result<(), Refusal> {
        check(&[Header { name: name.into(), value: value.into() }])
    }

    #[test]
    fn plain_headers_are_sent() {
        for (name, value) in
            [("Accept", "application/json"), ("x-a", ""), ("Authorization", "Bearer {{secret:T}}"), ("tea", "a\tb")]
        {
            assert_eq!(of(name, value), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_frames_the_message_is_the_hosts() {
        for name in [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "CONNECTION",
            "upgrade",
            "Proxy-Authorization",
            "proxy-connection",
            "TE",
            "Trailer",
            "Expect",
            "keep-alive",
            "accept-encoding",
            "X-HTTP-Method-Override",
        ] {
            assert!(of(name, "x").is_err(), "{name}");
        }
    }

    #[test]
    fn no_header_makes_another() {
        for (name, value) in [
            ("a", "b\r\nHost: c"),
            ("a", "b\nc"),
            ("a", "b\rc"),
            ("a", "b\0c"),
            ("a\r\nb", "c"),
            ("a:", "b"),
            ("a b", "c"),
            ("", "b"),
            ("a", "\u{fc}"),
            ("a", "\u{7f}"),
            ("Host ", "b"),
            ("a\u{2028}", "b"),
            ("{{secret:T}}", "b"),
        ] {
            assert!(of(name, value).is_err(), "{name:?}: {value:?}");
        }
    }

    #[test]
    fn headers_are_counted() {
        let many: Vec<_> = (0..=HEADERS).map(|n| Header { name: format!("x-{n}"), value: String::new() }).collect();
        assert!(matches!(check(&many), Err(Refusal::Limit(_))));
        assert_eq!(check(&many[1..]), Ok(()));
        assert!(matches!(of("a", &"x".repeat(HEADER_BYTES)), Err(Refusal::Limit(_))));
    }
}
