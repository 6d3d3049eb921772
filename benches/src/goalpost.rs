//! Goalpost's own call path, as a goal has it: every limit set, every answer checked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use goalpost_core::config::{Grants, Limits};
use goalpost_core::evidence::{Addressed, Evidence};
use goalpost_plugins::{Admitted, CallContext, CodeCache, Engine, Kind, Layout, Plugin};
use tokio::runtime::Runtime;

use crate::work;

/// An engine, and the runtime that its calls are awaited on.
pub struct Goalpost {
    engine: Engine,
    runtime: Runtime,
    evidence: Evidence,
}

impl Goalpost {
    pub fn new(layout: Layout, evidence: Evidence) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(Self { engine: Engine::with_layout(layout)?, runtime, evidence })
    }

    /// Everything between a component's bytes and a plugin that may be called: digest, names, code, types, description,
    /// configuration.
    pub fn admit(&self, cache: Option<Arc<CodeCache>>, component: &[u8]) -> Result<Admitted> {
        let plugin = Plugin::load(&self.engine, cache, component, "bench", Kind::Evaluator)?;
        Ok(self.runtime.block_on(plugin.admit(&Grants::default(), &limits(), &serde_json::Map::new()))?)
    }

    pub fn judge(&self, admitted: &Admitted, times: u32) -> Result<()> {
        // Addressed once: all judges of a turn are shown the same.
        let evidence = Addressed::from(&self.evidence);
        self.runtime.block_on(async {
            for _ in 0..times {
                let (verdict, _) = admitted.evaluate(CallContext::default(), &evidence).await?;
                work::expect(&verdict.reason)?;
            }
            Ok(())
        })
    }
}

/// A cache of compiled code in a folder.
pub fn cache(folder: &Path) -> Result<Arc<CodeCache>> {
    Ok(Arc::new(CodeCache::open(folder)?))
}

fn limits() -> Limits {
    Limits {
        timeout: Duration::from_secs(60),
        memory: 256 << 20,
        host_calls: 10_000,
        log_bytes: 64 << 10,
        output_bytes: 256 << 10,
    }
}
