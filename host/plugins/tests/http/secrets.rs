//! Where secrets go, and where they don't come back.

use goalpost_core::config::HttpGrant;
use goalpost_plugins::http::HttpFailure;

use crate::internet::{Internet, PUBLIC};
use crate::{LONG, TOKEN, ask, client, denied, plain};

fn with_secret(host: &str, secret: &str) -> HttpGrant {
    HttpGrant { secrets: vec![secret.into()], ..plain(host) }
}

const BEARER: (&str, &str) = ("Authorization", "Bearer {{secret:TOKEN}}");

#[tokio::test]
async fn a_secret_reaches_its_host_and_not_the_guest() {
    let encoded: String = TOKEN.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = format!(
        "HTTP/1.1 401 No\r\nx-echo: {TOKEN}\r\nconnection: close\r\n\r\nECHO\n{{\"token\": \"{TOKEN}\"}}\n{encoded}\n{}\n\u{fc}",
        TOKEN.chars().rev().collect::<String>()
    );
    let (internet, server) = Internet::with(&answer).await;
    let grants = [with_secret("api.example.com", "TOKEN")];
    let answer = ask(&client(&internet), &grants, "http://api.example.com/", &[BEARER], LONG).await.unwrap();
    assert!(server.requests()[0].contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{}", server.requests()[0]);
    let body = String::from_utf8(answer.body).unwrap();
    let all = format!("{:?} {body}", answer.headers);
    assert!(all.contains("x-echo") && body.contains("authorization: Bearer ****") && body.ends_with('\u{fc}'), "{all}");
    let reversed: String = TOKEN.chars().rev().collect();
    for form in [TOKEN, &encoded, &reversed] {
        assert!(!all.contains(form), "{form} in {all}");
    }
}

#[tokio::test]
async fn a_host_that_a_secret_is_not_for_is_not_told_it() {
    let (internet, server) = Internet::with("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    internet.name("evil.example.org", &[&[PUBLIC]]);
    let grants = [with_secret("api.example.com", "TOKEN"), plain("evil.example.org")];
    let client = client(&internet);
    let why = denied(ask(&client, &grants, "http://evil.example.org/", &[BEARER], LONG).await);
    assert!(why.contains("the secret TOKEN is not granted for evil.example.org"), "{why}");
    assert!(server.requests().is_empty());
    // As it stands in the body or the URL it is a text like any other, or nothing that is sent.
    denied(ask(&client, &grants, "http://evil.example.org/?{{secret:TOKEN}}", &[], LONG).await);
    ask(&client, &grants, "http://evil.example.org/", &[("x", "{secret:TOKEN}")], LONG).await.unwrap();
    assert!(!server.requests()[0].contains(TOKEN));
}

#[tokio::test]
async fn a_secret_that_a_service_was_told_before_is_found_in_any_later_answer() {
    let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nyou are {TOKEN}");
    let (internet, _) = Internet::with(&answer).await;
    internet.name("other.example.com", &[&[PUBLIC]]);
    let client = client(&internet);
    // One that was granted it for another host.
    let grants = [with_secret("other.example.com", "TOKEN"), plain("api.example.com")];
    let body = ask(&client, &grants, "http://api.example.com/", &[], LONG).await.unwrap().body;
    assert_eq!(String::from_utf8(body).unwrap(), format!("you are {}", "*".repeat(TOKEN.len())));
    // One that was never granted it.
    let body = ask(&client, &[plain("api.example.com")], "http://api.example.com/", &[], LONG).await.unwrap().body;
    assert!(!String::from_utf8(body).unwrap().contains(TOKEN));
}

#[tokio::test]
async fn a_secret_that_cannot_be_sent_well_is_not_sent() {
    let (internet, server) = Internet::with("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let client = client(&internet);
    for (name, says) in [("SHORT", "too short"), ("BROKEN", "no header can have"), ("UNSET", "set the variable")] {
        let grants = [with_secret("api.example.com", name)];
        let value = format!("{{{{secret:{name}}}}}");
        let why = denied(ask(&client, &grants, "http://api.example.com/", &[("x", &value)], LONG).await);
        assert!(why.contains(name) && why.contains(says) && !why.contains("Injected"), "{why}");
    }
    assert!(server.requests().is_empty() && internet.connected().is_empty());
}

#[tokio::test]
async fn no_failure_tells_a_secret() {
    let (internet, _) = Internet::with(&format!("{TOKEN} is no answer\r\n\r\n")).await;
    let grants = [with_secret("api.example.com", "TOKEN"), with_secret("nowhere.example.com", "TOKEN")];
    internet.name("nowhere.example.com", &[&["93.184.215.15"]]);
    let client = client(&internet);
    for url in ["http://api.example.com/", "http://nowhere.example.com/"] {
        let error = ask(&client, &grants, url, &[BEARER], LONG).await.unwrap_err();
        assert!(matches!(error, HttpFailure::Transport(_)), "{error:?}");
        assert!(!format!("{error:?} {error}").contains(TOKEN), "{error:?}");
    }
}
