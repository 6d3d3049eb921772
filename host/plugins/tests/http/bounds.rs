//! Services that answer too much, too slowly, or nothing that is an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use goalpost_core::config::HttpGrant;
use goalpost_plugins::http::{HttpFailure, HttpResponse};
use tokio::io::AsyncWriteExt as _;

use crate::internet::{Internet, PUBLIC};
use crate::{ask, client, get, plain};

/// Of an answer's body.
const MOST: u64 = 64 << 10;

async fn answered(answer: &str) -> Result<HttpResponse, HttpFailure> {
    let (internet, _) = Internet::with(answer).await;
    get(&client(&internet), &grant(), "http://api.example.com/").await
}

fn grant() -> HttpGrant {
    HttpGrant { response_bytes: MOST, ..plain("api.example.com") }
}

/// What comes of a service that begins so, and then sends `piece` for ever; how much it could send, and how long it took.
async fn endless(
    begin: &str,
    piece: Vec<u8>,
    pause: Duration,
    deadline: Duration,
) -> (Result<HttpResponse, HttpFailure>, u64, Duration) {
    let internet = Internet::default();
    internet.name("api.example.com", &[&[PUBLIC]]);
    let sent = Arc::new(AtomicU64::new(0));
    let counted = sent.clone();
    let begin = begin.to_owned();
    let _server = internet
        .serve_with(PUBLIC, move |mut socket, _| {
            let (begin, piece, counted) = (begin.clone(), piece.clone(), counted.clone());
            async move {
                let _ = socket.write_all(begin.as_bytes()).await;
                while socket.write_all(&piece).await.is_ok() {
                    counted.fetch_add(piece.len() as u64, Ordering::SeqCst);
                    tokio::time::sleep(pause).await;
                }
            }
        })
        .await;
    let started = Instant::now();
    let answer = ask(&client(&internet), &[grant()], "http://api.example.com/", &[], deadline).await;
    (answer, sent.load(Ordering::SeqCst), started.elapsed())
}

#[tokio::test]
async fn a_body_of_the_size_that_was_granted_is_read_whole() {
    let body = "x".repeat(MOST as usize);
    let answer = answered(&format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}")).await.unwrap();
    assert_eq!(answer.body.len() as u64, MOST);
}

#[tokio::test]
async fn a_flood_is_cut_at_the_grants_size() {
    for begin in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"] {
        let piece = format!("1000\r\n{}\r\n", "x".repeat(0x1000)).into_bytes();
        let (answer, sent, _) = endless(begin, piece, Duration::ZERO, crate::LONG).await;
        assert!(matches!(answer, Err(HttpFailure::Limit(_))), "{answer:?}");
        // What the kernel holds for a connection comes on top.
        assert!(sent < 32 << 20, "{sent} bytes were taken");
    }
}

#[tokio::test]
async fn a_length_that_is_more_than_granted_is_believed() {
    let answer = answered(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\nx", MOST + 1)).await;
    assert!(matches!(answer, Err(HttpFailure::Limit(_))), "{answer:?}");
}

#[tokio::test]
async fn headers_are_bounded_in_number_and_in_bytes() {
    let many: String = (0..1_000).map(|n| format!("x-{n}: y\r\n")).collect();
    let answer = answered(&format!("HTTP/1.1 200 OK\r\n{many}\r\n")).await;
    assert!(matches!(answer, Err(HttpFailure::Limit(_))), "{answer:?}");
    let long = "y".repeat(100 << 10);
    let answer = answered(&format!("HTTP/1.1 200 OK\r\nx: {long}\r\n\r\n")).await;
    assert!(matches!(answer, Err(HttpFailure::Limit(_))), "{answer:?}");
    for (begin, piece) in
        [("HTTP/1.1 200 OK\r\nx: ", vec![b'y'; 4096]), ("HTTP/1.1 200 OK\r\n", b"x: y\r\n".repeat(500))]
    {
        let (answer, sent, _) = endless(begin, piece, Duration::ZERO, crate::LONG).await;
        assert!(matches!(answer, Err(HttpFailure::Limit(_))), "{answer:?}");
        assert!(sent < 32 << 20, "{sent} bytes were taken");
    }
}

#[tokio::test]
async fn trailers_are_bounded_and_not_shown() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n";
    let answer = answered(&format!("{chunked}x-late: y\r\n\r\n")).await.unwrap();
    assert!(answer.body == b"ok" && !format!("{answer:?}").contains("x-late"), "{answer:?}");
    let (answer, _, _) = endless(chunked, b"x: y\r\n".repeat(500), Duration::ZERO, crate::LONG).await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test]
async fn a_drip_ends_with_the_deadline() {
    let deadline = Duration::from_millis(400);
    for begin in [
        "HTTP/1.1 200 ",
        "HTTP/1.1 200 OK\r\nx: ",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n",
    ] {
        let (answer, _, took) = endless(begin, b"x".to_vec(), Duration::from_millis(40), deadline).await;
        assert_eq!(answer, Err(HttpFailure::Timeout), "{begin:?}");
        assert!(took < deadline * 20, "{begin:?}: {took:?}");
    }
}

#[tokio::test]
async fn announcements_without_end_are_no_answer() {
    let piece = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    let (answer, _, _) = endless("", piece, Duration::from_millis(1), Duration::from_millis(400)).await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test]
async fn what_is_packed_is_not_unpacked() {
    for packed in ["gzip", "br", "identity, gzip", "x-gzip"] {
        let answer =
            answered(&format!("HTTP/1.1 200 OK\r\ncontent-encoding: {packed}\r\ncontent-length: 0\r\n\r\n")).await;
        assert!(matches!(answer, Err(HttpFailure::Transport(_))), "{packed}: {answer:?}");
    }
    let within = answered("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").await;
    assert!(matches!(within, Err(HttpFailure::Transport(_))), "{within:?}");
    let chunked = answered("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").await;
    assert_eq!(chunked.unwrap().body, b"ok", "the control");
    let plain = answered("HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
    assert_eq!(plain.body, b"ok");
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure() {
    for answer in [
        "",
        "\r\n",
        "hello\r\n\r\n",
        "HTTP/0.9 200 OK\r\n\r\n",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nx y: z\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 101 Go\r\nupgrade: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nx: \0\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0",
    ] {
        let came = answered(answer).await;
        assert!(matches!(came, Err(HttpFailure::Transport(_))), "{answer:?}: {came:?}");
    }
}
