//! Streams of real programs, and streams that no program should print.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use goalpost_agents::{Activity, Agent, Preset, Transcript};
use goalpost_core::usage::Usage;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn read(agent: &str, bytes: &[u8]) -> (Vec<Activity>, Transcript) {
    let mut stream = Agent::preset(agent).unwrap().stream();
    let activities = stream.push(bytes);
    (activities, stream.finish())
}

fn tokens(input: u64, output: u64, cached: u64) -> Usage {
    Usage { input_tokens: input, output_tokens: output, cached_tokens: cached, micro_usd: None }
}

/// The turns in which a tool edits the file.
const TURNS: [(&str, &str); 5] = [
    ("claude", "claude-2.1.330.jsonl"),
    ("codex", "codex-0.169.0.jsonl"),
    ("pi", "pi-0.74.2.jsonl"),
    ("opencode", "opencode-1.18.33.jsonl"),
    ("gemini", "gemini-0.61.0.jsonl"),
];

#[test]
fn a_turn_of_each_agent_is_understood_alike() {
    for (agent, name) in TURNS {
        let (activities, said) = read(agent, &fixture(name));
        assert_eq!(said.final_text, "The greeting is changed.", "{agent}");
        assert_eq!(Usage { micro_usd: None, ..said.usage }, tokens(1280, 57, 1800), "{agent}: {said:#?}");
        assert!(said.usage_known, "{agent}");
        assert_eq!(said.error, None, "{agent}");
        assert!(said.session_id.is_some(), "{agent}");
        assert_eq!(said.tool_calls.len(), 1, "{agent}");
        assert!(said.tool_calls[0].arguments.contains("echo goodbye > greeting.txt"), "{agent}");
        assert_eq!(said.tool_calls[0].ok, Some(true), "{agent}");
        assert!(said.text.starts_with("I will edit the file.\n") || agent == "codex", "{agent}: {}", said.text);
        assert!(said.text.contains("I will edit the file.\n["), "{agent}: {}", said.text);
        assert!(activities.contains(&Activity::Says("The greeting is changed.".into())), "{agent}");
    }
}

#[test]
fn money_is_known_where_the_program_has_a_price() {
    assert_eq!(read("claude", &fixture("claude-2.1.330.jsonl")).1.usage.micro_usd, Some(6620));
    assert_eq!(read("codex", &fixture("codex-0.169.0.jsonl")).1.usage.micro_usd, None);
}

#[test]
fn presets_that_meter_live_know_the_first_answer_before_the_second() {
    for (agent, name) in TURNS {
        let bytes = fixture(name);
        let text = String::from_utf8(bytes).unwrap();
        // Up to the end of the tool's run.
        let lines: Vec<&str> = text.lines().collect();
        let second = lines.iter().position(|line| line.contains("The ") && !line.contains("goodbye")).unwrap();
        let mut stream = Agent::preset(agent).unwrap().stream();
        stream.push((lines[..second].join("\n") + "\n").as_bytes());
        let live = Preset::find(agent).unwrap().meters_live;
        let so_far = stream.usage();
        assert_eq!(so_far.output_tokens >= 45, live, "{agent}: {so_far:?}");
        assert_eq!(so_far.input_tokens >= 1200, live, "{agent}: {so_far:?}");
    }
}

#[test]
fn a_refused_turn_says_why_in_each_agent() {
    for preset in Preset::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let name = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .find(|name| name.starts_with(preset.name) && name.contains("-error"))
            .unwrap();
        let (_, said) = read(preset.name, &fixture(&name));
        assert!(said.error.as_deref().unwrap().contains("the script says 400"), "{name}: {said:#?}");
        assert_eq!(said.usage.billable_tokens(), 0, "{name}");
    }
}

#[test]
fn codex_files_and_failed_commands_are_calls() {
    let (_, said) = read("codex", &fixture("codex-0.169.0-patch.jsonl"));
    let calls: Vec<_> = said.tool_calls.iter().map(|call| (call.name.as_str(), call.ok)).collect();
    assert_eq!(calls, [("apply_patch", Some(true)), ("shell", Some(false))]);
    assert!(said.tool_calls[0].arguments.contains("more.txt"));
    assert_eq!(said.error, None, "a remark is not an error");
}

#[test]
fn codex_that_reconnects_has_not_failed() {
    let stream = concat!(
        "{\"type\":\"error\",\"message\":\"Reconnecting... 1/5\"}\n",
        "{\"type\":\"item.completed\",\"item\":{\"id\":\"1\",\"type\":\"agent_message\",\"text\":\"ok\"}}\n",
        "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":5,\"cached_input_tokens\":9,\"output_tokens\":1}}\n",
    );
    let (activities, said) = read("codex", stream.as_bytes());
    assert_eq!(said.error, None);
    assert_eq!(activities[0], Activity::Notes("Reconnecting... 1/5".into()));
    assert_eq!(said.usage, tokens(0, 1, 9), "more cached than read is no reason to fail");
}

#[test]
fn aiders_text_is_read_for_its_answer_and_tokens() {
    let (_, said) = read("aider", &fixture("aider-0.86.2.txt"));
    assert!(said.final_text.ends_with("The greeting is changed."), "{said:#?}");
    assert_eq!(said.usage, tokens(1500, 45, 0));
}

