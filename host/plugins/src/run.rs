//! Running an admitted plugin: a fresh instance for every call, under every limit.

use std::future::Future;
use std::sync::Arc;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::evidence::Evidence;
use goalpost_core::verdict::Verdict;
use wasmtime::{Store, UpdateDeadline};

use crate::admission::{Admitted, World};
use crate::bindings::{evaluator, gate, types, workflow};
use crate::call::{Call, CallContext, CallError, CallFailure, CallStats, MAX_HANDLES, MAX_TRANSFER, Stop};
use crate::convert;
use crate::engine::Engine;
use crate::exchange::{GateAnswer, Subject, Turn, TurnSummary};
use crate::surface::Kind;

impl Admitted {
    /// Asks an evaluator about a turn.
    ///
    /// # Errors
    /// A broken judge: says nothing of the work.
    pub async fn evaluate(&self, context: CallContext, evidence: &Evidence) -> Result<(Verdict, CallStats), CallError> {
        let World::Evaluator(pre) = &self.world else {
            return Err(self.is_no(Kind::Evaluator));
        };
        let input = convert::evidence(evidence, &self.config);
        let (answer, call) = self.call(context, Evaluate { pre, input }).await?;
        finish(call, answer, |verdict, _| convert::verdict(verdict, self.limits.output_bytes))
    }

    /// Asks a gate plugin about the sealed tree.
    ///
    /// # Errors
    /// A broken gate: says nothing of the work, and lets nothing through.
    pub async fn check(&self, context: CallContext, subject: &Subject) -> Result<(GateAnswer, CallStats), CallError> {
        let World::Gate(pre) = &self.world else {
            return Err(self.is_no(Kind::Gate));
        };
        let input = convert::subject(subject, &self.config);
        let (answer, call) = self.call(context, Check { pre, input }).await?;
        finish(call, answer, |result, _| convert::gate_answer(result, self.limits.output_bytes))
    }

    /// Lets a workflow drive a turn. When this returns, none of its agents runs any more.
    ///
    /// # Errors
    /// The workflow broke; what its agents did stays in the workspace.
    pub async fn run(&self, context: CallContext, turn: &Turn) -> Result<(TurnSummary, CallStats), CallError> {
        let World::Workflow(pre) = &self.world else {
            return Err(self.is_no(Kind::Workflow));
        };
        let input = convert::turn(turn, &self.config);
        let (answer, call) = self.call(context, Run { pre, input }).await?;
        finish(call, answer, |summary, call| {
            convert::turn_summary(summary, call.result.take(), self.limits.output_bytes)
        })
    }

    async fn call<E: Export>(&self, context: CallContext, export: E) -> Result<(E::Answer, Box<Call>), CallError> {
        call(&self.engine, &self.grants, self.limits.clone(), context, export).await
    }

    fn is_no(&self, wanted: Kind) -> CallError {
        let why = format!("`{}` is a plugin of the world `{}`, not `{wanted}`", self.source(), self.kind());
        CallError { failure: CallFailure::Host(why), last_log: None, stats: CallStats::default() }
    }
}

/// Turns a guest's answer into the host's record.
fn finish<R, T>(
    mut call: Box<Call>,
    answer: Result<R, String>,
    read: impl FnOnce(R, &mut Call) -> Result<T, CallFailure>,
) -> Result<(T, CallStats), CallError> {
    let read = match answer {
        Ok(raw) => read(raw, &mut call),
        Err(message) => Err(convert::refusal(&message)),
    };
    match read {
        Ok(value) => Ok((value, call.stats())),
        Err(failure) => Err(call.fail(failure)),
    }
}

/// One exported function with its arguments: instantiates and calls.
pub(crate) trait Export: Send {
    /// What the guest returns.
    type Answer: Send;

    /// Runs the guest.
    fn invoke(self, store: &mut Store<Call>) -> impl Future<Output = wasmtime::Result<Self::Answer>> + Send;
}

