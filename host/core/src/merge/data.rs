//! What a manifest says, whatever it is written in.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A value of JSON or TOML. The order of a JSON table's entries is kept, as tools may go by it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Scalar(Value),
    List(Vec<Data>),
    Table(Vec<(String, Data)>),
}

impl Data {
    pub(super) fn text(text: &str) -> Self {
        Self::Scalar(Value::String(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Scalar(value) => value.as_str(),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Scalar(value) => value.as_bool(),
            _ => None,
        }
    }

    pub(super) fn as_list(&self) -> Option<&[Data]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn as_table(&self) -> Option<&[(String, Data)]> {
        match self {
            Self::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries of a table; none of anything else.
    pub(super) fn entries(&self) -> &[(String, Data)] {
        self.as_table().unwrap_or_default()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Data> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value that a path of keys leads to.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Data> {
        path.iter().try_fold(self, |data, key| data.get(key))
    }

    /// Puts `value` at `path`, making tables on the way; none takes what is there away.
    pub(super) fn put(&mut self, path: &[String], value: Option<Data>) {
        let Some((key, rest)) = path.split_first() else { return };
        let Self::Table(entries) = self else { return };
        let found = entries.iter().position(|(name, _)| name == key);
        match (rest.is_empty(), found, value) {
            (true, Some(at), None) => drop(entries.remove(at)),
            (true, Some(at), Some(value)) => entries[at].1 = value,
            (true, None, Some(value)) => entries.push((key.clone(), value)),
            (false, Some(at), value) => {
                if entries[at].1.as_table().is_none() {
                    entries[at].1 = Self::Table(Vec::new());
                }
                entries[at].1.put(rest, value);
            }
            (false, None, Some(value)) => {
                let mut table = Self::Table(Vec::new());
                table.put(rest, Some(value));
                entries.push((key.clone(), table));
            }
            (_, None, None) => {}
        }
    }
}

/// JSON, in which no table has a key twice: readers disagree about which of the two counts.
///
/// # Errors
/// A sentence for people.
pub(super) fn from_json(bytes: &[u8]) -> Result<Data, String> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err("it begins with a byte order mark".to_owned());
    }
    let data: Data = serde_json::from_slice(bytes).map_err(|error| format!("it is no valid JSON: {error}"))?;
    match data {
        Data::Table(_) => Ok(data),
        _ => Err("it is no JSON object".to_owned()),
    }
}

/// `data` as JSON, laid out as `like` is: npm and its kin write what `JSON.stringify` does.
pub(super) fn to_json(data: &Data, like: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(like);
    let indent: String = text
        .lines()
        .skip(1)
        .find(|line| !line.trim().is_empty())
        .map(|line| line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect())
        .unwrap_or_else(|| "  ".to_owned());
    let mut out = String::new();
    write_json(data, &indent, 0, &mut out);
    if text.ends_with('\n') {
        out.push('\n');
    }
    out.into_bytes()
}

fn write_json(data: &Data, indent: &str, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(indent, depth));
    };
    match data {
        Data::Scalar(value) => out.push_str(&value.to_string()),
        Data::List(items) if items.is_empty() => out.push_str("[]"),
        Data::Table(entries) if entries.is_empty() => out.push_str("{}"),
        Data::List(items) => {
            out.push('[');
            for (nth, item) in items.iter().enumerate() {
                out.push_str(if nth == 0 { "" } else { "," });
                line(depth + 1, out);
                write_json(item, indent, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Data::Table(entries) => {
            out.push('{');
            for (nth, (key, value)) in entries.iter().enumerate() {
                out.push_str(if nth == 0 { "" } else { "," });
                line(depth + 1, out);
                out.push_str(&Value::String(key.clone()).to_string());
                out.push_str(": ");
                write_json(value, indent, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Data;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Data, E> {
                Ok(Data::Scalar(Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Data, E> {
                Ok(Data::Scalar(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Data, E> {
                Ok(Data::Scalar(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Data, E> {
                Ok(Data::Scalar(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Data, E> {
                Ok(Data::Scalar(value.into()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Data, E> {
                Ok(Data::text(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Data::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
                let mut entries = Vec::new();
                let mut seen = std::collections::HashSet::new();
                while let Some((key, value)) = map.next_entry::<String, Data>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom(format!("the key {key:?} is there twice")));
                    }
                    entries.push((key, value));
                }
                Ok(Data::Table(entries))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_its_tools_write_it() {
        let text = b"{\n\t\"b\": [\n\t\t1,\n\t\t\"x\"\n\t],\n\t\"a\": {},\n\t\"c\": null\n}\n";
        assert_eq!(to_json(&from_json(text).unwrap(), text), text);
        assert_eq!(to_json(&from_json(b"{\"a\":1}").unwrap(), b"{\"a\":1}"), b"{\n  \"a\": 1\n}");
    }

    #[test]
    fn what_readers_would_disagree_about_is_refused() {
        for (bytes, why) in [
            (&b"{\"a\": {\"b\": 1, \"b\": 2}}"[..], "twice"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (b"[]", "no JSON object"),
            (b"{} {}", "no valid JSON"),
            (b"{\"a\": 1,}", "no valid JSON"),
            (b"\xff\xfe{\0}\0", "no valid JSON"),
        ] {
            let error = from_json(bytes).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let deep = [vec![b'['; 10_000], vec![b']'; 10_000]].concat();
        assert!(from_json(&deep).is_err());
    }

    #[test]
    fn a_path_is_put_where_it_leads() {
        let mut data = from_json(b"{\"a\": 1}").unwrap();
        let path = |keys: &[&str]| keys.iter().map(|k| (*k).to_owned()).collect::<Vec<_>>();
        data.put(&path(&["b", "c"]), Some(Data::text("x")));
        data.put(&path(&["a", "d"]), Some(Data::text("y")));
        data.put(&path(&["z", "z"]), None);
        assert_eq!(data.at(&["b", "c"]).and_then(Data::as_str), Some("x"));
        assert_eq!(data.at(&["a", "d"]).and_then(Data::as_str), Some("y"));
        assert_eq!(data.get("z"), None);
    }
}
