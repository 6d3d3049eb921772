//! Which addresses are connected to.

use goalpost_core::config::HttpGrant;

use crate::internet::{Internet, PUBLIC};
use crate::{client, denied, get, plain};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A server that must never be asked.
const TREASURE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\ntreasure";

#[tokio::test]
async fn a_public_host_is_asked_what_was_granted() {
    let (internet, server) = Internet::with(OK).await;
    let answer = get(&client(&internet), &plain("api.example.com"), "http://api.example.com/a?b#c").await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"ok"[..]));
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /a?b HTTP/1.1\r\n"), "{request}");
    let has = |line: &str| request.lines().any(|one| one.eq_ignore_ascii_case(line));
    assert!(has("host: api.example.com") && has("accept-encoding: identity") && has("connection: close"), "{request}");
    assert_eq!(internet.connected(), [format!("{PUBLIC}:80").parse().unwrap()]);
}

#[tokio::test]
async fn a_name_of_something_near_is_not_connected_to() {
    for near in [
        "127.0.0.1",
        "10.0.0.7",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let internet = Internet::default();
        internet.name("api.example.com", &[&[near]]);
        let server = internet.serve(near, TREASURE).await;
        let why = denied(get(&client(&internet), &plain("api.example.com"), "http://api.example.com/").await);
        assert!(why.contains("api.example.com is at") && !why.contains(near), "{near}: {why}");
        assert!(internet.connected().is_empty() && server.requests().is_empty(), "{near}");
    }
}

#[tokio::test]
async fn one_near_address_among_public_ones_is_enough() {
    for addresses in [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], ["2606:2800::1", "::1"]] {
        let internet = Internet::default();
        internet.name("api.example.com", &[&addresses]);
        internet.serve("127.0.0.1", TREASURE).await;
        denied(get(&client(&internet), &plain("api.example.com"), "http://api.example.com/").await);
        assert!(internet.connected().is_empty(), "{addresses:?}");
    }
}

#[tokio::test]
async fn a_name_that_changes_between_two_questions_is_asked_for_once() {
    let (internet, server) = Internet::with(OK).await;
    internet.name("api.example.com", &[&[PUBLIC], &["127.0.0.1"]]);
    let treasure = internet.serve("127.0.0.1", TREASURE).await;
    let client = client(&internet);
    let grant = plain("api.example.com");
    assert_eq!(get(&client, &grant, "http://api.example.com/").await.unwrap().body, b"ok");
    assert_eq!(internet.asked(), ["api.example.com"]);
    // The next request is checked anew, and no connection of the first is left for it.
    denied(get(&client, &grant, "http://api.example.com/").await);
    assert_eq!((server.requests().len(), treasure.requests().len()), (1, 0));
    assert_eq!(internet.connected().len(), 1);
}

#[tokio::test]
async fn an_address_that_takes_no_connection_does_not_make_it_look_again() {
    let internet = Internet::default();
    internet.name("api.example.com", &[&["93.184.215.15", PUBLIC], &["127.0.0.1"]]);
    let server = internet.serve(PUBLIC, OK).await;
    internet.serve("127.0.0.1", TREASURE).await;
    let answer = get(&client(&internet), &plain("api.example.com"), "http://api.example.com/").await.unwrap();
    assert_eq!((answer.body.as_slice(), server.requests().len(), internet.asked().len()), (&b"ok"[..], 1, 1));
}

#[tokio::test]
async fn a_grant_for_what_is_near_is_not_a_grant_for_another_plugin() {
    let internet = Internet::default();
    internet.name("db.example.com", &[&["10.0.0.7"]]);
    let server = internet.serve("10.0.0.7", OK).await;
    let client = client(&internet);
    let near = HttpGrant { private: true, ..plain("db.example.com") };
    get(&client, &near, "http://db.example.com/").await.unwrap();
    denied(get(&client, &plain("db.example.com"), "http://db.example.com/").await);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_address_in_the_url_is_checked_as_well() {
    let internet = Internet::default();
    let server = internet.serve("127.0.0.1", OK).await;
    let client = client(&internet);
    denied(get(&client, &plain("127.0.0.1"), "http://127.0.0.1/").await);
    let near = HttpGrant { private: true, ..plain("127.0.0.1") };
    get(&client, &near, "http://127.0.0.1/").await.unwrap();
    assert_eq!(server.requests().len(), 1);
    assert!(internet.asked().is_empty(), "an address is not looked up");
}

#[tokio::test]
async fn a_private_grant_does_not_reach_the_metadata_service_by_a_name() {
    let internet = Internet::default();
    internet.name("db.example.com", &[&["169.254.169.254"]]);
    let server = internet.serve("169.254.169.254", TREASURE).await;
    let near = HttpGrant { private: true, ..plain("db.example.com") };
    let why = denied(get(&client(&internet), &near, "http://db.example.com/").await);
    assert!(why.contains("metadata"), "{why}");
    assert!(server.requests().is_empty());
}
