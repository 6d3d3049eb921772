//! What must go, what must stay, and how long it may take.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{RedactStream, Redactor};

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
const A16: &str = "ABCDEFGHIJKLMNOP";
const A24: &str = "abcdefghijklmnopqrstuvwx";
const A36: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

fn redact(text: &str) -> String {
    let once = Redactor::default().redact(text).into_owned();
    assert_eq!(Redactor::default().redact(&once), once, "not idempotent on {text:?}");
    once
}

/// What must come out; `***` where a secret was.
fn exact(cases: &[(String, String)]) {
    for (given, wanted) in cases {
        assert_eq!(&redact(given), wanted, "given {given:?}");
    }
}

macro_rules! cases {
    ($($given:expr => $wanted:expr),* $(,)?) => { exact(&[$(($given.to_string(), $wanted.to_string())),*]) };
}

#[test]
fn names_give_their_value_away() {
    cases![
        format!("token={JWT} done") => "token=*** done",
        format!("auth token: {JWT}") => "auth token: ***",
        "password=hunter2secret" => "password=***",
        "password: hunter2" => "password: ***",
        "KEY = abc" => "KEY = ***",
        r#"{"password":"hunter2"}"# => r#"{"password":"***"}"#,
        r#"text {\"password\":\"hunter2\"} more"# => r#"text {\"password\":\"***\"} more"#,
        r#"{\\\"password\\\": \\\"hunter2\\\", \\\"a\\\": 1}"# => r#"{\\\"password\\\": \\\"***\\\", \\\"a\\\": 1}"#,
        r#"export GITHUB_TOKEN="abc""# => r#"export GITHUB_TOKEN="***""#,
        "GITHUB_TOKEN='a b c' next" => "GITHUB_TOKEN='***' next",
        r#"{"api_key":"k1","name":"x"}"# => r#"{"api_key":"***","name":"x"}"#,
        r#"{"Authorization":"Bearer abc"}"# => r#"{"Authorization":"Bearer ***"}"#,
        r#"{"a":["x"],"Authorization":["Basic dXNlcjpwYXNz"]}"# => r#"{"a":["x"],"Authorization":["Basic ***"]}"#,
        r#"password = "with \" quote" # note"# => r#"password = "***" # note"#,
        r#"password="never closed"# => "password=\"***",
        "password=a,b;c&d!e done" => "password=*** done",
        "user=x&password=y&z=1" => "user=x&password=***&z=1",
        "https://h/p?token=abc&x=1" => "https://h/p?token=***&x=1",
        "(password=hunter2)" => "(password=***)",
        "{password: hunter2, name: x}" => "{password: ***, name: x}",
        "Server=db;Password=hunter2;Database=x" => "Server=db;Password=***;Database=x",
        "AccountKey=abc+def/ghi==;EndpointSuffix=core" => "AccountKey=***;EndpointSuffix=core",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG" => "aws_secret_access_key = ***",
        "API key: abc123" => "API key: ***",
        "Secret Access Key: abc123" => "Secret Access Key: ***",
        "'password' => 'hunter2'," => "'password' => '***',",
        "$config['password'] = 'hunter2';" => "$config['password'] = '***';",
        "os.environ[\"API_KEY\"] = \"k1\"" => "os.environ[\"API_KEY\"] = \"***\"",
        "password := \"hunter2\"" => "password := \"***\"",
        "if password == \"hunter2\" {" => "if password == \"***\" {",
        "let password = b\"hunter2\";" => "let password = b\"***\";",
        "password: |\n  line one\n  line two\nnext: x" => "password: |\n  ***\nnext: x",
        "//registry.npmjs.org/:_authToken=abc" => "//registry.npmjs.org/:_authToken=***",
        "\"auth\": \"dXNlcjpwYXNz\"" => "\"auth\": \"***\"",
        "run --password hunter2 --verbose" => "run --password *** --verbose",
        "run --api-key=abc" => "run --api-key=***",
        r#"["--token", "abc", "x"]"# => r#"["--token", "***", "x"]"#,
        "<password>hunter2</password>" => "<password>***</password>",
        "- name: API_KEY\n  value: abc\n- name: X\n  value: y" => "- name: API_KEY\n  value: ***\n- name: X\n  value: y",
        r#"{"name":"API_KEY","value":"abc"}"# => r#"{"name":"API_KEY","value":"***"}"#,
        "machine h login me password hunter2" => "machine h login me password ***",
        "PGPASSWORD=x psql" => "PGPASSWORD=*** psql",
        "pass\u{e9} password=h\u{e9}slo done" => "pass\u{e9} password=*** done",
    ];
}

