//! aider, which prints text for people.

use goalpost_core::usage::Usage;
use serde_json::Value;

use crate::collector::{Collector, Reader};
use crate::environment::provider_keys;
use crate::preset::{Place, Preset, Request};

pub(crate) const PRESET: Preset = Preset {
    name: "aider",
    program: "aider",
    install: "python -m pip install aider-install && aider-install",
    homepage: "https://aider.chat",
    meters_live: true,
    arguments,
    env: &[],
    env_allowed: provider_keys![
        "AIDER_MODEL",
        "AIDER_WEAK_MODEL",
        "AIDER_EDITOR_MODEL",
        "AIDER_OPENAI_API_KEY",
        "AIDER_OPENAI_API_BASE",
        "AIDER_ANTHROPIC_API_KEY",
        "AIDER_API_KEY",
        "AIDER_CONFIG_FILE",
        "AIDER_ENV_FILE",
    ],
    writable: &[Place::folder(".aider")],
    // Its map of the repository; no option puts it elsewhere.
    guarded: &[],
    litter: &[".aider*", ".aider*/**"],
    reader: || Box::new(Aider::default()),
};

fn arguments(request: &Request<'_>) -> Vec<String> {
    let mut fixed = vec![
        "--yes-always",
        // It would commit what it finds changed, and its own changes: the candidate is the working tree.
        "--no-auto-commits",
        "--no-dirty-commits",
        "--no-gitignore",
        "--no-pretty",
        "--no-fancy-input",
        "--no-stream",
        "--no-analytics",
        "--no-check-update",
        "--no-show-release-notes",
        "--no-show-model-warnings",
        "--no-suggest-shell-commands",
        // With every question answered by yes, it would fetch each address in the prompt.
        "--no-detect-urls",
        "--disable-playwright",
        "--chat-history-file",
        "/dev/null",
        "--input-history-file",
        "/dev/null",
        "--message-file",
        "/dev/stdin",
    ];
    if request.read_only {
        fixed.extend(["--chat-mode", "ask"]);
    }
    super::arguments(&fixed, request)
}

#[derive(Default)]
struct Aider {
    /// What it printed since the last count of tokens: the model's answer, as far as one can tell.
    answer: String,
}

/// Of an answer; the rest is passed over.
const MAX_ANSWER: usize = 64 << 10;

impl Reader for Aider {
    fn event(&mut self, _event: &Value, line: &str, out: &mut Collector) {
        self.text(line, out);
    }

    fn text(&mut self, line: &str, out: &mut Collector) {
        out.plain(line);
        if let Some(usage) = tokens(line) {
            out.recovered();
            out.spend(usage);
            let answer = std::mem::take(&mut self.answer);
            // Shown line by line already: only kept as its message.
            out.conclude(&answer);
        } else if line.starts_with("litellm.") {
            out.fail(line);
        } else if let Some((_, rest)) = line.split_once("Cost: $") {
            out.spend(Usage { micro_usd: cost(rest), ..Usage::default() });
        } else if self.answer.len() < MAX_ANSWER {
            self.answer.push_str(line);
            self.answer.push('\n');
        }
    }
}

/// `Tokens: 1.5k sent, 2k cache write, 300 cache hit, 45 received. Cost: $0.01 message, $0.02 session.`, printed after each
/// answer and for it alone. Its numbers are rounded.
fn tokens(line: &str) -> Option<Usage> {
    let counts = line.strip_prefix("Tokens: ")?;
    let (counts, rest) = counts.split_once(" received.")?;
    let mut usage = Usage::default();
    let mut sent = 0;
    for part in counts.split(", ") {
        match part.split_once(' ') {
            Some((number, "sent")) => sent = rounded(number)?,
            Some((number, "cache hit")) => usage.cached_tokens = rounded(number)?,
            // In `sent` as well.
            Some((_, "cache write")) => {}
            None => usage.output_tokens = rounded(part)?,
            Some(_) => return None,
        }
    }
    usage.input_tokens = sent.saturating_sub(usage.cached_tokens);
    usage.micro_usd = rest.split_once("Cost: $").and_then(|(_, cost_text)| cost(cost_text));
    Some(usage)
}

/// `1.5k` as 1500.
fn rounded(number: &str) -> Option<u64> {
    match number.strip_suffix('k') {
        Some(thousands) => thousands.parse::<f64>().ok().map(|n| (n * 1000.0).round() as u64),
        None => number.replace(',', "").parse().ok(),
    }
}

/// The first amount of `0.01 message, $0.02 session.`
fn cost(text: &str) -> Option<u64> {
    text.split(' ').next()?.parse::<f64>().ok().map(|dollars| (dollars * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_tokens_is_understood_in_all_its_forms() {
        let all = tokens(
            "Tokens: 12k sent, 3.4k cache write, 5k cache hit, 1.2k received. Cost: $0.0123 message, $1.02 session.",
        );
        let expected = Usage { input_tokens: 7000, output_tokens: 1200, cached_tokens: 5000, micro_usd: Some(12_300) };
        assert_eq!(all, Some(expected));
        assert_eq!(
            tokens("Tokens: 999 sent, 45 received."),
            Some(Usage { input_tokens: 999, output_tokens: 45, ..Usage::default() })
        );
        assert_eq!(tokens("Tokens: many sent, 45 received."), None);
        assert_eq!(tokens("Tokens: a chapter about parsing"), None);
    }
}
