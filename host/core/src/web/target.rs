//! A URL, read strictly: what two programs could read differently is refused, with what to write instead.

use std::fmt;
use std::str::FromStr;

use super::{Host, Refusal, Scheme};

/// Bytes of a URL.
const LONGEST: usize = 8 << 10;

/// Where a request goes: everything that a URL says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// How it is spoken to.
    pub scheme: Scheme,
    /// Whom.
    pub host: Host,
    /// Never 0.
    pub port: u16,
    /// Begins with `/`; the query goes with it, a fragment does not.
    pub path: String,
}

impl FromStr for Target {
    type Err = Refusal;

    fn from_str(url: &str) -> Result<Self, Refusal> {
        let bad = |why: &str| Refusal::denied(format!("the URL can't be used: {why}"));
        if url.len() > LONGEST {
            return Err(bad(&format!("it is longer than {LONGEST} bytes")));
        }
        // White space within a URL is left out by some programs, and `\` is `/` to others.
        if !url.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}')
        }) {
            return Err(bad(
                "it has white space, or a character that is to be percent-encoded (a secret only goes into headers)",
            ));
        }
        let (scheme, rest) = url.split_once("://").ok_or_else(|| bad("it does not begin with https:// or http://"))?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(bad("its scheme is neither https nor http")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(bad("a user or a password can't stand in it: send a header"));
        }
        let (host, port) = split_port(authority);
        let host: Host = host.parse().map_err(|error: super::HostError| bad(&error.to_string()))?;
        let port = match port {
            None => scheme.port(),
            Some(port) => decimal(port).ok_or_else(|| bad("its port is not a number from 1 to 65535"))?,
        };
        let path = path.split_once('#').map_or(path, |(path, _)| path);
        if !is_encoded(path) {
            return Err(bad("a `%` in it is not followed by two hexadecimal digits"));
        }
        if path.contains(['[', ']']) {
            return Err(bad("`[` and `]` in a path or a query are written %5B and %5D"));
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { scheme, host, port, path })
    }
}

/// The host, and the port if one is named. An IPv6 address has colons of its own.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let from = authority.rfind(']').map_or(0, |end| end + 1);
    match authority[from..].find(':') {
        Some(colon) => (&authority[..from + colon], Some(&authority[from + colon + 1..])),
        None => (authority, None),
    }
}

/// A port: digits alone, without a sign or a zero before them.
fn decimal(text: &str) -> Option<u16> {
    let plain = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn is_encoded(path: &str) -> bool {
    let digits = |rest: &str| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    path.split('%').skip(1).all(digits)
}

impl Target {
    /// What the request's `Host` says: the port only where it is not the scheme's own.
    pub fn authority(&self) -> String {
        if self.port == self.scheme.port() { self.host.to_string() } else { format!("{}:{}", self.host, self.port) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn read(url: &str) -> String {
        url.parse::<Target>().unwrap().to_string()
    }

    #[test]
    fn a_url_is_read_as_everybody_reads_it() {
        assert_eq!(read("https://api.example.com"), "https://api.example.com/");
        assert_eq!(read("HTTPS://API.example.com:443/a/../b?q=%20x#part"), "https://api.example.com/a/../b?q=%20x");
        assert_eq!(read("http://[::1]:8080?x"), "http://[::1]:8080/?x");
        assert_eq!(read("https://a.b/?next=https://c.d/@e:f"), "https://a.b/?next=https://c.d/@e:f");
    }

    #[test]
    fn what_programs_read_differently_is_refused() {
        for url in [
            "",
            "api.example.com",
            "//a.b/",
            "ftp://a.b/",
            "file:///etc/passwd",
            "https:/a.b",
            "https:a.b",
            "https:///a.b",
            "javascript://a.b",
            "https://user@a.b/",
            "https://user:password@a.b/",
            "https://a.b@c.d/",
            "https://a.b\\@c.d/",
            "https://a.b\\c",
            "https://a.b:0/",
            "https://a.b:/",
            "https://a.b:65536/",
            "https://a.b:+443/",
            "https://a.b:0443/",
            "https://a.b:80:90/",
            "https://a.b./",
            "https://.a.b/",
            "https://a..b/",
            "http://127.1/",
            "http://0177.0.0.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://[fe80::1%25eth0]/",
            "http://[::1]x/",
            "http://::1/",
            "https://a.b /",
            " https://a.b/",
            "https://a.b/\t",
            "https://a.b/\r\nX: y",
            "https://a.\nb/",
            "https://b\u{fc}cher.de/",
            "https://a.b/\u{fc}",
            "https://a\u{3002}b/",
            "https://a%2eb/",
            "https://a.b/%",
            "https://a.b/%4",
            "https://a.b/%zz",
            "https://a.b/{{secret:T}}",
            "https://a.b/?[x]",
            "https://{{secret:T}}.b/",
            "https://a.b/\0",
        ] {
            assert!(url.parse::<Target>().is_err(), "{url:?}");
        }
        assert!(format!("https://a.b/{}", "x".repeat(LONGEST)).parse::<Target>().is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Another parser, the browsers', finds the same host and the same port in whatever is taken here.
        #[test]
        fn the_browsers_read_it_alike(url in r"(https?|HTTP)://[a-zA-Z0-9.:@\[\]%_x-]{0,20}[/?#]?[a-z0-9%/?#&=.@:;-]{0,12}") {
            // One that browsers refuse is nobody's but ours.
            if let (Ok(target), Ok(theirs)) = (url.parse::<Target>(), url::Url::parse(&url)) {
                let host = match theirs.host().unwrap() {
                    url::Host::Domain(name) => Host::Name(name.to_owned()),
                    url::Host::Ipv4(address) => Host::Address(address.into()),
                    url::Host::Ipv6(address) => Host::Address(address.into()),
                };
                prop_assert_eq!(host, target.host);
                prop_assert_eq!(theirs.port_or_known_default(), Some(target.port));
                prop_assert_eq!(theirs.username(), "");
                prop_assert_eq!(theirs.scheme(), target.scheme.as_str());
            }
        }

        #[test]
        fn what_was_read_reads_as_itself(url in r"https?://[a-z0-9.:\[\]-]{1,20}(/[a-z0-9%/?&=.@:-]{0,12})?") {
            if let Ok(target) = url.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse::<Target>(), Ok(target));
            }
        }

        #[test]
        fn no_text_breaks_it(url: String) {
            let _ = url.parse::<Target>();
            let _ = format!("https://{url}").parse::<Target>();
        }
    }
}