#[test]
fn headers_lose_their_secret_and_keep_their_scheme() {
    cases![
        format!("Authorization: Bearer {A36}") => "Authorization: Bearer ***",
        "Authorization: Bearer abc next" => "Authorization: Bearer *** next",
        "Authorization: Basic dXNlcjpwYXNz" => "Authorization: Basic ***",
        "Authorization: Token abc" => "Authorization: Token ***",
        "authorization: abc" => "authorization: ***",
        "Proxy-Authorization: Basic abc\nHost: x" => "Proxy-Authorization: Basic ***\nHost: x",
        "Authorization: Digest username=\"a\", response=\"b\"\nHost: x" => "Authorization: Digest ***\nHost: x",
        "curl -H 'Authorization: Bearer abc' https://h" => "curl -H 'Authorization: Bearer ***' https://h",
        "curl -H \"X-Api-Key: abc\" https://h" => "curl -H \"X-Api-Key: ***\" https://h",
        "\"head: x\\nAuthorization: Custom a b\\nHost: y\"" => "\"head: x\\nAuthorization: ***\\nHost: y\"",
        "Cookie: a=b; c=d\nHost: x" => "Cookie: ***\nHost: x",
        "set-cookie: sid=abc; Path=/\r\nHost: x" => "set-cookie: ***\r\nHost: x",
        format!("saw Bearer {A36} there") => "saw Bearer *** there",
        "Basic dXNlcjpwYXNz" => "Basic ***",
        "curl -u me:hunter2 https://h" => "curl -u me:*** https://h",
    ];
}

#[test]
fn tokens_are_known_by_their_shape() {
    let hex64 = "0123456789abcdef".repeat(4);
    let tokens = [
        format!("ghp_{A36}"),
        format!("gho_{A36}"),
        format!("ghu_{A36}"),
        format!("ghs_{A36}"),
        format!("ghr_{A36}"),
        format!("github_pat_11ABCDEFG0{A36}_{A24}"),
        "glpat-abcdefghij0123456789".into(),
        "glpat-abc_def-ghij012345.01.0a1b2c3d4".into(),
        format!("npm_{A36}"),
        "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw".into(),
        "xoxb-123456789012-abcdefABCDEF".into(),
        "xoxe.xoxp-1-abcdefghijkl".into(),
        "xapp-1-A0123-456-abcdef".into(),
        format!("sk_live_{A24}"),
        format!("sk_test_{A24}"),
        format!("rk_live_{A24}"),
        format!("whsec_{A24}"),
        format!("sk-{A36}"),
        format!("sk-proj-{A24}_-{A24}"),
        format!("sk-ant-api03-{A36}-_"),
        format!("sk-or-v1-{hex64}"),
        format!("AIza{}", &A36[..35]),
        format!("ya29.a0Af_{A24}"),
        format!("GOCSPX-{A24}"),
        format!("AKIA{A16}"),
        format!("ASIA{A16}"),
        format!("hf_{}", &A36[..34]),
        format!("dop_v1_{hex64}"),
        format!("SK{}", &hex64[..32]),
        format!("SG.{A24}.{A36}"),
        "123456789:AAabcdefghijklmnopqrstuvwxyz0123456".into(),
        "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0".into(),
        "abc8Q~abcdefghijklmnopqrstuvwxyz01234567".into(),
        format!("AGE-SECRET-KEY-1{}", A36.repeat(2).to_uppercase()),
        format!("hvs.{A36}"),
        format!("tskey-auth-{A16}-{A24}"),
        format!("dckr_pat_{A36}"),
        format!("gsk_{A36}"),
        JWT.into(),
        JWT[..60].into(),
    ];
    for token in tokens {
        for (before, after) in
            [("", ""), ("a key ", " ok"), ("\"", "\""), ("(", ")"), ("x=", "\n"), ("日本", "語"), ("[", ", y]")]
        {
            assert_eq!(redact(&format!("{before}{token}{after}")), format!("{before}***{after}"));
        }
    }
    cases![
        format!("deploy key ghp_{A36} ok") => "deploy key *** ok",
        format!("aws key=AKIA{A16}") => "aws key=***",
        format!("https://hooks.slack.com/services/T0001/B0001/{A24}") => "https://hooks.slack.com/services/***",
        format!("https://discord.com/api/webhooks/123/{A36}") => "https://discord.com/api/webhooks/123/***",
    ];
}

