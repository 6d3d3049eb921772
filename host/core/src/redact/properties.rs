//! What holds for any text: time, streams, and that no secret survives.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::formats::{Before, Body, FORMATS, Format};
use super::vectors::{A36, key, redact};
use super::{RedactStream, Redactor};

/// Debug builds of this crate on a busy machine: ten times what is demanded of a release build.
fn within(limit: Duration, what: &str, text: &str) {
    let start = Instant::now();
    let _ = Redactor::default().redact(text);
    let took = start.elapsed();
    assert!(took < limit * 10, "{what} took {took:?}");
}

#[test]
fn hostile_text_takes_linear_time() {
    Redactor::default().redact("compile the patterns first: ghp_");
    let second = Duration::from_secs(1);
    within(second, "a long near-JWT", &"eyJA_B-C0".repeat(300_000 / 9));
    within(
        second,
        "three near-JWTs",
        &format!("eyJ{} eyJ{} eyJ{}", "a".repeat(50_000), "b".repeat(50_000), "c".repeat(50_000)),
    );
    within(second, "near-AKIAs", &"AKIAAAAAAAAAAAAAAA ".repeat(50_000));
    within(Duration::from_millis(200), "underscores", &format!("{}=x", "_".repeat(100_000)));
    within(second, "separators", &"=:".repeat(150_000));
    within(second, "names without values", &"password=".repeat(30_000));
    within(second, "quotes", &"password=\"".repeat(30_000));
    within(second, "escaped quotes", &format!("password=\"{}", "\\\"".repeat(150_000)));
    within(second, "schemes", &"a://b:c".repeat(40_000));
    within(second, "begin markers", &"-----BEGIN PRIVATE KEY-----\n".repeat(10_000));
    within(second, "end markers", &"abcdefghijklmnopqrst\n-----END PRIVATE KEY-----\n".repeat(6_000));
    within(second, "base64 lines", &"abcdefghijklmnopqrstuvwxyz\n".repeat(12_000));
    within(second, "authorization", &"authorization: digest ".repeat(14_000));
    within(second, "block scalars", &"password: |\n  a\n".repeat(15_000));
    within(second, "flags", &"--token --token= ".repeat(18_000));
    within(second, "curl", &"curl -u ".repeat(35_000));
    within(second, "elements", &"<password></".repeat(25_000));
    within(second, "names", &"name=a value=".repeat(23_000));
    within(second, "prefixes in each other", &"sk-ant-ghp_xoxb-".repeat(19_000));
    within(second, "marks of infixes", &"aT3BlbkFJ".repeat(33_000));
    within(second, "backslashes", &"\\".repeat(300_000));
    within(second, "escapes in escapes", &"%2525".repeat(60_000));
    within(second, "colours without end", &"\u{1b}]".repeat(150_000));
    within(second, "typed names", &"token: A = ".repeat(27_000));
    within(second, "tokens that end each other's word", &format!("shpat_{0}dapi{0}", "0".repeat(32)).repeat(4_000));
    within(second, "passes", &"SK0123456789abcdef0123456789abcdefpassword=".repeat(7_000));
}

/// Time that this thread had on a processor: what else runs on the machine does not count.
fn busy() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

/// Whatever it is made of: sixteen times would be the square.
#[test]
fn four_times_the_text_takes_about_four_times_the_time() {
    let redactor = Redactor::new(["known-secret-value".to_owned(), "aaaabaaaabaaaab".to_owned()]);
    for piece in [
        "aaaab",
        "token=a ",
        "\\\"",
        "eyJhbGci.",
        "\u{1b}[0m\u{200b}x",
        "k: |\n  a\n",
        "sk-",
        "a://b:c@",
        "\"password\": \"x\", ",
        "login a password ",
    ] {
        let time = |bytes: usize| {
            let text = piece.repeat(bytes / piece.len());
            let start = busy();
            let _ = redactor.redact(&text);
            busy() - start
        };
        let (once, more) = (time(40_000), time(160_000));
        assert!(more < once * 10 + Duration::from_millis(20), "{piece:?}: {once:?}, then {more:?}");
    }
}

fn stream(redactor: Redactor, bytes: &[u8], step: usize) -> String {
    let mut stream = RedactStream::new(Arc::new(redactor));
    let mut out = String::new();
    for chunk in bytes.chunks(step) {
        out.push_str(&stream.push(chunk));
    }
    out.push_str(&stream.finish());
    out
}

