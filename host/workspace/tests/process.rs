//! Programs run to their end, whatever they do to get out of it.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

goalpost_workspace::launcher_before_main!();

use std::future::pending;
use std::time::{Duration, Instant};

use goalpost_core::isolation::IsolationLevel::{self, Full, Landlock, None as NoWalls};
use goalpost_workspace::process::{Command, Ended, How, OutputLimit, Presence, SpawnError, Stream, Streams, run};
use goalpost_workspace::sandbox::{Spec, Status, probe, read_record};

fn levels() -> impl Iterator<Item = IsolationLevel> {
    [Full, Landlock, NoWalls].into_iter().filter(|level| {
        if *level > probe().level {
            println!("skipped at `{level}`: {:?}", probe().missing);
        }
        *level <= probe().level
    })
}

fn sh(level: IsolationLevel, script: &str) -> Command {
    let mut command = Command::new("/bin/sh", Spec::new(level), "/");
    command.args(["-c", script]).env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.timeout = Duration::from_secs(60);
    command
}

async fn end(command: Command) -> Ended {
    run(command, pending(), |_, _| {}).await.unwrap()
}

fn text(ended: &Ended) -> String {
    String::from_utf8_lossy(&ended.output.bytes).into_owned()
}

/// An argument for `sleep` that no other process has, to find it by.
fn mark() -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("30.{:07}{next:03}", std::process::id())
}

fn is_running(mark: &str) -> bool {
    find(mark).is_some()
}

fn find(mark: &str) -> Option<i32> {
    std::fs::read_dir("/proc").unwrap().flatten().find_map(|e| {
        let line = std::fs::read(e.path().join("cmdline")).ok()?;
        let mut words = line.split(|b| *b == 0);
        let is_it = words.next() == Some(b"sleep") && words.next() == Some(mark.as_bytes());
        is_it.then(|| e.file_name().to_str()?.parse().ok())?
    })
}

