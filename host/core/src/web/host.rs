//! A host's name or address, and the pattern that a grant has for it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Bytes of a name, and of one of its labels: RFC 1035.
const NAME: usize = 253;
const LABEL: usize = 63;

/// A host as a URL names it: a name in lower case, or an address in its one plain form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Host {
    /// To be resolved.
    Name(String),
    /// As it is.
    Address(IpAddr),
}

/// Why a text names no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Nothing is there, or nothing between two dots or at the end.
    #[error("the host is empty, or one of its labels is (a dot at its end is one too many)")]
    Empty,
    /// A character that no name has.
    #[error(
        "a host's name has only letters of ASCII, digits, `-`, `_` and `.`; names in other scripts are written as xn--"
    )]
    Character,
    /// Longer than DNS has names.
    #[error("the host's name is longer than names are")]
    Long,
    /// A label that begins or ends with a hyphen.
    #[error("a label of the host's name begins or ends with `-`")]
    Hyphen,
    /// Some programs read it as an address, each in its own way.
    #[error("it ends in a number and is not an address of four plain decimal numbers")]
    Number,
    /// Everything below a name of one label.
    #[error("a whole top-level domain can't be granted: name at least one label more")]
    TopLevel,
    /// Brackets around something else.
    #[error("what stands in the brackets is no IPv6 address (and a zone can't be named)")]
    Brackets,
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or(HostError::Brackets)?;
            return inner
                .parse::<Ipv6Addr>()
                .map(|address| Self::Address(address.into()))
                .map_err(|_| HostError::Brackets);
        }
        // Only four decimal numbers without leading zeros: the standard library takes no other form.
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Address(address.into()));
        }
        if text.len() > NAME {
            return Err(HostError::Long);
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
            return Err(HostError::Character);
        }
        let name = text.to_ascii_lowercase();
        for label in name.split('.') {
            match label.len() {
                0 => return Err(HostError::Empty),
                1..=LABEL => {}
                _ => return Err(HostError::Long),
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(HostError::Hyphen);
            }
        }
        let last = name.rsplit('.').next().unwrap_or_default();
        let hexadecimal = last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
        if hexadecimal || last.bytes().all(|b| b.is_ascii_digit()) {
            return Err(HostError::Number);
        }
        Ok(Self::Name(name))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// The hosts that a grant is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HostPattern {
    /// This one.
    Exactly(Host),
    /// `*.NAME`: every name below this one, however deep, and not itself.
    Below(String),
}

impl HostPattern {
    /// Whether the grant is for `host`.
    pub fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Exactly(pattern), host) => pattern == host,
            (Self::Below(name), Host::Name(host)) => {
                host.strip_suffix(name.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            }
            (Self::Below(_), Host::Address(_)) => false,
        }
    }

    /// Whether the grant is for every host that `other` is for.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (pattern, Self::Exactly(host)) => pattern.matches(host),
            (Self::Below(name), Self::Below(other)) => name == other || self.matches(&Host::Name(other.clone())),
            (Self::Exactly(_), Self::Below(_)) => false,
        }
    }

    /// Whether this is an address that the user wrote down as one.
    pub fn is_address(&self) -> bool {
        matches!(self, Self::Exactly(Host::Address(_)))
    }
}

impl FromStr for HostPattern {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let Some(below) = text.strip_prefix("*.") else {
            return text.parse().map(Self::Exactly);
        };
        match below.parse()? {
            // A whole top-level domain is nobody's service.
            Host::Name(name) if name.contains('.') => Ok(Self::Below(name)),
            Host::Name(_) => Err(HostError::TopLevel),
            Host::Address(_) => Err(HostError::Number),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(host) => write!(f, "{host}"),
            Self::Below(name) => write!(f, "*.{name}"),
        }
    }
}

macro_rules! as_text {
    ($type:ty) => {
        impl TryFrom<String> for $type {
            type Error = HostError;

            fn try_from(text: String) -> Result<Self, HostError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}

as_text!(Host);
as_text!(HostPattern);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_name_is_one_name_however_it_is_spelt() {
        assert_eq!("API.Example.com".parse(), Ok(Host::Name("api.example.com".into())));
        assert_eq!("xn--bcher-kva.example".parse(), Ok(Host::Name("xn--bcher-kva.example".into())));
        assert_eq!("a_b.internal".parse(), Ok(Host::Name("a_b.internal".into())));
        assert_eq!("[::0001]".parse(), Ok(Host::Address(Ipv6Addr::LOCALHOST.into())));
    }

    #[test]
    fn what_programs_read_differently_is_no_host() {
        for text in [
            "",
            ".",
            "example.com.",
            "a..b",
            ".a",
            "127.1",
            "0177.0.0.1",
            "2130706433",
            "0x7f.0.0.1",
            "0x7f000001",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "a.0x10",
            "bücher.example",
            "ex\u{ff0e}ample.com",
            "a b",
            "a\tb",
            "a%2eb",
            "-a.b",
            "a-.b",
            "[::1",
            "::1",
            "[fe80::1%eth0]",
            "[127.0.0.1]",
            "[]",
            "a:1",
            "a/b",
            "a\\b",
            "u@h",
            &"a".repeat(64),
            &"a.".repeat(127),
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_pattern_is_for_names_below_it() {
        let below: HostPattern = "*.example.com".parse().unwrap();
        let matches = |host: &str| below.matches(&host.parse().unwrap());
        assert!(matches("a.example.com") && matches("a.b.EXAMPLE.com"));
        assert!(!matches("example.com") && !matches("evilexample.com") && !matches("a.example.com.evil.org"));
        for none in ["*", "*.com", "*.", "*.10.0.0.1", "a.*.com", "*a.com", "*.*.com"] {
            assert!(none.parse::<HostPattern>().is_err(), "{none}");
        }
    }
}
