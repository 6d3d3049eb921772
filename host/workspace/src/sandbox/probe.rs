//! What this machine allows, measured by doing it.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use goalpost_core::isolation::IsolationLevel;

use super::launcher;
use super::launcher::protocol::{MARKER, PROBE};
use super::spec::{Overlay, Spec};
use crate::process::{Command, How, SpawnError, run};

/// Lowers the level, for trying out the weaker modes; it can't raise it.
const OVERRIDE: &str = "GOALPOST_ISOLATION";

/// A tiny program takes milliseconds; a machine that needs longer than this for one is not fit to run gates.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The strongest level at which a program really ran.
    pub level: IsolationLevel,
    /// What is missing to be stronger, and what allows it: in plain words, for the user. Empty when nothing is.
    pub missing: Vec<String>,
}

/// Launches a tiny program at each level, strongest first, until one runs. Measured once in a process; blocks for some
/// milliseconds.
pub fn probe() -> &'static Probe {
    static PROBE: OnceLock<Probe> = OnceLock::new();
    PROBE.get_or_init(|| measure(std::env::var(OVERRIDE).ok().as_deref()))
}

/// Whether an overlay can be mounted with its upper folder in `folder`: not every file system can hold one.
///
/// # Errors
/// Says why not.
pub fn probe_overlay(folder: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    let dir = tempfile::tempdir_in(folder).map_err(failed)?;
    let root = dir.path().canonicalize().map_err(failed)?;
    for name in ["lower", "upper", "work", "target"] {
        fs::create_dir(root.join(name)).map_err(failed)?;
    }
    fs::write(root.join("lower/file"), "").map_err(failed)?;
    let mut spec = Spec::new(IsolationLevel::Full);
    spec.overlay = Some(Overlay {
        lowers: vec![root.join("lower")],
        upper: root.join("upper"),
        work: root.join("work"),
        target: root.join("target"),
        // A whiteout is the first thing that a file system without support can't hold.
        deletions: vec!["file".into()],
    });
    launch(spec)
}

fn measure(limit: Option<&str>) -> Probe {
    let mut missing = Vec::new();
    let highest = match limit {
        None | Some("" | "full") => IsolationLevel::Full,
        Some(word) => {
            missing.push(format!("{OVERRIDE}={word} lowers the level: unset it"));
            if word == "landlock" { IsolationLevel::Landlock } else { IsolationLevel::None }
        }
    };
    if highest >= IsolationLevel::Full {
        match launch(Spec::new(IsolationLevel::Full)) {
            Ok(()) => {
                if let Some(why) = landlock_is_absent() {
                    missing.push(format!("Landlock as a second wall: {why}"));
                }
                return Probe { level: IsolationLevel::Full, missing };
            }
            Err(why) => missing.push(format!("namespaces: {why}. {}", namespace_advice())),
        }
    }
    if highest >= IsolationLevel::Landlock {
        match launch(Spec::new(IsolationLevel::Landlock)) {
            Ok(()) => return Probe { level: IsolationLevel::Landlock, missing },
            Err(why) => {
                let advice = landlock_is_absent().unwrap_or_default();
                missing.push(format!("Landlock: {why}. {advice}"));
            }
        }
    }
    Probe { level: IsolationLevel::None, missing }
}

/// Runs nothing, but really.
fn launch(mut spec: Spec) -> Result<(), String> {
    // The link leads to the file even where the sandbox hides its folder; a rule of Landlock must name it.
    spec.readonly.extend(fs::canonicalize(launcher::PROGRAM));
    let mut command = Command::new("/proc/self/exe", spec, "/");
    command.args([MARKER, PROBE]);
    command.timeout = PATIENCE;
    // A thread and a runtime of its own: the caller may be inside of one, or have none.
    let run = || -> Result<How, SpawnError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(command, std::future::pending(), |_, _| {})).map(|e| e.how)
    };
    let ran = std::thread::scope(|s| s.spawn(run).join());
    match ran {
        Ok(Ok(How::Exited(0))) => Ok(()),
        Ok(Ok(how)) => Err(format!("a probe ended with {how:?}")),
        Ok(Err(SpawnError::Isolation { what, .. })) => Err(what),
        Ok(Err(e)) => Err(e.to_string()),
        Err(_) => Err("the probe panicked".to_owned()),
    }
}

/// The settings that are known to forbid user namespaces.
fn namespace_advice() -> String {
    let setting = |path: &str| fs::read_to_string(path).map(|s| s.trim().to_owned()).unwrap_or_default();
    if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" {
        return "AppArmor restricts them (the default of Ubuntu since 24.04): allow them with `sudo sysctl \
                kernel.apparmor_restrict_unprivileged_userns=0`, or an AppArmor profile for this program with `userns,`"
            .to_owned();
    }
    if setting("/proc/sys/kernel/unprivileged_userns_clone") == "0" {
        return "They are switched off: allow them with `sudo sysctl kernel.unprivileged_userns_clone=1`".to_owned();
    }
    if setting("/proc/sys/user/max_user_namespaces") == "0" {
        return "Their number is limited to none: allow them with `sudo sysctl user.max_user_namespaces=10000`"
            .to_owned();
    }
    if Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists() {
        return "A container forbids them by default: start it with `--security-opt seccomp=unconfined --security-opt \
                apparmor=unconfined --security-opt systempaths=unconfined`"
            .to_owned();
    }
    "Linux 5.12 or newer with user namespaces is needed".to_owned()
}

fn landlock_is_absent() -> Option<String> {
    match super::landlock::version() {
        0 => Some(
            "it needs Linux 5.13 or newer, with `landlock` in the boot parameter `lsm=` (`cat /sys/kernel/security/lsm`)"
                .to_owned(),
        ),
        1..6 => Some("signals and abstract sockets are scoped only from Linux 6.12 on".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_lowers_the_level_all_the_way() {
        let probe = measure(Some("fulll"));
        assert_eq!(probe.level, IsolationLevel::None);
        assert_eq!(probe.missing.len(), 1);
    }
}
