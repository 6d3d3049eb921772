//! Values that the host knows, however they are written.
#![allow(clippy::unwrap_used)]

use super::Redactor;
use super::vectors::{A36, redact};

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

/// A secret in the forms in which it turns up, none of which may show any of it.
#[test]
fn known_values_go_however_they_are_written() {
    let secret = "p\"4ss/w\u{f6}rd & mo're!Z";
    let redactor = Redactor::new([secret.to_owned()]);
    let each = |between: &str| secret.chars().map(String::from).collect::<Vec<_>>().join(between);
    let escaped = |escape: fn(u8) -> String| secret.bytes().map(escape).collect::<String>();
    let base64 = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let lines =
        |text: &str| text.as_bytes().chunks(10).map(|c| str::from_utf8(c).unwrap()).collect::<Vec<_>>().join("\n");
    let forms = [
        each("\u{200b}"),
        each("\u{1b}[0m"),
        each("\0"),
        each("\n"),
        each(" "),
        escaped(|b| format!("%{b:02x}")),
        escaped(|b| format!("\\x{b:02X}")),
        secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
        secret.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        secret.chars().map(|c| format!("&#x{:X};", u32::from(c))).collect(),
        secret.chars().map(|c| if c.is_alphanumeric() { c.to_string() } else { format!("\\{c}") }).collect(),
        secret.replace('&', "&amp;").replace('"', "&quot;"),
        secret.replace('\'', r"'\''"),
        secret.replace('\'', r#"'"'"'"#),
        secret.chars().rev().collect(),
        lines(&base64(secret)),
        base64(&base64(secret)),
        base64(secret).replace('+', "-").replace('/', "_"),
        escaped(|b| format!("{b:02x} ")).trim_end().to_owned(),
        escaped(|b| format!("{b:02X}:")).trim_end_matches(':').to_owned(),
        lines(&escaped(|b| format!("{b:02x}"))),
    ];
    for form in forms {
        let out = redactor.redact(&format!("<{form}>")).into_owned();
        // What is left is at most an end that base64 shares with what comes next.
        assert!(out.contains("***") && out.len() <= "<***>".len() + 4, "{form} gave {out}");
    }
}

#[test]
fn a_mask_keeps_every_place_and_leaves_code_alone() {
    let redactor = Redactor::new(["very-secret-value".to_owned()]);
    let text = format!("let token = \"abc\";\nlet a = \"ghp_{A36}\"; // very-secret-value\n");
    let masked = String::from_utf8(redactor.mask(text.as_bytes()).into_owned()).unwrap();
    assert_eq!(masked, format!("let token = \"abc\";\nlet a = \"{}\"; // {}\n", "*".repeat(40), "*".repeat(17)));
    let broken = [b"\xff\xfe ".as_slice(), b"very-secret-value", b"\xff"].concat();
    assert_eq!(*redactor.mask(&broken), [b"\xff\xfe ".as_slice(), &[b'*'; 17], b"\xff"].concat());
    assert!(matches!(redactor.mask(b"plain"), std::borrow::Cow::Borrowed(_)));
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
