//! What must go and what must stay: tables of texts with what comes out of them.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::Redactor;

pub(super) const JWT: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
pub(super) const A16: &str = "ABCDEFGHIJKLMNOP";
pub(super) const A24: &str = "abcdefghijklmnopqrstuvwx";
pub(super) const A36: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

pub(super) fn redact(text: &str) -> String {
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

/// The rows that a redactor is measured by, each with its demand: what must be gone is gone, what must stay is there.
#[test]
fn the_table() {
    let near = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let pem = key("RSA PRIVATE KEY");
    cases![
        format!("token={JWT} done") => "token=*** done",
        format!("auth token: {JWT}") => "auth token: ***",
        format!("deploy key ghp_{A36} ok") => "deploy key *** ok",
        format!("gho_{A36} ghu_{A36} ghs_{A36} ghr_{A36}") => "*** *** *** ***",
        format!("aws key=AKIA{A16}") => "aws key=***",
        format!("{pem}\nnext") => "***\nnext",
        format!("Authorization: Bearer {A36}") => "Authorization: Bearer ***",
        "password=hunter2secret" => "password=***",
        format!("xoxb-123456789012-{A24} AIza{} sk_live_{A24}", &A36[..35]) => "*** *** ***",
        "ghp_abcd" => "ghp_abcd",
        "AKIA" => "AKIA",
        "42 tests, 0 failures in 1.23s" => "42 tests, 0 failures in 1.23s",
        near("eyJA_B-C0", 300_000) => near("eyJA_B-C0", 300_000),
        near("AKIAAAAAAAAAAAAAAA ", 50_000 * 19) => near("AKIAAAAAAAAAAAAAAA ", 50_000 * 19),
        format!("{}=x", near("_", 100_000)) => format!("{}=x", near("_", 100_000)),
        "Bearer abc" => "Bearer abc",
        r#"{"api_key":"k1","Authorization":"Bearer abc"}"# => r#"{"api_key":"***","Authorization":"Bearer ***"}"#,
        "Authorization: Basic dXNlcjpwYXNz" => "Authorization: Basic ***",
        "Authorization: Token abc" => "Authorization: Token ***",
        key("PRIVATE KEY") => "***",
        "password: hunter2" => "password: ***",
        "KEY = abc" => "KEY = ***",
        r#"{"password":"hunter2"}"# => r#"{"password":"***"}"#,
        r#"text {\"password\":\"hunter2\"} more"# => r#"text {\"password\":\"***\"} more"#,
        r#"export GITHUB_TOKEN="abc""# => r#"export GITHUB_TOKEN="***""#,
        format!("sk-ant-api03-{A36} sk-proj-{A36}") => "*** ***",
        "keyboard=us" => "keyboard=us",
        "monkey=1" => "monkey=1",
        "api_version=3" => "api_version=3",
        "private_repo=true" => "private_repo=true",
        "tokens=100" => "tokens=100",
        "{tokens:5}" => "{tokens:5}",
        "total_tokens:123" => "total_tokens:123",
    ];
    let object = json!({"password": "x", "name": "n", "in": [{"token": "abcdef"}, null, 7, true], "total_tokens": 5});
    let wanted = json!({"password": "***", "name": "n", "in": [{"token": "***"}, null, 7, true], "total_tokens": 5});
    assert_eq!(Redactor::default().redact_json(&object), wanted);
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
        "let password: String = \"hunter2\".into();" => "let password: String = \"***\".into();",
        "const API_KEY: &'static str = \"k1\";" => "const API_KEY: &'static str = \"***\";",
        "PaSsWoRd=hunter2" => "PaSsWoRd=***",
        "machine h\n  login me\n  password hunter2" => "machine h\n  login me\n  password ***",
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
        "Set-CookiE: sid=abc; Path=/\r\nHost: x" => "Set-CookiE: ***\r\nHost: x",
        "curl -b 'sid=abc123' https://h" => "curl -b '***' https://h",
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

pub(super) fn key(kind: &str) -> String {
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
        "Bearer {{secret:TOKEN}}",
        "Authorization: Bearer {{secret:ADVISORY_TOKEN}}",
        "\"authorization\": \"token {{secret:TOKEN}}\"",
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
        "token: FencingToken,",
        "fn spend(&self, token: FencingToken, hint: Option<&str>)",
        "fn register(kq: BorrowedFd<'_>, token: usize) {",
        "pub fn bearer_auth<T>(self, token: T) -> Self",
        "password: &'a str,",
        "const SECRET: &[&str] = &[",
        "fn token(&self) -> &Token {",
        "let key = map.get(\"k\");",
        "static KEY: RandomState = RandomState::new();",
        "holds a secret: its value is hidden",
        "Incorrect API key: [the key]",
        "Incorrect API key: {KEY}",
        "a granted secret as {{secret:NAME}}",
        "fn a_real_failure_outweighs_a_broken_gate_and_all_are_named_in_order() {",
        "disk_test_environment fork_test_something_long",
        "secret_some_long_name_with_many_words_in_it_for_a_test_case",
        "re_exported_names_of_a_crate_that_are_long_enough_for_a_token",
        "session_id: SessionId,",
        "\"Access-Control-Allow-Credentials: true\\r\\n\"",
        "01234567-89ab-cdef-0123-456789abcdef",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "integrity=sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "%41pi%20docs &amp; more",
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
fn a_secret_is_found_under_its_wrapping() {
    cases![
        format!("\u{1b}[32mAKIA{A16}\u{1b}[0m ok") => "\u{1b}[32m***\u{1b}[0m ok",
        format!("gh\u{200b}p_{}\u{1b}[1m{} ok", &A36[..9], &A36[9..]) => "*** ok",
        "\u{1b}[33mpassword\u{1b}[0m: \u{1b}[1mhunter2\u{1b}[0m" => "\u{1b}[33mpassword\u{1b}[0m: \u{1b}[1m***\u{1b}[0m",
        format!(r#""line\nhf_{A36}\n""#) => r#""line\n***\n""#,
        format!("u%3Dsk-{A36}%26v") => "u%3D***%26v",
        "password%3Dhunter2%26x%3D1" => "password%3D***%26x%3D1",
        "&quot;password&quot;:&quot;hunter2&quot;" => "&quot;password&quot;:&quot;***&quot;",
        r"password\u003dhunter2 x" => r"password\u003d*** x",
    ];
}
