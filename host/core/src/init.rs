//! `goalpost init`: a first `goalpost.toml` that fits what is found, and explains itself.

mod guess;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::config::{AGENT_PRESETS, toml_string};
use guess::{GateText, Guess, SetupText};

/// What is known of a repository and the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepoFacts {
    /// Every file, relative to the folder of the future `goalpost.toml`.
    pub paths: Vec<String>,
    /// The content of manifests such as `package.json`, by their paths.
    pub manifests: BTreeMap<String, String>,
    /// The presets whose programs are installed.
    pub agents: Vec<String>,
}

/// The text of a `goalpost.toml`, commented. It always parses; the objective, and a gate where none could be guessed, are
/// left to the reader.
pub fn starter(facts: &RepoFacts) -> String {
    let guess = guess::guess(facts);
    let mut out = String::new();
    goal(&mut out);
    worker(&mut out, facts);
    protect(&mut out, &guess);
    for setup in &guess.setups {
        write_setup(&mut out, setup);
    }
    gates(&mut out, &guess);
    judges(&mut out);
    out
}

fn goal(out: &mut String) {
    out.push_str(
        "# What is to be achieved, and how anyone would know. `goalpost run` starts it.\n\
         # All of this is frozen when the goal starts: the worker can't move its own goalposts.\n\
         \n\
         [goal]\n\
         # What should be true at the end. The worker is told this; say it as you would to a colleague.\n\
         objective = \"Say here what should be true when the work is done.\"\n\
         max_turns = 10\n\
         # Required: what the worker and the judges may spend together. Or { unlimited = true }.\n\
         budget = { tokens = 500_000 }\n\
         # Where the work is expected to stay. Tests are welcome anywhere.\n\
         # scope = [\"src/**\"]\n\
         # Sentences for the judges; gates don't read them.\n\
         # criteria = [\"Every public function has an example.\"]\n",
    );
}

fn worker(out: &mut String, facts: &RepoFacts) {
    out.push_str("\n# Who does the work.\n");
    let found: Vec<_> = AGENT_PRESETS.into_iter().filter(|name| facts.agents.iter().any(|a| a == name)).collect();
    let all = AGENT_PRESETS.map(toml_string).join(", ");
    match found.split_first() {
        Some((first, rest)) => {
            let _ = writeln!(out, "[worker]\nagent = {}", toml_string(first));
            if !rest.is_empty() {
                let rest: Vec<_> = rest.iter().map(|name| toml_string(name)).collect();
                let _ = writeln!(out, "# Installed here as well: {}.", rest.join(", "));
            }
        }
        None => {
            let _ = write!(
                out,
                "# No agent was found on PATH. Install one of\n# {all},\n# and take the `#` from these lines:\n\
                 # [worker]\n# agent = \"codex\"\n"
            );
        }
    }
    out.push_str("# Any other program works too; the prompt comes on its standard input:\n# command = [\"./my-agent\", \"--json\"]\n");
}

fn protect(out: &mut String, guess: &Guess) {
    out.push_str(
        "\n# What the worker can't change: tests that are there, and the settings of what runs them, are covered already.\n\
         # New tests are welcome. Edits to a protected file are undone before the gates run, and reported.\n\
         [protect]\n",
    );
    if guess.protect.is_empty() {
        out.push_str("# paths = [\"fixtures/**\"]\n");
    } else {
        let paths: Vec<_> = guess.protect.iter().map(|path| toml_string(path)).collect();
        let _ = writeln!(
            out,
            "# Test settings live in here. Take it out if the work needs a new dependency.\npaths = [{}]",
            paths.join(", ")
        );
    }
    out.push_str("# allow = [\"tests/snapshots/**\"]\n");
}

fn write_setup(out: &mut String, setup: &SetupText) {
    let _ = write!(
        out,
        "\n# Prepares what git does not hold. Runs again only when an input differs; gates get a copy.\n\
         [[setup]]\nname = {}\ncommand = {}\ninputs = {}\nnetwork = true\n",
        toml_string(&setup.name),
        list(&setup.command),
        list(&setup.inputs),
    );
}

fn gates(out: &mut String, guess: &Guess) {
    out.push_str(
        "\n# Gates decide. Each runs on a sealed copy of the work, without a shell and without the network unless you say\n\
         # `network = true`. All required gates must pass; nobody can talk their way past one.\n",
    );
    for note in &guess.notes {
        let _ = writeln!(out, "# {note}");
    }
    for gate in guess.gates.iter().filter(|gate| !gate.suggestion) {
        write_gate(out, gate, "");
    }
    if !guess.has_gate() {
        out.push_str(
            "\n# Nothing here shows how this project is checked. Put the command in place of `false`, which never passes:\n\
             # until then the goal can't be achieved. Two examples:\n\
             #   command = [\"make\", \"check\"]\n\
             #   command = [\"./scripts/test.sh\", \"--fast\"]\n\
             [[gate]]\nname = \"tests\"\ncommand = [\"false\"]\n",
        );
    }
    for gate in guess.gates.iter().filter(|gate| gate.suggestion) {
        write_gate(out, gate, "# ");
    }
    out.push_str(
        "\n# Gates may be plugins as well. This one fails when a change leaves `scope`:\n\
         # [[gate]]\n# name = \"scope\"\n# plugin = \"builtin:scope\"\n",
    );
}

fn write_gate(out: &mut String, gate: &GateText, lead: &str) {
    out.push('\n');
    for comment in &gate.comments {
        let _ = writeln!(out, "# {comment}");
    }
    let _ = writeln!(out, "{lead}[[gate]]\n{lead}name = {}", toml_string(&gate.name));
    let _ = writeln!(out, "{lead}command = {}", list(&gate.command));
    if let Some(dir) = &gate.dir {
        let _ = writeln!(out, "{lead}dir = {}", toml_string(dir));
    }
    if let Some((name, value)) = gate.env {
        let _ = writeln!(out, "{lead}env = {{ {name} = {} }}", toml_string(value));
    }
    let _ = writeln!(out, "{lead}timeout = \"10m\"");
}

fn judges(out: &mut String) {
    out.push_str(
        "\n# A judge reads the evidence and can hold the goal back. It can't wave it through. What it may do is granted here:\n\
         # [[evaluator]]\n\
         # plugin = \"builtin:llm-judge\"\n\
         # grants = { llm = { model = \"anthropic/claude-haiku-4-5\", tokens = 20_000 } }\n",
    );
}

fn list(items: &[String]) -> String {
    let items: Vec<_> = items.iter().map(|item| toml_string(item)).collect();
    format!("[{}]", items.join(", "))
}
