//! From a component to a plugin that may run: its imports are compared with its grants, its exports with its world, and
//! its configuration with its own schema. Everything that is wrong is said at once, before a goal starts.
//!
//! ```text
//! names     imports ⊆ what is granted, exports ⊇ the world                    microseconds
//! types     of every import and export, as the contract has them             milliseconds, in the compiler's process
//! compile   or take compiled code, whose types were looked at, from the cache seconds, or a millisecond
//! link      only what was granted
//! describe  the plugin's own word, run with its grants and a short deadline
//! config    against the schema in its description
//! ```

mod names;
mod problem;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::ids::Digest;
use goalpost_core::text;
use serde_json::{Map, Value};
use wasmtime::component::{Component, Linker};

use self::names::is_later;
pub use self::problem::{AdmissionError, Problem};
use crate::cache;
use crate::call::{CallContext, CallError, CallStats};
use crate::compile::{self, CompileError};
use crate::contract::types::Misfit;
use crate::contract::{self, CONTRACT_VERSION, Guest};
use crate::engine::Engine;
use crate::exchange::Description;
use crate::plugin::Plugin;
use crate::run::{self, Describe};
use crate::schema::Schema;
use crate::surface::{Kind, Name};
use crate::wasi::{self, Outside};

/// What a plugin may take to describe itself.
const DESCRIBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Places in a configuration that are named at once.
const VIOLATIONS: usize = 10;

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

    /// What it may do.
    pub fn grants(&self) -> &Grants {
        &self.grants
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
    /// it is compiled or run. Where they are not, their types are looked at as well, so that all of it is said at once.
    ///
    /// # Errors
    /// Everything that is not as it must be.
    pub fn fits(&self, grants: &Grants) -> Result<(), AdmissionError> {
        let mut problems = self.name_problems(grants);
        if problems.is_empty() {
            return Ok(());
        }
        let kind = self.surface.kind().unwrap_or(self.kind);
        if let Err(error) = compile::look(&self.engine, kind, &self.bytes) {
            problems.extend(self.compile_problems(error));
        }
        Err(self.refuse(problems))
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
        let component = self.compile().await.map_err(|problems| self.refuse(problems))?;
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

    /// Compiles on a thread that may take its time.
    async fn compile(&self) -> Result<Component, Vec<Problem>> {
        let (engine, cache, kind) = (self.engine.clone(), self.cache.clone(), self.kind);
        let (bytes, digest) = (self.bytes.clone(), self.digest.clone());
        let work = tokio::task::spawn_blocking(move || match cache {
            Some(cache) => cache.component(&engine, kind, &digest, &bytes),
            None => cache::compiled(&engine, kind, &bytes),
        });
        match work.await {
            Ok(Ok(component)) => Ok(component),
            Ok(Err(error)) => Err(self.compile_problems(error)),
            Err(panic) => Err(vec![Problem::Invalid(text::one_line(&panic.to_string(), 500))]),
        }
    }

    fn compile_problems(&self, error: CompileError) -> Vec<Problem> {
        match error {
            CompileError::Misfits(misfits) => misfits.into_iter().map(misfit_problem).collect(),
            other => vec![Problem::Invalid(other.to_string())],
        }
    }

    /// Links what is granted.
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

/// What a later release has, and this host does not, is no mistake of the plugin's.
fn misfit_problem(misfit: Misfit) -> Problem {
    let name = Name { full: misfit.name.clone() };
    match name.ours().and_then(|ours| ours.version).filter(is_later) {
        Some(version) => Problem::LaterRelease { version, lacks: format!("what it wants of that ({misfit})") },
        None => Problem::Misfit(misfit),
    }
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
