//! The `extism` crate: a core module that takes and gives JSON.

use anyhow::Result;
use extism::convert::Json;
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use goalpost_core::evidence::Evidence;
use judge::Judgement;

use crate::work;

/// A compiled plugin. Nothing is linked to it that it does not need, and it has no time limit.
pub struct Extism {
    compiled: CompiledPlugin,
    evidence: Evidence,
}

impl Extism {
    pub fn compile(evidence: Evidence) -> Result<Self> {
        let manifest = Manifest::new([Wasm::data(work::MODULE)]).disallow_all_hosts();
        Ok(Self { compiled: PluginBuilder::new(manifest).with_wasi(false).compile()?, evidence })
    }

    pub fn judge(&self) -> Result<()> {
        let mut plugin = Plugin::new_from_compiled(&self.compiled)?;
        let Json(judgement) = plugin.call::<_, Json<Judgement>>("conclude", Json(&self.evidence))?;
        work::expect(&judgement.reason)
    }
}
