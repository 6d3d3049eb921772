//! Which file a module is in.

/// The files that `mod name;` may mean in the file `of`, within the inline modules `inside`. `path` is its `#[path]`.
pub(super) fn targets(of: &str, inside: &[String], name: &str, path: Option<&str>) -> Vec<String> {
    let (folder, file) = of.rsplit_once('/').map_or(("", of), |(folder, file)| (folder, file));
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let is_root = matches!(stem, "lib" | "main" | "mod" | "build")
        || matches!(parts.last(), Some(&("bin" | "examples" | "tests" | "benches" | "fuzz_targets")));
    if let Some(path) = path {
        if !inside.is_empty() {
            parts.extend((!is_root).then_some(stem));
            parts.extend(inside.iter().map(String::as_str));
        }
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        return vec![parts.join("/")];
    }
    parts.extend((!is_root).then_some(stem));
    parts.extend(inside.iter().map(String::as_str));
    parts.push(name);
    let target = parts.join("/");
    vec![format!("{target}.rs"), format!("{target}/mod.rs")]
}

/// The module's name that the file `path` has, and the files that may declare it; none for the root of a crate.
pub(super) fn parents(path: &str) -> Option<(String, Vec<String>)> {
    let mut parts: Vec<&str> = path.strip_suffix(".rs")?.split('/').collect();
    let name = match parts.pop()? {
        "mod" => parts.pop()?,
        "lib" | "main" => return None,
        name => name,
    };
    let folder = parts.join("/");
    let within = |file: &str| if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
    let mut files = vec![within("mod.rs"), within("lib.rs"), within("main.rs")];
    if !folder.is_empty() {
        files.push(format!("{folder}.rs"));
    }
    Some((name.to_owned(), files))
}

/// Whether Cargo takes a new file at `path` for a crate of its own, or for the root of one.
pub(super) fn is_crate_root(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (file, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_target = |folder: &str| matches!(folder, "bin" | "tests" | "examples" | "benches");
    (matches!(file, "lib.rs" | "main.rs") && folder == "src")
        || is_target(folder)
        || (file == "main.rs" && parts.next().is_some_and(is_target))
}

/// The module of its crate that a file is: the same for `a.rs` and `a/mod.rs`.
pub(super) fn module(path: &str) -> &str {
    path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs")).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_found_where_rust_looks_for_it() {
        assert_eq!(targets("src/lib.rs", &[], "a", None), ["src/a.rs", "src/a/mod.rs"]);
        assert_eq!(targets("src/a.rs", &[], "b", None), ["src/a/b.rs", "src/a/b/mod.rs"]);
        assert_eq!(targets("src/a/mod.rs", &["c".into()], "b", None), ["src/a/c/b.rs", "src/a/c/b/mod.rs"]);
        assert_eq!(targets("src/bin/x.rs", &[], "b", None)[0], "src/bin/b.rs");
        assert_eq!(targets("src/a.rs", &[], "b", Some("../x/c.rs")), ["x/c.rs"]);
    }

    #[test]
    fn crates_are_known_by_their_place() {
        for yes in ["src/lib.rs", "a/src/main.rs", "src/bin/x.rs", "tests/x.rs", "src/bin/x/main.rs"] {
            assert!(is_crate_root(yes), "{yes}");
        }
        for no in ["src/a.rs", "src/a/mod.rs", "tests/common/mod.rs", "lib.rs"] {
            assert!(!is_crate_root(no), "{no}");
        }
    }

    #[test]
    fn a_file_is_declared_by_its_parents() {
        let (name, files) = parents("src/a/b.rs").expect("no root");
        assert_eq!((name.as_str(), files.contains(&"src/a.rs".to_owned())), ("b", true));
        assert_eq!(parents("src/a/mod.rs").expect("no root").0, "a");
        assert_eq!(parents("src/lib.rs"), None);
        assert_eq!(module("src/a/mod.rs"), module("src/a.rs"));
    }
}
