//! What every contender of the benchmark does: one judgement, as values.
//!
//! Work is not done while a required gate says no, or while the worker's own transcript says that something was left out.

use serde::{Deserialize, Serialize};

/// Words of somebody who left something out, in lower case.
const LEFT_OUT: [&str; 6] = ["todo", "skipped", "for now", "not implemented", "left out", "will fail"];

/// A judgement names this many lines at most.
const MOST: usize = 5;

/// A line that counts against the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Counted from 1.
    pub line: u32,
    /// The line.
    pub text: String,
}

/// What is concluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Whether there is nothing to object to.
    pub satisfied: bool,
    /// For the worker.
    pub reason: String,
    /// What it is concluded from.
    pub marks: Vec<Mark>,
}

/// Judges a turn by the names of the required gates that did not pass, and by the worker's transcript.
pub fn judge(failing: &[&str], transcript: &str) -> Judgement {
    let mut marks = Vec::new();
    for (line, text) in (1..).zip(transcript.lines()) {
        let lower = text.to_ascii_lowercase();
        if LEFT_OUT.iter().any(|words| lower.contains(words)) {
            marks.push(Mark { line, text: text.to_owned() });
            if marks.len() == MOST {
                break;
            }
        }
    }
    let reason = match (failing, marks.as_slice()) {
        ([], []) => "nothing was left out".to_owned(),
        ([], [first, ..]) => format!("line {} says that something was left out: {}", first.line, first.text),
        (gates, _) => format!("these gates do not pass: {}", gates.join(", ")),
    };
    Judgement { satisfied: failing.is_empty() && marks.is_empty(), reason, marks }
}

/// What those read who get the evidence as JSON: the parts that the judgement needs. The rest is skipped.
pub mod json {
    use serde::Deserialize;

    /// The evidence.
    #[derive(Debug, Deserialize)]
    pub struct Evidence {
        /// What gates said.
        pub gates: Vec<Gate>,
        /// What the worker said.
        pub worker: Worker,
    }

    /// One gate.
    #[derive(Debug, Deserialize)]
    pub struct Gate {
        /// Its name.
        pub name: String,
        /// Whether it sets the ceiling.
        pub required: bool,
        /// `passed`, or another word.
        pub status: String,
    }

    /// The worker.
    #[derive(Debug, Deserialize)]
    pub struct Worker {
        /// The end of what it wrote.
        pub transcript: String,
    }

    impl Evidence {
        /// Judges it.
        pub fn judge(&self) -> super::Judgement {
            let failing = self.gates.iter().filter(|gate| gate.required && gate.status != "passed");
            super::judge(&failing.map(|gate| gate.name.as_str()).collect::<Vec<_>>(), &self.worker.transcript)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_found() {
        let judgement = judge(&[], "I wrote it.\nThe parser is a TODO for now.\n");
        assert!(!judgement.satisfied);
        assert_eq!(judgement.marks, [Mark { line: 2, text: "The parser is a TODO for now.".into() }]);
        assert!(judge(&[], "All of it is there.").satisfied);
        assert!(!judge(&["tests"], "All of it is there.").satisfied);
    }
}
