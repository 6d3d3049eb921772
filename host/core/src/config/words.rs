//! What a plugin may do and use, in plain words, for the person who grants it.

use super::section::grouped;
use super::units::{show_duration, show_size};
use super::{FolderGrant, Grants, Limits, LlmGrant};

impl Grants {
    /// Everything that they let a plugin do, a sentence each; empty where that is nothing.
    pub fn words(&self) -> Vec<String> {
        // In full, so that a capability that is new to the program can't be forgotten here.
        let Self { tree, checks, llm, agents, http, state, files } = self;
        let mut words = Vec::new();
        if *tree {
            words.push("read every file of the workspace, as it was at the start and as the worker left it".to_owned());
        }
        words.extend(checks.iter().map(|name| format!("run the check `{name}` in the sandbox")));
        words.extend(llm.as_ref().map(LlmGrant::words));
        words.extend(agents.as_ref().map(|agents| {
            format!("start up to {} agents a turn, {} at a time", grouped(agents.runs.into()), agents.concurrent)
        }));
        words.extend(http.iter().map(|service| format!("ask {}", service.words())));
        words.extend(state.as_ref().map(|state| {
            format!(
                "remember up to {} keys and {} from turn to turn",
                grouped(state.keys.into()),
                show_size(state.bytes)
            )
        }));
        words.extend(files.iter().map(|(name, folder)| folder.words(name)));
        words
    }
}

impl LlmGrant {
    /// Which models a plugin may ask, and how much, in plain words.
    pub fn words(&self) -> String {
        let parts = [
            Some(format!("{} questions", grouped(self.calls.into()))),
            Some(format!("{} tokens", grouped(self.tokens))),
            self.micro_usd.map(|micro| format!("{:.2} US dollars", micro as f64 / 1e6)),
        ];
        let most: Vec<_> = parts.into_iter().flatten().collect();
        format!("ask {} (up to {} a call)", self.models.join(", or "), most.join(", "))
    }
}

impl FolderGrant {
    fn words(&self, name: &str) -> String {
        format!("read the folder {} as `{name}` (up to {} a call)", self.path, show_size(self.bytes))
    }
}

impl Limits {
    /// What one call may use, in plain words.
    pub fn words(&self) -> String {
        format!(
            "{}, {} of memory, {} calls of the host, {} of log, answers of {}",
            show_duration(self.timeout),
            show_size(self.memory),
            grouped(self.host_calls.into()),
            show_size(self.log_bytes.into()),
            show_size(self.output_bytes.into()),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::config::{Limits, World, parse_plugin_options};

    fn words(grants: &str) -> Vec<String> {
        let text = format!("grants = {{ {grants} }}");
        parse_plugin_options(&text, "goalpost.toml", World::Workflow).unwrap().grants.words()
    }

    #[test]
    fn every_grant_is_told_with_its_bounds() {
        assert_eq!(words(""), Vec::<String>::new());
        let every = words(
            "tree = true, checks = [\"coverage\"], llm = { model = \"a/b\", usd = 0.5 }, agents = { runs = 3 }, \
             http = [{ host = \"api.example.com\", secrets = [\"TOKEN\"] }], state = true, files = { docs = \"docs/api\" }",
        );
        assert_eq!(
            every,
            [
                "read every file of the workspace, as it was at the start and as the worker left it",
                "run the check `coverage` in the sandbox",
                "ask a/b (up to 20 questions, 100,000 tokens, 0.50 US dollars a call)",
                "start up to 3 agents a turn, 4 at a time",
                "ask GET https://api.example.com, with the secret TOKEN (up to 50 requests of 64 KiB, answers of 1 MiB)",
                "remember up to 64 keys and 64 KiB from turn to turn",
                "read the folder docs/api as `docs` (up to 64 MiB a call)",
            ]
        );
    }

    #[test]
    fn limits_are_told_in_units() {
        assert_eq!(
            Limits::DEFAULT.words(),
            "30s, 256 MiB of memory, 10,000 calls of the host, 64 KiB of log, answers of 256 KiB"
        );
    }
}
