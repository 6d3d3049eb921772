//! `checks`: runs what the user declared as `[[check]]`, in the gates' sandbox, on the sealed tree.

use goalpost_core::config::Grants;
use goalpost_core::ports::{self, CheckRun, Edit};
use wasmtime::component::{Linker, Resource};

use super::{Capability, Host};
use crate::call::Call;
use crate::contract::v0_1::bindings::checks::{self, Artifact, CheckError};
use crate::contract::v0_1::bindings::types::GateReport;
use crate::contract::v0_1::to_guest;

/// Bytes of an artifact in one answer.
const READ_BYTES: u32 = 1 << 20;

/// Finished runs whose files a guest may hold at a time, and bytes of all their files.
const HELD_RUNS: u32 = 32;
const HELD_BYTES: u64 = 128 << 20;

pub(crate) struct Checks;

impl Capability for Checks {
    fn interface(&self) -> &'static str {
        "checks"
    }

    fn granted(&self, grants: &Grants) -> bool {
        !grants.checks.is_empty()
    }

    fn fix(&self) -> Option<&'static str> {
        Some("checks = [\"NAME\"]")
    }

    fn means(&self) -> &'static str {
        "run the checks that it is granted by name, in the sandbox, on variants of the work"
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        checks::add_to_linker::<_, Host>(linker, |call| call)
    }
}

/// A guest's handle to a run and its files.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct FinishedCheck(CheckRun);

impl FinishedCheck {
    fn bytes(&self) -> u64 {
        self.0.artifacts.iter().map(|(_, content)| content.len() as u64).sum()
    }
}

impl Call {
    async fn run_check(
        &mut self,
        name: String,
        edits: Vec<Edit>,
    ) -> wasmtime::Result<Result<Resource<FinishedCheck>, CheckError>> {
        self.enter()?;
        if !self.grants.checks.contains(&name) {
            return Ok(Err(CheckError::Unknown(format!("this plugin may run: {}", self.grants.checks.join(", ")))));
        }
        if self.checks_held >= HELD_RUNS {
            let why = format!("at most {HELD_RUNS} finished runs are kept at a time: drop one first");
            return Ok(Err(CheckError::Limit(why)));
        }
        let Some(runner) = self.context.checks.clone() else {
            return Ok(Err(CheckError::Unavailable("there is nothing to run checks on in this call".into())));
        };
        let run = match runner.run(&name, edits, self.remaining()).await {
            Ok(run) => FinishedCheck(run),
            Err(ports::CheckError::Unknown(name)) => return Ok(Err(CheckError::Unknown(name))),
            Err(error @ (ports::CheckError::InvalidEdit(_) | ports::CheckError::Unavailable(_))) => {
                return Ok(Err(CheckError::Unavailable(error.to_string())));
            }
        };
        let bytes = run.bytes();
        if self.check_bytes_held.saturating_add(bytes) > HELD_BYTES {
            let most = HELD_BYTES >> 20;
            let why = format!("at most {most} MiB of files of finished runs are kept at a time: drop one first");
            return Ok(Err(CheckError::Limit(why)));
        }
        let handle = self.table.push(run)?;
        self.checks_held += 1;
        self.check_bytes_held += bytes;
        Ok(Ok(handle))
    }
}

impl checks::Host for Call {
    async fn names(&mut self) -> wasmtime::Result<Vec<String>> {
        self.enter()?;
        Ok(self.grants.checks.clone())
    }

    async fn run(&mut self, name: String) -> wasmtime::Result<Result<Resource<FinishedCheck>, CheckError>> {
        self.run_check(name, Vec::new()).await
    }

    async fn run_with(
        &mut self,
        name: String,
        edits: Vec<checks::Edit>,
    ) -> wasmtime::Result<Result<Resource<FinishedCheck>, CheckError>> {
        let edits = edits.into_iter().map(|edit| Edit { path: edit.path, content: edit.content }).collect();
        self.run_check(name, edits).await
    }
}

impl checks::HostCheckRun for Call {
    async fn report(&mut self, run: Resource<FinishedCheck>) -> wasmtime::Result<GateReport> {
        self.enter()?;
        Ok(to_guest::gate_report(&self.table.get(&run)?.0.report))
    }

    async fn artifacts(&mut self, run: Resource<FinishedCheck>) -> wasmtime::Result<Vec<Artifact>> {
        self.enter()?;
        let files = &self.table.get(&run)?.0.artifacts;
        Ok(files.iter().map(|(path, content)| Artifact { path: path.clone(), size: content.len() as u64 }).collect())
    }

    async fn read_artifact(
        &mut self,
        run: Resource<FinishedCheck>,
        path: String,
        offset: u64,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, CheckError>> {
        self.enter()?;
        let files = &self.table.get(&run)?.0.artifacts;
        let Some((_, content)) = files.iter().find(|(name, _)| *name == path) else {
            return Ok(Err(CheckError::Unavailable("the run has no such artifact".into())));
        };
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let end = start.saturating_add(max.min(READ_BYTES) as usize).min(content.len());
        let part = content[start..end].to_vec();
        Ok(self.give(part.len() as u64).map(|()| part).map_err(CheckError::Limit))
    }

    async fn drop(&mut self, run: Resource<FinishedCheck>) -> wasmtime::Result<()> {
        let run = self.table.delete(run)?;
        self.checks_held = self.checks_held.saturating_sub(1);
        self.check_bytes_held = self.check_bytes_held.saturating_sub(run.bytes());
        Ok(())
    }
}
