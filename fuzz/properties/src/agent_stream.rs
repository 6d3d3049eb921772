//! What agents print: any bytes, in any pieces, read by any reader, since a user may name the wrong agent.

use goalpost_agents::{Agent, Preset};

use crate::input::choice;
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "agent_stream",
    check,
    seeds: || {
        let streams = seeds::files("host/agents/tests/fixtures", ".jsonl");
        let texts = seeds::files("host/agents/tests/fixtures", ".txt");
        let mut all: Vec<_> = Vec::new();
        for which in 0..=Preset::ALL.len() as u8 {
            all.extend(seeds::choosing(which, streams.iter().chain(&texts).take(4 + usize::from(which)).cloned()));
        }
        all
    },
    words: &[
        "\n",
        "{\"type\":\"result\"",
        "\"usage\":{\"input_tokens\":18446744073709551615",
        "\"output_tokens\":-1",
        "\"usd\":1e300",
        "{\"type\":\"error\",\"message\":\"x\"}\n",
        "\u{1b}[2J",
        "\r\n",
        "null",
        "[[[[[[",
        "{\"type\":\"message_end\"",
        "\"id\":\"a\"",
        "Tokens: 1.5k sent, 45 received.",
        "{\"type\":\"turn.completed\"",
    ],
};

/// The same in any pieces, bounded, and never with fewer tokens than a moment before.
pub fn check(data: &[u8]) {
    let Some((which, bytes)) = choice(data) else { return };
    let agent = match Preset::ALL.get(which % (Preset::ALL.len() + 1)) {
        Some(preset) => Agent::Preset(preset),
        None => Agent::Command(vec!["./worker".into()]),
    };
    let mut whole = agent.stream();
    let activities = whole.push(bytes);
    let whole = whole.finish();
    for activity in &activities {
        let shown = activity.to_string();
        assert!(shown.len() < 1_000 && !shown.contains(char::is_control), "{shown:?}");
    }

    let mut stream = agent.stream();
    let mut spent = 0;
    for piece in bytes.chunks(1 + which * 3) {
        stream.push(piece);
        let now = stream.usage().output_tokens;
        assert!(now >= spent, "tokens were taken back");
        spent = now;
    }
    let pieces = stream.finish();
    assert_eq!(pieces, whole, "pieces tell");

    assert!(whole.text.len() <= 256 << 10 && whole.final_text.len() <= (64 << 10) + 4);
    assert!(whole.tool_calls.len() <= 200);
    for call in &whole.tool_calls {
        assert!(call.name.len() <= 210 && call.arguments.len() <= 2_100, "{call:?}");
    }
    assert!(whole.error.as_ref().is_none_or(|error| error.len() <= 4_000));
    assert!(whole.session_id.as_ref().is_none_or(|id| id.len() <= 210));
    whole.usage.billable_tokens();
}
