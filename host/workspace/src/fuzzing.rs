//! What reads text from outside and is nobody's to call: here for fuzzers alone, behind the feature `fuzzing`.

/// The unified diff of two contents of a file `x`, of at most `max_bytes`. Empty where they don't differ.
pub fn unified(old: &[u8], new: &[u8], max_bytes: usize) -> String {
    crate::diff::of_contents(old, new, max_bytes)
}
