//! Requirements as Python's packages write them (PEP 508), as far as it matters which code they bring.

use super::tools::normal;

/// The package that a requirement names, in its normal form; none for a path or an address alone.
pub(super) fn name(requirement: &str) -> Option<String> {
    let text = requirement.trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    // What follows a name is extras, a version, a marker or an address; `name/x` and `name:x` are none.
    let is_end = rest.trim_start().chars().next().is_none_or(|c| "[(<>=!~;@,".contains(c));
    (is_name && is_end && !is_file(text)).then(|| normal(name))
}

/// Where the requirement is taken from: empty for the index, else its address without the commit.
pub(super) fn source(requirement: &str) -> String {
    let without_marker = requirement.split(" ;").next().unwrap_or_default();
    match without_marker.split_once('@') {
        Some((_, address)) => {
            let address = address.trim();
            // The commit of a repository stands behind a second `@`, after the host.
            let path = address.find("://").map_or(0, |at| at + 3);
            let path = address[path..].find('/').map_or(path, |at| path + at);
            let end = address[path..].find(['@', '#']).map_or(address.len(), |at| path + at);
            address[..end].to_owned()
        }
        None => String::new(),
    }
}

/// pip takes such an argument for a file even where it could be a name.
fn is_file(text: &str) -> bool {
    [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"].iter().any(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_and_the_source_of_a_requirement_are_found() {
        for (text, expected, from) in [
            ("requests", Some("requests"), ""),
            ("Foo_Bar.baz[socks,x] >=1,<2 ; python_version < '3'", Some("foo-bar-baz"), ""),
            ("pytest@ file:///tmp/fake", Some("pytest"), "file:///tmp/fake"),
            (
                "pytest @ git+https://user@example.test/p.git@main#egg=x",
                Some("pytest"),
                "git+https://user@example.test/p.git",
            ),
            ("./fake", None, ""),
            ("fake/", None, ""),
            ("pytest-1.0.whl", None, ""),
            ("https://example.test/x.whl", None, ""),
            ("", None, ""),
        ] {
            assert_eq!(name(text).as_deref(), expected, "{text}");
            assert_eq!(source(text), from, "{text}");
        }
    }
}
