//! Changes to a text by byte ranges.

use std::ops::Range;

/// What stands in a range instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

impl Edit {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    /// Writes `text` in lines of its own before `at`.
    pub(super) fn insert(at: usize, text: &str) -> Self {
        Self::new(at..at, format!("\n{text}\n"))
    }
}

/// The part of `text` in `range` with `edits`, which count from the text's start. Of edits within each other the outermost
/// counts. None where they can't all be made.
pub(super) fn apply(text: &str, range: Range<usize>, mut edits: Vec<Edit>) -> Option<String> {
    edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
    let mut result = String::new();
    let mut at = range.start;
    let mut outer = 0..0;
    for edit in edits {
        if !outer.is_empty() && edit.range.end <= outer.end {
            continue;
        }
        result.push_str(text.get(at..edit.range.start)?);
        result.push_str(&edit.text);
        at = edit.range.end;
        outer = edit.range;
    }
    result.push_str(text.get(at..range.end)?);
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_from_the_outside() {
        let edits = vec![Edit::new(2..3, "x"), Edit::new(1..4, "B"), Edit::insert(5, "i"), Edit::insert(5, "j")];
        assert_eq!(apply("abcdef", 0..6, edits).as_deref(), Some("aBe\ni\n\nj\nf"));
        assert_eq!(apply("abcdef", 1..3, vec![]).as_deref(), Some("bc"));
        assert_eq!(apply("abcdef", 0..6, vec![Edit::new(0..3, ""), Edit::new(2..5, "")]), None);
    }
}
