//! `{{secret:NAME}}` in the value of a header: a guest names a secret, and the host fills it in.

use super::Refusal;
use super::headers::is_value;

const OPEN: &str = "{{secret:";
const CLOSE: &str = "}}";

/// Letters of a secret's name.
const LONGEST: usize = 100;

/// A part of a header's value.
enum Part<'a> {
    Text(&'a str),
    Secret(&'a str),
}

/// Whether a secret can have that name: it is that of a variable of the host's environment.
pub fn is_name(name: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !name.is_empty() && name.len() <= LONGEST && name.bytes().all(word) && !name.as_bytes()[0].is_ascii_digit()
}

/// The secrets that a header's value names.
///
/// # Errors
/// A placeholder in it is none: what was meant to be a secret is not sent as its name.
pub fn named(value: &str) -> Result<Vec<&str>, Refusal> {
    let parts = parts(value)?;
    Ok(parts.into_iter().filter_map(|part| if let Part::Secret(name) = part { Some(name) } else { None }).collect())
}

/// The value with its secrets in it. Each is looked up by its name; what is filled in is not looked through again.
///
/// # Errors
/// A secret that there is none of, or that can't stand in a header. The text has its name alone.
pub fn fill(value: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String, Refusal> {
    let mut filled = String::new();
    for part in parts(value)? {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Secret(name) => {
                let secret = lookup(name).ok_or_else(|| {
                    Refusal::denied(format!("the secret {name} is not set: set the variable where goalpost is run"))
                })?;
                if !is_value(&secret) {
                    return Err(Refusal::denied(format!("the secret {name} has characters that no header can have")));
                }
                filled.push_str(&secret);
            }
        }
    }
    Ok(filled)
}

fn parts(value: &str) -> Result<Vec<Part<'_>>, Refusal> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find(OPEN) {
        parts.push(Part::Text(&rest[..at]));
        rest = &rest[at + OPEN.len()..];
        let name = rest.find(CLOSE).map(|end| &rest[..end]).filter(|name| is_name(name));
        let Some(name) = name else {
            return Err(Refusal::denied("a placeholder of a secret is written {{secret:NAME}}"));
        };
        parts.push(Part::Secret(name));
        rest = &rest[name.len() + CLOSE.len()..];
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn filled(value: &str) -> Result<String, Refusal> {
        fill(value, |name| match name {
            "A" => Some("{{secret:B}}".to_owned()),
            "B" => Some("s3".to_owned()),
            "BROKEN" => Some("a\r\nX-Injected: b".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn a_secret_takes_the_place_of_its_name() {
        assert_eq!(filled("Bearer {{secret:B}}").unwrap(), "Bearer s3");
        assert_eq!(filled("{{secret:B}}:{{secret:B}}").unwrap(), "s3:s3");
        assert_eq!(named("a {{secret:A}} {{secret:B}}").unwrap(), ["A", "B"]);
        assert_eq!(filled("none {here} {{or here}}").unwrap(), "none {here} {{or here}}");
    }

    #[test]
    fn a_secret_that_looks_like_a_placeholder_is_sent_as_it_is() {
        assert_eq!(filled("{{secret:A}}").unwrap(), "{{secret:B}}");
    }

    #[test]
    fn a_secret_that_would_break_the_header_is_not_sent_and_not_told() {
        let error = filled("{{secret:BROKEN}}").unwrap_err().to_string();
        assert!(error.contains("BROKEN") && !error.contains("Injected"), "{error}");
    }

    #[test]
    fn half_a_placeholder_is_an_error() {
        for value in [
            "{{secret:",
            "{{secret:A",
            "{{secret:A}",
            "{{secret:}}",
            "{{secret:A B}}",
            "{{secret:1}}",
            "{{secret:{{secret:B}}}}",
        ] {
            assert!(filled(value).is_err(), "{value}");
        }
        assert!(filled("{{secret:C}}").unwrap_err().to_string().contains("not set"));
    }

    proptest! {
        #[test]
        fn what_names_no_secret_stays_as_it_is(value in "[a-z{}: ]{0,40}") {
            prop_assume!(!value.contains(OPEN));
            prop_assert_eq!(filled(&value).unwrap(), value);
        }
    }
}
