//! The compiler: this program, executed again, which reads a component, prints its code, and is gone.

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};

use super::{CompileError, CompileLimits, Task, work};
use crate::engine::{self, Layout};
use crate::plugin::COMPONENT_BYTES;
use crate::surface::Kind;

/// The first argument of the program as a compiler.
const MARKER: &str = "--goalpost-compile-a-plugin";

/// The second.
const LOOK: &str = "look";
const COMPILE: &str = "compile";

/// The exit code that says that the component is at fault; why is on standard error.
pub(super) const REFUSED: i32 = 65;

/// That its types are; which, is on standard output as JSON.
pub(super) const MISFITS: i32 = 66;

/// That something else is.
const BROKEN: i32 = 70;

/// Whether this program calls [`run_if_compiler`].
static POSSIBLE: AtomicBool = AtomicBool::new(false);

pub(super) fn is_possible() -> bool {
    POSSIBLE.load(Ordering::Relaxed)
}

/// What the program is started with.
pub(super) fn arguments(task: Task, kind: Kind, layout: Layout, limits: CompileLimits) -> [OsString; 6] {
    // The kernel counts whole seconds.
    let seconds = limits.time.as_secs().max(1);
    let task = if task == Task::Look { LOOK } else { COMPILE };
    [
        MARKER.into(),
        task.into(),
        kind.world().into(),
        layout.name().into(),
        seconds.to_string().into(),
        limits.memory.to_string().into(),
    ]
}

/// Becomes the compiler when the program was started as one; returns at once otherwise. Call it first in `main`, before
/// anything starts a thread. Only a program that does compiles plugins in a process of their own, under [`CompileLimits`].
pub fn run_if_compiler() {
    POSSIBLE.store(true, Ordering::Relaxed);
    let arguments: Vec<_> = std::env::args_os().skip(1).take(6).collect();
    if arguments.first().map(OsString::as_os_str) != Some(OsStr::new(MARKER)) {
        return;
    }
    let code = match compile(&arguments[1..]) {
        Ok(()) => 0,
        Err((code, why)) => {
            // Nobody is left to be told.
            let _ = write!(std::io::stderr(), "{why}");
            code
        }
    };
    std::process::exit(code);
}

fn compile(arguments: &[OsString]) -> Result<(), (i32, String)> {
    let broken = |why: &dyn std::fmt::Display| (BROKEN, why.to_string());
    let (task, kind, layout, limits) =
        read(arguments).ok_or_else(|| broken(&"its arguments are not those of a compiler"))?;
    // Whoever asked is gone: nobody waits for the answer.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| broken(&error))?;
    let engine = wasmtime::Engine::new(&engine::config(layout)).map_err(|error| broken(&format!("{error:#}")))?;
    let seconds = limits.time.as_secs();
    let memory = limits.memory.saturating_add(reserved());
    for (resource, most) in [(Resource::Data, memory), (Resource::Cpu, seconds), (Resource::Core, 0)] {
        // What was allowed before stays the most.
        let maximum = getrlimit(resource).maximum;
        let current = Some(maximum.map_or(most, |allowed| allowed.min(most)));
        setrlimit(resource, Rlimit { current, maximum }).map_err(|error| broken(&error))?;
    }
    let mut component = Vec::new();
    std::io::stdin().take(COMPONENT_BYTES as u64 + 1).read_to_end(&mut component).map_err(|error| broken(&error))?;
    let (code, printed) = match work(&engine, task, kind, &component) {
        Ok(code) => (Ok(()), code),
        Err(CompileError::Misfits(misfits)) => {
            let printed = serde_json::to_vec(&misfits).map_err(|error| broken(&error))?;
            (Err((MISFITS, String::new())), printed)
        }
        Err(other) => return Err((REFUSED, other.to_string())),
    };
    std::io::stdout().write_all(&printed).map_err(|error| broken(&error))?;
    code
}

/// What the kernel counts as written to before anything was compiled: the engine reserves places for guests, none of which
/// run here.
fn reserved() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmData:")?.trim().strip_suffix(" kB")?.parse().ok());
    kib.unwrap_or(0_u64) << 10
}

fn read(arguments: &[OsString]) -> Option<(Task, Kind, Layout, CompileLimits)> {
    let [task, kind, layout, seconds, memory] = arguments else { return None };
    let number = |text: &OsString| text.to_str()?.parse::<u64>().ok();
    let task = [(LOOK, Task::Look), (COMPILE, Task::Compile)].into_iter().find(|(name, _)| task == name)?.1;
    let kind = Kind::ALL.into_iter().find(|known| kind == known.world())?;
    let layout = Layout::ALL.into_iter().find(|known| layout == known.name())?;
    let limits = CompileLimits { time: Duration::from_secs(number(seconds)?), memory: number(memory)? };
    Some((task, kind, layout, limits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_what_is_read() {
        for layout in Layout::ALL {
            let limits = CompileLimits { time: Duration::from_secs(9), memory: 5 << 30 };
            for (task, kind) in [(Task::Look, Kind::Gate), (Task::Compile, Kind::Workflow)] {
                let read = read(&arguments(task, kind, layout, limits)[1..]);
                assert_eq!(read, Some((task, kind, layout, limits)));
            }
        }
        assert_eq!(read(&[]), None);
        assert_eq!(read(&["look", "gate", "pooled", "x", "1"].map(OsString::from)), None);
    }
}