#[test]
fn a_secret_across_chunks_is_redacted() {
    let text = format!(
        "first\ntoken ghp_{A36} x\n{}\nAuthorization: Bearer abc\npassword: |\n  a b\n  c\nlast",
        key("PRIVATE KEY")
    );
    for step in [1, 2, 3, 7, 64, 1000] {
        assert_eq!(stream(Redactor::default(), text.as_bytes(), step), redact(&text), "{step}");
    }
}

#[test]
fn a_key_with_odd_lines_is_held_until_its_end_comes() {
    let text = "a\n-----BEGIN PRIVATE KEY-----\nnot base64 at all\nmore of it here\nand more\n-----END PRIVATE KEY-----\nb\nc\n";
    for step in [1, 5, 30] {
        assert_eq!(stream(Redactor::default(), text.as_bytes(), step), "a\n***\nb\nc\n");
    }
}

#[test]
fn a_stream_lets_lines_go_as_they_come_and_keeps_little() {
    let mut stream = RedactStream::new(Arc::default());
    let mut released = 0;
    for i in 0..100_000 {
        released += stream.push(format!("line {i} of the output\n").as_bytes()).len();
        assert!(released + 1_000 > i * 20, "held back too much at {i}");
    }
}

#[test]
fn a_line_without_end_is_let_go_in_pieces_without_its_secrets() {
    let line =
        format!("{} \"password\": \"hunter2\", \"k\": \"ghp_{A36}\", ", "filler words ".repeat(50)).repeat(1_500);
    let mut stream = RedactStream::new(Arc::default());
    let mut out = String::new();
    let mut held = 0;
    for chunk in line.as_bytes().chunks(8_000) {
        out.push_str(&stream.push(chunk));
        held = held.max(stream.push(b"").len());
    }
    assert!(out.len() > line.len() / 2, "nothing came out before the end");
    out.push_str(&stream.finish());
    assert!(!out.contains("hunter2") && !out.contains("ghp_"));
    assert_eq!(out, redact(&line));
}

#[test]
fn an_endless_secret_leaves_only_a_mark() {
    let text = format!("a\nb\npassword={} end\n", "Zq9".repeat(400_000));
    let out = stream(Redactor::default(), text.as_bytes(), 10_000);
    assert!(
        out.starts_with("a\nb\npassword=***") && out.ends_with(" end\n") && !out.contains("Zq9"),
        "{} bytes",
        out.len()
    );
}

#[test]
fn broken_characters_become_replacement_characters_in_any_chunks() {
    let bytes = b"a\xff\xc3\xa9\n\xe6\x97 token=\xe6\x97\xa5\xe6\n\xe6\x97";
    let whole = redact(&String::from_utf8_lossy(bytes));
    for step in 1..bytes.len() {
        assert_eq!(stream(Redactor::default(), bytes, step), whole);
    }
}

/// A token of a format: made of what its body may hold, the same for every call.
fn sample(format: &Format, prefix: &str) -> String {
    let alphabet = match format.body {
        Body::Hex => "0a1b2c3d4e5f6789",
        Body::Upper => "Q1W2E3R4T5Y6U7I8O9P0",
        _ => "q1W2e3R4t5Y6u7I8o9P0aSdF",
    };
    format!("{prefix}{}", alphabet.chars().cycle().take(format.least).collect::<String>())
}

#[test]
fn every_format_is_known_wherever_it_stands() {
    for format in FORMATS {
        for prefix in format.prefixes {
            let token = sample(format, prefix);
            for (before, after) in
                [("", ""), ("a ", " b"), ("\"", "\","), ("\u{1b}[31m", "\u{1b}[0m"), ("\\n", "\\n"), ("日本", "。")]
            {
                let out = redact(&format!("{before}{token}{after}"));
                assert_eq!(out, format!("{before}***{after}"), "{}", format.vendor);
            }
            if format.before == Before::Border {
                let word = format!("word{token}");
                assert!(redact(&word).len() >= token.len() || redact(&word).contains("***"), "{}", format.vendor);
            }
        }
    }
}

#[test]
fn no_token_survives_a_split_at_any_byte() {
    let redactor = Arc::new(Redactor::default());
    for format in FORMATS {
        let token = sample(format, format.prefixes[0]);
        let text = format!("first line\nkey {token} ok\nlast\n");
        for at in 0..text.len() {
            let mut stream = RedactStream::new(redactor.clone());
            let mut out = stream.push(&text.as_bytes()[..at]);
            out.push_str(&stream.push(&text.as_bytes()[at..]));
            out.push_str(&stream.finish());
            assert_eq!(out, "first line\nkey *** ok\nlast\n", "{} at {at}", format.vendor);
        }
    }
}

