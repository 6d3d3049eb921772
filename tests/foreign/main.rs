//! Components from elsewhere: what other projects publish is refused or runs, and the host goes on.
//!
//! `cargo fetch --locked --manifest-path tests/foreign/Cargo.toml` gets them; without it, they are skipped. Their bytes stay
//! in cargo's own folder: each has a licence of its own.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod corpus;
mod inside;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use goalpost_core::config::{Grants, Limits};
use goalpost_plugins::{Engine, Kind, LoadError, NotAComponent, Plugin, Problem};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Map;

/// What one component may take until it is refused or has described itself, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().unwrap());

/// How many components ended in which way, by package.
type Table = Arc<Mutex<BTreeMap<(String, String), usize>>>;

fn main() -> ExitCode {
    goalpost_plugins::run_if_compiler();
    let table = Table::default();
    let trials = packages()
        .into_iter()
        .map(|package| {
            let table = table.clone();
            Trial::test(package.clone(), move || all_of(&package, &table).map_err(Failed::from))
        })
        .collect();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    for ((package, outcome), count) in table.lock().unwrap().iter() {
        println!("{package:<28} {count:>5}  {outcome}");
    }
    conclusion.exit_code()
}

/// `NAME-VERSION` of everything that `Cargo.toml` names.
fn packages() -> Vec<String> {
    let text = std::fs::read_to_string(project().join("tests/foreign/Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&text).unwrap();
    let version = |value: &toml::Value| match value {
        toml::Value::String(version) => version.clone(),
        table => table["version"].as_str().unwrap().to_owned(),
    };
    let packages = manifest["dependencies"].as_table().unwrap().iter();
    packages.map(|(name, value)| format!("{name}-{}", version(value).trim_start_matches('='))).collect()
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where cargo unpacked the package, if it did.
fn folder(package: &str) -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).ok()?;
    registries.filter_map(|entry| Some(entry.ok()?.path().join(package))).find(|folder| folder.is_dir())
}

fn all_of(package: &str, table: &Table) -> Result<(), String> {
    let Some(folder) = folder(package) else {
        println!(
            "skipped: {package} is not here; `cargo fetch --locked --manifest-path tests/foreign/Cargo.toml` gets it"
        );
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let components = corpus::components(&folder);
    if components.is_empty() {
        return Err("there is no component in it".into());
    }
    let mut wrong = Vec::new();
    let good = good_judge();
    for (name, bytes) in components {
        if let Some(good) = &good {
            let begun = Instant::now();
            let outcome = runtime.block_on(outcome(inside::a_judge(good, &bytes), Kind::Evaluator));
            if begun.elapsed() > PATIENCE {
                wrong.push(format!("{name} within a judge: it took {:?}", begun.elapsed()));
            }
            count(table, package, format!("within a good judge: {outcome}"));
        }
        for kind in Kind::ALL {
            let begun = Instant::now();
            let outcome = runtime.block_on(outcome(bytes.clone(), kind));
            if begun.elapsed() > PATIENCE {
                wrong.push(format!("{name} as {kind}: it took {:?}", begun.elapsed()));
            }
            // One that is no component is none of any world.
            let ends = outcome.starts_with("no component");
            count(table, package, outcome);
            if ends {
                break;
            }
        }
    }
    runtime.block_on(the_host_goes_on())?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn count(table: &Table, package: &str, outcome: String) {
    *table.lock().unwrap().entry((package.to_owned(), outcome)).or_default() += 1;
}

/// One that is built with the SDK, where it is built.
fn good_judge() -> Option<Vec<u8>> {
    std::fs::read(project().join("tests/guests/dist/always-satisfied.wasm")).ok()
}

/// What becomes of a component that somebody takes for a plugin, with nothing granted.
async fn outcome(bytes: Vec<u8>, kind: Kind) -> String {
    let limits = Limits { timeout: Duration::from_secs(2), ..Limits::DEFAULT };
    let plugin = match Plugin::load(&ENGINE, None, bytes, "foreign", kind) {
        Ok(plugin) => plugin,
        Err(LoadError::NotAComponent { reason: NotAComponent::Damaged(_), .. }) => {
            return "no component: damaged".into();
        }
        Err(LoadError::NotAComponent { reason, .. }) => return format!("no component: {reason}"),
        Err(error) => return format!("no component: {error}"),
    };
    match plugin.admit(&Grants::default(), &limits, &Map::new()).await {
        Ok(_) => "admitted".into(),
        Err(refused) => {
            let mut kinds: Vec<_> = refused.problems.iter().map(what).collect();
            kinds.sort_unstable();
            kinds.dedup();
            format!("refused: {}", kinds.join(", "))
        }
    }
}

/// A problem without its details.
fn what(problem: &Problem) -> &'static str {
    match problem {
        Problem::Wasi { .. } => "a part of WASI that is not there",
        Problem::Foreign { .. } => "foreign imports",
        Problem::WrongWorld { .. } => "another world",
        Problem::MissingExport(_) => "missing exports",
        Problem::Invalid(_) => "not valid",
        Problem::Misfit(_) => "other types",
        Problem::Mistyped(_) => "not linked",
        Problem::Undescribed(_) => "no description",
        _ => "other problems",
    }
}

/// # Errors
/// A good judge is not answered any more.
async fn the_host_goes_on() -> Result<(), String> {
    let Some(good) = good_judge() else {
        println!("skipped: the good judge is not built");
        return Ok(());
    };
    let plugin = Plugin::load(&ENGINE, None, good, "good", Kind::Evaluator).map_err(|error| error.to_string())?;
    let admitted = plugin.admit(&Grants::default(), &Limits::DEFAULT, &Map::new()).await;
    admitted.map(drop).map_err(|error| error.to_string())
}
