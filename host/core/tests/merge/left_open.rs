//! What a candidate begins and does not end: nothing that is put back becomes a part of it.

use super::*;

#[test]
fn a_block_that_is_not_closed_takes_nothing_in() {
    let old = "module example.test/x\n\ngo 1.22\n\nreplace example.test/b => ./b\n";
    for open in ["require (\n", "retract (\n\tv1.0.0", "tool(\n"] {
        let merged = merged("go.mod", old, &format!("module example.test/x\n{open}"));
        assert_eq!(String::from_utf8_lossy(&merged.content), old, "{open}");
        assert!(merged.undone.contains(&"`replace example.test/b => ./b` removed".to_owned()), "{:?}", merged.undone);
    }
}

#[test]
fn a_line_that_goes_on_takes_nothing_in() {
    let old = "-c constraints.txt\nrich\n";
    for open in ["rich \\\n", "rich>=1 \\", "rich \\\r\n"] {
        let merged = merged("requirements.txt", old, open);
        assert_eq!(String::from_utf8_lossy(&merged.content), old, "{open}");
        assert_eq!(merged.undone, ["`-c constraints.txt` removed"], "{open}");
    }
}
