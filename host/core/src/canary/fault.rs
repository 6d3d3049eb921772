//! Which files of the work to break, to see whether a gate of no known runner notices.

/// What such a file becomes: no language, no format of data and no expected answer.
pub const FAULT: &str = ")]}>> a fault, planted by `goalpost gates prove` <<{[(\n";

/// Extensions of files that something is likely to read when a gate runs, the likeliest first.
const CODE: [&str; 34] = [
    "rs", "py", "go", "js", "ts", "mjs", "cjs", "tsx", "jsx", "mts", "java", "kt", "c", "cc", "cpp", "h", "hpp", "cs",
    "rb", "php", "swift", "scala", "ex", "exs", "hs", "ml", "lua", "zig", "sh", "sql", "css", "html", "json", "txt",
];
/// File names that a program starts from.
const ENTRIES: [&str; 8] = ["lib", "main", "mod", "index", "__init__", "app", "core", "utils"];

/// The files to break, one after the other, at most `most` of them. `files` are those that decide nothing about gates; `scope`
/// says which of them the goal is about.
pub fn faults(files: &[String], scope: impl Fn(&str) -> bool, most: usize) -> Vec<&str> {
    let mut ranked: Vec<_> = files
        .iter()
        .filter_map(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let (stem, extension) = name.rsplit_once('.')?;
            let language = CODE.iter().position(|code| *code == extension)?;
            let is_entry = ENTRIES.contains(&stem);
            Some(((!scope(path), language / 10, !is_entry, path.matches('/').count()), path.as_str()))
        })
        .collect();
    ranked.sort();
    ranked.into_iter().take(most).map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_to_be_noticed_comes_first() {
        let files = ["docs/a.txt", "src/deep/er/x.rs", "src/lib.rs", "README.md", "LICENSE", "lib/a.rs", "value.txt"];
        let files = files.map(str::to_owned);
        assert_eq!(faults(&files, |_| true, 3), ["src/lib.rs", "lib/a.rs", "src/deep/er/x.rs"]);
        assert_eq!(faults(&files, |path| path == "value.txt", 1), ["value.txt"]);
        assert!(!faults(&files, |_| true, 9).contains(&"LICENSE"));
    }
}
