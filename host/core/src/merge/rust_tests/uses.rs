//! `use` declarations, one name at a time: so that sorting, merging and splitting them changes nothing.

use syn::{ItemUse, UseTree};

/// One name that a `use` brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// As it is known here; `*` for all.
    pub name: String,
    /// Whole, with its `as`.
    pub path: String,
    /// The first name of the path, which is looked up here; none where it starts at the crate or at the crates.
    pub root: Option<String>,
    /// Whether it is something of the standard library under its own name.
    pub is_std: bool,
    /// Whether it brings in all names.
    pub is_glob: bool,
}

/// The names that `item` brings in.
pub(super) fn leaves(item: &ItemUse) -> Vec<Leaf> {
    let mut found = Vec::new();
    let mut path = Vec::new();
    walk(&item.tree, &mut path, &mut found);
    if item.leading_colon.is_some() {
        for leaf in &mut found {
            leaf.path.insert_str(0, "::");
            leaf.root = None;
        }
    }
    found
}

fn walk(tree: &UseTree, path: &mut Vec<String>, found: &mut Vec<Leaf>) {
    match tree {
        UseTree::Path(next) => {
            path.push(next.ident.to_string());
            walk(&next.tree, path, found);
            path.pop();
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            match (name.as_str(), path.last().cloned()) {
                // `a::{self}` is `a`.
                ("self", Some(last)) => found.push(leaf(path, last, None)),
                _ => {
                    path.push(name.clone());
                    found.push(leaf(path, name, None));
                    path.pop();
                }
            }
        }
        UseTree::Rename(renamed) => {
            let is_self = renamed.ident == "self" && !path.is_empty();
            if !is_self {
                path.push(renamed.ident.to_string());
            }
            let name = renamed.rename.to_string();
            found.push(leaf(path, name.clone(), Some(name)));
            if !is_self {
                path.pop();
            }
        }
        UseTree::Glob(_) => {
            path.push("*".to_owned());
            found.push(leaf(path, "*".to_owned(), None));
            path.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, path, found)),
    }
}

fn leaf(path: &[String], name: String, renamed: Option<String>) -> Leaf {
    let root = path.first().filter(|first| !matches!(first.as_str(), "crate" | "self" | "super" | "*"));
    let is_glob = name == "*";
    Leaf {
        is_std: renamed.is_none() && root.is_some_and(|root| matches!(root.as_str(), "std" | "core" | "alloc")),
        root: root.cloned(),
        path: path.join("::") + &renamed.map(|name| format!(" as {name}")).unwrap_or_default(),
        name,
        is_glob,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_its_names() {
        let item = syn::parse_str("use a::{self, b::{c, d as e}, f::*};").expect("a use");
        let found: Vec<_> = leaves(&item).into_iter().map(|leaf| (leaf.path, leaf.name)).collect();
        let expected = [("a", "a"), ("a::b::c", "c"), ("a::b::d as e", "e"), ("a::f::*", "*")];
        assert_eq!(found, expected.map(|(path, name)| (path.to_owned(), name.to_owned())));
    }

    #[test]
    fn the_standard_library_keeps_its_names() {
        let is_std = |text: &str| leaves(&syn::parse_str(text).expect("a use"))[0].is_std;
        assert!(is_std("use std::collections::HashMap;"));
        assert!(!is_std("use std::fmt as parse;"));
        assert!(!is_std("use crate::std::fmt;"));
    }
}
