//! Bytes that somebody else wrote, as text that fits on a screen.

use goalpost_core::text::{
    HeadTail, clip, clip_middle, first_line, is_invisible, last_line, one_line, strip_ansi, visible,
};

use crate::input::choice;
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "plain_text",
    check,
    seeds: || {
        let texts = [
            "plain\nlines\tof text\r\n",
            "\u{1b}[31mred\u{1b}[0m\u{1b}]8;;https://x\u{1b}\\link\u{1b}]8;;\u{1b}\\ \u{9b}1m\u{90}x\u{9c}",
            "日本語テスト🎉 é\u{200b}\u{feff}\u{202e}",
        ];
        let all = seeds::choosing(9, seeds::of(&texts)).chain(seeds::choosing(250, seeds::of(&texts)));
        all.chain([b"\x04\xff\xc3\xa9\xe6\x97".to_vec()]).collect()
    },
    words: &[
        "\u{1b}", "\u{1b}[", "\u{1b}]", "\u{1b}P", "\u{1b}(", "\u{9b}", "\u{9c}", "\u{7}", "\u{1b}\\", "\r", "\n",
        "\u{85}", "🎉",
    ],
};

/// What is kept is bounded and visible, and cleaning it again changes nothing.
pub fn check(data: &[u8]) {
    let Some((max, bytes)) = choice(data) else { return };
    // Less is no bound of anything.
    let max = max + 2;
    let mut whole = HeadTail::new(max);
    whole.push(bytes);
    let mut pieces = HeadTail::new(max);
    for piece in bytes.chunks(1 + max % 13) {
        pieces.push(piece);
    }
    let (kept, is_cut) = whole.finish();
    assert_eq!(pieces.finish(), (kept.clone(), is_cut), "pieces tell");
    // A byte that is no UTF-8 is three as a substitute.
    assert!(kept.len() <= 3 * max + 60, "{} bytes of {max}", kept.len());

    let text = String::from_utf8_lossy(bytes);
    let (middle, is_cut) = clip_middle(&text, max);
    assert_eq!(is_cut, text.len() > max);
    assert!(middle.len() <= max + 60);
    let bound = max.max('…'.len_utf8());
    assert!(clip(&text, max).len() <= bound);
    for line in [one_line(&text, max), first_line(&text, max), last_line(&text, max)] {
        assert!(line.len() <= bound && !line.contains(char::is_control), "{line:?}");
    }
    assert!(!strip_ansi(&text).contains(['\u{1b}', '\u{9b}', '\u{9d}', '\u{90}']));
    let seen = visible(&text);
    assert!(!seen.chars().any(is_invisible), "{seen:?}");
    assert_eq!(visible(&seen), seen);
}