#[test]
fn addresses_lose_their_password() {
    cases![
        "postgres://me:hunter2@db:5432/x" => "postgres://me:***@db:5432/x",
        "https://me:p@ss:w@host/p?mail=a@b.c" => "https://me:***@host/p?mail=a@b.c",
        "redis://:hunter2@h" => "redis://:***@h",
        "amqp://me:ab/cd@h" => "amqp://me:***@h",
        format!("https://{A36}@github.com/x") => "https://***@github.com/x",
        "https://a.blob.core.windows.net/c?sv=1&sig=abc%2Bdef123&se=2" => "https://a.blob.core.windows.net/c?sv=1&sig=***&se=2",
        "https://h:8080/a/b@c" => "https://h:8080/a/b@c",
        "https://h:8080/path" => "https://h:8080/path",
        "git@github.com:a/b.git" => "git@github.com:a/b.git",
        "https://me@host/x" => "https://me@host/x",
    ];
}

fn key(kind: &str) -> String {
    let body = format!("{}\n", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj").repeat(5);
    format!("-----BEGIN {kind}-----\n{body}c2hvcnQ=\n-----END {kind}-----")
}

#[test]
fn private_keys_go_whole_or_cut() {
    for kind in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        let key = key(kind);
        assert_eq!(redact(&format!("before\n{key}\nafter it")), "before\n***\nafter it", "{kind}");
        let written = key.replace('\n', "\\n");
        assert_eq!(redact(&format!("{{\"k\":\"{written}\",\"a\":1}}")), "{\"k\":\"***\",\"a\":1}", "{kind}");
        let diff: String = key.lines().map(|line| format!("+{line}\n")).collect();
        assert_eq!(redact(&format!("{diff}+fn main() {{}}\n")), "+***\n+fn main() {}\n", "{kind}");
        // Without its end: nothing of the body stays.
        let cut = &key[..key.len() - 60];
        assert_eq!(redact(&format!("a b\n{cut}")), "a b\n***", "{kind}");
        assert_eq!(redact(&format!("{cut}\n\nwords go on here")), "***\n\nwords go on here", "{kind}");
        // Without its beginning.
        let tail = &key[key.find('\n').unwrap() + 10..];
        assert_eq!(redact(&format!("cut here\n{tail}\nafter")), "cut here\n***\nafter", "{kind}");
    }
    cases![
        "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----" => "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nabc\n" => "-----BEGIN CERTIFICATE-----\nabc\n",
        "Proc\n-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\nMIIEabc\n" => "Proc\n***\n",
        "says \"-----BEGIN PRIVATE KEY-----\" and goes on" => "says \"***\" and goes on",
    ];
}

