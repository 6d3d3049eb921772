//! Where the links of a tree lead, within the tree.

use std::collections::{HashMap, HashSet};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::tree::EntryKind;

use crate::entries::{Difference, Leaf, TreeReader};
use crate::path_text::to_text;
use crate::store::StoreError;

/// Links to links: the kernel itself gives up after 40.
const MAX_HOPS: usize = 8;

/// Questions to the rules that a candidate's links may cost. A worker that makes more of them has its links removed.
const MAX_QUESTIONS: usize = 200_000;

/// The links of the baseline, by what they lead to.
#[derive(Default)]
pub(super) struct Links {
    to: HashMap<BString, Vec<BString>>,
    from: HashMap<BString, BString>,
}

impl Links {
    /// The links among `leaves` that `counts` and that stay in the tree.
    pub(super) fn within(
        reader: &TreeReader<'_>,
        leaves: &[Leaf],
        counts: impl Fn(&BStr) -> bool,
    ) -> Result<Self, StoreError> {
        let mut links = Self { to: HashMap::new(), from: HashMap::new() };
        for leaf in leaves.iter().filter(|leaf| leaf.kind == EntryKind::Link) {
            let path = leaf.path.as_bstr();
            if counts(path)
                && let Some(target) = resolve(path, reader.blob(leaf.id)?.as_bstr())
            {
                links.to.entry(target.clone()).or_default().push(path.to_owned());
                links.from.insert(path.to_owned(), target);
            }
        }
        Ok(links)
    }

    /// The other paths under which `path` is reached.
    pub(super) fn aliases(&self, path: &BStr) -> Vec<BString> {
        let mut found: Vec<BString> = Vec::new();
        if self.to.is_empty() {
            return found;
        }
        let mut seen = HashSet::from([path.to_owned()]);
        let mut fresh = vec![path.to_owned()];
        for _ in 0..MAX_HOPS {
            let mut next = Vec::new();
            for path in &fresh {
                let folders = path.rfind_iter(b"/").map(|at| &path[..at]);
                for target in std::iter::once(path.as_bytes()).chain(folders).chain([&b""[..]]) {
                    for link in self.to.get(target.as_bstr()).into_iter().flatten() {
                        let rest = path[target.len()..].trim_start_with(|c| c == '/');
                        let alias = if rest.is_empty() { link.clone() } else { below(link.as_ref(), rest) };
                        if alias.len() < 4096 && seen.insert(alias.clone()) {
                            next.push(alias);
                        }
                    }
                }
            }
            found.extend(next.iter().cloned());
            fresh = next;
        }
        found
    }

    /// The paths under which `link` reaches the leaves behind it.
    pub(super) fn behind<'l>(&'l self, link: &BStr, leaves: &'l [Leaf]) -> impl Iterator<Item = BString> + 'l {
        let link = link.to_owned();
        let target = self.from.get(&link);
        target.into_iter().flat_map(move |target| {
            let link = link.clone();
            leaves.iter().filter_map(move |leaf| {
                if target.is_empty() {
                    return Some(below(link.as_ref(), &leaf.path));
                }
                let rest = leaf.path.strip_prefix(target.as_bytes())?;
                match rest {
                    [] => Some(link.clone()),
                    [b'/', rest @ ..] => Some(below(link.as_ref(), rest)),
                    _ => None,
                }
            })
        })
    }
}

/// Tells whether new links of a candidate bring something into a protected role.
pub(super) struct Suspects<'a> {
    reader: &'a TreeReader<'a>,
    candidate: ObjectId,
    differences: &'a [Difference],
    questions: usize,
}

impl<'a> Suspects<'a> {
    pub(super) fn new(reader: &'a TreeReader<'a>, candidate: ObjectId, differences: &'a [Difference]) -> Self {
        Self { reader, candidate, differences, questions: 0 }
    }

