//! Guests that attack the host, one file a behaviour, each in a process of its own beside a guest that behaves.
//!
//! `cargo test --workspace --test hostile` runs all of them and prints what each cost; a name picks one. See the README beside
//! this file.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod attack;
mod frame;
mod guest;
mod house;
mod internet;
mod judged;
mod measured;
mod shapes;
mod times;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, RwLock};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::guest::Guest;
use crate::measured::Row;

fn main() -> ExitCode {
    goalpost_plugins::run_if_compiler();
    if let Some(job) = std::env::var_os(attack::JOB) {
        return attack::run(Path::new(&job));
    }
    let mut guests = Guest::all(&folder().join("guests"));
    guests.extend(shapes::all());
    guests.sort_by(|a, b| a.name.cmp(&b.name));
    let shared = Arc::new(Shared {
        // Compiled code of the neighbour, which every process has.
        code: tempfile::tempdir().unwrap(),
        alone: RwLock::default(),
        rows: Mutex::default(),
    });
    let trials = guests
        .into_iter()
        .map(|guest| {
            let shared = shared.clone();
            Trial::test(guest.name.clone(), move || contained(&guest, &shared).map_err(Failed::from))
        })
        .collect();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    measured::print(&mut shared.rows.lock().unwrap());
    conclusion.exit_code()
}

/// What all attacks share.
struct Shared {
    code: tempfile::TempDir,
    /// Held alone by attacks whose time counts.
    alone: RwLock<()>,
    rows: Mutex<Vec<Row>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile")
}

/// Runs the attack, and its control where it has one.
fn contained(guest: &Guest, shared: &Shared) -> Result<(), String> {
    let bytes = guest.bytes()?;
    let (_alone, _together);
    if guest.expects.is_timed() {
        _alone = shared.alone.write().unwrap();
    } else {
        _together = shared.alone.read().unwrap();
    }
    let seen = attack::in_a_process(guest, &bytes, &guest.limits, shared.code.path())?;
    shared.rows.lock().unwrap().push(Row::new(&guest.name, &guest.expects, &seen));
    judged::judge(guest, &seen)?;
    if let Some(control) = &guest.control {
        let seen = attack::in_a_process(guest, &bytes, &control.limits, shared.code.path())?;
        judged::judge_control(control, &seen)?;
    }
    Ok(())
}
