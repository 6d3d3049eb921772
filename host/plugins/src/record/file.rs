//! A recording as JSON lines, and back.

use goalpost_core::text::one_line;
use serde::{Deserialize, Serialize};

use super::{Event, FORMAT, Header, Outcome, Recording, Used};

/// Why a text is no recording that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// Something else, or damaged.
    #[error("line {line} is not of a recording: {why}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// Of another version of the format.
    #[error("it is a recording of format {0}, and this goalpost reads format {FORMAT}")]
    OtherFormat(u32),
    /// Its end is missing.
    #[error("it is cut: its last line does not say how the call ended")]
    NoEnd,
    /// More was asked than a recording keeps.
    #[error(
        "it is incomplete: the call asked for more than a recording keeps, or for what it can't keep without secrets"
    )]
    Incomplete,
    /// A secret in it can't be replaced: it is what an id must look like, for example.
    #[error("it would have a secret in it that nothing can stand in for")]
    Secret,
}

/// A line after the first one.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    End { end: End },
    Event(Event),
}

#[derive(Serialize, Deserialize)]
struct End {
    outcome: Outcome,
    used: Used,
    complete: bool,
}

#[derive(Deserialize)]
struct Format {
    goalpost_recording: u32,
}

impl Recording {
    /// As JSON lines.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut add = |line: Result<String, serde_json::Error>| {
            // Plain records of strings and numbers have no way to fail.
            text.push_str(&line.unwrap_or_default());
            text.push('\n');
        };
        add(serde_json::to_string(&self.header));
        for event in &self.events {
            add(serde_json::to_string(event));
        }
        let end = End { outcome: self.outcome.clone(), used: self.used.clone(), complete: self.complete };
        add(serde_json::to_string(&Line::End { end }));
        text
    }

    /// Reads JSON lines.
    ///
    /// # Errors
    /// It is none, of another version, or cut.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        // What a parser says may quote what it read.
        let malformed = |line: usize| {
            move |error: serde_json::Error| RecordingError::Malformed { line, why: one_line(&error.to_string(), 300) }
        };
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let (_, first) = lines.next().ok_or(RecordingError::NoEnd)?;
        let format: Format = serde_json::from_str(first).map_err(malformed(1))?;
        if format.goalpost_recording != FORMAT {
            return Err(RecordingError::OtherFormat(format.goalpost_recording));
        }
        let header: Header = serde_json::from_str(first).map_err(malformed(1))?;
        let mut events = Vec::new();
        for (number, line) in lines {
            match serde_json::from_str(line).map_err(malformed(number))? {
                Line::Event(event) => events.push(event),
                Line::End { end } => {
                    let End { outcome, used, complete } = end;
                    return Ok(Self { header, events, outcome, used, complete });
                }
            }
        }
        Err(RecordingError::NoEnd)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_said_of_a_damaged_recording_does_not_reach_the_terminal_as_it_is() {
        let quoting = r#"{"goalpost_recording":"\u001b[2J"}"#;
        let said = Recording::parse(quoting).unwrap_err().to_string();
        assert!(said.starts_with("line 1 is not of a recording") && !said.contains('\u{1b}'), "{said:?}");
    }
}
