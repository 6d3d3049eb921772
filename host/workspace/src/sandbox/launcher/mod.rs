//! The launcher: this program, executed again to stand between the host and a confined program.

mod keeper;
mod outer;
mod program;
pub(crate) mod protocol;
pub(super) mod record;
mod sockets;
mod sweep;
pub(super) mod sys;

use std::ffi::OsStr;

/// Becomes the launcher when the program was started as one; returns at once otherwise. Call it first in `main`, before
/// anything starts a thread.
pub fn run_if_launcher() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() != Some(OsStr::new(protocol::MARKER)) {
        return;
    }
    if arguments.next().as_deref() == Some(OsStr::new(protocol::PROBE)) {
        // The tiny program of a probe: that it runs at all is the answer.
        std::process::exit(0);
    }
    outer::run();
}

/// Runs [`run_if_launcher`] before `main`, for test programs, whose `main` belongs to the test harness. Once in each.
#[macro_export]
macro_rules! launcher_before_main {
    () => {
        #[used]
        // SAFETY: the section holds pointers to functions that the loader calls one after the other before `main`, on the
        // only thread; this one has the signature that it expects.
        #[allow(unsafe_code)]
        #[unsafe(link_section = ".init_array")]
        static LAUNCHER_BEFORE_MAIN: extern "C" fn() = {
            extern "C" fn launch() {
                $crate::sandbox::launcher::run_if_launcher();
            }
            launch
        };
    };
}

/// What the host executes: the running program itself, also when its file was replaced meanwhile.
pub(crate) const PROGRAM: &str = "/proc/self/exe";
