//! One digest for a goal's configuration, so that a receipt can name it.

use serde_json::Value;

use super::GoalConfig;
use crate::ids::Digest;

/// Changes when the meaning of the digested text does.
const FORM: &str = "goalpost-config-1\n";

/// The digest of what `config` says: comments, spacing and the order of keys in the file don't count.
pub fn fingerprint(config: &GoalConfig) -> Digest {
    // Plain data with string keys and finite numbers always serialises.
    fingerprint_of(&serde_json::to_value(config).unwrap_or(Value::Null))
}

/// The same of a configuration that was stored as JSON. It holds for one that an older version stored: what that version
/// did not know is not in it.
pub fn fingerprint_of(stored: &Value) -> Digest {
    let mut text = FORM.to_owned();
    canonical(stored, &mut text);
    Digest::of(text)
}

/// The one way to write `value` as JSON here: no spaces, keys sorted.
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    canonical(value, &mut text);
    text
}

/// How `serde_json` orders an object depends on features that another crate may set.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.keys().collect();
            keys.sort();
            out.push('{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                canonical(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_is_that_of_their_bytes_at_every_depth() {
        let value: Value =
            [("b", Value::from(vec![1])), ("a", [("z", 1), ("y", 2)].into_iter().collect())].into_iter().collect();
        let mut text = String::new();
        canonical(&value, &mut text);
        assert_eq!(text, r#"{"a":{"y":2,"z":1},"b":[1]}"#);
    }
}
