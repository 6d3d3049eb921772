//! `progress`: what a workflow is told and what it tells. Always there for a workflow.

use goalpost_core::config::Grants;
use goalpost_core::text;
use wasmtime::component::Linker;

use super::{Capability, Host};
use crate::call::Call;
use crate::contract::v0_1::bindings::progress;
use crate::surface::Kind;

/// A phase's title is a line for people.
const TITLE_BYTES: usize = 120;

pub(crate) struct Progress;

impl Capability for Progress {
    fn interface(&self) -> &'static str {
        "progress"
    }

    fn in_world(&self, kind: Kind) -> bool {
        kind == Kind::Workflow
    }

    fn granted(&self, _grants: &Grants) -> bool {
        true
    }

    fn fix(&self) -> Option<&'static str> {
        None
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        progress::add_to_linker::<_, Host>(linker, |call| call)
    }
}

impl progress::Host for Call {
    async fn phase(&mut self, title: String) -> wasmtime::Result<()> {
        self.enter()?;
        if let Some(spawner) = &self.context.agents {
            let title = text::one_line(&text::visible(&title), TITLE_BYTES);
            if !title.is_empty() {
                spawner.phase(&title);
            }
        }
        Ok(())
    }

    async fn budget(&mut self) -> wasmtime::Result<progress::TokenBudget> {
        self.enter()?;
        let (total, spent) = self.context.agents.as_ref().map_or((None, 0), |spawner| spawner.budget());
        // The spawner meters its agents; the model's tokens of this very call are not in its sum yet.
        let spent = spent.saturating_add(self.llm.usage().billable_tokens());
        Ok(progress::TokenBudget { total, spent, remaining: total.map(|total| total.saturating_sub(spent)) })
    }

    async fn set_result(&mut self, text: String) -> wasmtime::Result<()> {
        self.enter()?;
        let (text, _) = text::clip_middle(&text, self.limits.output_bytes as usize);
        self.result = Some(text::visible(&text));
        Ok(())
    }
}