    /// Why the link at `path` shadows something, if it does.
    ///
    /// A link that leaves the tree could lead back into it, by the workspace's own name or through `/proc`: it is judged
    /// by every path that the worker has changed, wherever that is.
    pub(super) fn shadow_behind(
        &mut self,
        path: &BStr,
        link: ObjectId,
        shadows: impl Fn(&str) -> bool,
    ) -> Result<Option<String>, StoreError> {
        let target = self.reader.blob(link)?;
        let mut aliases = Vec::new();
        match resolve(path, target.as_bstr()) {
            Some(inside) => {
                let found = self.find(inside.as_ref())?;
                if let Some((EntryKind::Tree, id)) = found {
                    let mut leaves = Vec::new();
                    self.reader.leaves(id, path, &mut leaves)?;
                    aliases.extend(leaves.into_iter().map(|leaf| leaf.path));
                }
            }
            None => {
                for change in self.differences.iter().filter(|d| d.new.is_some_and(|new| new.0 != EntryKind::Link)) {
                    aliases.push(below(path, &change.path));
                    aliases.extend(change.path.find_iter(b"/").map(|at| below(path, &change.path[at + 1..])));
                }
            }
        }
        for alias in aliases {
            self.questions += 1;
            if self.questions > MAX_QUESTIONS {
                return Ok(Some("one of more new links than can be looked through".into()));
            }
            let alias = to_text(alias.as_ref());
            if shadows(&alias) {
                return Ok(Some(format!("a link that brings `{alias}` into a protected role")));
            }
        }
        Ok(None)
    }

    /// The candidate's entry at `path`, through links on the way.
    fn find(&self, path: &BStr) -> Result<Option<(EntryKind, ObjectId)>, StoreError> {
        let mut path = path.to_owned();
        for _ in 0..MAX_HOPS {
            if path.is_empty() {
                return Ok(Some((EntryKind::Tree, self.candidate)));
            }
            // The first link on the way, if any, is replaced by what it leads to.
            let ends = path.find_iter(b"/").chain([path.len()]).collect::<Vec<_>>();
            let mut followed = None;
            for end in ends {
                match self.reader.find(self.candidate, path[..end].as_bstr())? {
                    None => return Ok(None),
                    Some((EntryKind::Link, id)) => {
                        let Some(target) = resolve(path[..end].as_bstr(), self.reader.blob(id)?.as_bstr()) else {
                            return Ok(None);
                        };
                        let rest = path[end..].trim_start_with(|c| c == '/');
                        followed = Some(if rest.is_empty() { target } else { below(target.as_ref(), rest) });
                        break;
                    }
                    Some(found) if end == path.len() => return Ok(Some(found)),
                    Some(_) => {}
                }
            }
            match followed {
                Some(next) => path = next,
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}

fn below(folder: &BStr, rest: &[u8]) -> BString {
    crate::entries::join(folder, rest.as_bstr())
}

/// What a link at `path` leads to, as a path in the tree (empty for the top); none where it leaves the tree.
fn resolve(path: &BStr, target: &BStr) -> Option<BString> {
    if target.is_empty() || target.starts_with(b"/") {
        return None;
    }
    let mut parts: Vec<&[u8]> = path.split_str("/").collect();
    parts.pop();
    for part in target.split_str("/") {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join(&b"/"[..]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_within_the_tree_only() {
        let resolve = |path: &str, target: &str| super::resolve(path.into(), target.into()).map(|p| p.to_string());
        assert_eq!(resolve("a/b/link", "../c").as_deref(), Some("a/c"));
        assert_eq!(resolve("link", "./x//y/").as_deref(), Some("x/y"));
        assert_eq!(resolve("a/link", "..").as_deref(), Some(""));
        assert_eq!(resolve("a/link", "../../x"), None);
        assert_eq!(resolve("a/link", "/etc"), None);
    }

    #[test]
    fn a_path_is_found_under_all_its_names() {
        let links = Links {
            to: HashMap::from([("suite".into(), vec!["tests".into()]), ("tests/unit".into(), vec!["unit".into()])]),
            from: HashMap::new(),
        };
        assert_eq!(links.aliases("suite/unit/a".into()), ["tests/unit/a", "unit/a"]);
        assert!(links.aliases("suites/a".into()).is_empty());
    }

    #[test]
    fn links_in_a_circle_end() {
        let links = Links { to: HashMap::from([("a".into(), vec!["a/b".into()])]), from: HashMap::new() };
        assert_eq!(links.aliases("a/x".into()).len(), MAX_HOPS);
    }
}
