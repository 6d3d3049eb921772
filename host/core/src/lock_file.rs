//! `goalpost.lock`: which component each plugin of a goal was when a person agreed to it, and what they agreed to.
//!
//! The file stands beside `goalpost.toml` and is committed with it. A component that is not the locked one does not run:
//! neither one that was built again, nor one that somebody put in its place. `builtin:` plugins are a part of the program
//! and are not locked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{GateKind, GoalConfig, Grants, Limits, Plugin, PluginSource, WorkerKind, canonical_json};
use crate::ids::Digest;
use crate::signer::Signer;
use crate::text;

/// The name of the file.
pub const FILE: &str = "goalpost.lock";

/// The form of the file that this program writes, and the only one that it reads.
const FORM: u32 = 1;

const HEAD: &str = "# Which plugins this goal was agreed to run, and with what. Written by `goalpost plugin add` and \
                    `goalpost plugin update`;\n# commit it beside goalpost.toml.\n\n";

/// Every locked plugin by its use: `gate/NAME`, `evaluator/NAME` or `workflow`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LockFile {
    /// By use.
    pub plugins: BTreeMap<String, Locked>,
}

/// One plugin as it was agreed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// As `goalpost.toml` names it.
    pub source: String,
    /// SHA-256 of the component.
    pub sha256: Digest,
    /// `evaluator`, `gate` or `workflow`.
    pub world: String,
    /// The version of `goalpost:plugin` that it was locked with.
    pub contract: String,
    /// What it imports, sorted.
    pub imports: Vec<String>,
    /// What it exports, sorted.
    pub exports: Vec<String>,
    /// Whose signature it has to come with; none for one that came without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// SHA-256 of its `config`, as canonical JSON.
    pub config_sha256: Digest,
    /// What it may use.
    pub limits: Limits,
    /// What it may do.
    pub grants: Grants,
}

/// Why a text is no lock file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockFileError {
    /// It does not parse.
    #[error("{FILE} is damaged: {0}; `goalpost plugin update` writes it again")]
    Damaged(String),
    /// It is of another form.
    #[error("{FILE} has the form {0}, and this goalpost reads {FORM}: use the goalpost that wrote it")]
    OtherForm(u32),
}

/// Why a plugin does not run with this lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLocked {
    /// Nobody agreed to it.
    #[error(
        "`{source_name}` is not in {FILE}: nobody agreed to run it yet. Look at it with `goalpost plugin inspect \
         {source_name}`, then run `goalpost plugin update` (or `goalpost plugin add` for one that goalpost.toml does not \
         name yet)"
    )]
    Missing {
        /// As `goalpost.toml` names it.
        source_name: String,
    },
    /// Other bytes than those that were agreed to.
    #[error(
        "`{source_name}` is not the component that {FILE} has: sha256 {found}, and {locked} was agreed to. If you changed \
         it, `goalpost plugin update` shows what is different and takes it"
    )]
    OtherComponent {
        /// As `goalpost.toml` names it.
        source_name: String,
        /// What is there.
        found: Digest,
        /// What was agreed to.
        locked: Digest,
    },
    /// The same component, used in another way.
    #[error("`{source_name}` is used in another way than {FILE} has ({}): `goalpost plugin update` takes it", .what.join(", "))]
    OtherUse {
        /// As `goalpost.toml` names it.
        source_name: String,
        /// Which parts.
        what: Vec<&'static str>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u32,
    #[serde(default)]
    plugin: BTreeMap<String, Locked>,
}

/// Read before the rest, so that a newer form is called that and not damaged.
#[derive(Deserialize)]
struct Form {
    version: u32,
}

impl LockFile {
    /// Reads the file's text.
    ///
    /// # Errors
    /// It is damaged or of another form.
    pub fn parse(text: &str) -> Result<Self, LockFileError> {
        let damaged = |error: toml::de::Error| LockFileError::Damaged(error.message().to_owned());
        let form: Form = toml::from_str(text).map_err(damaged)?;
        if form.version != FORM {
            return Err(LockFileError::OtherForm(form.version));
        }
        let raw: Raw = toml::from_str(text).map_err(damaged)?;
        let unseen = raw.plugin.iter().find(|(key, locked)| {
            !is_seen(key) || serde_json::to_value(locked).is_ok_and(|locked| !is_seen_whole(&locked))
        });
        if let Some((key, _)) = unseen {
            let key = text::one_line(&text::visible(key), 100);
            return Err(LockFileError::Damaged(format!("what it has of `{key}` would not be seen as it is")));
        }
        Ok(Self { plugins: raw.plugin })
    }

