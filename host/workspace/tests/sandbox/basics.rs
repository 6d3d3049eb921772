//! What an honest program finds.

use goalpost_core::isolation::IsolationLevel::{Full, Landlock, None as NoWalls};
use goalpost_workspace::sandbox::{Spec, probe, probe_overlay};

use crate::support::{Folder, sh, skip, walls};

#[test]
fn a_program_runs_at_every_level_and_writes_to_its_workspace() {
    for level in [Full, Landlock, NoWalls].into_iter().filter(|l| !skip(*l)) {
        let workspace = Folder::new();
        let (code, output) =
            sh(walls(level, workspace.path()), workspace.path(), "echo hello; echo hello > file; cat file; exit 3");
        assert_eq!((code, output.as_str()), (3, "hello\nhello\n"), "{level}");
        assert_eq!(workspace.read("file").as_deref(), Some("hello\n"));
    }
}

#[test]
fn what_programs_expect_of_a_machine_is_there() {
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let script = "set -e
        echo x > /dev/null; head -c 4 /dev/urandom | wc -c; head -c 4 /dev/zero | wc -c
        echo out > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin; test -e /dev/fd/1
        echo shm > /dev/shm/x; cat /dev/shm/x
        test -c /dev/ptmx; test -d /dev/pts
        grep -c processor /proc/cpuinfo; test -r /proc/meminfo; test -r /proc/self/status
        test -d /sys/fs/cgroup; getent hosts localhost > /dev/null; nproc > /dev/null
        echo '#!/bin/sh' > run.sh; echo 'echo executed' >> run.sh; chmod +x run.sh; ./run.sh
        ln run.sh hard; ln -s run.sh soft; mkfifo pipe; mv hard moved; rm -r moved soft pipe; umask";
    let (code, output) = sh(walls(Full, workspace.path()), workspace.path(), script);
    assert_eq!(code, 0, "{output}");
    assert!(output.contains("executed\n"), "{output}");
}

#[test]
fn a_pseudo_terminal_can_be_opened() {
    let python = std::path::Path::new("/usr/bin/python3");
    if skip(Full) || !python.exists() {
        println!("skipped: needs full isolation and /usr/bin/python3");
        return;
    }
    let workspace = Folder::new();
    let script = "import os, pty; m, s = pty.openpty(); os.write(s, b'x'); print(os.read(m, 1), os.ttyname(s))\nimport multiprocessing; multiprocessing.Lock(); print('lock')";
    let file = workspace.write("check.py", script);
    let (code, output) =
        sh(walls(Full, workspace.path()), workspace.path(), &format!("/usr/bin/python3 {}", file.display()));
    assert_eq!((code, output.as_str()), (0, "b'x' /dev/pts/0\nlock\n"));
}

#[test]
fn a_sandbox_that_can_not_have_its_level_does_not_run_the_program() {
    if skip(Landlock) {
        return;
    }
    let workspace = Folder::new();
    let mut spec = walls(Landlock, workspace.path());
    spec.overlay = Some(goalpost_workspace::sandbox::Overlay {
        lowers: vec![workspace.make("lower")],
        upper: workspace.make("upper"),
        work: workspace.make("work"),
        target: workspace.make("target"),
        deletions: Vec::new(),
    });
    let marker = workspace.path().join("ran");
    let command = crate::support::command(spec, workspace.path(), &["/usr/bin/touch", marker.to_str().unwrap()]);
    let error = crate::support::ended(command).unwrap_err();
    assert!(error.to_string().contains("overlay"), "{error}");
    assert!(!marker.exists());
}

#[test]
fn this_machine_is_probed_by_doing() {
    let probe = probe();
    println!("{probe:?}");
    let workspace = Folder::new();
    if probe.level == Full {
        probe_overlay(workspace.path()).unwrap();
    }
    assert_eq!(workspace.content(), [], "a probe leaves nothing behind");
    let error = probe_overlay(std::path::Path::new("/proc/self")).unwrap_err();
    assert!(error.contains("/proc/self"), "{error}");
}

#[test]
fn a_sandbox_starts_in_milliseconds() {
    let level = probe().level;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut times: Vec<_> = (0..30)
        .map(|_| {
            let command = crate::support::command(Spec::new(level), "/".as_ref(), &["/bin/true"]);
            let start = std::time::Instant::now();
            runtime.block_on(goalpost_workspace::process::run(command, std::future::pending(), |_, _| {})).unwrap();
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("`{level}`: median {:?}, least {:?}, most {:?}", times[15], times[0], times[29]);
    // Some 5 ms on an idle machine; a hundred on the busiest says that something waits which should not.
    assert!(times[0] < std::time::Duration::from_millis(100), "{times:?}");
}

/// Not a test: prints what a probe finds where it runs.
#[test]
#[ignore = "run by the tests in a process of its own"]
fn print_probe() {
    println!("{:?}", probe());
}

#[test]
fn the_override_lowers_the_level_and_says_so() {
    for (word, level) in [("landlock", Landlock), ("none", NoWalls)] {
        if skip(level) {
            continue;
        }
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "basics::print_probe", "--ignored", "--nocapture"])
            .env("GOALPOST_ISOLATION", word)
            .output()
            .unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        assert!(output.contains(&format!("level: {level:?}")) && output.contains("GOALPOST_ISOLATION"), "{output}");
    }
}

