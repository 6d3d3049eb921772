//! Walls around a process: what it can see, write and reach, on the strongest mechanism that the machine allows.
//!
//! The program executes itself again as the *launcher* ([`launcher::run_if_launcher`]), which is single-threaded and so may
//! do what a multi-threaded host can't:
//!
//! ```text
//! host ──socket──▶ outer ──clone(namespaces)──▶ keeper (pid 1) ──fork──▶ program ──▶ its descendants
//!        job, orders │ unconfined, keeps a lease   │ mounts, reaps         Landlock, seccomp, no capability
//!        ◀── reports │ writes the exec record      │ its end is the end of everything below
//! ```
//!
//! Whoever dies, what is to its right dies: the host's end of the socket closes, the kernel ends the keeper with the outer
//! process, and every process of the namespace with the keeper. No level is ever lowered on the way: [`probe()`] measures what
//! the machine gives, the host decides, and a sandbox that can't reach the level of its [`Spec`] does not run its program.

mod landlock;
pub mod launcher;
mod mounts;
mod probe;
mod seccomp;
mod spec;

pub use self::launcher::protocol::Status;
pub use self::launcher::record::{ExecRecord, read_record};
pub use self::probe::{Probe, probe, probe_overlay};
pub use self::spec::{Limits, Overlay, Replacement, Spec};
