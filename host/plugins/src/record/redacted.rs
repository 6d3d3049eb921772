//! Records without their secrets.

use goalpost_core::redact::Redactor;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// `value` with every text in it redacted. None where that would make something else of it, such as an id that is none any
/// more: what can't be kept without its secret is not kept.
pub(super) fn without_secrets<T: Serialize + DeserializeOwned>(redactor: &Redactor, value: &T) -> Option<T> {
    let value = serde_json::to_value(value).ok()?;
    serde_json::from_value(redactor.redact_json(&value)).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use goalpost_core::config::{Grants, Limits, LlmGrant};
    use goalpost_core::evidence::GoalText;
    use goalpost_core::ids::{Digest, GoalId};
    use goalpost_core::usage::Usage;
    use serde_json::json;

    use super::*;
    use crate::exchange::Turn;
    use crate::llm::{LlmCompletion, LlmStop};
    use crate::record::{FORMAT, Header, Input};

    const SECRET: &str = "correct-horse-battery-9";

    fn redactor() -> Redactor {
        Redactor::new([SECRET.to_owned()])
    }

    fn header(tokens: u64) -> Header {
        let goal = GoalText {
            id: "g20261122-203100-0000002a".parse::<GoalId>().unwrap(),
            objective: format!("Log in with {SECRET}"),
            scope: Vec::new(),
            criteria: Vec::new(),
        };
        let turn = Turn { goal, turn: 1, max_turns: 2, prompt: String::new(), feedback: None, agents: Vec::new() };
        let config = json!({ "password": "hunter2-hunter2", "pin": { "token": 123_456_789 }, "note": SECRET });
        Header {
            goalpost_recording: FORMAT,
            contract: "1.0.0".to_owned(),
            plugin: "judge.wasm".to_owned(),
            digest: Digest::of(b"judge"),
            grants: Grants {
                llm: Some(LlmGrant { models: vec!["any/model".to_owned()], tokens, micro_usd: None, calls: 3 }),
                ..Grants::default()
            },
            limits: Limits::DEFAULT,
            config: config.as_object().unwrap().clone(),
            seed: "00".repeat(32),
            agents: Vec::new(),
            folders: Default::default(),
            state: None,
            input: Input::Turn(Box::new(turn)),
        }
    }

    #[test]
    fn a_header_keeps_its_counts_and_no_secret() {
        for tokens in [7, 20_000, 100_000, 98_765_432_100] {
            let kept = without_secrets(&redactor(), &header(tokens)).unwrap();
            assert_eq!(kept.grants, header(tokens).grants);
            let text = serde_json::to_string(&kept).unwrap();
            for secret in [SECRET, "hunter2", "123456789"] {
                assert!(!text.contains(secret), "{secret} of {tokens}: {text}");
            }
        }
    }

    #[test]
    fn a_models_answer_keeps_what_it_cost_and_no_secret() {
        let usage =
            Usage { input_tokens: 1_234_567, output_tokens: 765_432, cached_tokens: 999_999, micro_usd: Some(1) };
        let answer = LlmCompletion {
            text: format!("it is {SECRET}"),
            model: "any/model".to_owned(),
            stop: LlmStop::Finished,
            usage,
        };
        let kept = without_secrets(&redactor(), &answer).unwrap();
        assert_eq!((kept.usage, kept.text.as_str()), (usage, "it is ***"));
    }

    #[test]
    fn what_would_be_something_else_without_its_secret_is_not_kept() {
        let id = Digest::of(b"judge").to_string();
        assert_eq!(without_secrets(&Redactor::new([id]), &Digest::of(b"judge")), None);
        assert_eq!(without_secrets(&redactor(), &Digest::of(b"judge")), Some(Digest::of(b"judge")), "the control");
    }
}
