//! `cargo bench`: what a judgement of 8 KiB of evidence costs, by whom it is made.

use std::fs;

use anyhow::Result;
use goalpost_benches::bare::{Bare, Settings};
use goalpost_benches::extism::Extism;
use goalpost_benches::goalpost::{self, Goalpost};
use goalpost_benches::process::Process;
use goalpost_benches::race::{Contender, race};
use goalpost_benches::table::table;
use goalpost_benches::work;
use goalpost_plugins::Layout;

/// Long enough that the middle stays where it is from run to run.
const ROUNDS: usize = 300;
/// Of what takes milliseconds.
const SLOW_ROUNDS: usize = 15;

fn main() -> Result<()> {
    // As the `goalpost` program does: components are compiled in a process of their own.
    goalpost_plugins::run_if_compiler();
    println!("{}\n", machine());
    println!("{}", calls()?);
    println!("{}", layouts()?);
    println!("{}", loads()?);
    Ok(())
}

/// A fresh instance or process, one judgement, and its end.
fn calls() -> Result<String> {
    let evidence = work::evidence()?;
    let plain = Bare::new(Settings::Plain, &evidence)?;
    let plain_judge = plain.link(&plain.compile()?)?;
    let stoppable = Bare::new(Settings::Stoppable, &evidence)?;
    let stoppable_judge = stoppable.link(&stoppable.compile()?)?;
    let resident = Bare::new(Settings::Resident, &evidence)?;
    let resident_judge = resident.link(&resident.compile()?)?;
    let ours = Goalpost::new(Layout::Pooled, evidence.clone())?;
    let admitted = ours.admit(None, work::COMPONENT)?;
    let extism = Extism::compile(evidence.clone())?;
    let process = Process { program: env!("CARGO_BIN_EXE_spawned-judge").into(), evidence };

    let lanes = race(
        vec![
            Contender::new("bare wasmtime", |n| (0..n).try_for_each(|_| plain.judge(&plain_judge))),
            Contender::new("bare wasmtime, stoppable", |n| (0..n).try_for_each(|_| stoppable.judge(&stoppable_judge))),
            Contender::new("bare wasmtime, pages kept", |n| (0..n).try_for_each(|_| resident.judge(&resident_judge))),
            Contender::new("**Goalpost**", |n| ours.judge(&admitted, n)),
            Contender::new("`extism`", |n| (0..n).try_for_each(|_| extism.judge())),
            Contender::new("a spawned program", |n| (0..n).try_for_each(|_| process.judge())),
        ],
        ROUNDS,
    )?;
    Ok(table("one judgement of 8 KiB of evidence", &lanes))
}

/// The same call of Goalpost's, by how much address space there is.
fn layouts() -> Result<String> {
    let mut hosts = Vec::new();
    for (name, layout) in [
        ("pooled (when not limited)", Layout::Pooled),
        ("on demand", Layout::OnDemand),
        ("small (under `ulimit -v`)", Layout::Small),
    ] {
        let host = Goalpost::new(layout, work::evidence()?)?;
        let admitted = host.admit(None, work::COMPONENT)?;
        hosts.push((name, host, admitted));
    }
    let contenders = hosts.iter().map(|(name, host, admitted)| Contender::new(*name, |n| host.judge(admitted, n)));
    Ok(table("Goalpost, by layout of memory", &race(contenders.collect(), ROUNDS)?))
}

/// From a component's bytes to something that can be called.
fn loads() -> Result<String> {
    let folder = tempfile::tempdir()?;
    let evidence = work::evidence()?;
    let bare = Bare::new(Settings::Plain, &evidence)?;
    let compiled = folder.path().join("bare.cwasm");
    fs::write(&compiled, bare.compile()?.serialize().map_err(|error| anyhow::Error::msg(error.to_string()))?)?;
    let ours = Goalpost::new(Layout::Pooled, evidence.clone())?;
    let cache = goalpost::cache(&folder.path().join("cache"))?;
    ours.admit(Some(cache.clone()), work::COMPONENT)?;

    let lanes = race(
        vec![
            Contender::new("bare wasmtime, mapped", |n| (0..n).try_for_each(|_| bare.map(&compiled).map(drop))),
            Contender::new("**Goalpost**, mapped, checked and admitted", |n| {
                (0..n).try_for_each(|_| ours.admit(Some(cache.clone()), work::COMPONENT).map(drop))
            }),
            Contender::new("bare wasmtime, compiled", |n| (0..n).try_for_each(|_| bare.compile().map(drop))),
            Contender::new("**Goalpost**, compiled and admitted", |n| {
                (0..n).try_for_each(|_| ours.admit(None, work::COMPONENT).map(drop))
            }),
        ],
        SLOW_ROUNDS,
    )?;
    Ok(table("from bytes to something that can be called", &lanes))
}

/// The processor and kernel, for those who compare.
fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let named =
        |line: &str| line.strip_prefix("model name").and_then(|rest| rest.split(": ").nth(1)).map(str::to_owned);
    let model = cpus.lines().find_map(named).unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned();
    format!("{model}, {cores} cores, Linux {}, load {load}", read("/proc/sys/kernel/osrelease").trim())
}
