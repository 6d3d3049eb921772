//! The host's errors in the contract's words, as every SDK says them.

use crate::checks::CheckError;
use crate::files::FilesError;
use crate::http::HttpError;
use crate::llm::LlmError;
use crate::state::StateError;
use crate::tree::TreeError;
use crate::workflow::AgentError;

macro_rules! words {
    ($($error:ident { $($told:ident $word:literal),* $(; $($silent:ident $silent_word:literal),*)? })*) => {$(
        impl $error {
            /// The contract's word for it.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$told(_) => $word,)*
                    $($(Self::$silent => $silent_word,)*)?
                }
            }

            /// The word, and what the host says of it: `unknown: this plugin may run: lint`.
            pub fn text(&self) -> String {
                match self {
                    $(Self::$told(detail) => format!("{}: {detail}", $word),)*
                    $($(Self::$silent => $silent_word.to_owned(),)*)?
                }
            }
        }
    )*};
}

words! {
    TreeError {
        InvalidPath "invalid-path", Limit "limit", Unavailable "unavailable";
        NotFound "not-found", NotAFile "not-a-file"
    }
    CheckError { Unknown "unknown", Limit "limit", Unavailable "unavailable" }
    LlmError {
        NotConfigured "not-configured", ModelNotGranted "model-not-granted", BudgetExhausted "budget-exhausted",
        InvalidAnswer "invalid-answer", Provider "provider";
        Timeout "timeout"
    }
    HttpError { Denied "denied", Limit "limit", Transport "transport"; Timeout "timeout" }
    StateError { InvalidKey "invalid-key", Limit "limit", Unavailable "unavailable" }
    FilesError {
        UnknownFolder "unknown-folder", InvalidPath "invalid-path", Limit "limit", Unavailable "unavailable";
        NotFound "not-found", NotAFile "not-a-file"
    }
    AgentError {
        Unavailable "unavailable", Limit "limit", Failed "failed";
        TimedOut "timed-out", Cancelled "cancelled"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_its_word_and_what_the_host_adds() {
        assert_eq!(TreeError::NotFound.text(), "not-found");
        assert_eq!(AgentError::TimedOut.kind(), "timed-out");
        assert_eq!(HttpError::Denied("a.b is not granted".into()).text(), "denied: a.b is not granted");
    }
}
