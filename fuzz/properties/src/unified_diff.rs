//! The diff that a judge reads: it says all that is different, and nothing else.

use goalpost_workspace::fuzzing::unified;

use crate::input::{choice, texts};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "unified_diff",
    check,
    seeds: || {
        let old = seeds::file("host/core/src/text.rs");
        let new = String::from_utf8_lossy(&old).replace("fn clip", "fn cut").replacen("use ", "", 1);
        let all = [
            seeds::joined(&old[..old.len().min(4_000)], &new.as_bytes()[..new.len().min(4_000)]),
            seeds::joined("a\nb\nc", "a\nb\nc\n"),
            seeds::joined("", "@@ -1 +1 @@\n-x\n+y\n"),
            seeds::joined("--- a/x\n+++ b/x\n", "\\ No newline at end of file\n"),
        ];
        seeds::choosing(255, all.clone()).chain(seeds::choosing(2, all)).collect()
    },
    words: &[
        "\n",
        "\r\n",
        "@@ -1 +1 @@\n",
        "--- a/x\n",
        "+++ b/x\n",
        "\\ No newline at end of file",
        "+",
        "-",
        " ",
        "x\n",
        "x\nx\nx\nx\n",
    ],
};

/// Applied to the old content, a diff gives the new one. One that was cut is the beginning of the whole.
pub fn check(data: &[u8]) {
    let Some((max, data)) = choice(data) else { return };
    let Some((old, new)) = texts(data) else { return };
    let whole = unified(old.as_bytes(), new.as_bytes(), usize::MAX);
    assert_eq!(whole.is_empty(), old == new);
    assert_eq!(applied(old, &whole).as_deref(), Some(new), "{whole}");
    let cut = unified(old.as_bytes(), new.as_bytes(), max * 8);
    assert!(cut.len() <= max * 8 && whole.starts_with(&cut), "{cut}");
}

/// What a reader makes of a diff; none where its parts don't fit.
fn applied(old: &str, diff: &str) -> Option<String> {
    let mut old = old.split_inclusive('\n');
    let mut taken = 0_usize;
    let mut out = String::new();
    let mut lines = diff.split_inclusive('\n').skip(2).peekable();
    while let Some(head) = lines.next() {
        let ranges = head.strip_prefix("@@ -")?.strip_suffix(" @@\n")?;
        let (before, after) = ranges.split_once(" +")?;
        let (start, mut left) = range(before)?;
        let (_, mut more) = range(after)?;
        while taken < start {
            out.push_str(old.next()?);
            taken += 1;
        }
        while left > 0 || more > 0 {
            let line = lines.next()?;
            let mut content = line.get(1..)?.to_owned();
            if lines.peek().is_some_and(|next| next.starts_with("\\ No newline")) {
                lines.next();
                content.pop();
            }
            let mark = line.chars().next()?;
            if mark != '+' {
                left = left.checked_sub(1)?;
                taken += 1;
                if old.next()? != content {
                    return None;
                }
            }
            if mark != '-' {
                more = more.checked_sub(1)?;
                out.push_str(&content);
            }
        }
    }
    out.extend(old);
    Some(out)
}

/// Lines before the range, and lines in it.
fn range(text: &str) -> Option<(usize, usize)> {
    let (start, count) = match text.split_once(',') {
        Some((start, count)) => (start.parse::<usize>().ok()?, count.parse().ok()?),
        None => (text.parse().ok()?, 1),
    };
    Some(if count == 0 { (start, 0) } else { (start.checked_sub(1)?, count) })
}
