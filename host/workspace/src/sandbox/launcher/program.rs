//! The last steps before the program is executed, in its own process.

use std::ffi::CString;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use goalpost_core::isolation::IsolationLevel;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
    set_no_new_privs,
};

use super::protocol::{Failure, FailureKind, Job};
use super::sys;
use crate::sandbox::landlock::{Fence, Raised};
use crate::sandbox::seccomp::{self, Sockets};
use crate::sandbox::spec::Limits;

/// Puts `/dev/null` at descriptor 0.
pub(super) fn null_input() -> std::io::Result<()> {
    sys::place(std::fs::File::open("/dev/null")?.as_fd(), 0)
}

/// Confines this process and executes the program. Returns only the reason why it could not.
pub(super) fn enter(job: &Job, stdin: BorrowedFd<'_>, tmp: Option<&Path>) -> Failure {
    match confine(job, stdin, tmp) {
        Err(failure) => failure,
        Ok((program, argv, env)) => Failure::new(
            FailureKind::Execute,
            format!("executing {}", job.program.display()),
            sys::execute(&program, &argv, &env),
        ),
    }
}

type Image = (CString, Vec<CString>, Vec<CString>);

fn confine(job: &Job, stdin: BorrowedFd<'_>, tmp: Option<&Path>) -> Result<Image, Failure> {
    let image = image(job, tmp)?;
    let step = |what: &'static str| move |e: rustix::io::Errno| Failure::isolation(what, e);
    sys::place(stdin, 0).map_err(|e| Failure::isolation("standard input", e))?;
    rustix::process::setsid().map_err(step("a session of its own"))?;
    rustix::process::chdir(&job.cwd)
        .map_err(|e| Failure::new(FailureKind::Directory, format!("entering {}", job.cwd.display()), e))?;
    sys::reset_signals();
    sys::close_on_exec_from(3);
    limit(&job.spec.limits, job.spec.level)?;
    if job.spec.level == IsolationLevel::None {
        return Ok(image);
    }

    set_no_new_privs(true).map_err(step("giving up new privileges"))?;
    drop_capabilities().map_err(step("dropping capabilities"))?;
    let fence = match (job.spec.level, tmp) {
        (IsolationLevel::Landlock, Some(tmp)) => {
            Fence::alone(&job.spec, tmp).map_err(|e| Failure::isolation("listing what may be read", e))?
        }
        _ => Fence::behind_mounts(&job.spec),
    };
    let raised = fence.raise().map_err(|e| Failure::isolation("Landlock", std::io::Error::other(e)))?;
    if raised == Raised::Not && job.spec.level == IsolationLevel::Landlock {
        return Err(Failure::isolation("Landlock", rustix::io::Errno::OPNOTSUPP));
    }
    let sockets = match (job.spec.level, job.spec.network) {
        (IsolationLevel::Landlock, true) => Sockets::NotUnix,
        (IsolationLevel::Landlock, false) => Sockets::None,
        _ => Sockets::Namespaced,
    };
    for filter in seccomp::filters(sockets).map_err(|e| Failure::isolation("seccomp", std::io::Error::other(e)))? {
        seccompiler::apply_filter(&filter).map_err(|e| Failure::isolation("seccomp", std::io::Error::other(e)))?;
    }
    Ok(image)
}

fn image(job: &Job, tmp: Option<&Path>) -> Result<Image, Failure> {
    let text = |bytes: &[u8]| {
        CString::new(bytes)
            .map_err(|e| Failure::new(FailureKind::Execute, "an argument or variable", std::io::Error::from(e)))
    };
    let program = text(job.program.as_os_str().as_bytes())?;
    let argv = job.argv.iter().map(|a| text(a.as_bytes())).collect::<Result<_, _>>()?;
    let fallback = tmp.unwrap_or(Path::new("/tmp")).as_os_str().as_bytes();
    let mut env = Vec::with_capacity(job.env.len() + 1);
    for (name, value) in &job.env {
        // Where there is one temporary folder, it also stands for the scratch folders that can't be made.
        let is_scratch = tmp.is_some() && (name == "TMPDIR" || job.spec.scratch.iter().any(|s| s == Path::new(value)));
        let value = if is_scratch { fallback } else { value.as_bytes() };
        env.push(text(&[name.as_bytes(), b"=", value].concat())?);
    }
    if !job.env.iter().any(|(name, _)| name == "TMPDIR") {
        env.push(text(&[b"TMPDIR=", fallback].concat())?);
    }
    Ok((program, argv, env))
}

fn limit(limits: &Limits, level: IsolationLevel) -> Result<(), Failure> {
    let set = |resource: Resource, value: u64| {
        // A limit that the host itself is under stays when it is lower.
        let value = getrlimit(resource).maximum.map_or(value, |m| m.min(value));
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
            .map_err(|e| Failure::isolation(format!("the limit {resource:?}"), e))
    };
    set(Resource::Core, 0)?;
    set(Resource::Nofile, limits.open_files)?;
    if let Some(bytes) = limits.data_bytes {
        set(Resource::Data, bytes)?;
    }
    if let Some(bytes) = limits.file_bytes {
        set(Resource::Fsize, bytes)?;
    }
    if level == IsolationLevel::Full {
        // Counted in the user namespace: elsewhere it would count every process of the user.
        set(Resource::Nproc, limits.tasks)?;
    }
    Ok(())
}

fn drop_capabilities() -> rustix::io::Result<()> {
    let _ = clear_ambient_capability_set();
    for capability in CapabilitySet::all().iter() {
        match remove_capability_from_bounding_set(capability) {
            // EINVAL: newer than the kernel. EPERM: we have none to begin with, and no new privileges can come.
            Ok(()) | Err(rustix::io::Errno::INVAL | rustix::io::Errno::PERM) => {}
            Err(e) => return Err(e),
        }
    }
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
}
