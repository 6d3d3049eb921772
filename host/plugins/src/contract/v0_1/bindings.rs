//! What `wit/` says, as Rust: generated, one module a world. The interfaces that the worlds share are generated once, in
//! [`workflow`], whose imports are a superset of the others'.

// Generated code: its documentation is the WIT it comes from, and the `unsafe impl`s in it are wasmtime's own derives of
// the layout of component types.
#![allow(missing_docs, unreachable_pub, unsafe_code, unused, clippy::all, clippy::pedantic)]

pub mod workflow {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "goalpost:plugin/workflow",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "goalpost:plugin/tree.tree": crate::capabilities::tree::TreeHandle,
            "goalpost:plugin/checks.check-run": crate::capabilities::checks::FinishedCheck,
            "goalpost:plugin/agents.agent-run": crate::capabilities::agents::AgentRun,
        },
    });
}

pub mod evaluator {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "goalpost:plugin/evaluator",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "goalpost:plugin": crate::contract::v0_1::bindings::workflow::goalpost::plugin },
    });
}

pub mod gate {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "goalpost:plugin/gate",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "goalpost:plugin": crate::contract::v0_1::bindings::workflow::goalpost::plugin },
    });
}

pub use workflow::goalpost::plugin::{agents, checks, files, http, llm, log, progress, state, tree, types};
