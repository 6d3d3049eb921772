//! The start and the end of an output of any length.

/// How much of a stream is kept, in bytes. The end holds the verdict of most tools, the start the first error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputLimit {
    /// From the start.
    pub head: usize,
    /// From the end.
    pub tail: usize,
}

impl Default for OutputLimit {
    fn default() -> Self {
        Self { head: 32 << 10, tail: 96 << 10 }
    }
}

/// What was kept of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// Head and tail; a line between them says how much is missing.
    pub bytes: Vec<u8>,
    /// Bytes that are missing.
    pub omitted: u64,
}

impl Captured {
    /// Whether the middle is missing.
    pub fn is_truncated(&self) -> bool {
        self.omitted > 0
    }
}

/// Holds at most the head and twice the tail, whatever is added.
pub(super) struct Capture {
    limit: OutputLimit,
    head: Vec<u8>,
    /// Its last `limit.tail` bytes count; cut back only when it is twice as long, so that a flood moves each byte once.
    tail: Vec<u8>,
    omitted: u64,
}

impl Capture {
    pub(super) fn new(limit: OutputLimit) -> Self {
        Self { limit, head: Vec::new(), tail: Vec::new(), omitted: 0 }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        let (head, rest) = bytes.split_at(bytes.len().min(self.limit.head - self.head.len()));
        self.head.extend_from_slice(head);
        let (lost, kept) = rest.split_at(rest.len().saturating_sub(self.limit.tail));
        self.omitted += lost.len() as u64;
        self.tail.extend_from_slice(kept);
        if self.tail.len() > 2 * self.limit.tail {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let overflow = self.tail.len().saturating_sub(self.limit.tail);
        self.tail.drain(..overflow);
        self.omitted += overflow as u64;
    }

    pub(super) fn finish(mut self) -> Captured {
        self.cut();
        let mut bytes = self.head;
        if self.omitted > 0 {
            bytes.extend_from_slice(format!("\n[{} bytes left out]\n", self.omitted).as_bytes());
        }
        bytes.extend(self.tail);
        Captured { bytes, omitted: self.omitted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(pieces: &[&str]) -> Captured {
        let mut capture = Capture::new(OutputLimit { head: 3, tail: 4 });
        pieces.iter().for_each(|p| capture.add(p.as_bytes()));
        capture.finish()
    }

    #[test]
    fn what_fits_is_kept_whole() {
        assert_eq!(capture(&["ab", "cdefg"]), Captured { bytes: b"abcdefg".into(), omitted: 0 });
    }

    #[test]
    fn the_middle_is_left_out_however_the_pieces_fall() {
        let expected = Captured { bytes: b"abc\n[3 bytes left out]\nghij".into(), omitted: 3 };
        assert_eq!(capture(&["abcdefghij"]), expected);
        assert_eq!(capture(&["abcd", "efgh", "ij"]), expected);
        assert_eq!(capture(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]), expected);
    }
}
