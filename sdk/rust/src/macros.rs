//! The macros that make a crate a plugin.

/// Exports a function `fn(Evidence) -> Result<Verdict, E>` as a judge. `E` is anything that can be displayed.
///
/// `summary` is one line for people. `config_schema` is a JSON Schema (2020-12) of the plugin's `config`: the host checks the
/// user's configuration against it before a goal starts. Name and version are the crate's, unless `name` is given.
///
/// ```
/// use goalpost_sdk::evaluator::*;
///
/// goalpost_sdk::evaluator!(judge, name = "patient", summary = "Never in a hurry");
///
/// fn judge(evidence: Evidence) -> Result<Verdict, String> {
///     Ok(Verdict::abstain(format!("turn {} of {}", evidence.turn, evidence.max_turns)))
/// }
/// ```
#[macro_export]
macro_rules! evaluator {
    ($judge:path, $($info:tt)*) => {
        $crate::__plugin!(evaluator, evaluate, $crate::types::Evidence, $crate::types::Verdict, $judge, $($info)*);
    };
}

/// Exports a function `fn(Subject) -> Result<GateResult, E>` as a gate. The rest is as with [`evaluator!`](crate::evaluator).
///
/// ```
/// use goalpost_sdk::gate::*;
///
/// goalpost_sdk::gate!(check, summary = "Refuses an empty change");
///
/// fn check(subject: Subject) -> Result<GateResult, String> {
///     Ok(match subject.changes.len() {
///         0 => GateResult::failed("nothing was changed"),
///         n => GateResult::passed(format!("{n} paths were changed")),
///     })
/// }
/// ```
#[macro_export]
macro_rules! gate {
    ($check:path, $($info:tt)*) => {
        $crate::__plugin!(gate, check, $crate::types::Subject, $crate::types::GateResult, $check, $($info)*);
    };
}

/// Exports a function `fn(Turn) -> Result<TurnSummary, E>` as a workflow. The rest is as with
/// [`evaluator!`](crate::evaluator).
///
/// ```
/// use goalpost_sdk::workflow::*;
///
/// goalpost_sdk::workflow!(run, summary = "One agent, and no more");
///
/// fn run(turn: Turn) -> Result<TurnSummary, AgentError> {
///     let output = Agent::new("builder", &turn.prompt).run()?;
///     Ok(TurnSummary::finished(output.text))
/// }
/// ```
#[macro_export]
macro_rules! workflow {
    ($run:path, $($info:tt)*) => {
        $crate::__plugin!(workflow, run, $crate::types::Turn, $crate::types::TurnSummary, $run, $($info)*);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __plugin {
    (
        $world:ident, $export:ident, $input:ty, $output:ty, $function:path,
        $(name = $name:expr,)? summary = $summary:expr $(, config_schema = $schema:expr)? $(,)?
    ) => {
        const _: () = {
            use $crate::bindings::$world as world;
            use world::exports::goalpost::plugin::plugin_info;

            struct Plugin;

            impl world::Guest for Plugin {
                fn $export(input: $input) -> ::core::result::Result<$output, ::std::string::String> {
                    $crate::private::start();
                    $function(input).map_err(|error| ::std::string::ToString::to_string(&error))
                }
            }

            impl plugin_info::Guest for Plugin {
                fn describe() -> plugin_info::Description {
                    #[allow(unused_mut, unused_assignments)]
                    let mut name = env!("CARGO_PKG_NAME");
                    $( name = $name; )?
                    #[allow(unused_mut, unused_assignments)]
                    let mut config_schema = "";
                    $( config_schema = $schema; )?
                    plugin_info::Description {
                        name: name.into(),
                        version: env!("CARGO_PKG_VERSION").into(),
                        summary: $summary.into(),
                        config_schema: config_schema.into(),
                    }
                }
            }

            // Natively there is no host to export to, and the names would clash with the program's own: it is only compiled.
            #[cfg(not(target_arch = "wasm32"))]
            const _: (
                fn($input) -> ::core::result::Result<$output, ::std::string::String>,
                fn() -> plugin_info::Description,
            ) = (<Plugin as world::Guest>::$export, <Plugin as plugin_info::Guest>::describe);
            #[cfg(target_arch = "wasm32")]
            #[allow(unsafe_code)]
            const _: () = {
                $crate::__export!($world, Plugin);
            };
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    (evaluator, $plugin:ident) => {
        $crate::bindings::evaluator::export_evaluator!($plugin);
    };
    (gate, $plugin:ident) => {
        $crate::bindings::gate::export_gate!($plugin);
    };
    (workflow, $plugin:ident) => {
        $crate::bindings::workflow::export_workflow!($plugin);
    };
}
