//! URLs and names of hosts that plugins ask for: nobody reads them in another way.

use goalpost_core::config::HttpGrant;
use goalpost_core::web::{Asked, Header, Host, HostPattern, Target as Place, fill, named, permit};

use crate::input::{moves_the_cursor, texts};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "url",
    check,
    seeds: || {
        let mut all = seeds::of(&[
            "https://api.example.com/a/../b?q=%20x#part",
            "http://[::1]:8080?x\0[::1]",
            "http://127.0.0.1/\x00127.0.0.1",
            "https://a.b/?next=https://c.d/@e:f\0*.b",
            "HTTPS://A.x.example.org:8443\0*.example.org",
            "http://0x7f.1/\0Bearer {{secret:TOKEN}}",
        ]);
        all.push(seeds::joined("https://user:pw@a.b\\@c.d/", "a\r\nX: y"));
        all
    },
    words: &[
        "http://",
        "https://",
        "@",
        ":443",
        ":80",
        "[::ffff:127.0.0.1]",
        "0x",
        "%2e",
        "..",
        "\\",
        "#",
        "?",
        "{{secret:",
        "}}",
        "*.",
        "xn--",
    ],
};

/// Another parser, the browsers', finds the same place in whatever is taken here, and a request goes only where a grant says.
pub fn check(data: &[u8]) {
    let Some((url, other)) = texts(data) else { return };
    match url.parse::<Place>() {
        Ok(place) => {
            assert_eq!(place.to_string().parse::<Place>().as_ref(), Ok(&place), "read in two ways");
            assert!(place.port != 0 && place.path.starts_with('/'));
            if let Ok(theirs) = url::Url::parse(url) {
                let host = theirs.host().map(|host| match host {
                    url::Host::Domain(name) => Host::Name(name.to_owned()),
                    url::Host::Ipv4(address) => Host::Address(address.into()),
                    url::Host::Ipv6(address) => Host::Address(address.into()),
                });
                assert_eq!(host.as_ref(), Some(&place.host), "{url}");
                assert_eq!(theirs.port_or_known_default(), Some(place.port), "{url}");
                assert_eq!((theirs.username(), theirs.password(), theirs.scheme()), ("", None, place.scheme.as_str()));
            }
        }
        Err(refusal) => assert!(!moves_the_cursor(&refusal.to_string()), "{refusal}"),
    }
    permitted(url, other);
    if let Ok(host) = other.parse::<Host>() {
        assert_eq!(host.to_string().parse(), Ok(host));
    }
    if let Ok(pattern) = other.parse::<HostPattern>() {
        assert!(pattern.covers(&pattern));
        assert_eq!(pattern.to_string().parse(), Ok(pattern));
    }
    if let Ok(names) = named(other) {
        let filled = fill(other, |name| Some(format!("<{name}>")));
        assert!(filled.is_err() || !names.is_empty() || filled.as_deref() == Ok(other));
    }
}

fn permitted(url: &str, value: &str) {
    let grants = [
        HttpGrant { secrets: vec!["TOKEN".into()], ..HttpGrant::of(HostPattern::Below("example.org".into())) },
        HttpGrant::of(HostPattern::Exactly(Host::Name("a.b".into()))),
    ];
    let header = Header { name: "authorization".into(), value: value.into() };
    let asked = Asked { method: "GET".into(), url: url.into(), headers: vec![header], body: None };
    match permit(&grants, &asked) {
        Ok(permitted) => {
            let host = permitted.target.host.to_string();
            let is_first = host.ends_with(".example.org") && host.len() > ".example.org".len();
            assert!(if permitted.grant == 0 { is_first } else { host == "a.b" }, "{url}");
            assert_eq!(permitted.target.authority(), host, "only the usual port is granted");
            assert!(!value.contains(['\r', '\n', '\0']), "{value:?}");
            assert!(!value.contains("{{secret:") || permitted.grant == 0, "{value:?}");
        }
        Err(refusal) => assert!(!moves_the_cursor(&refusal.to_string()), "{refusal}"),
    }
}
