//! From a component to a plugin that may run: its imports are compared with its grants, its exports with its world, and
//! its configuration with its own schema. Everything that is wrong is said at once, before a goal starts.
//!
//! ```text
//! names     imports ⊆ what is granted and provided, exports ⊇ the world      microseconds
//! compile   or take compiled code from the cache                             seconds, or a millisecond
//! link      only what was granted; types of every import and export
//! describe  the plugin's own word, run with its grants and a short deadline
//! config    against the schema in its description
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::ids::Digest;
use goalpost_core::text;
use serde_json::{Map, Value};
use wasmtime::component::{Component, Linker};

use crate::cache;
use crate::call::{CallContext, CallError, CallStats};
use crate::capabilities;
use crate::contract::{self, CONTRACT_VERSION, Guest, Version};
use crate::engine::Engine;
use crate::exchange::Description;
use crate::plugin::Plugin;
use crate::run::{self, Describe};
use crate::schema::{Schema, Violation};
use crate::surface::{Kind, Name};
use crate::wasi::{self, Outside};

/// What a plugin may take to describe itself.
const DESCRIBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Places in a configuration that are named at once.
const VIOLATIONS: usize = 10;

/// One reason why a plugin is not admitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It imports what the user did not grant.
    #[error("it imports `{import}`, which it is not granted: add `{fix}` to its `grants` in goalpost.toml")]
    Ungranted {
        /// As the component has it.
        import: String,
        /// What to add.
        fix: &'static str,
    },
    /// The contract has the interface, and this program does not provide it yet.
    #[error("it imports `{import}`: this version of goalpost does not provide `{interface}`")]
    NotProvided {
        /// As the component has it.
        import: String,
        /// The interface.
        interface: String,
    },
    /// The interface is not for plugins of this world.
    #[error("it imports `{import}`, which is not for a plugin of the world `{kind}`")]
    NotForWorld {
        /// As the component has it.
        import: String,
        /// What the plugin is to serve as.
        kind: Kind,
    },
    /// The contract has no such interface.
    #[error("it imports `{import}`: goalpost:plugin@{CONTRACT_VERSION} has no such interface")]
    UnknownInterface {
        /// As the component has it.
        import: String,
    },
    /// Made for another version of the contract.
    #[error(
        "it is made for `{name}`, and this goalpost speaks goalpost:plugin@{CONTRACT_VERSION}: {}",
        contract::advice(*.version)
    )]
    OtherVersion {
        /// As the component has it.
        name: String,
        /// The version in that; none where it is no release of the contract.
        version: Option<Version>,
    },
    /// Made for a later release of a version that this host speaks, and wants what came with it.
    #[error(
        "it is made for goalpost:plugin@{version}, and this goalpost speaks goalpost:plugin@{CONTRACT_VERSION}, without \
         {lacks}: {}",
        contract::advice(Some(*.version))
    )]
    LaterRelease {
        /// What it was made for.
        version: Version,
        /// What is not there.
        lacks: String,
    },
    /// A part of WASI that would reach something.
    #[error(
        "it imports `{import}`: of WASI, plugins are given version 0.2 of cli, clocks, filesystem, io, random and sockets, \
         with nothing behind them"
    )]
    Wasi {
        /// As the component has it.
        import: String,
    },
    /// Neither the contract's nor WASI's.
    #[error("it imports `{import}`, which goalpost does not know")]
    Foreign {
        /// As the component has it.
        import: String,
    },
    /// Of another world than it is configured for.
    #[error("it is a plugin of the world `{found}`, and is configured as `{wanted}`")]
    WrongWorld {
        /// By its exports.
        found: Kind,
        /// By the configuration.
        wanted: Kind,
    },
    /// Something that the world exports is missing.
    #[error("it does not export `{0}`, which a plugin must")]
    MissingExport(String),
    /// Damaged, or beyond what the engine allows.
    #[error("it can't be compiled: {0}")]
    Invalid(String),
    /// An import or export has the right name and another type.
    #[error("it does not fit the contract: {0}")]
    Mistyped(String),
    /// `describe` gave no answer.
    #[error("it could not describe itself: {0}")]
    Undescribed(String),
    /// The schema in its description is unusable.
    #[error("the schema of its configuration can't be used: {0}")]
    BadSchema(String),
    /// It takes no configuration, and there is one.
    #[error("it takes no `config`")]
    NoConfig,
    /// A place in its configuration.
    #[error("`config{}`: {}", dotted(&.0.path), .0.message)]
    Config(Violation),
}

/// `/a/b` as `.a.b`, the way it is written in TOML.
fn dotted(pointer: &str) -> String {
    pointer.replace('/', ".").replace("~1", "/").replace("~0", "~")
}

