use goalpost_core::isolation::IsolationLevel::{Full, Landlock};
use goalpost_workspace::process::How;

use crate::support::{Folder, assert_withstands, command, ended, sh, skip, walls, withstands};

/// A process of the same user that nobody confined.
struct Victim(std::process::Child);

impl Victim {
    fn start() -> Self {
        Self(std::process::Command::new("sleep").arg("60").spawn().unwrap())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn processes_of_the_host_are_out_of_reach() {
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let (workspace, mut victim) = (Folder::new(), Victim::start());
        let mut env = vec![("VICTIM", victim.0.id().to_string()), ("HOST", std::process::id().to_string())];
        if level == Full {
            env.push(("NAMESPACE", "1".to_owned()));
        }
        assert_withstands(walls(level, workspace.path()), workspace.path(), "touch_processes", &env);
        assert!(victim.0.try_wait().unwrap().is_none());
    }
    let (workspace, victim) = (Folder::new(), Victim::start());
    let env = [("VICTIM", victim.0.id().to_string()), ("HOST", victim.0.id().to_string())];
    crate::support::assert_succeeds_without_walls(workspace.path(), "touch_processes", &env);
}

#[test]
fn the_walls_can_not_be_taken_down_from_inside() {
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let workspace = Folder::new();
        let env: &[_] = if level == Full { &[("NAMESPACE", "1".to_owned())] } else { &[] };
        for attack in ["nest_namespaces", "break_the_walls", "poke_the_kernel", "turn_knobs"] {
            assert_withstands(walls(level, workspace.path()), workspace.path(), attack, env);
        }
    }
    let workspace = Folder::new();
    // Only this one does no harm to the machine.
    crate::support::assert_succeeds_without_walls(workspace.path(), "nest_namespaces", &[]);
}

#[test]
fn a_fork_bomb_is_bounded_and_gone_at_the_end() {
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let mut spec = walls(Full, workspace.path());
    spec.limits.tasks = 600;
    let before = std::fs::read_dir("/proc").unwrap().count();
    let (held, output) = withstands(spec, workspace.path(), "fork_bomb", &[("MOST", "600".to_owned())]);
    if output.contains("forked 700") && !held && !kernel_has_own_pid_max() && rustix::process::getuid().is_root() {
        println!("skipped: before Linux 6.14 only a cgroup limits the processes of root");
        return;
    }
    assert!(held, "{output}");
    let after = std::fs::read_dir("/proc").unwrap().count();
    assert!(after < before + 100, "{before} processes before, {after} after");
}

fn kernel_has_own_pid_max() -> bool {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy().into_owned();
    let mut numbers = release.split('.').map(|n| n.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap(), numbers.next().unwrap()) >= (6, 14)
}

#[test]
fn memory_files_and_temporary_space_are_bounded() {
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let mut spec = walls(Full, workspace.path());
    spec.limits.scratch_bytes = 16 << 20;
    spec.limits.data_bytes = Some(512 << 20);
    spec.limits.file_bytes = Some(20 << 20);
    assert_withstands(spec, workspace.path(), "use_everything", &[]);
}

#[test]
fn a_program_sees_only_the_processes_of_its_sandbox() {
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let (_, output) =
        sh(walls(Full, workspace.path()), workspace.path(), "ls -d /proc/[0-9]* | wc -l; hostname; id -u");
    let lines: Vec<&str> = output.lines().collect();
    assert!(lines[0].trim().parse::<u32>().unwrap() <= 5, "{output}");
    assert_eq!(lines[1], "goalpost");
    assert_eq!(lines[2], rustix::process::getuid().as_raw().to_string());
}

#[test]
fn the_first_process_can_not_be_killed_to_fake_an_end() {
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let script = "kill -KILL 1; kill -STOP 1; kill -TERM 1; kill -INT -1; sleep 0.1; exit 9";
    let command =
        command(walls(Full, workspace.path()), workspace.path(), &["/bin/sh", "-c", &format!("trap '' INT; {script}")]);
    assert_eq!(ended(command).unwrap().how, How::Exited(9));
}
