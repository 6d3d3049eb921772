//! Landlock: the second wall at full isolation, the only one for files at the level that is named after it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ::landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

use rustix::process::{Pid, test_kill_process};

use super::spec::Spec;

/// The newest interface whose rights are used here: scoped signals and abstract sockets. Older kernels give what they have.
const KNOWN: ABI = ABI::V6;

/// What a process may reach.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fence {
    pub(super) readable: Vec<PathBuf>,
    pub(super) writable: Vec<PathBuf>,
    /// Whether TCP is left alone.
    pub(super) network: bool,
}

impl Fence {
    /// Inside the namespaces: what is mounted decides what can be read, this says once more what can be written.
    pub(super) fn behind_mounts(spec: &Spec) -> Self {
        let own = ["/tmp", "/var/tmp", "/dev", "/proc"].map(PathBuf::from);
        let replaced = spec.replaced.iter().filter(|r| r.writable).map(|r| &r.target);
        let target = spec.overlay.iter().map(|o| &o.target).chain(replaced);
        let writable = spec.writable.iter().chain(&spec.scratch).chain(target).cloned().chain(own).collect();
        // The network namespace decides about the network.
        Self { readable: vec![PathBuf::from("/")], writable, network: true }
    }

    /// Without namespaces. `tmp` is the one temporary folder.
    pub(super) fn alone(spec: &Spec, tmp: &Path) -> io::Result<Self> {
        let mut hidden: BTreeSet<PathBuf> = ["/tmp", "/var/tmp", "/run", "/dev"].map(PathBuf::from).into();
        hidden.extend(spec.hide.iter().cloned());
        hidden.extend(spec.scratch.iter().cloned());
        let shown: BTreeSet<&Path> = spec.readonly.iter().chain(&spec.writable).map(PathBuf::as_path).collect();
        // The stronger word for one path counts, as it does with mounts.
        hidden.retain(|h| !shown.contains(h.as_path()));
        let mut readable = BTreeSet::new();
        around(Path::new("/"), &hidden, &mut readable)?;
        for path in shown {
            // Only what holds nothing hidden can be given as a whole.
            around(path, &hidden, &mut readable)?;
        }
        readable.extend(["/dev/random", "/dev/urandom"].map(PathBuf::from));
        readable.extend(super::mounts::resolver(spec));
        let mut writable = BTreeSet::new();
        for path in &spec.writable {
            around(path, &hidden, &mut writable)?;
        }
        writable.insert(tmp.to_owned());
        // Terminals and shared memory have no private form without namespaces: those that are there are other programs'.
        writable.extend(["/dev/null", "/dev/zero", "/dev/full", "/dev/tty"].map(PathBuf::from));
        Ok(Self {
            readable: readable.into_iter().collect(),
            writable: writable.into_iter().collect(),
            network: spec.network,
        })
    }

    /// Fences in this thread, and what it executes, for ever.
    pub(super) fn raise(&self) -> Result<Raised, RulesetError> {
        let read = AccessFs::from_read(KNOWN);
        let all = AccessFs::from_all(KNOWN);
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(all)?
            .scope(Scope::from_all(KNOWN))?;
        if !self.network {
            ruleset = ruleset.handle_access(AccessNet::from_all(KNOWN))?;
        }
        let mut ruleset = ruleset.create()?;
        let rules = |paths: &[PathBuf], access: BitFlags<AccessFs>| {
            // One that is gone by now needs no rule.
            paths
                .iter()
                .filter_map(|p| PathFd::new(p).ok())
                .map(|fd| Ok::<_, RulesetError>(PathBeneath::new(fd, access)))
                .collect::<Vec<_>>()
        };
        ruleset = ruleset.add_rules(rules(&self.readable, read))?.add_rules(rules(&self.writable, all))?;
        Ok(match ruleset.restrict_self()?.ruleset {
            RulesetStatus::FullyEnforced => Raised::Whole,
            RulesetStatus::PartiallyEnforced => Raised::Partly,
            _ => Raised::Not,
        })
    }
}

/// Proof that this process, and all that it starts from now on, can signal nobody but one another.
#[derive(Debug)]
pub(super) struct SignalsScoped(());

impl SignalsScoped {
    /// Fences in the signals of this process for ever. `outside` is another process, which it may signal until now. None where
    /// the kernel can't (before Linux 6.12), or nothing proves that it did.
    pub(super) fn enter(outside: Pid) -> Option<Self> {
        if test_kill_process(outside).is_err() {
            return None;
        }
        // A fence that says nothing of files still keeps them in their folders as soon as another one does: whoever stands
        // in both can then link and move nothing from folder to folder, as compilers do. This one allows it everywhere.
        let everywhere = PathFd::new("/").ok()?;
        let fenced = || -> Result<_, RulesetError> {
            let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
            let ruleset = ruleset.handle_access(AccessFs::Refer)?.scope(Scope::Signal)?.create()?;
            ruleset.add_rule(PathBeneath::new(everywhere, AccessFs::Refer))?.restrict_self()
        };
        let enforced = fenced().is_ok_and(|status| status.ruleset == RulesetStatus::FullyEnforced);
        // It could be signalled a moment ago: only a fence can say no to it now.
        let refused = test_kill_process(outside) == Err(rustix::io::Errno::PERM);
        (enforced && refused).then_some(Self(()))
    }
}

/// The version of the kernel's interface; 0 for none.
#[allow(unsafe_code)]
pub(super) fn version() -> i64 {
    // LANDLOCK_CREATE_RULESET_VERSION of linux/landlock.h.
    const VERSION: libc::c_long = 1;
    // SAFETY: with this flag, a null pointer and size 0 the call only answers with a number.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<()>(), 0, VERSION) };
    version.max(0)
}

/// How much of a fence the kernel could raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raised {
    Whole,
    /// An older kernel.
    Partly,
    /// No Landlock.
    Not,
}

/// Adds what is at and below `folder` and not hidden. A rule holds for everything below its path and can't be taken back
/// further down, so each folder above a hidden one is left out and its other entries are named one by one.
fn around(folder: &Path, hidden: &BTreeSet<PathBuf>, out: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if hidden.contains(folder) {
        return Ok(());
    }
    let holds_hidden = hidden.iter().any(|h| h.starts_with(folder));
    if !holds_hidden {
        out.insert(folder.to_owned());
        return Ok(());
    }
    let entries = match fs::read_dir(folder) {
        // What we can't list, the program can't reach either.
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        // A link gives nothing by itself: what it leads to has its own rule, or none.
        if !entry.file_type()?.is_symlink() {
            around(&entry.path(), hidden, out)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_go_around_a_hidden_folder() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for folder in ["a/secret", "a/open", "b"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink("a/secret", root.join("link")).unwrap();
        let mut out = BTreeSet::new();
        around(root, &BTreeSet::from([root.join("a/secret")]), &mut out).unwrap();
        assert_eq!(out, BTreeSet::from([root.join("a/open"), root.join("b")]));
    }
}
