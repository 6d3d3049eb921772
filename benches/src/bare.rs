//! wasmtime without Goalpost: the least that calls the same component. No deadline, no limits, nothing checked, and the
//! evidence lies ready in the contract's own records.

use std::path::Path;

use anyhow::Result;
use goalpost_core::evidence::Evidence;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, UpdateDeadline};

use self::bindings::goalpost::plugin::{log, types};
use self::bindings::{Evaluator, EvaluatorPre};
use crate::work;

mod bindings {
    wasmtime::component::bindgen!({ path: "../wit", world: "goalpost:plugin/evaluator" });
}

/// What is set beside the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settings {
    /// Nothing: the fastest.
    Plain,
    /// What a host can't do without that runs other people's code: guests can be stopped, and answer the same everywhere.
    Stoppable,
    /// Nothing but that what a call wrote stays with its slot of memory, as in Goalpost's pool.
    Resident,
}

/// As Goalpost's.
const RESIDENT_BYTES: usize = 128 << 10;

/// A host that gives plugins a log, and keeps nothing of it.
pub struct Host;

impl log::Host for Host {
    fn write(&mut self, _: log::Level, _: String) {}
}

/// A component, ready to be instantiated.
pub struct Bare {
    engine: Engine,
    settings: Settings,
    evidence: types::Evidence,
}

impl Bare {
    pub fn new(settings: Settings, evidence: &Evidence) -> Result<Self> {
        let mut config = Config::new();
        let mut pool = PoolingAllocationConfig::new();
        if settings == Settings::Resident {
            pool.linear_memory_keep_resident(RESIDENT_BYTES);
            pool.table_keep_resident(RESIDENT_BYTES);
            pool.pagemap_scan(Enabled::Auto);
        }
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        if settings == Settings::Stoppable {
            config.epoch_interruption(true);
            config.cranelift_nan_canonicalization(true);
        }
        Ok(Self { engine: Engine::new(&config).map_err(told)?, settings, evidence: convert(evidence) })
    }

    pub fn compile(&self) -> Result<Component> {
        Component::from_binary(&self.engine, work::COMPONENT).map_err(told)
    }

    /// Compiled code from a file.
    #[allow(unsafe_code)]
    pub fn map(&self, file: &Path) -> Result<Component> {
        // SAFETY: the benchmark made the file with `Component::serialize`, in a folder of its own.
        unsafe { Component::deserialize_file(&self.engine, file) }.map_err(told)
    }

    pub fn link(&self, component: &Component) -> Result<EvaluatorPre<Host>> {
        let mut linker = Linker::<Host>::new(&self.engine);
        log::add_to_linker::<_, HasSelf<_>>(&mut linker, |host| host).map_err(told)?;
        linker.instantiate_pre(component).and_then(EvaluatorPre::new).map_err(told)
    }

    pub fn judge(&self, pre: &EvaluatorPre<Host>) -> Result<()> {
        let mut store = Store::new(&self.engine, Host);
        if self.settings == Settings::Stoppable {
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Continue(1)));
        }
        let judge: Evaluator = pre.instantiate(&mut store).map_err(told)?;
        let verdict = judge.call_evaluate(&mut store, &self.evidence).map_err(told)?.map_err(anyhow::Error::msg)?;
        work::expect(&verdict.reason)
    }
}

fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::msg(format!("{error:#}"))
}

/// Of what the benchmark's evidence has.
fn convert(evidence: &Evidence) -> types::Evidence {
    let goal = &evidence.goal;
    types::Evidence {
        goal: types::Goal {
            id: goal.id.to_string(),
            objective: goal.objective.clone(),
            scope: goal.scope.clone(),
            criteria: goal.criteria.clone(),
        },
        turn: evidence.turn,
        max_turns: evidence.max_turns,
        digest: evidence.digest().to_string(),
        trees: types::TreeIds {
            baseline: evidence.trees.baseline.to_string(),
            candidate: evidence.trees.candidate.to_string(),
            sealed: evidence.trees.sealed.to_string(),
        },
        changes: evidence.changes.iter().map(change).collect(),
        diff: evidence.diff.clone(),
        diff_truncated: evidence.diff_truncated,
        gates: evidence.gates.iter().map(gate).collect(),
        tampering: vec![],
        worker: types::WorkerReport {
            agent: evidence.worker.agent.clone(),
            exit_code: evidence.worker.exit_code,
            final_text: evidence.worker.final_text.clone(),
            transcript: evidence.worker.transcript.clone(),
            transcript_truncated: evidence.worker.transcript_truncated,
            tool_calls: vec![],
            usage: types::Usage { input_tokens: 0, output_tokens: 0, cached_tokens: 0, micro_usd: None },
        },
        history: vec![],
        facts: vec![],
        config: "{}".into(),
    }
}

fn change(change: &goalpost_core::evidence::Change) -> types::Change {
    types::Change {
        path: change.path.clone(),
        kind: types::ChangeKind::Modified,
        old_path: None,
        lines: change.lines.map(|lines| types::LineCount { added: lines.added, removed: lines.removed }),
    }
}

fn gate(gate: &goalpost_core::evidence::GateReport) -> types::GateReport {
    types::GateReport {
        name: gate.name.clone(),
        required: gate.required,
        status: types::GateStatus::Passed,
        summary: gate.summary.clone(),
        exit_code: gate.exit_code,
        output: gate.output.clone(),
        output_truncated: gate.output_truncated,
        duration_ms: gate.duration_ms,
        tests: None,
        findings: vec![],
    }
}
