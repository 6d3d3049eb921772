//! Which values under a secret's name can be a secret.

use super::keys::Kind;

/// Whether `value` under a name of this kind is to be hidden. `spaced` when it stands without quotes after a space, as in
/// source code, where it may be a type or a call.
pub(super) fn hides(kind: Kind, value: &str, spaced: bool) -> bool {
    let value = value.trim();
    if value.is_empty() || value.bytes().all(|b| b == b'*') || is_placeholder(value) || is_plain_word(value) {
        return false;
    }
    if spaced && is_code(value) {
        return false;
    }
    match kind {
        Kind::Strong | Kind::Authorization => true,
        Kind::Cookie => value.contains('='),
        Kind::Weak | Kind::Store => {
            value.len() >= 6 || !value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_punctuation())
        }
        Kind::Vague => is_credential_like(value),
    }
}

/// Long enough, of the characters that credentials have, and no plain word.
pub(super) fn is_credential_like(value: &str) -> bool {
    let bytes = value.as_bytes();
    let digit = bytes.iter().any(u8::is_ascii_digit);
    let mixed = bytes.iter().skip(1).any(u8::is_ascii_uppercase) && bytes.iter().any(u8::is_ascii_lowercase);
    bytes.len() >= 8
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=:%".contains(b))
        && (digit || mixed || bytes.ends_with(b"="))
}

/// `$TOKEN`, `${TOKEN}`, `$(cat token)`, `<token>`, `{{ token }}`, `%TOKEN%`: says where a secret would be.
fn is_placeholder(value: &str) -> bool {
    let name = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-. ".contains(&b));
    let within =
        |open: &str, close: &str| value.strip_prefix(open).and_then(|v| v.strip_suffix(close)).is_some_and(name);
    value.strip_prefix('$').is_some_and(|v| {
        v.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && v.starts_with(|c: char| !c.is_ascii_digit())
    }) || within("${", "}")
        || within("<", ">")
        || within("{{", "}}")
        || within("${{", "}}")
        || within("%", "%")
        || value == "$"
        || value.starts_with("$(")
        || value == "${{"
        || value == "{{"
}

/// Words that stand after such names in configuration, messages and types, and protect nothing.
fn is_plain_word(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "true",
        "false",
        "null",
        "none",
        "nil",
        "undefined",
        "yes",
        "no",
        "on",
        "off",
        "required",
        "optional",
        "missing",
        "empty",
        "string",
        "str",
        "&str",
        "bool",
        "boolean",
        "number",
        "int",
        "integer",
        "bytes",
        "any",
        "object",
        "char",
        "text",
        "varchar",
        "option",
        "vec",
        "self",
        "inherit",
        "include",
        "omit",
        "same-origin",
        "enabled",
        "disabled",
        "invalid",
        "expired",
        "redacted",
        "[redacted]",
        "is",
        "was",
        "not",
        "must",
        "should",
        "cannot",
        "can't",
        "has",
        "for",
        "{",
        "[",
        "(",
        "}",
        "]",
        ")",
        "|",
        ">",
        "[]",
        "{}",
        "()",
        "\\",
        "=",
    ];
    WORDS.contains(&value.trim_end_matches([',', ';', ')']).to_ascii_lowercase().as_str())
}

/// A type, a call or a path of a programming language: `&str`, `Option<String>`, `get_token()`, `self.token`,
/// `process.env.TOKEN`. Names with digits in them are not, since a password may well look like that.
fn is_code(value: &str) -> bool {
    let value = value.trim_start_matches(['&', '*', '!']);
    let path =
        value.find(|c: char| !(c.is_ascii_alphabetic() || c == '_' || c == '.' || c == ':')).unwrap_or(value.len());
    let (path, rest) = value.split_at(path);
    const ROOTS: &[&str] =
        &["self.", "this.", "process.env.", "os.environ", "env.", "config.", "args.", "std::", "crate::", "secrets."];
    if ROOTS.iter().any(|root| path.starts_with(root)) {
        return true;
    }
    let is_path = path.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_type = path.starts_with(|c: char| c.is_ascii_uppercase()) && rest.starts_with('<') && rest.contains('>');
    is_path && (rest.starts_with('(') || is_type || (path.contains("::") && matches!(rest, "" | "," | ";")))
}
