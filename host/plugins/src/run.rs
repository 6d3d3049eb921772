//! Running an admitted plugin: a fresh instance for every call, under every limit.

use std::future::Future;
use std::sync::Arc;

use goalpost_core::config::{Grants, Limits};
use goalpost_core::evidence::Addressed;
use goalpost_core::verdict::Verdict;
use wasmtime::{Store, UpdateDeadline};

use crate::admission::Admitted;
use crate::call::{Call, CallContext, CallError, CallFailure, CallStats, MAX_HANDLES, MAX_TRANSFER, Stop};
use crate::contract::Guest;
use crate::engine::Engine;
use crate::exchange::{Description, GateAnswer, Subject, Turn, TurnSummary};

impl Admitted {
    /// Asks an evaluator about a turn.
    ///
    /// # Errors
    /// A broken judge: says nothing of the work.
    pub async fn evaluate(
        &self,
        context: CallContext,
        evidence: impl Into<Addressed<'_>>,
    ) -> Result<(Verdict, CallStats), CallError> {
        let (guest, config, evidence) = (&*self.guest, &*self.config, &evidence.into());
        self.call(context, Evaluate { guest, evidence, config }).await
    }

    /// Asks a gate plugin about the sealed tree.
    ///
    /// # Errors
    /// A broken gate: says nothing of the work, and lets nothing through.
    pub async fn check(&self, context: CallContext, subject: &Subject) -> Result<(GateAnswer, CallStats), CallError> {
        let (guest, config) = (&*self.guest, &*self.config);
        self.call(context, Check { guest, subject, config }).await
    }

    /// Lets a workflow drive a turn. When this returns, none of its agents runs any more.
    ///
    /// # Errors
    /// The workflow broke; what its agents did stays in the workspace.
    pub async fn run(&self, context: CallContext, turn: &Turn) -> Result<(TurnSummary, CallStats), CallError> {
        let (guest, config) = (&*self.guest, &*self.config);
        self.call(context, Run { guest, turn, config }).await
    }

    async fn call<E: Export>(&self, context: CallContext, export: E) -> Result<(E::Answer, CallStats), CallError> {
        call(&self.engine, &self.grants, self.limits.clone(), context, export).await
    }
}

/// One exported function with its arguments.
pub(crate) trait Export: Send {
    /// What is concluded from what the guest returns.
    type Answer: Send;

    /// Runs the guest.
    fn invoke(
        self,
        store: &mut Store<Call>,
    ) -> impl Future<Output = wasmtime::Result<Result<Self::Answer, CallFailure>>> + Send;
}

/// Runs one function on a fresh instance, under the limits.
pub(crate) async fn call<E: Export>(
    engine: &Engine,
    grants: &Arc<Grants>,
    limits: Limits,
    context: CallContext,
    export: E,
) -> Result<(E::Answer, CallStats), CallError> {
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
            Ok(Ok(_)) if store.data().is_overdrawn() => {
                Err(CallFailure::HostCalls(store.data().limits.host_calls))
            }
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Err(store.data().diagnose(&error)),
            Err(_) => Err(CallFailure::TimedOut(store.data().limits.timeout)),
        },
    };
    store.data_mut().agents.shut_down().await;
    let call = store.into_data();
    match ended {
        Ok(answer) => Ok((answer, call.stats())),
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
        if store.data().is_overdrawn() {
            return Err(Stop::HostCalls.into());
        }
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
    guest: &'a dyn Guest,
    evidence: &'a Addressed<'a>,
    config: &'a str,
}

impl Export for Evaluate<'_> {
    type Answer = Verdict;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Result<Verdict, CallFailure>> {
        self.guest.evaluate(store, self.evidence, self.config).await
    }
}

/// `check`.
struct Check<'a> {
    guest: &'a dyn Guest,
    subject: &'a Subject,
    config: &'a str,
}

impl Export for Check<'_> {
    type Answer = GateAnswer;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Result<GateAnswer, CallFailure>> {
        self.guest.check(store, self.subject, self.config).await
    }
}

/// `run`.
struct Run<'a> {
    guest: &'a dyn Guest,
    turn: &'a Turn,
    config: &'a str,
}

impl Export for Run<'_> {
    type Answer = TurnSummary;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Result<TurnSummary, CallFailure>> {
        self.guest.run(store, self.turn, self.config).await
    }
}

/// `describe`, in any world.
pub(crate) struct Describe<'a>(pub(crate) &'a dyn Guest);

impl Export for Describe<'_> {
    type Answer = Description;

    async fn invoke(self, store: &mut Store<Call>) -> wasmtime::Result<Result<Description, CallFailure>> {
        let described = self.0.describe(store).await?;
        Ok(described.and_then(|raw| Description::read(raw).map_err(CallFailure::Malformed)))
    }
}