    /// The file's text: the same for the same content.
    ///
    /// # Errors
    /// A number in it is larger than TOML can say.
    pub fn render(&self) -> Result<String, LockFileError> {
        let raw = Raw { version: FORM, plugin: self.plugins.clone() };
        let text = toml::to_string(&raw).map_err(|error| LockFileError::Damaged(error.to_string()))?;
        Ok(format!("{HEAD}{text}"))
    }

    /// Whose signature the plugin of that use has to come with.
    pub fn signer(&self, key: &str) -> Option<&Signer> {
        self.plugins.get(key).and_then(|locked| locked.signer.as_ref())
    }

    /// Whose signatures a goal's plugins had to come with, by their uses. What is no longer the goal's, or is a builtin by now,
    /// has none, whatever the file says of it.
    pub fn signers(&self, config: &GoalConfig) -> BTreeMap<String, Signer> {
        let from_file =
            uses(config).into_iter().filter(|(_, plugin)| !matches!(plugin.source, PluginSource::Builtin(_)));
        from_file.filter_map(|(key, _)| Some((key.clone(), self.signer(&key)?.clone()))).collect()
    }

    /// Whether the plugin of that use is the one that was agreed to, used as was agreed. A builtin always is.
    ///
    /// # Errors
    /// It is not; the text says what to do.
    pub fn check(&self, key: &str, plugin: &Plugin, digest: &Digest) -> Result<(), NotLocked> {
        if matches!(plugin.source, PluginSource::Builtin(_)) {
            return Ok(());
        }
        let source_name = plugin.source.to_string();
        let Some(locked) = self.plugins.get(key).filter(|locked| locked.source == source_name) else {
            return Err(NotLocked::Missing { source_name });
        };
        if locked.sha256 != *digest {
            let (found, locked) = (digest.clone(), locked.sha256.clone());
            return Err(NotLocked::OtherComponent { source_name, found, locked });
        }
        let parts = [
            ("grants", locked.grants != plugin.grants),
            ("limits", locked.limits != plugin.limits),
            ("config", locked.config_sha256 != config_digest(plugin)),
        ];
        let what: Vec<_> = parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect();
        if what.is_empty() { Ok(()) } else { Err(NotLocked::OtherUse { source_name, what }) }
    }
}

/// Whether a text is seen as it is when it is shown: it is what a person is asked to agree to, and what they agreed to before.
fn is_seen(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() || text::is_invisible(c))
}

/// The same of every text in a value.
fn is_seen_whole(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => is_seen(text),
        serde_json::Value::Array(items) => items.iter().all(is_seen_whole),
        serde_json::Value::Object(members) => members.iter().all(|(key, value)| is_seen(key) && is_seen_whole(value)),
        _ => true,
    }
}

/// The digest of a plugin's `config`.
pub fn config_digest(plugin: &Plugin) -> Digest {
    Digest::of(canonical_json(&serde_json::Value::Object(plugin.config.clone())))
}