#[test]
fn a_known_value_over_many_lines_is_found_in_a_stream() {
    let secret = "known-secret-value-0123456789";
    let wrapped = secret.chars().map(|c| format!("{c}\n")).collect::<String>();
    let text = format!("a\nb\n{wrapped}c\nd\n");
    for step in [1, 3, 7, 100] {
        let out = stream(Redactor::new([secret.to_owned()]), text.as_bytes(), step);
        assert_eq!(out, "a\nb\n***\nc\nd\n", "{step}");
    }
}

#[test]
fn what_only_begins_like_a_terminals_sequence_hides_nothing() {
    let redactor = Redactor::new(["known-secret-value".to_owned()]);
    let encoded: String = "known-secret-value".bytes().map(|byte| format!("%{byte:02x}")).collect();
    for start in ["\u{1b}[", "\u{9b}", "\u{1b}", "\u{1b}]", "\u{1b}[31"] {
        let out = redactor.redact(&format!("a {start}{encoded} b")).into_owned();
        assert_eq!(out, format!("a {start}*** b"), "{start:?}");
    }
}

/// The sources of this program hold no secret: what they look like is what most text looks like. These lines are made to
/// look like one.
#[test]
fn own_sources_stay_as_they_are() {
    const MEANT: &[&str] =
        &["sk-fake", "PRIVATE KEY", "user:password@", "x-api-key: fake", "secrets = [", "secrets: vec!", "{{secret:"];
    let redactor = Redactor::default();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut lines = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("redact") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                for line in std::fs::read_to_string(&path).unwrap().lines() {
                    lines += 1;
                    let meant = MEANT.iter().any(|part| line.contains(part));
                    assert!(meant || redactor.redact(line) == line, "{}: {line}", path.display());
                }
            }
        }
    }
    assert!(lines > 5_000);
}

/// Pieces that secrets, and what looks like them, are made of.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(vec![
            "password", "token", "KEY", "Authorization", "Cookie", "api_key", "--token", "=", ":", ": ", " = ", "=>", "\"", "'", "\\\"",
            "\\\\\\\"", "\n", "\r\n", "\\n", " ", ",", ";", "&", "?", "[", "]", "{", "}", "(", "<password>", "</password>", "Bearer ",
            "Basic ", "Digest ", "|\n  ", "://", "@", "user:", "a=b", "***", "name: ", "value: ", "$", "${", "eyJ", ".", "curl -u ",
            "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "AKIAABCDEFGHIJKLMNOP", "ghp_", "sk-", "日本", "é", "\u{0}",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7", "known-secret-value", "known\nsecret\nvalue", "12345678:A", "login x password ",
        ]).prop_map(str::to_owned),
        1 => "[a-zA-Z0-9_-]{1,40}",
        1 => "\\PC{0,8}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..25).prop_map(|pieces| pieces.concat())
}

fn knowing() -> Redactor {
    Redactor::new(["known-secret-value".to_owned(), "known\nsecret\nvalue".to_owned()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn redacting_twice_changes_nothing(text in text()) {
        let redactor = knowing();
        let once = redactor.redact(&text);
        prop_assert_eq!(redactor.redact(&once), once.clone());
    }

    #[test]
    fn a_stream_gives_what_the_whole_gives(text in text(), step in 1usize..40) {
        prop_assert_eq!(stream(knowing(), text.as_bytes(), step), knowing().redact(&text));
    }

    #[test]
    fn a_known_value_never_survives(before in text(), after in text()) {
        let out = knowing().redact(&format!("{before}known-secret-value{after}")).into_owned();
        prop_assert!(!out.contains("known-secret-value"));
    }

    #[test]
    fn a_token_never_survives(before in text(), after in "[^A-Za-z0-9_]\\PC{0,20}") {
        let token = format!("ghp_{A36}");
        let out = knowing().redact(&format!("{before}{token}{after}")).into_owned();
        prop_assert!(!out.contains(A36));
    }

    #[test]
    fn a_password_in_json_never_survives(value in "[a-z0-9\"\\\\/ ,;&=:]{4,30}[0-9]Zq", levels in 0usize..3) {
        let mut text = json!({"user": "me", "password": value.clone(), "last": 1}).to_string();
        for _ in 0..levels {
            text = Value::String(text).to_string();
        }
        let out = knowing().redact(&text);
        prop_assert!(!out.contains("Zq"), "{} gave {}", text, out);
        prop_assert!(out.contains("last"), "{} gave {}", text, out);
    }
}
