//! Version 0.1 of the contract: its adapter up to the host's records.

pub(crate) mod bindings;
mod from_guest;
pub(crate) mod to_guest;

use std::sync::LazyLock;

use goalpost_core::config::Grants;
use goalpost_core::evidence::Addressed;
use goalpost_core::verdict::Verdict;
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

use self::bindings::evaluator::EvaluatorPre;
use self::bindings::gate::GatePre;
use self::bindings::workflow::WorkflowPre;
use super::types::World;
use super::{Conclusion, Contract, Guest, Version};
use crate::call::{Call, CallFailure};
use crate::capabilities;
use crate::exchange::{Description, GateAnswer, Subject, Turn, TurnSummary};
use crate::surface::Kind;

/// What the bindings were generated from.
const TEXT: [(&str, &str); 3] = [
    ("types.wit", include_str!("../../../../../wit/types.wit")),
    ("capabilities.wit", include_str!("../../../../../wit/capabilities.wit")),
    ("worlds.wit", include_str!("../../../../../wit/worlds.wit")),
];

/// See the module.
pub(crate) struct V0_1;

impl Contract for V0_1 {
    fn version(&self) -> Version {
        Version::new(0, 1, 0)
    }

    fn types(&self, kind: Kind) -> &'static World {
        static WORLDS: LazyLock<[World; 3]> = LazyLock::new(|| World::all(&TEXT));
        match kind {
            Kind::Evaluator => &WORLDS[0],
            Kind::Gate => &WORLDS[1],
            Kind::Workflow => &WORLDS[2],
        }
    }

    fn link(
        &self,
        linker: &mut Linker<Call>,
        component: &Component,
        kind: Kind,
        grants: &Grants,
    ) -> wasmtime::Result<Box<dyn Guest>> {
        for capability in capabilities::ALL {
            if capability.in_world(kind) && capability.granted(grants) {
                capability.link(linker)?;
            }
        }
        let instance = linker.instantiate_pre(component)?;
        Ok(match kind {
            Kind::Evaluator => Box::new(EvaluatorPre::new(instance)?),
            Kind::Gate => Box::new(GatePre::new(instance)?),
            Kind::Workflow => Box::new(WorkflowPre::new(instance)?),
        })
    }
}

/// `describe`, which every world has.
macro_rules! describe {
    () => {
        fn describe<'a>(&'a self, store: &'a mut Store<Call>) -> Conclusion<'a, Description> {
            Box::pin(async move {
                let guest = self.instantiate_async(&mut *store).await?;
                let raw = guest.goalpost_plugin_plugin_info().call_describe(store).await?;
                Ok(Ok(Description {
                    name: raw.name,
                    version: raw.version,
                    summary: raw.summary,
                    config_schema: raw.config_schema,
                }))
            })
        }
    };
}

/// What the guest answered, read; or its own error.
fn read<R, T>(
    answer: Result<R, String>,
    read: impl FnOnce(R) -> Result<T, CallFailure>,
) -> wasmtime::Result<Result<T, CallFailure>> {
    Ok(answer.map_err(|message| from_guest::refusal(&message)).and_then(read))
}

impl Guest for EvaluatorPre<Call> {
    fn kind(&self) -> Kind {
        Kind::Evaluator
    }

    describe!();

    fn evaluate<'a>(
        &'a self,
        store: &'a mut Store<Call>,
        evidence: &'a Addressed<'a>,
        config: &'a str,
    ) -> Conclusion<'a, Verdict> {
        Box::pin(async move {
            let input = to_guest::evidence(evidence, config);
            let guest = self.instantiate_async(&mut *store).await?;
            let answer = guest.call_evaluate(&mut *store, &input).await?;
            read(answer, |verdict| from_guest::verdict(verdict, store.data().limits.output_bytes))
        })
    }
}

impl Guest for GatePre<Call> {
    fn kind(&self) -> Kind {
        Kind::Gate
    }

    describe!();

    fn check<'a>(
        &'a self,
        store: &'a mut Store<Call>,
        subject: &'a Subject,
        config: &'a str,
    ) -> Conclusion<'a, GateAnswer> {
        Box::pin(async move {
            let input = to_guest::subject(subject, config);
            let guest = self.instantiate_async(&mut *store).await?;
            let answer = guest.call_check(&mut *store, &input).await?;
            read(answer, |result| from_guest::gate_answer(result, store.data().limits.output_bytes))
        })
    }
}

impl Guest for WorkflowPre<Call> {
    fn kind(&self) -> Kind {
        Kind::Workflow
    }

    describe!();

    fn run<'a>(&'a self, store: &'a mut Store<Call>, turn: &'a Turn, config: &'a str) -> Conclusion<'a, TurnSummary> {
        Box::pin(async move {
            let input = to_guest::turn(turn, config);
            let guest = self.instantiate_async(&mut *store).await?;
            let answer = guest.call_run(&mut *store, &input).await?;
            read(answer, |summary| {
                let call = store.data_mut();
                from_guest::turn_summary(summary, call.result.take(), call.limits.output_bytes)
            })
        })
    }
}