fn parent(pid: i32) -> i32 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "{what} took more than {limit:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_and_the_signal_are_the_programs_own() {
    for level in levels() {
        assert_eq!(end(sh(level, "exit 7")).await.how, How::Exited(7), "{level}");
        assert_eq!(end(sh(level, "kill -SEGV $$")).await.how, How::Signalled(libc::SIGSEGV), "{level}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_streams_together_keep_their_order_and_apart_they_do_not_mix() {
    for level in levels() {
        let script = "echo one; echo two >&2; echo three";
        let mut command = sh(level, script);
        assert_eq!(text(&end(command).await), "one\ntwo\nthree\n");
        command = sh(level, script);
        command.streams = Streams::Apart;
        let mut live = String::new();
        let ended = run(command, pending(), |stream, bytes| {
            if stream == Stream::Out {
                live.push_str(&String::from_utf8_lossy(bytes));
            }
        });
        let ended = ended.await.unwrap();
        assert_eq!((text(&ended).as_str(), ended.errors.bytes.as_slice()), ("one\nthree\n", b"two\n".as_slice()));
        assert_eq!(live, "one\nthree\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_input_and_a_program_that_does_not_read_it_block_nobody() {
    for level in levels() {
        let input = vec![b'x'; 1 << 20];
        let mut command = sh(level, "wc -c");
        command.stdin = Some(input.clone());
        assert_eq!(text(&end(command).await).trim(), "1048576");
        let mut command = sh(level, "echo done");
        command.stdin = Some(input);
        assert_eq!(text(&end(command).await), "done\n");
        assert_eq!(text(&end(sh(level, "wc -c")).await).trim(), "0", "no input is an empty one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gibibyte_of_output_stays_bounded() {
    fn resident() -> u64 {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }
    let mut command = sh(probe().level, "echo first; head -c 1073741824 /dev/zero; echo last");
    command.output = OutputLimit { head: 1000, tail: 1000 };
    let before = resident();
    let (mut seen, mut most) = (0_u64, 0);
    let ended = run(command, pending(), |_, bytes| {
        seen += bytes.len() as u64;
        if seen % (64 << 20) < bytes.len() as u64 {
            most = most.max(resident());
        }
    });
    let ended = ended.await.unwrap();
    assert_eq!(seen, (1 << 30) + 11);
    assert!(ended.output.is_truncated() && ended.output.bytes.len() < 2100);
    assert!(ended.output.bytes.starts_with(b"first\n") && ended.output.bytes.ends_with(b"last\n"));
    assert!(most.saturating_sub(before) < 64 << 20, "{} MiB more", most.saturating_sub(before) >> 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_ends_the_whole_tree_within_a_second() {
    for level in levels() {
        let mark = mark();
        // A daemon the old way: two forks and a session of its own, SIGTERM and SIGHUP ignored.
        let script = format!(
            "trap '' TERM HUP; (setsid sh -c 'trap \"\" TERM HUP; sleep {mark} & sleep {mark}' &) ; sleep {mark}"
        );
        let mut command = sh(level, &script);
        command.timeout = Duration::from_millis(400);
        let ended = end(command).await;
        assert_eq!(ended.how, How::TimedOut, "{level}");
        assert!(ended.duration < Duration::from_millis(1400), "{level}: {:?}", ended.duration);
        assert!(!is_running(&mark), "{level}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_grace_the_program_may_say_goodbye() {
    for level in levels() {
        let mut command = sh(level, "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        command.grace = Duration::from_secs(20);
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        let mut ready = Some(ready);
        let cancel = async {
            is_ready.await.unwrap();
        };
        let ended = run(command, cancel, |_, bytes| {
            if bytes.starts_with(b"ready") {
                ready.take().unwrap().send(()).unwrap();
            }
        });
        let ended = ended.await.unwrap();
        assert_eq!(ended.how, How::Cancelled, "{level}");
        assert!(text(&ended).ends_with("bye\n"), "{level}: {}", text(&ended));

        let mut command = sh(level, "trap '' TERM; while :; do sleep 0.05; done");
        (command.timeout, command.grace) = (Duration::from_millis(200), Duration::from_millis(200));
        let ended = end(command).await;
        assert_eq!(ended.how, How::TimedOut);
        assert!(ended.duration < Duration::from_secs(2), "{level}: {:?}", ended.duration);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_leaves_behind_is_killed_and_named() {
    for level in levels() {
        let mark = mark();
        let ended = end(sh(level, &format!("(setsid sleep {mark} >/dev/null 2>&1 &); echo done"))).await;
        assert_eq!((ended.how, text(&ended).as_str()), (How::Exited(0), "done\n"), "{level}");
        assert_eq!(ended.leftovers, ["sleep"], "{level}");
        assert!(!is_running(&mark), "{level}");
        assert!(end(sh(level, "sleep 0.01 & exit 0")).await.leftovers.is_empty(), "a child that just ends is none");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_future_ends_every_process() {
    for level in levels() {
        let mark = mark();
        let command = sh(level, &format!("(setsid sleep {mark} &) ; sleep {mark}"));
        let task = tokio::spawn(run(command, pending(), |_, _| {}));
        until("the start", Duration::from_secs(10), || is_running(&mark)).await;
        task.abort();
        until("the end", Duration::from_secs(1), || !is_running(&mark)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_a_dropped_run_is_alive_once_presence_says_so() {
    for level in levels() {
        let (mark, presence) = (mark(), Presence::new().unwrap());
        // Many, so that their end takes a while.
        let mut command = sh(level, &format!("for i in $(seq 50); do setsid sleep {mark} & done; sleep {mark}"));
        command.leases.push(presence.token().unwrap());
        let task = tokio::spawn(run(command, pending(), |_, _| {}));
        until("the start", Duration::from_secs(10), || is_running(&mark)).await;
        assert!(!presence.gone(Duration::from_millis(50)).await.unwrap(), "{level}: it still runs");
        task.abort();
        assert!(presence.gone(Duration::from_secs(20)).await.unwrap(), "{level}");
        assert!(!is_running(&mark), "{level}");
        assert!(presence.token().is_err(), "nobody may come any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_tell_what_to_do() {
    for level in levels() {
        let run = async |program: &str, cwd: &str| {
            run(Command::new(program, Spec::new(level), cwd), pending(), |_, _| {}).await.unwrap_err()
        };
        assert!(matches!(run("/no/such/program", "/").await, SpawnError::ProgramNotFound { .. }), "{level}");
        assert!(matches!(run("/etc/passwd", "/").await, SpawnError::NotExecutable { .. }), "{level}");
        assert!(matches!(run("/bin/true", "/no/such/folder").await, SpawnError::WorkingDirectory { .. }), "{level}");
    }
    let mut spec = Spec::new(probe().level);
    spec.writable.push("/no/such/folder".into());
    if spec.level == Full {
        let error = run(Command::new("/bin/true", spec, "/"), pending(), |_, _| {}).await.unwrap_err();
        assert!(error.to_string().contains("/no/such/folder"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_starts_clean() {
    for level in levels() {
        let mut command = sh(level, "env | cut -d= -f1 | grep -v '^_$' | sort | tr '\\n' ' '");
        command.env("NAME", "value");
        assert_eq!(text(&end(command).await), "NAME PATH PWD TMPDIR ", "{level}: nothing of the host's environment");
        let descriptors = text(&end(sh(level, "ls /proc/self/fd | tr '\\n' ' '")).await);
        assert_eq!(descriptors, "0 1 2 3 ", "{level}: 3 is the folder that `ls` reads");
        // With SIGPIPE ignored `yes` would complain.
        let mut command = sh(level, "yes | head -n 1");
        command.timeout = Duration::from_secs(10);
        assert_eq!(text(&end(command).await), "y\n", "{level}");
        let ignored = text(&end(sh(level, "grep -E 'SigIgn|SigBlk' /proc/self/status")).await);
        assert!(ignored.lines().all(|l| l.ends_with("0000000000000000")), "{level}: {ignored}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_programs_start_at_once_from_every_thread() {
    let level = probe().level;
    let runs: Vec<_> = (0..40).map(|i| tokio::spawn(end(sh(level, &format!("echo {i}"))))).collect();
    for (i, run) in runs.into_iter().enumerate() {
        assert_eq!(text(&run.await.unwrap()), format!("{i}\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_says_how_a_program_ended_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let record = dir.path().join("exec.json");
    for level in levels() {
        for (script, status) in [("exit 5", Status::ExitCode(5)), ("kill -9 $$", Status::Signal(9))] {
            let mut command = sh(level, script);
            command.record = Some(record.clone());
            end(command).await;
            assert_eq!(read_record(&record).unwrap().unwrap().status, status, "{level}");
        }
        let mut command = sh(level, "trap 'exit 0' TERM; sleep 20 & wait");
        command.record = Some(record.clone());
        (command.timeout, command.grace) = (Duration::from_millis(300), Duration::from_secs(5));
        assert_eq!(end(command).await.how, How::TimedOut);
        assert_eq!(read_record(&record).unwrap(), None, "{level}: it was asked to end, and the old record is gone");
    }
}

/// Not a test: a host that is killed while its program runs.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the tests in a process of its own"]
async fn host_process() {
    let level = match std::env::var("LEVEL").unwrap().as_str() {
        "full" => Full,
        "landlock" => Landlock,
        _ => NoWalls,
    };
    let mark = std::env::var("MARK").unwrap();
    let mut command = sh(level, &format!("trap '' TERM HUP; (setsid sleep {mark} &) ; sleep {mark}"));
    command.record = Some(std::env::var_os("RECORD").unwrap().into());
    let folder = std::fs::File::open(std::env::var_os("LEASE").unwrap()).unwrap();
    folder.try_lock().unwrap();
    command.leases.push(folder.into());
    end(command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives_a_killed_host_and_the_lease_outlives_every_process() {
    for level in levels() {
        let (dir, mark) = (tempfile::tempdir().unwrap(), mark());
        let record = dir.path().join("exec.json");
        let mut host = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "host_process", "--ignored", "--quiet"])
            .env("LEVEL", level.to_string())
            .env("MARK", &mark)
            .env("RECORD", &record)
            .env("LEASE", dir.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        until("the start", Duration::from_secs(20), || is_running(&mark)).await;
        let folder = std::fs::File::open(dir.path()).unwrap();
        assert!(folder.try_lock().is_err());
        host.kill().unwrap();
        host.wait().unwrap();
        until("the lease", Duration::from_secs(1), || folder.try_lock().is_ok()).await;
        assert!(!is_running(&mark), "{level}: a process was alive after the lease was free");
        assert_eq!(read_record(&record).unwrap(), None, "{level}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives_a_killed_launcher() {
    if probe().level < Full {
        println!("skipped: {:?}", probe().missing);
        return;
    }
    let mark = mark();
    let task = tokio::spawn(run(sh(Full, &format!("(setsid sleep {mark} &) ; sleep {mark}")), pending(), |_, _| {}));
    until("the start", Duration::from_secs(10), || is_running(&mark)).await;
    // Up from the program to the process that this one started.
    let me = rustix::process::getpid().as_raw_pid();
    let mut launcher = find(&mark).unwrap();
    while parent(launcher) != me {
        launcher = parent(launcher);
    }
    rustix::process::kill_process(rustix::process::Pid::from_raw(launcher).unwrap(), rustix::process::Signal::KILL)
        .unwrap();
    assert!(matches!(task.await.unwrap(), Err(SpawnError::LauncherLost)));
    until("the end", Duration::from_secs(1), || !is_running(&mark)).await;
}
