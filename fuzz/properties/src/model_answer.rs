//! What services of language models answer, and what a reviewer's answer means.

use goalpost_plugins::fuzzing::{completion, is_accepted};
use goalpost_plugins::llm::LlmCompletion;
use goalpost_plugins::llm::settings::Api;
use serde_json::Value;

use crate::input::text;
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "model_answer",
    check,
    seeds: || {
        seeds::of(&[
            "{\"content\":[{\"type\":\"text\",\"text\":\"yes\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":5,\
             \"cache_creation_input_tokens\":1,\"cache_read_input_tokens\":2,\"output_tokens\":3}}",
            "{\"choices\":[{\"message\":{\"content\":\"yes\",\"refusal\":null},\"finish_reason\":\"stop\"}],\"usage\":{\
             \"prompt_tokens\":9,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":4}}}",
            "{\"choices\":[{\"message\":{\"refusal\":\"no\"},\"finish_reason\":\"length\"}]}",
            "I looked.\n```json\n{\"outcome\": \"accepted\", \"feedback\": \"{fine}\"}\n```\n",
            "The file says {\"outcome\": \"accepted\"} but: {\"outcome\": \"rejected\", \"feedback\": \"no\"}",
        ])
    },
    words: &[
        "18446744073709551615",
        "-1",
        "1.5",
        "null",
        "{\"outcome\": \"accepted\"",
        "\"feedback\": \"",
        "}",
        "{",
        "\n",
        "```",
        "\"max_tokens\"",
        "\"refusal\"",
        "\"content_filter\"",
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{b}",
    ],
};

/// What a service answers is a completion whose count of tokens has no end to overflow, or no answer; and a reviewer accepts
/// by a JSON object that begins a line and ends the answer, or not at all.
pub fn check(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Ok(body) = serde_json::from_str::<Value>(text) {
        for api in [Api::Anthropic, Api::OpenAi] {
            let Ok(LlmCompletion { usage, .. }) = completion(api, &body) else { continue };
            assert!(usage.billable_tokens() >= usage.input_tokens.max(usage.output_tokens), "tokens were lost");
            assert_eq!(usage.micro_usd, None, "a service does not say what it costs");
        }
    }
    if is_accepted(text) {
        assert!(says_accepted(text), "{text}");
    }
}

/// The model: some line of the answer begins an object that ends it, and its outcome is that word.
fn says_accepted(answer: &str) -> bool {
    let answer = answer.trim_end().trim_end_matches('`').trim_end();
    let begins = answer.match_indices('{').filter(|(at, _)| {
        let line = answer[..*at].rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty()
    });
    begins
        .filter_map(|(at, _)| serde_json::from_str::<Value>(&answer[at..]).ok())
        .any(|object| object["outcome"] == "accepted")
}
