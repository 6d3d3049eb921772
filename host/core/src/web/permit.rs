//! A request against a plugin's grants.

use super::{Header, Refusal, Target, headers, secrets};
use crate::config::HttpGrant;
use crate::text;

/// A request as a guest asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// As granted: `GET`, never `get`.
    pub method: String,
    /// Where it is to go.
    pub url: String,
    /// May name secrets.
    pub headers: Vec<Header>,
    /// Sent as it is.
    pub body: Option<Vec<u8>>,
}

/// What a request may be sent by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permitted {
    /// The place of the grant among the plugin's: the first one that it is within.
    pub grant: usize,
    /// Where it goes.
    pub target: Target,
}

/// Whether a request is within one of `grants`. Secrets, the size and the count are those of the first grant for its
/// scheme, host, port and method.
///
/// # Errors
/// Which part is not granted, and what is.
pub fn permit(grants: &[HttpGrant], asked: &Asked) -> Result<Permitted, Refusal> {
    let target: Target = asked.url.parse()?;
    let place = find(grants, &asked.method, &target)?;
    let grant = &grants[place];
    headers::check(&asked.headers)?;
    let mut has_secret = false;
    for header in &asked.headers {
        for name in secrets::named(&header.value)? {
            if !grant.secrets.iter().any(|granted| granted == name) {
                let granted = if grant.secrets.is_empty() { "none".to_owned() } else { grant.secrets.join(", ") };
                return Err(Refusal::denied(format!(
                    "the secret {} is not granted for {}; granted: {granted}",
                    text::one_line(name, 100),
                    target.authority()
                )));
            }
            has_secret = true;
        }
    }
    // Where a service echoes a secret, it is looked for in the answer: not piece by piece.
    let range = |header: &&Header| ["range", "if-range"].iter().any(|name| header.name.eq_ignore_ascii_case(name));
    if has_secret && asked.headers.iter().find(range).is_some() {
        return Err(Refusal::denied("a request with a secret can't ask for a range of the answer"));
    }
    let bytes = asked.body.as_ref().map_or(0, Vec::len) as u64;
    if bytes > grant.request_bytes {
        let most = grant.request_bytes;
        return Err(Refusal::Limit(format!(
            "the body has {bytes} bytes, and the grant allows {most} (`request_bytes`)"
        )));
    }
    Ok(Permitted { grant: place, target })
}

