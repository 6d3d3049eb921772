//! What an answer asks for is the guest's to ask for, within its grants.

use crate::internet::Internet;
use crate::{client, denied, get, plain};

#[tokio::test]
async fn a_redirect_is_an_answer_like_any_other() {
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Go\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 4\r\n\r\ngone");
        let (internet, _) = Internet::with(&answer).await;
        let treasure = internet.serve("169.254.169.254", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let client = client(&internet);
        let grant = plain("api.example.com");
        let answer = get(&client, &grant, "http://api.example.com/").await.unwrap();
        assert_eq!(answer.status, status);
        let location = answer.headers.iter().find(|header| header.name == "location").unwrap().value.clone();
        assert_eq!(internet.connected().len(), 1, "{status}");
        // Following it is another request, and this one is not granted.
        denied(get(&client, &grant, &location).await);
        assert!(treasure.requests().is_empty());
    }
}

#[tokio::test]
async fn other_ways_of_sending_a_client_elsewhere_are_not_taken() {
    let answer = "HTTP/1.1 200 OK\r\nrefresh: 0; url=http://127.0.0.1/\r\nalt-svc: h2=\"127.0.0.1:1\"; ma=86400\r\n\
                  content-location: http://127.0.0.1/\r\nlink: <http://127.0.0.1/>; rel=preload\r\n\
                  set-cookie: session=1; path=/\r\nstrict-transport-security: max-age=9\r\ncontent-length: 0\r\n\r\n";
    let (internet, server) = Internet::with(answer).await;
    let client = client(&internet);
    for _ in 0..2 {
        get(&client, &plain("api.example.com"), "http://api.example.com/").await.unwrap();
    }
    assert!(internet.connected().iter().all(|address| address.to_string() == "93.184.215.14:80"));
    assert_eq!(server.requests()[0], server.requests()[1], "nothing is remembered of an answer");
}