/// Runs one function on a fresh instance, under the limits. The call that comes back holds what it used.
pub(crate) async fn call<E: Export>(
    engine: &Engine,
    grants: &Arc<Grants>,
    limits: Limits,
    context: CallContext,
    export: E,
) -> Result<(E::Answer, Box<Call>), CallError> {
    // Its clock starts when it has its place.
    let _running = engine.enter().await;
    let cancel = context.cancel.clone();
    let call = Call::new(context, grants.clone(), limits).map_err(|error| CallError {
        failure: CallFailure::Host(format!("the kernel gives no random numbers: {error}")),
        last_log: None,
        stats: CallStats::default(),
    })?;
    let deadline = call.deadline;
    let mut store = prepare(engine, call);

    let ended = tokio::select! {
        biased;
        () = cancelled(cancel) => Err(CallFailure::Cancelled),
        ended = tokio::time::timeout_at(deadline, export.invoke(&mut store)) => match ended {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(store.data().diagnose(&error)),
            Err(_) => Err(CallFailure::TimedOut(store.data().limits.timeout)),
        },
    };
    store.data_mut().agents.shut_down().await;
    let call = Box::new(store.into_data());
    match ended {
        Ok(answer) => Ok((answer, call)),
        Err(failure) => Err(call.fail(failure)),
    }
}

/// A store with every limit set.
fn prepare(engine: &Engine, call: Call) -> Store<Call> {
    let mut store = Store::new(engine.wasmtime(), call);
    store.limiter(|call| &mut call.memory);
    store.set_hostcall_fuel(MAX_TRANSFER);
    store.set_max_component_handles(MAX_HANDLES);
    // On every tick the guest gives way, so that the runtime sees to timers and other guests even when all its threads
    // run guests that never wait.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| {
        if tokio::time::Instant::now() >= store.data().deadline {
            return Err(Stop::TimedOut.into());
        }
        Ok(UpdateDeadline::Yield(1))
    });
    store
}

/// Ends when the call is cancelled; never, when it can't be any more.
async fn cancelled(cancel: Option<tokio::sync::watch::Receiver<bool>>) {
    if let Some(mut cancel) = cancel
        && cancel.wait_for(|cancelled| *cancelled).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// `evaluate`.
struct Evaluate<'a> {
    pre: &'a evaluator::EvaluatorPre<Call>,
    input: types::Evidence,
}

impl Export for Evaluate<'_> {
    type Answer = Result<types::Verdict, String>;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Self::Answer> {
        self.pre.instantiate_async(&mut *store).await?.call_evaluate(store, &self.input).await
    }
}

/// `check`.
struct Check<'a> {
    pre: &'a gate::GatePre<Call>,
    input: types::Subject,
}

impl Export for Check<'_> {
    type Answer = Result<types::GateResult, String>;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Self::Answer> {
        self.pre.instantiate_async(&mut *store).await?.call_check(store, &self.input).await
    }
}

/// `run`.
struct Run<'a> {
    pre: &'a workflow::WorkflowPre<Call>,
    input: types::Turn,
}

impl Export for Run<'_> {
    type Answer = Result<types::TurnSummary, String>;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Self::Answer> {
        self.pre.instantiate_async(&mut *store).await?.call_run(store, &self.input).await
    }
}

/// What `describe` returns, in any world.
pub(crate) type RawDescription = workflow::exports::goalpost::plugin::plugin_info::Description;

/// `describe`, in any world.
pub(crate) struct Describe<'a>(pub(crate) &'a World);

impl Export for Describe<'_> {
    type Answer = RawDescription;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Self::Answer> {
        macro_rules! describe {
            ($pre:expr) => {{
                let guest = $pre.instantiate_async(&mut *store).await?;
                let raw = guest.goalpost_plugin_plugin_info().call_describe(store).await?;
                RawDescription {
                    name: raw.name,
                    version: raw.version,
                    summary: raw.summary,
                    config_schema: raw.config_schema,
                }
            }};
        }
        Ok(match self.0 {
            World::Evaluator(pre) => describe!(pre),
            World::Gate(pre) => describe!(pre),
            World::Workflow(pre) => describe!(pre),
        })
    }
}