#[test]
fn claude_counts_the_agents_that_it_spawns() {
    let event = |conversation: &str, id: &str, output: u64| {
        format!(
            "{{\"type\":\"assistant\",\"parent_tool_use_id\":{conversation},\"message\":{{\"id\":\"{id}\",\
             \"content\":[{{\"type\":\"text\",\"text\":\"I am {id}\"}}],\
             \"usage\":{{\"input_tokens\":10,\"cache_creation_input_tokens\":5,\"output_tokens\":{output}}}}}}}\n"
        )
    };
    let mut stream = Agent::preset("claude").unwrap().stream();
    for (conversation, id, output) in [
        ("null", "a", 1),
        ("\"t1\"", "b", 2),
        ("null", "a", 3),
        ("\"t1\"", "c", 4),
        ("\"t2\"", "d", 5),
        ("null", "e", 6),
    ] {
        stream.push(event(conversation, id, output).as_bytes());
    }
    // a 3, b 2, c 4, d 5, e 6: a message that is reported twice counts once.
    assert_eq!(stream.usage(), tokens(75, 20, 0));
    assert_eq!(stream.finish().final_text, "I am e");
}

#[test]
fn a_command_reports_in_lines_of_json_or_in_plain_text() {
    let agent = Agent::Command(vec!["./worker".into()]);
    let mut stream = agent.stream();
    let activities = stream.push(
        concat!(
            "starting\n",
            "{\"type\":\"session\",\"id\":\"s1\"}\n",
            "{\"type\":\"tool\",\"name\":\"bash\",\"arguments\":{\"command\":\"ls\"},\"ok\":true,\"output\":\"a.txt\"}\n",
            "{\"type\":\"usage\",\"input_tokens\":100,\"output_tokens\":20,\"cached_tokens\":5,\"usd\":0.5}\n",
            "{\"type\":\"usage\",\"input_tokens\":1,\"output_tokens\":2}\n",
            "{\"type\":\"message\",\"text\":\"All done.\"}\n",
            "bye\n",
        )
        .as_bytes(),
    );
    assert_eq!(stream.usage().billable_tokens(), 123);
    assert!(activities.contains(&Activity::Calls { name: "bash".into(), arguments: "{\"command\":\"ls\"}".into() }));
    let said = stream.finish();
    assert_eq!(said.final_text, "All done.");
    assert_eq!(said.usage.micro_usd, Some(500_000));
    assert_eq!(said.session_id.as_deref(), Some("s1"));
    assert!(said.text.contains("a.txt") && said.text.ends_with("bye\n"));

    let mut plain = agent.stream();
    plain.push(b"Thinking.\n\nI changed two files\nand ran the tests.\n\n");
    let said = plain.finish();
    assert_eq!(said.final_text, "I changed two files\nand ran the tests.");
    assert!(!said.usage_known, "no usage is not a usage of 0");
}

#[test]
fn text_among_json_is_kept_and_unknown_events_are_passed_over() {
    let stream = concat!(
        "npm warn something\n",
        "{\"type\":\"never.seen\",\"item\":[1,2]}\n",
        "{\"type\":42}\n",
        "{broken\n",
        "[1]\n",
        "null\n",
        "{\"type\":\"turn.failed\"}\n",
    );
    let (_, said) = read("codex", stream.as_bytes());
    assert!(said.text.starts_with("npm warn something\n{broken\n[1]\nnull\n"), "{}", said.text);
    assert_eq!(said.error.as_deref(), Some("the agent reported an error"));
}

#[test]
fn what_only_standard_error_tells_is_kept() {
    let mut stream = Agent::preset("gemini").unwrap().stream();
    stream.push_stderr(b"Invalid auth");
    stream.push_stderr(b" method selected.\n");
    stream.push_stderr(&b"x\n".repeat(1 << 20));
    stream.push_stderr(b"the end");
    let said = stream.finish();
    assert!(said.diagnostics.ends_with("x\nthe end\n"));
    assert!(said.diagnostics.len() <= 8 << 10);
}

#[test]
fn a_flood_is_bounded_in_every_part() {
    let mut stream = Agent::preset("pi").unwrap().stream();
    let text = "word ".repeat(40_000);
    let message = format!(
        "{{\"type\":\"message_end\",\"message\":{{\"role\":\"assistant\",\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}},\
         {{\"type\":\"toolCall\",\"id\":\"1\",\"name\":\"{text}\",\"arguments\":\"{text}\"}}],\
         \"usage\":{{\"input\":18446744073709551615,\"output\":18446744073709551615,\"cacheWrite\":5}}}}}}\n"
    );
    for _ in 0..300 {
        stream.push(message.as_bytes());
    }
    assert!(stream.push(message.repeat(10).as_bytes()).len() <= 101);
    let said = stream.finish();
    assert!(said.text.len() <= 256 << 10 && said.truncated);
    assert!(said.final_text.len() <= (64 << 10) + 4);
    assert_eq!(said.tool_calls.len(), 200);
    assert!(said.tool_calls.iter().all(|call| call.arguments.len() < 2100 && call.name.len() < 210));
    assert_eq!(said.usage.billable_tokens(), u64::MAX, "counts that are too high stay at the highest");
}

#[test]
fn a_terminal_is_not_given_control_characters() {
    let (activities, _) = read("codex", b"\x1b[2J\x1b]0;owned\x07hello\r\n");
    assert_eq!(activities, [Activity::Says("[2J]0;ownedhello".into())]);
}