/// Every plugin that a goal names, by its use, builtins included.
pub fn uses(config: &GoalConfig) -> Vec<(String, &Plugin)> {
    let gates = config.gates.iter().filter_map(|gate| match &gate.kind {
        GateKind::Plugin(plugin) => Some((format!("gate/{}", gate.name), plugin)),
        GateKind::Command(_) => None,
    });
    let evaluators = config.evaluators.iter().map(|one| (format!("evaluator/{}", one.name), &one.plugin));
    let workflow = config.worker.iter().filter_map(|worker| match &worker.kind {
        WorkerKind::Workflow { plugin, .. } => Some(("workflow".to_owned(), plugin)),
        _ => None,
    });
    gates.chain(evaluators).chain(workflow).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config;

    const GOAL: &str = "[goal]\nobjective = \"o\"\nbudget = { unlimited = true }\n\
        [[gate]]\nname = \"scope\"\nplugin = \"builtin:scope\"\ngrants = { tree = true }\n\
        [[evaluator]]\nname = \"judge\"\nplugin = \"./judge.wasm\"\nGRANTS\n";

    fn goal(grants: &str) -> GoalConfig {
        config::parse(&GOAL.replace("GRANTS", grants), "goalpost.toml").unwrap()
    }

    fn locked(plugin: &Plugin, component: &[u8]) -> Locked {
        Locked {
            source: plugin.source.to_string(),
            sha256: Digest::of(component),
            world: "evaluator".into(),
            contract: "0.1.0".into(),
            imports: vec!["goalpost:plugin/tree@0.1.0".into()],
            exports: vec!["evaluate".into()],
            signer: None,
            config_sha256: config_digest(plugin),
            limits: plugin.limits.clone(),
            grants: plugin.grants.clone(),
        }
    }

    fn lock(goal: &GoalConfig) -> LockFile {
        let plugin = &goal.evaluators[0].plugin;
        LockFile { plugins: [("evaluator/judge".to_owned(), locked(plugin, b"one"))].into() }
    }

    #[test]
    fn what_is_written_reads_back() {
        let goal = goal(
            "grants = { tree = true, llm = { model = \"a/b\", tokens = 5 }, \
             http = [{ host = \"a.b\", secrets = [\"T\"] }, { host = \"*.b.c\" }] }\nconfig = { x = 1 }",
        );
        let mut file = lock(&goal);
        assert_eq!(LockFile::parse(&file.render().unwrap()).unwrap(), file);
        file.plugins.values_mut().for_each(|locked| locked.signer = Some(Signer::new([7; 32])));
        assert_eq!(LockFile::parse(&file.render().unwrap()).unwrap(), file);
    }

    #[test]
    fn a_component_that_nobody_agreed_to_does_not_run() {
        let goal = goal("");
        let plugin = &goal.evaluators[0].plugin;
        let none = LockFile::default().check("evaluator/judge", plugin, &Digest::of(b"one")).unwrap_err();
        assert!(matches!(none, NotLocked::Missing { .. }), "{none}");
        let other = lock(&goal).check("evaluator/judge", plugin, &Digest::of(b"two")).unwrap_err();
        assert!(other.to_string().contains("goalpost plugin update"), "{other}");
        lock(&goal).check("evaluator/judge", plugin, &Digest::of(b"one")).unwrap();
    }

    #[test]
    fn a_lock_is_for_one_use_of_a_component() {
        let goal = goal("");
        let plugin = &goal.evaluators[0].plugin;
        assert!(lock(&goal).check("gate/judge", plugin, &Digest::of(b"one")).is_err());
    }

    #[test]
    fn grants_that_were_changed_by_hand_are_not_those_agreed_to() {
        let file = lock(&goal(""));
        let granted = goal("grants = { tree = true }");
        let error = file.check("evaluator/judge", &granted.evaluators[0].plugin, &Digest::of(b"one")).unwrap_err();
        assert!(error.to_string().contains("(grants)"), "{error}");
        let told = goal("config = { a = 1 }");
        let error = file.check("evaluator/judge", &told.evaluators[0].plugin, &Digest::of(b"one")).unwrap_err();
        assert!(error.to_string().contains("(config)"), "{error}");
    }

    #[test]
    fn the_signers_are_those_of_the_plugins_that_the_goal_has_from_a_file() {
        let goal = goal("");
        let mut file = lock(&goal);
        assert_eq!(file.signers(&goal), BTreeMap::new());
        let signed = Locked { signer: Some(Signer::new([7; 32])), ..locked(&goal.evaluators[0].plugin, b"one") };
        for key in ["evaluator/judge", "evaluator/gone", "gate/scope"] {
            file.plugins.insert(key.to_owned(), signed.clone());
        }
        assert_eq!(file.signers(&goal), BTreeMap::from([("evaluator/judge".to_owned(), Signer::new([7; 32]))]));
    }

    #[test]
    fn builtins_need_no_lock() {
        let goal = goal("");
        let GateKind::Plugin(plugin) = &goal.gates[0].kind else { panic!() };
        LockFile::default().check("gate/scope", plugin, &Digest::of(b"any")).unwrap();
    }

    #[test]
    fn a_newer_form_is_called_that() {
        assert_eq!(LockFile::parse("version = 2\nnew = 1\n"), Err(LockFileError::OtherForm(2)));
        assert!(matches!(LockFile::parse("nonsense"), Err(LockFileError::Damaged(_))));
    }

    #[test]
    fn what_would_not_be_seen_as_it_is_was_agreed_to_by_nobody() {
        let file = lock(&goal("grants = { checks = [] }"));
        type Change = fn(&mut Locked, String);
        let changes: [Change; 3] = [
            |locked, text| locked.source = text,
            |locked, text| locked.imports.push(text),
            |locked, text| locked.grants.checks.push(text),
        ];
        for (change, hidden) in changes.into_iter().flat_map(|change| {
            ["\u{1b}[1A\u{1b}[2K", "a\nb", "a\u{202e}b", "a\u{200b}b", "\u{9b}2J"].map(|hidden| (change, hidden))
        }) {
            let mut file = file.clone();
            file.plugins.values_mut().for_each(|locked| change(locked, hidden.to_owned()));
            let error = LockFile::parse(&file.render().unwrap()).unwrap_err();
            assert!(error.to_string().contains("evaluator/judge"), "{hidden:?}: {error}");
        }
        let plain =
            LockFile { plugins: [("evaluator/Prüfer 2".to_owned(), file.plugins["evaluator/judge"].clone())].into() };
        assert_eq!(LockFile::parse(&plain.render().unwrap()).unwrap(), plain, "the control");
    }
}
