//! Lines out of a stream of bytes.

/// A line longer than this is not kept: the longest that a known agent needs read is a tool's result, well below.
pub(crate) const MAX_LINE: usize = 4 << 20;

/// Splits bytes into lines however they arrive. Invalid UTF-8 becomes U+FFFD; what exceeds [`MAX_LINE`] is dropped, so that a
/// program that never ends its line costs no more than that.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    partial: Vec<u8>,
    /// The current line is too long: what is left of it is dropped.
    overlong: bool,
}

impl Lines {
    /// Hands every line that `bytes` completes to `each`. None stands for one that was too long.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Option<&str>)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.keep(&bytes[..end]);
            self.emit(&mut each);
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
    }

    /// The last line, where it has no end.
    pub(crate) fn finish(&mut self, mut each: impl FnMut(Option<&str>)) {
        if self.overlong || !self.partial.is_empty() {
            self.emit(&mut each);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.overlong || self.partial.len() + bytes.len() > MAX_LINE {
            self.overlong = true;
            self.partial = Vec::new();
        } else {
            self.partial.extend_from_slice(bytes);
        }
    }

    fn emit(&mut self, each: &mut impl FnMut(Option<&str>)) {
        if std::mem::take(&mut self.overlong) {
            each(None);
        } else {
            let line = String::from_utf8_lossy(&self.partial);
            each(Some(line.strip_suffix('\r').unwrap_or(&line)));
        }
        self.partial.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(chunks: &[&[u8]]) -> Vec<Option<String>> {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.push(chunk, |line| out.push(line.map(str::to_owned)));
        }
        lines.finish(|line| out.push(line.map(str::to_owned)));
        out
    }

    fn some(lines: &[&str]) -> Vec<Option<String>> {
        lines.iter().map(|line| Some((*line).to_owned())).collect()
    }

    #[test]
    fn a_line_may_arrive_in_any_pieces() {
        assert_eq!(collect(&[b"a", b"b\nc\r\n", b"", b"d"]), some(&["ab", "c", "d"]));
        assert_eq!(collect(&["é\n".as_bytes().split_at(1).0, "é\n".as_bytes().split_at(1).1]), some(&["é"]));
    }

    #[test]
    fn invalid_text_is_still_a_line() {
        assert_eq!(collect(&[b"a\xffb\n"]), some(&["a\u{fffd}b"]));
    }

    #[test]
    fn a_line_without_end_costs_a_bounded_amount_and_the_next_is_read() {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        for _ in 0..100 {
            lines.push(&[b'x'; 1 << 20], |line| out.push(line.map(str::to_owned)));
            assert!(lines.partial.capacity() <= 2 * MAX_LINE);
        }
        lines.push(b"\nnext\n", |line| out.push(line.map(str::to_owned)));
        assert_eq!(out, [None, Some("next".to_owned())]);
    }
}