fn find(grants: &[HttpGrant], method: &str, target: &Target) -> Result<usize, Refusal> {
    let origin = |grant: &HttpGrant| {
        grant.scheme == target.scheme && grant.port == target.port && grant.host.matches(&target.host)
    };
    if let Some(place) = grants.iter().position(|grant| origin(grant) && grant.methods.iter().any(|one| one == method))
    {
        return Ok(place);
    }
    let methods: Vec<&str> =
        grants.iter().filter(|grant| origin(grant)).flat_map(|grant| &grant.methods).map(String::as_str).collect();
    if methods.is_empty() {
        let all: Vec<_> = grants.iter().map(HttpGrant::origin).collect();
        let asked = format!("{}://{}", target.scheme, target.authority());
        return Err(Refusal::denied(format!("{asked} is not granted; granted: {}", all.join(", "))));
    }
    let method = text::one_line(method, 30);
    Err(Refusal::denied(format!(
        "the method {method} is not granted for {}; granted: {}",
        target.authority(),
        methods.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::web::Scheme;

    fn grants() -> Vec<HttpGrant> {
        let one = HttpGrant::of("api.example.com".parse().unwrap());
        let posts =
            HttpGrant { methods: vec!["POST".into()], secrets: vec!["TOKEN".into()], request_bytes: 5, ..one.clone() };
        let below = HttpGrant { port: 8443, ..HttpGrant::of("*.example.org".parse().unwrap()) };
        let near =
            HttpGrant { scheme: Scheme::Http, port: 80, private: true, ..HttpGrant::of("10.0.0.1".parse().unwrap()) };
        vec![one, posts, below, near]
    }

    fn asked(method: &str, url: &str, header: Option<(&str, &str)>, body: usize) -> Result<usize, String> {
        let headers =
            header.map(|(name, value)| Header { name: name.into(), value: value.into() }).into_iter().collect();
        let asked = Asked { method: method.into(), url: url.into(), headers, body: Some(vec![0; body]) };
        permit(&grants(), &asked).map(|permitted| permitted.grant).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_request_is_within_the_first_grant_for_it() {
        assert_eq!(asked("GET", "https://api.example.com/x", None, 0), Ok(0));
        assert_eq!(asked("POST", "https://API.example.com:443/x", None, 5), Ok(1));
        assert_eq!(asked("GET", "https://a.b.example.org:8443/", None, 0), Ok(2));
        assert_eq!(asked("GET", "http://10.0.0.1/", None, 0), Ok(3));
    }

    #[test]
    fn each_part_of_a_grant_counts() {
        for (method, url, says) in [
            ("GET", "http://api.example.com/", "http://api.example.com is not granted"),
            ("GET", "https://api.example.com:8443/", "https://api.example.com:8443 is not granted"),
            ("GET", "https://example.com/", "granted: https://api.example.com"),
            ("GET", "https://example.org:8443/", "*.example.org:8443"),
            (
                "DELETE",
                "https://api.example.com/",
                "the method DELETE is not granted for api.example.com; granted: GET, POST",
            ),
            ("get", "https://api.example.com/", "the method get is not granted"),
            ("GET", "http://[::ffff:10.0.0.1]/", "is not granted"),
        ] {
            let error = asked(method, url, None, 0).unwrap_err();
            assert!(error.contains(says), "{url}: {error}");
        }
    }

    #[test]
    fn a_secret_goes_where_it_was_granted_for_and_nowhere_else() {
        let token = Some(("Authorization", "Bearer {{secret:TOKEN}}"));
        assert_eq!(asked("POST", "https://api.example.com/", token, 0), Ok(1));
        for (method, url) in [("GET", "https://api.example.com/"), ("GET", "https://a.example.org:8443/")] {
            assert!(asked(method, url, token, 0).unwrap_err().contains("the secret TOKEN is not granted"), "{url}");
        }
        let other = Some(("Authorization", "{{secret:TOKEN}}{{secret:HOME}}"));
        assert!(asked("POST", "https://api.example.com/", other, 0).unwrap_err().contains("HOME"));
    }

    #[test]
    fn an_echo_is_not_read_in_pieces() {
        let headers = |range: &str, x: &str| {
            [("Range", range), ("X", x)].map(|(name, value)| Header { name: name.into(), value: value.into() }).to_vec()
        };
        let asked =
            |headers| Asked { method: "POST".into(), url: "https://api.example.com/".into(), headers, body: None };
        assert!(permit(&grants(), &asked(headers("bytes=0-3", "{{secret:TOKEN}}"))).is_err());
        assert!(permit(&grants(), &asked(headers("bytes=0-3", "none"))).is_ok(), "the control");
    }

    #[test]
    fn a_body_is_measured() {
        assert!(asked("POST", "https://api.example.com/", None, 6).unwrap_err().contains("request_bytes"));
    }

    proptest! {
        /// Whatever is asked: what is permitted is what the grant says.
        #[test]
        fn nothing_leaves_its_grant(
            method in "(GET|POST|get|PUT)",
            url in r"https?://(api\.|a\.|evil)?example\.(com|org)[.@:a-z0-9]{0,6}(:443|:8443|:80)?/[a-z?#]{0,4}",
        ) {
            let asked = Asked { method: method.clone(), url, headers: vec![], body: None };
            if let Ok(permitted) = permit(&grants(), &asked) {
                let grants = grants();
                let grant = &grants[permitted.grant];
                prop_assert!(grant.host.matches(&permitted.target.host));
                prop_assert!(grant.methods.contains(&method));
                prop_assert_eq!((grant.scheme, grant.port), (permitted.target.scheme, permitted.target.port));
            }
        }
    }
}