/// Why a plugin is not admitted: every reason that can be found at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionError {
    /// Where the plugin comes from.
    pub plugin: String,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for AdmissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plugin `{}` is not admitted:", self.plugin)?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        let fixes: Vec<_> = self
            .problems
            .iter()
            .filter_map(|problem| match problem {
                Problem::Ungranted { fix, .. } => Some(*fix),
                _ => None,
            })
            .collect();
        if !fixes.is_empty() {
            write!(f, "\n  To grant what it asks for: grants = {{ {} }}", fixes.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for AdmissionError {}

/// A plugin that may run: compiled, linked to what it was granted and nothing else, with a valid configuration.
#[derive(Clone)]
pub struct Admitted {
    pub(crate) engine: Engine,
    pub(crate) guest: Arc<dyn Guest>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) limits: Limits,
    /// As JSON.
    pub(crate) config: Arc<str>,
    description: Arc<Description>,
    digest: Digest,
    source: String,
    imports: Arc<[String]>,
}

impl Admitted {
    /// What it serves as.
    pub fn kind(&self) -> Kind {
        self.guest.kind()
    }

    /// What it says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// SHA-256 of the component.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Where it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of everything that it imports.
    pub fn imports(&self) -> &[String] {
        &self.imports
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted").field("source", &self.source).field("kind", &self.kind()).finish_non_exhaustive()
    }
}

impl Plugin {
    /// Admits the plugin with these grants and limits, and this `config`; asks it to describe itself.
    ///
    /// # Errors
    /// Everything that keeps it from running, at once as far as that can be: names before types, types before `config`.
    pub async fn admit(
        &self,
        grants: &Grants,
        limits: &Limits,
        config: &Map<String, Value>,
    ) -> Result<Admitted, AdmissionError> {
        let (guest, description) = self.ready(grants, limits).await?;
        let problems = config_problems(&description.config_schema, config).await;
        if !problems.is_empty() {
            return Err(self.refuse(problems));
        }
        Ok(Admitted {
            engine: self.engine.clone(),
            guest,
            grants: Arc::new(grants.clone()),
            limits: limits.clone(),
            config: Value::Object(config.clone()).to_string().into(),
            description: Arc::new(description),
            digest: self.digest.clone(),
            source: self.source.clone(),
            imports: self.imports().map(str::to_owned).collect(),
        })
    }

    /// Whether the component's imports and exports are, by their names, those that its world and its grants have. Nothing of
    /// it is compiled or run.
    ///
    /// # Errors
    /// Every name that is not.
    pub fn fits(&self, grants: &Grants) -> Result<(), AdmissionError> {
        let problems = self.name_problems(grants);
        if problems.is_empty() { Ok(()) } else { Err(self.refuse(problems)) }
    }

    /// Compiles and links the component, and lets it describe itself: all but its configuration.
    pub(crate) async fn ready(
        &self,
        grants: &Grants,
        limits: &Limits,
    ) -> Result<(Arc<dyn Guest>, Description), AdmissionError> {
        let (guest, description, _) = self.ready_with_stats(grants, limits).await?;
        Ok((guest, description))
    }

    /// The same, with what the description took.
    pub(crate) async fn ready_with_stats(
        &self,
        grants: &Grants,
        limits: &Limits,
    ) -> Result<(Arc<dyn Guest>, Description, CallStats), AdmissionError> {
        self.fits(grants)?;
        let component = self.compile().await.map_err(|why| self.refuse(vec![Problem::Invalid(why)]))?;
        let guest = self.link(&component, grants).map_err(|problem| self.refuse(vec![problem]))?;

        let brief = Limits { timeout: limits.timeout.min(DESCRIBE_TIMEOUT), ..limits.clone() };
        // What a plugin is, it is at any time.
        let context = CallContext { outside: Some(Outside::none()), ..CallContext::default() };
        let described = run::call(&self.engine, &Arc::new(grants.clone()), brief, context, Describe(&*guest)).await;
        let (description, used) =
            described.map_err(|error: CallError| self.refuse(vec![Problem::Undescribed(error.to_string())]))?;
        Ok((guest, description, used))
    }

    fn refuse(&self, problems: Vec<Problem>) -> AdmissionError {
        AdmissionError { plugin: self.source.clone(), problems }
    }

    /// What is wrong with the component's names, before any of it is compiled.
    fn name_problems(&self, grants: &Grants) -> Vec<Problem> {
        let mut problems = Vec::new();
        match self.surface.kind() {
            Some(found) if found != self.kind => problems.push(Problem::WrongWorld { found, wanted: self.kind }),
            Some(_) => {}
            None => problems.push(Problem::MissingExport(self.kind.export().into())),
        }
        if !self.surface.exports_interface("plugin-info") {
            let other = self.surface.exports.iter().find_map(other_version);
            problems.push(match other {
                Some(problem) => problem,
                None => Problem::MissingExport(format!("goalpost:plugin/plugin-info@{CONTRACT_VERSION}")),
            });
        }
        for import in &self.surface.imports {
            let problem = self.import_problem(import, grants);
            // One name tells of the version; the others only repeat it.
            let told = problems.iter().any(|told| matches!(told, Problem::OtherVersion { .. }));
            problems.extend(problem.filter(|new| !(told && matches!(new, Problem::OtherVersion { .. }))));
        }
        problems
    }

    pub(crate) fn import_problem(&self, name: &Name, grants: &Grants) -> Option<Problem> {
        let import = name.full.clone();
        let Some(ours) = name.ours() else {
            return if wasi::provides(&import) {
                None
            } else if import.starts_with("wasi:") {
                Some(Problem::Wasi { import })
            } else {
                Some(Problem::Foreign { import })
            };
        };
        if let Some(other) = other_version(name) {
            return Some(other);
        }
        // Types alone: nothing can be called there.
        if ours.interface == "types" {
            return None;
        }
        let Some(capability) = capabilities::find(ours.interface) else {
            return Some(match ours.version.filter(is_later) {
                Some(version) => Problem::LaterRelease { version, lacks: format!("`{}`", ours.interface) },
                None => Problem::UnknownInterface { import },
            });
        };
        if !capability.in_world(self.kind) {
            return Some(Problem::NotForWorld { import, kind: self.kind });
        }
        if !capability.provided() {
            return Some(Problem::NotProvided { import, interface: ours.interface.to_owned() });
        }
        match capability.fix() {
            Some(fix) if !capability.granted(grants) => Some(Problem::Ungranted { import, fix }),
            _ => None,
        }
    }

    /// Compiles on a thread that may take its time.
    async fn compile(&self) -> Result<Component, String> {
        let (engine, cache) = (self.engine.clone(), self.cache.clone());
        let (bytes, digest) = (self.bytes.clone(), self.digest.clone());
        let work = tokio::task::spawn_blocking(move || match cache {
            Some(cache) => cache.component(&engine, &digest, &bytes),
            None => cache::compiled(&engine, &bytes),
        });
        match work.await {
            Ok(Ok(component)) => Ok(component),
            Ok(Err(error)) => Err(error.to_string()),
            Err(panic) => Err(text::one_line(&panic.to_string(), 500)),
        }
    }

    /// Links what is granted, and checks the types of every import and export.
    fn link(&self, component: &Component, grants: &Grants) -> Result<Arc<dyn Guest>, Problem> {
        let version = self.surface.contract();
        // Its names were looked at before: all of them are of a version that is spoken.
        let Some(contract) = version.and_then(contract::find) else {
            return Err(Problem::MissingExport(format!("goalpost:plugin/plugin-info@{CONTRACT_VERSION}")));
        };
        let mut linker = Linker::new(self.engine.wasmtime());
        let linked = if self.surface.imports.iter().any(|name| wasi::provides(&name.full)) {
            wasi::link(&mut linker)
        } else {
            Ok(())
        };
        linked.and_then(|()| contract.link(&mut linker, component, self.kind, grants)).map(Arc::from).map_err(|error| {
            let why = text::one_line(&format!("{error:#}"), 500);
            match version.filter(is_later) {
                Some(version) => Problem::LaterRelease { version, lacks: format!("what it wants of that ({why})") },
                None => Problem::Mistyped(why),
            }
        })
    }
}

/// The problem with a name of the contract's in a version that this host does not speak.
fn other_version(name: &Name) -> Option<Problem> {
    let ours = name.ours().filter(|ours| !ours.is_spoken())?;
    Some(Problem::OtherVersion { name: name.full.clone(), version: ours.version })
}

/// Whether a release came after what this host has of its version.
fn is_later(version: &Version) -> bool {
    contract::find(*version).is_some_and(|spoken| *version > spoken.version())
}

/// What in `config` does not satisfy the plugin's schema. Checked on another thread: a large one takes a while.
async fn config_problems(schema: &str, config: &Map<String, Value>) -> Vec<Problem> {
    if schema.trim().is_empty() {
        return if config.is_empty() { Vec::new() } else { vec![Problem::NoConfig] };
    }
    let (schema, config) = (schema.to_owned(), Value::Object(config.clone()));
    let work = tokio::task::spawn_blocking(move || match Schema::parse(&schema) {
        Err(error) => vec![Problem::BadSchema(error.to_string())],
        Ok(schema) => schema.violations(&config, VIOLATIONS).into_iter().map(Problem::Config).collect(),
    });
    work.await.unwrap_or_else(|panic| vec![Problem::BadSchema(panic.to_string())])
}

impl Description {
    /// Bounded and cleaned; a name and a version are required.
    pub(crate) fn read(raw: Self) -> Result<Self, String> {
        let line = |text: &str, most| text::one_line(&text::visible(&text::clip(text, 4 * most)), most);
        let description = Self {
            name: line(&raw.name, 80),
            version: line(&raw.version, 40),
            summary: line(&raw.summary, 200),
            config_schema: raw.config_schema,
        };
        for (what, text) in [("name", &description.name), ("version", &description.version)] {
            if text.is_empty() {
                return Err(format!("its {what} is empty"));
            }
        }
        Ok(description)
    }
}
