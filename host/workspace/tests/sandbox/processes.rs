use goalpost_core::isolation::IsolationLevel::{Full, Landlock};
use goalpost_workspace::process::How;

use crate::support::{Folder, assert_withstands, command, ended, sh, skip, walls, withstands};

/// What lives on writes here, as often as it can.
const TAIL: &str = "while :; do echo x >> alive; sleep 0.002; done";

/// Ways in which a process tries to outlive the program that started it, in the order of their cunning.
const SURVIVORS: &[(&str, &str)] = &[
    ("a child", "sh -c \"$TAIL\" &"),
    ("a daemon", "(setsid sh -c \"(trap '' HUP TERM INT; $TAIL) &\" &)"),
    ("nohup", "nohup sh -c \"$TAIL\" > /dev/null 2>&1 &"),
    ("stopped", "sh -c \"$TAIL\" & sleep 0.1; kill -STOP $!"),
    ("an orphan of a killed program", "sh -c \"$TAIL\" & sleep 0.1; kill -KILL $$"),
    ("its own adopter of orphans", "$PYTHON $SCRIPTS/adopter.py"),
    ("traced", "$PYTHON $SCRIPTS/traced.py"),
    (
        "never the same process twice",
        "$PYTHON $SCRIPTS/comet.py & $PYTHON $SCRIPTS/comet.py & $PYTHON $SCRIPTS/comet.py &",
    ),
    ("a swarm of those", "c() { echo x >> alive; c & }; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do c & done"),
    ("writes through a mapping", "$PYTHON $SCRIPTS/mapping.py &"),
];

const SCRIPTS: &[(&str, &str)] = &[
    (
        "adopter.py",
        "import ctypes, os, subprocess, time\nctypes.CDLL(None).prctl(36, 1)\nif os.fork(): os._exit(0)\nctypes.CDLL(None).prctl(36, 1)\nos.setsid()\nsubprocess.Popen(['sh', '-c', '(' + os.environ['TAIL'] + ') &'])\ntime.sleep(60)",
    ),
    (
        "traced.py",
        "import ctypes, os, time\nif os.fork() == 0:\n  ctypes.CDLL(None).ptrace(0, 0, 0, 0)\n  os.execvp('sh', ['sh', '-c', os.environ['TAIL']])\ntime.sleep(0.1)",
    ),
    ("comet.py", "import os\nfor _ in range(10**6):\n  open('alive', 'a').write('x')\n  if os.fork(): os._exit(0)"),
    (
        "mapping.py",
        "import mmap\nf = open('alive', 'wb+'); f.truncate(4096); m = mmap.mmap(f.fileno(), 4096)\nwhile True: m[0] = (m[0] + 1) % 256",
    ),
];

#[test]
fn whatever_a_program_leaves_behind_writes_nothing_once_the_run_has_returned() {
    let python = std::path::Path::new("/usr/bin/python3");
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        for (name, script) in SURVIVORS.iter().filter(|(_, s)| python.exists() || !s.contains("$PYTHON")) {
            let workspace = Folder::new();
            for (file, text) in SCRIPTS {
                workspace.write(&format!("scripts/{file}"), text);
            }
            let script = format!("{script}\nsleep 0.3; exit 0");
            let mut command = command(walls(level, workspace.path()), workspace.path(), &["/bin/sh", "-c", &script]);
            command.env("TAIL", TAIL).env("PYTHON", "/usr/bin/python3").env("SCRIPTS", "scripts");
            ended(command).unwrap();
            let alive = || std::fs::read(workspace.path().join("alive")).unwrap_or_default();
            let then = alive();
            std::thread::sleep(std::time::Duration::from_millis(100));
            assert_eq!(alive(), then, "{level}: {name} went on writing");
            assert!(*name == "traced" || !then.is_empty(), "{level}: {name} never wrote");
        }
    }
}

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

#[test]
#[allow(unsafe_code)]
fn what_processes_share_without_a_path_is_out_of_reach() {
    let (key, queue) = (i64::from(std::process::id() | 0x4000_0000), format!("goalpost-{}", std::process::id()));
    let name = std::ffi::CString::new(queue.clone()).unwrap();
    let call = |number: libc::c_long, a: i64, b: i64, c: i64| {
        // SAFETY: plain calls with numbers, and one name that outlives them.
        unsafe { libc::syscall(number, a, b, c, 0) }
    };
    let flags = i64::from(libc::IPC_CREAT | 0o600);
    let memory = call(libc::SYS_shmget, key, 4096, flags);
    let semaphore = call(libc::SYS_semget, key, 1, flags);
    let messages = call(libc::SYS_msgget, key, flags, 0);
    let opened = call(libc::SYS_mq_open, name.as_ptr() as i64, i64::from(libc::O_CREAT | libc::O_RDWR), 0o600);
    assert!(memory >= 0 && semaphore >= 0 && messages >= 0 && opened >= 0);

    let workspace = Folder::new();
    let env = [("KEY", key.to_string()), ("QUEUE", queue)];
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        assert_withstands(walls(level, workspace.path()), workspace.path(), "reach_shared_objects", &env);
    }
    crate::support::assert_succeeds_without_walls(workspace.path(), "reach_shared_objects", &env);

    call(libc::SYS_shmctl, memory, libc::IPC_RMID.into(), 0);
    call(libc::SYS_semctl, semaphore, 0, libc::IPC_RMID.into());
    call(libc::SYS_msgctl, messages, libc::IPC_RMID.into(), 0);
    call(libc::SYS_mq_unlink, name.as_ptr() as i64, 0, 0);
}
