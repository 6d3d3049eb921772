//! A known secret never comes out, whatever stands around it, however it is written and wherever it is cut.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use goalpost_core::redact::{RedactStream, Redactor};

use crate::input::{choice, text, texts};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "redaction",
    check,
    seeds: || {
        let texts = [
            "first\ntoken ghp_0123456789abcdef0123456789abcdef0123\0{\"password\": \"hunter2\"}",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n\0-----END PRIVATE KEY-----\n",
            "Authorization: Bearer a.b.c\npassword: |\n  x\0  y\nz",
            "\u{1b}[31mred\u{1b}[0m \\u006bnown\0&amp;%41%2541",
        ];
        (0..=WAYS).flat_map(|way| seeds::choosing(way as u8 + 16, seeds::of(&texts)).collect::<Vec<_>>()).collect()
    },
    words: &[
        "password",
        "token",
        "KEY",
        "Authorization",
        "Cookie",
        "api_key",
        "--token",
        "=",
        ": ",
        " = ",
        "=>",
        "\"",
        "'",
        "\\\"",
        "\\\\\\\"",
        "\n",
        "\r\n",
        "\\n",
        "<password>",
        "</password>",
        "Bearer ",
        "Basic ",
        "|\n  ",
        "://",
        "@",
        "user:",
        "***",
        "name: ",
        "value: ",
        "${",
        "eyJ",
        "curl -u ",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "AKIAABCDEFGHIJKLMNOP",
        "ghp_",
        "sk-",
        "日本",
        "\u{200b}",
        "\u{1b}[0m",
        "known-secret",
        "login x password ",
        "&#x6b;",
        "\\u006b",
        "%6b",
        "\\x6b",
    ],
};

const SECRET: &str = "known-secret-value-7Q";

/// Costly to make.
static REDACTOR: LazyLock<Arc<Redactor>> = LazyLock::new(|| Arc::new(Redactor::new([SECRET.to_owned()])));

/// Ways of writing the secret; one more stands for none at all.
const WAYS: usize = 11;
const COLOURED: usize = 10;

fn written(way: usize) -> String {
    let each = |write: &dyn Fn(u8) -> String| SECRET.bytes().map(write).collect::<String>();
    match way {
        0 => SECRET.to_owned(),
        1 => STANDARD.encode(SECRET),
        2 => URL_SAFE_NO_PAD.encode(format!("x{SECRET}")),
        3 => STANDARD.encode(format!("xy{SECRET}z")),
        4 => each(&|byte| format!("{byte:02x}")),
        5 => each(&|byte| format!("{byte:02X}")),
        6 => SECRET.chars().rev().collect(),
        7 => each(&|byte| format!("%{byte:02x}")),
        8 => each(&|byte| format!("\\u{byte:04x}")),
        9 => each(&|byte| format!("{}\n", char::from(byte))),
        COLOURED => each(&|byte| format!("{}\u{1b}[1m", char::from(byte))),
        _ => String::new(),
    }
}

/// What is redacted is redacted for good, and the same in any pieces.
pub fn check(data: &[u8]) {
    let Some((how, data)) = choice(data) else { return };
    let Some((before, after)) = texts(data) else { return };
    let secret = written(how % (WAYS + 1));
    // Colours within a secret are seen through, and so is what begins like a colour before it: not both in one line.
    let parted = if how % (WAYS + 1) == COLOURED && before.contains(['\u{1b}', '\u{9b}', '\u{9d}', '\u{90}']) {
        "\n"
    } else {
        ""
    };
    let whole = format!("{before}{parted}{secret}{after}");
    let redactor = &*REDACTOR;
    let out = redactor.redact(&whole).into_owned();
    assert!(secret.is_empty() || !out.contains(&secret), "{secret:?} is still in {out:?}");
    assert!(!out.contains(SECRET), "{out:?}");
    assert_eq!(redactor.redact(&out), out, "there was more to redact");

    let mut stream = RedactStream::new(redactor.clone());
    let mut pieces = String::new();
    for piece in whole.as_bytes().chunks(1 + how / 7) {
        pieces.push_str(&stream.push(piece));
    }
    pieces.push_str(&stream.finish());
    assert_eq!(pieces, out, "in pieces of {}", 1 + how / 7);

    let masked = redactor.mask(whole.as_bytes());
    assert_eq!(masked.len(), whole.len(), "places have moved");
    assert!(text(&masked).is_none_or(|masked| !masked.contains(SECRET)));
    let damaged = [b"\xff\xc3", whole.as_bytes(), b"\x80"].concat();
    assert_eq!(redactor.mask(&damaged).len(), damaged.len());
}
