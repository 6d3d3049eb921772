//! One spelling for every path that some file system takes for the same one.

use unicode_normalization::UnicodeNormalization;

/// `path` without what macOS or Windows would not tell apart: letter case, composed or decomposed accents, and characters
/// without a width. It is only ever compared, never opened.
pub(super) fn fold(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    // Upper case first, so that letters with one capital in common (`s` and `ſ`) meet.
    path.nfd().filter(|c| !is_ignored(*c)).flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// What HFS+ leaves out when it compares names (Apple Technical Note 1150), as git's `core.protectHFS` has it.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spellings_of_one_name_meet() {
        for (a, b) in [
            ("Tests/A.py", "tests/a.py"),
            ("café.py", "cafe\u{301}.py"),
            ("CAFÉ.PY", "cafe\u{301}.py"),
            ("conf\u{200d}test.py", "conftest.py"),
            ("te\u{17f}ts/a", "tests/a"),
            ("ma\u{212a}efile", "Makefile"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
        assert_ne!(fold("tests/a"), fold("tests/b"));
        assert_ne!(fold("cafe"), fold("café"));
    }
}
