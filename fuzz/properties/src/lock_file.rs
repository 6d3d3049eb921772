//! `goalpost.lock`: what a person agreed to.

use goalpost_core::config::Grants;
use goalpost_core::lock_file::LockFile;

use crate::input::{moves_the_cursor, texts};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "lock_file",
    check,
    seeds: || {
        let one = locked("tree = true\nchecks = [\"a\"]\nagents = { runs = 2, concurrent = 1 }");
        let http = "http = [{ host = \"*.a.b\", scheme = \"https\", port = 443, methods = [\"GET\"], secrets = [\"T\"], \
                    private = false, calls = 5, request_bytes = 1, response_bytes = 2 }]\ntree = false\nchecks = []";
        let two = locked(http);
        let three =
            locked("tree = false\nchecks = []\nllm = { models = [\"a/b\"], tokens = 5, micro_usd = 3, calls = 1 }");
        vec![
            one.clone().into(),
            seeds::joined(&one, &two),
            seeds::joined(&two, &three),
            seeds::joined(&two, &two),
            seeds::joined(&three, &one),
        ]
    },
    words: &[
        "version = 1",
        "version = 2",
        "signer = \"ed25519:AAAA\"",
        "[plugin.\"gate/x\"]",
        "\"\\u001b[2J\" = 1",
        "calls = 0",
        "host = \"x.a.b\"",
        "methods = [\"POST\"]",
        "private = true",
        "state = { keys = 1, bytes = 1 }",
        "files = { docs = { path = \"docs\", bytes = 1 } }",
        "micro_usd = 18446744073709551615",
    ],
};

fn locked(grants: &str) -> String {
    format!(
        "version = 1\n[plugin.\"evaluator/judge\"]\nsource = \"./judge.wasm\"\nsha256 = \"{0}\"\nworld = \"evaluator\"\n\
         contract = \"0.1.0\"\nimports = [\"goalpost:plugin/tree@0.1.0\"]\nexports = [\"evaluate\"]\nconfig_sha256 = \"{0}\"\n\
         [plugin.\"evaluator/judge\".limits]\ntimeout = {{ secs = 30, nanos = 0 }}\nmemory = 1\nhost_calls = 2\nlog_bytes = 3\n\
         output_bytes = 4\n[plugin.\"evaluator/judge\".grants]\n{grants}\n",
        "ab".repeat(32)
    )
}

/// A lock is written as it was read, and grants that are called no wider than others give nothing that those did not.
pub fn check(data: &[u8]) {
    let Some((first, second)) = texts(data) else { return };
    let (Some(first), Some(second)) = (read(first), read(second)) else { return };
    for (old, new) in first.plugins.values().zip(second.plugins.values()) {
        assert!(old.grants.wider_than(&old.grants).is_empty(), "wider than themselves: {:?}", old.grants);
        for (old, new) in [(&old.grants, &new.grants), (&new.grants, &old.grants)] {
            let more = new.wider_than(old);
            assert!(!more.is_empty() || is_within(new, old), "taken for no wider:\n{new:?}\nthan\n{old:?}");
        }
    }
}

fn read(text: &str) -> Option<LockFile> {
    match LockFile::parse(text) {
        Ok(lock) => {
            let written = lock.render().ok()?;
            let again = LockFile::parse(&written);
            assert_eq!(again.as_ref(), Ok(&lock), "{written}");
            assert_eq!(again.ok()?.render().as_ref(), Ok(&written), "written in two ways");
            Some(lock)
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.len() < 2_000 && !moves_the_cursor(&said), "{said:?}");
            None
        }
    }
}

/// What [`Grants::wider_than`] decides, put simply and more loosely: every power that `new` has, `old` has too.
fn is_within(new: &Grants, old: &Grants) -> bool {
    let money = |spent: Option<u64>| spent.unwrap_or(u64::MAX);
    let llm = match (&new.llm, &old.llm) {
        (None, _) => true,
        (Some(new), Some(old)) => {
            new.models.iter().all(|model| old.models.contains(model))
                && new.tokens <= old.tokens
                && new.calls <= old.calls
                && money(new.micro_usd) <= money(old.micro_usd)
        }
        (Some(new), None) => new.models.is_empty(),
    };
    let agents = new.agents.as_ref().is_none_or(|new| {
        let (runs, concurrent) = old.agents.as_ref().map_or((0, 0), |old| (old.runs, old.concurrent));
        new.runs <= runs && new.concurrent <= concurrent
    });
    let http = new.http.iter().all(|new| {
        let of_it = |old: &&goalpost_core::config::HttpGrant| {
            old.host.covers(&new.host)
                && (old.scheme, old.port) == (new.scheme, new.port)
                && (old.private || !new.private)
                && new.secrets.iter().all(|secret| old.secrets.contains(secret))
                && new.methods.iter().all(|method| old.methods.contains(method))
        };
        old.http.iter().any(|old| of_it(&old))
    });
    let calls = |grants: &Grants| grants.http.iter().map(|grant| u64::from(grant.calls)).sum::<u64>();
    let state = match (&new.state, &old.state) {
        (None, _) => true,
        (Some(new), Some(old)) => new.keys <= old.keys && new.bytes <= old.bytes,
        (Some(_), None) => false,
    };
    let files = new
        .files
        .iter()
        .all(|(name, new)| old.files.get(name).is_some_and(|old| old.path == new.path && new.bytes <= old.bytes));
    (old.tree || !new.tree)
        && new.checks.iter().all(|check| old.checks.contains(check))
        && llm
        && agents
        && http
        && calls(new) <= calls(old)
        && state
        && files
}
