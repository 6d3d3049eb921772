//! Random words: nothing in them says what they are for, and no redactor takes them for a secret.

const CONSONANTS: &[u8; 16] = b"bcdfghjklmnprstv";
const VOWELS: &[u8; 4] = b"aeou";
/// Syllables of a word, 6 bits each.
const SYLLABLES: usize = 6;

/// Words from random bytes, which the caller draws after the candidate was sealed.
#[derive(Debug)]
pub struct Words<D>(D);

impl<D: FnMut() -> [u8; SYLLABLES]> Words<D> {
    /// Words from `draw`.
    pub fn new(draw: D) -> Self {
        Self(draw)
    }

    /// A word that nobody could have foreseen: 12 letters, lower case.
    pub fn word(&mut self) -> String {
        (self.0)()
            .iter()
            .flat_map(|byte| [CONSONANTS[usize::from(byte >> 4)], VOWELS[usize::from(byte & 3)]])
            .map(char::from)
            .collect()
    }

    /// A number below `most`; 0 for a `most` of 0.
    pub fn below(&mut self, most: usize) -> usize {
        let [a, b, c, ..] = (self.0)();
        usize::from_le_bytes([a, b, c, 0, 0, 0, 0, 0]).checked_rem(most).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_can_be_spoken_and_differ() {
        let mut n = 0u64;
        let mut words = Words::new(|| {
            n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [.., a, b, c, d, e, f] = n.to_le_bytes();
            [a, b, c, d, e, f]
        });
        let all: std::collections::BTreeSet<_> = (0..50).map(|_| words.word()).collect();
        assert_eq!(all.len(), 50);
        assert!(all.iter().all(|word| word.len() == 12 && word.bytes().all(|b| b.is_ascii_lowercase())));
        assert!(words.below(3) < 3 && words.below(0) == 0);
    }
}
