//! The unified diff, as `git diff` writes it.

use std::ops::Range;

use gix::ObjectId;
use gix::bstr::BStr;
use gix::diff::blob::{Algorithm, Diff, InternedInput};
use gix::objs::tree::{EntryKind, EntryMode};
use goalpost_core::evidence::LineCount;

use super::pairs::Pair;
use super::{is_binary, is_file};
use crate::entries::TreeReader;
use crate::path_text::to_text;
use crate::store::{LARGE, StoreError};

/// Unchanged lines before and after each change.
const CONTEXT: u32 = 3;

/// Text up to a limit, cut after a line where that is possible.
pub(super) struct Bounded {
    text: String,
    max: usize,
    cut: bool,
}

impl Bounded {
    pub(super) fn new(max: usize) -> Self {
        Self { text: String::new(), max, cut: false }
    }

    pub(super) fn is_full(&self) -> bool {
        self.cut
    }

    fn push(&mut self, text: &str) {
        if self.cut {
            return;
        }
        if text.len() <= self.max - self.text.len() {
            self.text.push_str(text);
        } else {
            self.text.push_str(&text[..text.floor_char_boundary(self.max - self.text.len())]);
            self.cut = true;
        }
    }

    /// The text, and whether it was cut.
    pub(super) fn finish(mut self) -> (String, bool) {
        if self.cut
            && let Some(end) = self.text.rfind('\n')
        {
            self.text.truncate(end + 1);
        }
        (self.text, self.cut)
    }
}

/// Added and removed lines.
pub(super) fn count(old: &[u8], new: &[u8]) -> LineCount {
    let diff = compute(&InternedInput::new(old, new));
    LineCount { added: diff.count_additions(), removed: diff.count_removals() }
}

/// Writes one pair's part of a diff.
pub(super) fn write(out: &mut Bounded, reader: &TreeReader<'_>, pair: &Pair) -> Result<(), StoreError> {
    let (old_path, path) = (pair.old_path.as_ref().unwrap_or(&pair.path), &pair.path);
    match (pair.old, pair.new) {
        // Git has no word for a file that became a link: it went, and another came.
        (Some(old), Some(new)) if is_file(old.0) != is_file(new.0) || (!is_file(old.0) && old.0 != new.0) => {
            section(out, reader, (old_path.as_ref(), Some(old)), (path.as_ref(), None))?;
            section(out, reader, (old_path.as_ref(), None), (path.as_ref(), Some(new)))
        }
        (old, new) => section(out, reader, (old_path.as_ref(), old), (path.as_ref(), new)),
    }
}

type Side<'a> = (&'a BStr, Option<(EntryKind, ObjectId)>);

fn section(
    out: &mut Bounded,
    reader: &TreeReader<'_>,
    (old_path, old): Side<'_>,
    (path, new): Side<'_>,
) -> Result<(), StoreError> {
    let (a, b) = (quoted("a/", old_path), quoted("b/", path));
    out.push(&format!("diff --git {a} {b}\n"));
    let mode = |kind| EntryMode::from(kind).as_bytes(&mut [0; 6]).to_string();
    match (old, new) {
        (None, Some((kind, _))) => out.push(&format!("new file mode {}\n", mode(kind))),
        (Some((kind, _)), None) => out.push(&format!("deleted file mode {}\n", mode(kind))),
        (Some((old, _)), Some((new, _))) if old != new => {
            out.push(&format!("old mode {}\nnew mode {}\n", mode(old), mode(new)));
        }
        _ => {}
    }
    if old_path != path {
        out.push(&format!("rename from {}\nrename to {}\n", quoted("", old_path), quoted("", path)));
    }
    if old.map(|(_, id)| id) == new.map(|(_, id)| id) {
        return Ok(());
    }
    let a = if old.is_some() { a } else { "/dev/null".into() };
    let b = if new.is_some() { b } else { "/dev/null".into() };
    match (content(reader, old)?, content(reader, new)?) {
        (Some(old), Some(new)) => write_contents(out, (&a, &old), (&b, &new)),
        _ => out.push(&format!("Binary files {a} and {b} differ\n")),
    }
    Ok(())
}

/// Writes what differs in two contents, each with what it is called.
pub(super) fn write_contents(out: &mut Bounded, (a, old): (&str, &[u8]), (b, new): (&str, &[u8])) {
    let input = InternedInput::new(old, new);
    let groups = group(compute(&input).hunks().map(|h| (h.before, h.after)));
    if !groups.is_empty() {
        out.push(&format!("--- {a}\n+++ {b}\n"));
    }
    for hunks in groups {
        if out.is_full() {
            break;
        }
        write_hunk(out, &input, &hunks);
    }
}

/// What is compared for a side: none for binary or large content.
fn content(reader: &TreeReader<'_>, side: Option<(EntryKind, ObjectId)>) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(match side {
        None => Some(Vec::new()),
        Some((EntryKind::Commit, id)) => Some(format!("Subproject commit {id}\n").into()),
        Some((_, id)) if reader.size(id)? > LARGE => None,
        Some((_, id)) => Some(reader.blob(id)?).filter(|data| !is_binary(data)),
    })
}

fn compute(input: &InternedInput<&[u8]>) -> Diff {
    let mut diff = Diff::compute(Algorithm::Histogram, input);
    diff.postprocess_lines(input);
    diff
}

type Hunk = (Range<u32>, Range<u32>);

/// Changes whose context would touch come together.
fn group(hunks: impl Iterator<Item = Hunk>) -> Vec<Vec<Hunk>> {
    let mut groups: Vec<Vec<Hunk>> = Vec::new();
    for hunk in hunks {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| hunk.0.start - last.0.end <= 2 * CONTEXT) => {
                group.push(hunk)
            }
            _ => groups.push(vec![hunk]),
        }
    }
    groups
}

fn write_hunk(out: &mut Bounded, input: &InternedInput<&[u8]>, hunks: &[Hunk]) {
    let (Some(first), Some(last)) = (hunks.first(), hunks.last()) else { return };
    let lead = first.0.start.min(CONTEXT);
    let tail = (input.before.len() as u32 - last.0.end).min(CONTEXT);
    let old = first.0.start - lead..last.0.end + tail;
    let new = first.1.start - lead..last.1.end + tail;
    out.push(&format!("@@ -{} +{} @@\n", place(&old), place(&new)));
    let mut at = old.start;
    for (before, after) in hunks {
        write_lines(out, ' ', input, &input.before[at as usize..before.start as usize]);
        write_lines(out, '-', input, &input.before[before.start as usize..before.end as usize]);
        write_lines(out, '+', input, &input.after[after.start as usize..after.end as usize]);
        at = before.end;
    }
    write_lines(out, ' ', input, &input.before[at as usize..old.end as usize]);
}

fn write_lines(out: &mut Bounded, mark: char, input: &InternedInput<&[u8]>, lines: &[gix::diff::blob::Token]) {
    let mut text = String::new();
    for line in lines {
        if out.is_full() {
            return;
        }
        let line = input.interner[*line];
        text.clear();
        text.push(mark);
        text.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            text.push_str("\n\\ No newline at end of file\n");
        }
        out.push(&text);
    }
}

/// First line and count, as a hunk's head has them.
fn place(lines: &Range<u32>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

/// A path that could be taken for a part of the diff is quoted.
fn quoted(prefix: &str, path: &BStr) -> String {
    let path = to_text(path);
    if path.contains(|c: char| c.is_control() || c == '"') {
        format!("\"{prefix}{}\"", path.escape_debug())
    } else {
        format!("{prefix}{path}")
    }
}