#[test]
fn harmless_text_stays() {
    for text in [
        "keyboard=us",
        "monkey=1",
        "api_version=3",
        "private_repo=true",
        "tokens=100",
        "total_tokens:123",
        "{tokens:5}",
        "ghp_abcd",
        "AKIA",
        "42 tests, 0 failures in 1.23s",
        "Bearer abc",
        "Bearer authentication failed",
        "basic authentication",
        "error: unexpected token: `}`",
        "unexpected token: 5",
        "let token = self.next_token();",
        "password: String,",
        "token: &str",
        "secret: Option<String>",
        "api_key = get_key()",
        "const apiKey = process.env.API_KEY;",
        "password: ${DB_PASSWORD}",
        "TOKEN=$(cat /run/token)",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "password=$PASSWORD",
        "--token <TOKEN>",
        "--password-stdin x",
        "use secret::tests::helper;",
        "src/password.rs:12:5: error",
        "test secret::hides ... ok",
        "token_type=bearer",
        "token_count: 12",
        "max_tokens=4096",
        "password_file=/run/secrets/db",
        "password=",
        "password: \"\"",
        "token: null",
        "\"password\": false",
        "secrets: inherit",
        "credentials: 'include'",
        "public_key=abc",
        "PWD=/home/me",
        "the key: value pairs",
        "cache_key: abc",
        "a = b == c",
        "pass: 12",
        "tests_pass=3",
        "# pass 12",
        "sha512-abc+def==",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "cookie: chocolate",
        "pass the --token flag",
        "x -> y :: z",
        "==========",
        "::::::",
        "key=value",
        "sk-learn",
        "task-runner-something-long-name",
        "the secretary: Ann",
        "primary_key: id",
        "<token>",
        "SSH_AUTH_SOCK=/tmp/ssh-abc/agent.1",
        "https://h/login?next=/a",
        "12:34:56",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn json_values_go_by_their_name() {
    let redactor = Redactor::new(["very-secret-value".to_owned()]);
    let given = json!({
        "password": "hunter2", "name": "x", "tokens": 5, "usage": {"total_tokens": 9, "input_tokens": 4},
        "nested": [{"apiKey": "k", "n": null, "ok": true}, "very-secret-value"], "secret": 12_345_678, "token": null,
        "credentials": {"user": "me", "more": ["a"]}, "private": true, "env": [{"name": "API_KEY", "value": "abc"}],
        "headers": {"Authorization": "Bearer abc", "Cookie": "a=b", "Accept": "*/*"},
        "token_node": 1, "args": ["--password", "x"], "text": "password=hunter2 and more",
    });
    let wanted = json!({
        "password": "***", "name": "x", "tokens": 5, "usage": {"total_tokens": 9, "input_tokens": 4},
        "nested": [{"apiKey": "***", "n": null, "ok": true}, "***"], "secret": "***", "token": null,
        "credentials": {"user": "***", "more": ["***"]}, "private": true, "env": [{"name": "API_KEY", "value": "***"}],
        "headers": {"Authorization": "Bearer ***", "Cookie": "***", "Accept": "*/*"},
        "token_node": 1, "args": ["--password", "x"], "text": "password=*** and more",
    });
    assert_eq!(redactor.redact_json(&given), wanted);
    assert_eq!(redactor.redact_json(&wanted), wanted);
}

#[test]
fn known_values_go_in_every_form() {
    let secret = "p\"4ss/w\u{f6}rd & more!";
    let redactor = Redactor::new([secret.to_owned()]);
    let standard = base64::engine::general_purpose::STANDARD;
    let encode = |text: &str| base64::Engine::encode(&standard, text);
    let percent = "p%224ss%2Fw%C3%B6rd%20%26%20more%21";
    for form in [
        secret.to_owned(),
        serde_json::to_string(secret).unwrap(),
        serde_json::to_string(&serde_json::to_string(secret).unwrap()).unwrap(),
        percent.to_owned(),
        percent.to_lowercase(),
        percent.replace("%20", "+"),
        "7022347373".to_owned() + "2f77c3b67264202620" + "6d6f726521",
    ] {
        let out = redactor.redact(&format!("<{form}>")).into_owned();
        assert!(out.contains("***") && !out.contains("4ss") && !out.contains("6d6f"), "{form} gave {out}");
    }
    for user in ["", "u:", "me:", "bob:"] {
        let encoded = encode(&format!("{user}{secret}"));
        let out = redactor.redact(&format!("got {encoded} here")).into_owned();
        assert!(out.contains("***") && out.len() < "got  here".len() + user.len() * 2 + 3 + 6, "{user} gave {out}");
    }
}

#[test]
fn short_and_trivial_values_are_not_worth_hiding() {
    let redactor = Redactor::new(["abc", "aaaaaaaaaaaa", "localhost", "/home/me/.ssh/id", ""].map(str::to_owned));
    for text in ["abc", "aaaaaaaaaaaa", "localhost:80", "/home/me/.ssh/id_ed25519"] {
        assert_eq!(redactor.redact(text), text);
    }
}

#[test]
fn a_longer_secret_wins_over_its_own_beginning_and_a_line_of_it_counts() {
    let key = "-----BEGIN X-----\nabcdefghijklmnopqrstuvwx\nyz0123456789abcdefghijkl\n-----END X-----";
    let redactor = Redactor::new(["hunter2hunter2", "hunter2hunter2more", key].map(str::to_owned));
    assert_eq!(redactor.redact("hunter2hunter2more"), "***");
    assert_eq!(redactor.redact(&format!("a {key} b")), "a *** b");
    assert_eq!(redactor.redact("+yz0123456789abcdefghijkl"), "+***");
}

#[test]
fn a_secret_across_a_cut_at_8192_is_gone_before_the_cut() {
    let text = format!("{} ghp_{A36} end", "x".repeat(8180));
    let out = redact(&text);
    assert!(!out.contains("ghp_") && out.ends_with(" *** end"));
}

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
