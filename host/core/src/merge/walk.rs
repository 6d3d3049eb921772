//! Two versions of a manifest, walked side by side.

use super::data::Data;
use crate::text::one_line;

/// The most characters of a key or value that are shown.
const SHOWN: usize = 80;
/// The most phrases of one kind for one file.
const PHRASES: usize = 40;

/// The same place in the baseline and in the candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) old: Option<&'a Data>,
    pub(super) new: Option<&'a Data>,
}

impl<'a> Pair<'a> {
    pub(super) fn get(self, key: &str) -> Self {
        Self { old: self.old.and_then(|data| data.get(key)), new: self.new.and_then(|data| data.get(key)) }
    }

    pub(super) fn is_same(self) -> bool {
        self.old == self.new
    }

    /// Whether either side is something else than a table.
    fn is_no_table(self) -> bool {
        [self.old, self.new].into_iter().flatten().any(|data| data.as_table().is_none())
    }

    /// The keys of both tables, the baseline's first.
    fn keys(self) -> Vec<&'a str> {
        let old = self.old.map(Data::entries).unwrap_or_default();
        let new = self.new.map(Data::entries).unwrap_or_default();
        let mut keys: Vec<&str> = old.iter().map(|(key, _)| key.as_str()).collect();
        let known: std::collections::HashSet<&str> = keys.iter().copied().collect();
        keys.extend(new.iter().map(|(key, _)| key.as_str()).filter(|key| !known.contains(key)));
        keys
    }
}

/// What is to stand at a path of the candidate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edit {
    pub(super) path: Vec<String>,
    /// None takes it away.
    pub(super) put: Option<Data>,
}

/// A walk's findings.
#[derive(Debug, Default)]
pub(super) struct Walk {
    at: Vec<String>,
    pub(super) edits: Vec<Edit>,
    pub(super) undone: Phrases,
    pub(super) kept: Phrases,
}

impl Walk {
    /// Calls `visit` for each key that either table has.
    pub(super) fn table<'d>(&mut self, pair: Pair<'d>, mut visit: impl FnMut(&mut Self, &'d str, Pair<'d>)) {
        if pair.is_same() {
            return;
        }
        if pair.is_no_table() {
            return self.fixed(pair);
        }
        for key in pair.keys() {
            let inner = pair.get(key);
            if !inner.is_same() {
                self.at.push(key.to_owned());
                visit(self, key, inner);
                self.at.pop();
            }
        }
    }

    /// As in the baseline. Where one entry of a table differs, it is that one which is put back and named.
    pub(super) fn fixed(&mut self, pair: Pair<'_>) {
        if pair.is_same() {
            return;
        }
        let differing: Vec<_> = match (pair.old, pair.new) {
            (Some(Data::Table(_)), Some(Data::Table(_))) => {
                pair.keys().into_iter().filter(|key| !pair.get(key).is_same()).collect()
            }
            _ => Vec::new(),
        };
        if let [only] = differing.as_slice() {
            self.at.push((*only).to_owned());
            self.fixed(pair.get(only));
            self.at.pop();
        } else {
            let phrase = self.phrase(pair);
            self.undo(pair.old.cloned(), phrase);
        }
    }

    /// The candidate's.
    pub(super) fn free(&mut self, pair: Pair<'_>) {
        if !pair.is_same() {
            let phrase = self.phrase(pair);
            self.kept.push(phrase);
        }
    }

    /// A table in which the baseline's entries stay, and new ones are welcome where `accepts` them.
    pub(super) fn grows(&mut self, pair: Pair<'_>, accepts: impl Fn(&str, &Data) -> bool) {
        self.table(pair, |walk, key, inner| match (inner.old, inner.new) {
            (None, Some(new)) if accepts(key, new) => walk.free(inner),
            _ => walk.fixed(inner),
        });
    }

    /// A list in which the baseline's items stay, and new ones are welcome where `accepts` them.
    pub(super) fn list_grows(&mut self, pair: Pair<'_>, accepts: impl Fn(&Data) -> bool) {
        let empty = Data::List(Vec::new());
        let (old, new) = (pair.old.unwrap_or(&empty), pair.new.unwrap_or(&empty));
        let (Some(old), Some(new)) = (old.as_list(), new.as_list()) else { return self.fixed(pair) };
        let added: Vec<_> = new.iter().filter(|item| !old.contains(item)).collect();
        let good: Vec<_> = added.iter().copied().filter(|item| accepts(item)).cloned().collect();
        let place = self.place();
        for item in &good {
            self.kept.push(format!("{place}: {} added", show(item)));
        }
        let bad = added.into_iter().filter(|item| !good.contains(item));
        let lost = old.iter().filter(|item| !new.contains(item));
        let wrong: Vec<_> = bad.map(|item| (item, "added")).chain(lost.map(|item| (item, "removed"))).collect();
        if !wrong.is_empty() {
            let phrases: Vec<_> = wrong.iter().map(|(item, how)| format!("{} {how}", show(item))).collect();
            let list = old.iter().cloned().chain(good).collect();
            // An empty list is not what was there when nothing was.
            let put = Some(Data::List(list)).filter(|list| pair.old.is_some() || *list != empty);
            self.undo(put, format!("{place}: {}", phrases.join(", ")));
        }
    }

    /// Puts something back here, and says what.
    pub(super) fn undo(&mut self, put: Option<Data>, phrase: String) {
        self.edits.push(Edit { path: self.at.clone(), put });
        self.undone.push(phrase);
    }

    /// This place, for people.
    pub(super) fn place(&self) -> String {
        format!("`{}`", one_line(&self.at.join("."), SHOWN))
    }

    fn phrase(&self, pair: Pair<'_>) -> String {
        let place = self.place();
        match (pair.old, pair.new) {
            (None, _) => format!("{place} added"),
            (_, None) => format!("{place} removed"),
            (Some(old @ Data::Scalar(_)), Some(new @ Data::Scalar(_))) => {
                format!("{place} changed from {} to {}", show(old), show(new))
            }
            _ => format!("{place} changed"),
        }
    }
}

/// A value in a line for people.
pub(super) fn show(data: &Data) -> String {
    let text = match data {
        Data::Scalar(serde_json::Value::String(text)) => text.clone(),
        Data::Scalar(value) => value.to_string(),
        Data::List(items) => format!("a list of {}", items.len()),
        Data::Table(entries) => match data.get("name").and_then(Data::as_str) {
            Some(name) => name.to_owned(),
            None => format!("a table of {}", entries.len()),
        },
    };
    format!("`{}`", one_line(&text, SHOWN))
}

/// A bounded list of phrases for people.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    list: Vec<String>,
    more: usize,
}

impl Phrases {
    pub(super) fn push(&mut self, phrase: String) {
        if self.list.len() < PHRASES { self.list.push(one_line(&phrase, 4 * SHOWN)) } else { self.more += 1 }
    }

    pub(super) fn into_list(mut self) -> Vec<String> {
        if self.more > 0 {
            self.list.push(format!("and {} more", self.more));
        }
        self.list
    }
}