#[test]
fn where_namespaces_are_forbidden_landlock_is_left_and_the_probe_says_what_is_missing() {
    if skip(Full) {
        return;
    }
    // Inside a sandbox, where a filter forbids them: as on a machine whose policy does.
    let workspace = Folder::new();
    let (held, output) =
        crate::support::runs(walls(Full, workspace.path()), workspace.path(), "basics::print_probe", &[]);
    assert!(held, "{output}");
    let expected = if skip(Landlock) { "level: None" } else { "level: Landlock" };
    assert!(output.contains(expected) && output.contains("new namespaces"), "{output}");
}

#[test]
fn where_the_machine_gives_no_namespace_the_probe_finds_out_and_names_the_setting() {
    // A namespace whose own limit is none: for what runs in it, the machine has none to give.
    let program = std::env::current_exe().unwrap();
    let script =
        "echo 0 > /proc/sys/user/max_user_namespaces && \"$0\" --exact basics::print_probe --ignored --nocapture";
    let output = std::process::Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", script])
        .arg(program)
        .env_remove("GOALPOST_ISOLATION")
        .output();
    let output = match output {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
        other => return println!("skipped: no namespace to forbid others in: {other:?}"),
    };
    let expected = if skip(Landlock) { "level: None" } else { "level: Landlock" };
    assert!(output.contains(expected) && output.contains("max_user_namespaces"), "{output}");
}

/// A program of the user's own tool chains, and the folders that it needs.
fn tool_chain(program: &str, folders: &[&str]) -> Option<(String, Vec<std::path::PathBuf>)> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|p| p.join(program)).find(|p| p.is_file());
    let home = std::path::PathBuf::from(std::env::var_os("HOME")?);
    let folders = folders.iter().map(|f| home.join(f)).filter_map(|f| f.canonicalize().ok()).collect();
    let Some(found) = found else {
        println!("skipped: no `{program}` on PATH");
        return None;
    };
    Some((found.to_str()?.to_owned(), folders))
}

#[test]
fn a_tool_chain_in_a_private_home_builds_and_tests_a_tree() {
    let Some((cargo, folders)) = tool_chain("cargo", &[".cargo", ".rustup"]) else { return };
    if skip(Full) {
        return;
    }
    let (cache, workspace) = (Folder::new(), Folder::new());
    cache.write("pristine/Cargo.toml", "[package]\nname = \"tiny\"\nedition = \"2021\"\n[workspace]\n");
    cache.write(
        "pristine/src/lib.rs",
        "#[test]\nfn it_works() { std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap(); }\n",
    );
    let mut spec = Spec::new(Full);
    spec.hide.push(cache.path().to_owned());
    let home = std::env::var("HOME").unwrap();
    spec.scratch.push(std::fs::canonicalize(&home).unwrap());
    spec.readonly = folders;
    spec.overlay = Some(goalpost_workspace::sandbox::Overlay {
        lowers: vec![cache.make("pristine")],
        upper: cache.make("upper"),
        work: cache.make("work"),
        target: workspace.path().to_owned(),
        deletions: Vec::new(),
    });
    spec.readonly_paths = vec![workspace.path().join("Cargo.toml")];
    let mut command = crate::support::command(spec, workspace.path(), &[&cargo, "test", "--offline"]);
    command.env.retain(|(name, _)| name != "PATH");
    command.env("PATH", std::env::var("PATH").unwrap()).env("HOME", home);
    let ended = crate::support::ended(command).unwrap();
    let output = String::from_utf8_lossy(&ended.output.bytes);
    assert!(output.contains("test it_works ... ok"), "{:?}: {output}", ended.how);
    assert_eq!(ended.leftovers, Vec::<String>::new());
    assert!(!workspace.path().join("target").exists(), "the live workspace is untouched");
}

#[test]
fn a_node_program_with_workers_and_children_runs() {
    let Some((node, folders)) = tool_chain("node", &[".nvm"]) else { return };
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let script = "
        const { Worker } = require('worker_threads'); const { execFileSync } = require('child_process');
        const server = require('net').createServer(c => c.end('served')).listen(0, '127.0.0.1', () => {
            require('net').connect(server.address().port, '127.0.0.1').on('data', d => {
                console.log(String(d), execFileSync('/bin/echo', ['child']).toString().trim()); server.close();
                new Worker('require(\"worker_threads\").parentPort.postMessage(1)', { eval: true })
                    .on('message', () => { new WebAssembly.Memory({ initial: 1, maximum: 65536 }); console.log('worker'); });
            });
        });";
    let mut spec = walls(Full, workspace.path());
    spec.readonly = folders;
    spec.limits.data_bytes = Some(2 << 30);
    let command = crate::support::command(spec, workspace.path(), &[&node, "-e", script]);
    let ended = crate::support::ended(command).unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.output.bytes), "served child\nworker\n");
}
