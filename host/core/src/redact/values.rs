//! Which values under a secret's name can be a secret.

use super::keys::Kind;

/// Whether `value` under a name of this kind is to be hidden. `spaced` when it stands without quotes after a space, as in
/// source code, where it may be a type or a call.
pub(super) fn hides(kind: Kind, value: &str, spaced: bool) -> bool {
    let value = value.trim();
    let is_punctuation = value.len() <= 3 && value.bytes().all(|b| b.is_ascii_punctuation());
    if value.is_empty()
        || value.bytes().all(|b| b == b'*')
        || is_punctuation
        || is_placeholder(value)
        || is_plain_word(value)
    {
        return false;
    }
    if spaced && (is_code(value) || is_prose(value)) {
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
        || within("{", "}")
        || within("<", ">")
        || within("{{", "}}")
        || within("{{secret:", "}}")
        || within("${{", "}}")
        || within("%", "%")
        || value == "$"
        || value.starts_with("$(")
        || value == "${{"
        || value == "{{"
        || matches!(value, "NAME" | "VALUE" | "NAME}}" | "%s")
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
        "usize",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "i8",
        "i16",
        "i32",
        "i64",
        "f32",
        "f64",
        "float",
        "double",
        "unknown",
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
        "no",
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
    // Source code writes the end of a line as `\n`.
    let line = value.find("\\r").or_else(|| value.find("\\n")).map_or(value, |at| &value[..at]);
    let bare = line.trim_end_matches([',', ';', ')', '.']);
    let word = |word: &str| WORDS.contains(&word.to_ascii_lowercase().as_str());
    word(bare) || word(value) || word(bare.trim_start_matches(['[', '(', '{']))
}

/// Words that a sentence goes on with: "a secret: its value".
fn is_prose(value: &str) -> bool {
    const WORDS: &str = "a an the its it this that these your you we use see set if in when which what where from with to and or \
                         only all";
    let word = value.trim_start_matches(['[', '(', '{']).trim_end_matches([',', ';', '.', ')']).to_ascii_lowercase();
    WORDS.split_whitespace().any(|known| known == word)
}

/// A type, a call or a path of a programming language: `&str`, `Option<String>`, `get_token()`, `self.token`,
/// `process.env.TOKEN`. Names with digits in them are not, since a password may well look like that.
fn is_code(value: &str) -> bool {
    if ["&'", "&[", "[u8", "'static"].iter().any(|start| value.starts_with(start)) {
        return true;
    }
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
    let ends = rest.bytes().all(|b| b",;){}".contains(&b));
    is_path && (rest.starts_with('(') || is_type || (ends && (path.contains("::") || is_name_of_type(path))))
}

/// `T`, `Token`, `FencingToken`, `PasswordHash`: of words, one of which says what it is for.
fn is_name_of_type(name: &str) -> bool {
    const WORDS: &[&str] =
        &["Token", "Password", "Secret", "Key", "Credential", "Auth", "Cookie", "String", "Str", "Id"];
    let capitals = name.bytes().filter(u8::is_ascii_uppercase).count();
    let is_parameter = name.len() == 1;
    name.bytes().all(|b| b.is_ascii_alphabetic())
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && (is_parameter || WORDS.contains(&name) || capitals >= 2 && WORDS.iter().any(|word| name.contains(word)))
}

/// Whether `text`, which stands between `name:` and `=`, is a type: `&'static str`, `Option<String>`, `RandomState`.
pub(super) fn is_type(text: &str) -> bool {
    let text = text.trim();
    let first =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|word| !word.is_empty()).unwrap_or("");
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_<>&':,[]|?. ".contains(&b))
        && (text.starts_with('&') || first.starts_with(|c: char| c.is_ascii_uppercase()) || is_plain_word(first))
}
