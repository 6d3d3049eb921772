//! How a property makes its arguments of a fuzzer's bytes. The forms are plain, so that a seed is a file of the repository and
//! a find can be read: a first byte that chooses, and parts with a NUL between them.

/// The text; none where the bytes are none.
pub(crate) fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// The first byte, for a choice, and the rest.
pub(crate) fn choice(data: &[u8]) -> Option<(usize, &[u8])> {
    data.split_first().map(|(first, rest)| (usize::from(*first), rest))
}

/// What stands before the first NUL, and what after it; nothing after it where there is none.
pub(crate) fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

/// Two texts with a NUL between them.
pub(crate) fn texts(data: &[u8]) -> Option<(&str, &str)> {
    let (first, second) = halves(data);
    Some((text(first)?, text(second)?))
}

/// Whether a terminal would act on a part of this, line ends and tabs aside.
pub(crate) fn moves_the_cursor(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

/// Whether `value` is the same when it was written as JSON and read again.
pub(crate) fn survives_json<T>(value: &T) -> bool
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq,
{
    let again = serde_json::to_string(value).ok().and_then(|json| serde_json::from_str(&json).ok());
    again.is_some_and(|again: T| again == *value)
}
