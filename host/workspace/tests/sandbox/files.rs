use goalpost_core::isolation::IsolationLevel::{Full, Landlock, None as NoWalls};

use crate::support::{Folder, assert_succeeds_without_walls, assert_withstands, sh, skip, walls};

#[test]
fn a_hidden_home_shows_nothing_but_the_tool_chains_in_it() {
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let home = Folder::new();
        home.write(".ssh/id", "secret");
        home.write(".cargo/bin/tool", "#!/bin/sh\necho tool\n");
        let workspace = home.make("project");
        let mut spec = walls(level, &workspace);
        spec.hide.push(home.path().to_owned());
        spec.readonly.push(home.path().join(".cargo"));
        let script = format!(
            "cat {0}/.ssh/id; sh {0}/.cargo/bin/tool; echo x > {0}/.cargo/new; echo x > in",
            home.path().display()
        );
        let (_, output) = sh(spec, &workspace, &script);
        assert!(output.contains("tool") && !output.contains("secret"), "{level}: {output}");
        assert_eq!(home.read(".cargo/new"), None, "{level}");
        assert_eq!(home.read("project/in").as_deref(), Some("x\n"), "{level}");
    }
}

#[test]
fn a_secret_in_a_hidden_folder_can_not_be_read_or_linked() {
    let workspace = Folder::new();
    let state = Folder::new();
    let secret = state.write("keys/receipt.key", "secret");
    let env = [("TARGET", secret.display().to_string())];
    assert_succeeds_without_walls(workspace.path(), "read_secret", &env);
    let _ = std::fs::remove_file(workspace.path().join("copy"));
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        for hidden in [state.path(), secret.as_path()] {
            let mut spec = walls(level, workspace.path());
            spec.hide.push(hidden.to_owned());
            assert_withstands(spec, workspace.path(), "read_secret", &env);
        }
    }
}

#[test]
fn files_are_linked_from_folder_to_folder() {
    // Compilers move what they made into its place in the same way. `mv` would copy where it can't move.
    for level in [Full, Landlock, NoWalls].into_iter().filter(|l| !skip(*l)) {
        let workspace = Folder::new();
        workspace.write("draft/lib", "compiled");
        workspace.make("out");
        let (_, output) = sh(walls(level, workspace.path()), workspace.path(), "ln draft/lib out/lib");
        assert_eq!(workspace.read("out/lib").as_deref(), Some("compiled"), "{level}: {output}");
    }
}

#[test]
fn nothing_outside_the_workspace_is_changed() {
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let (outside, workspace) = (Folder::new(), Folder::new());
        outside.write("file", "untouched");
        workspace.write("mine", "");
        let before = outside.content();
        let mode =
            || std::os::unix::fs::PermissionsExt::mode(&outside.path().join("file").metadata().unwrap().permissions());
        let mode_before = mode();
        let env = [("TARGET", outside.path().display().to_string())];
        // Shown for reading, so that this is not a matter of hidden temporary folders.
        let mut spec = walls(level, workspace.path());
        spec.readonly.push(outside.path().to_owned());
        let _ = crate::support::withstands(spec, workspace.path(), "write_outside", &env);
        assert!(workspace.path().join("link").symlink_metadata().is_ok(), "{level}: the attack did not run");
        assert_eq!(outside.content(), before, "{level}");
        if level == Full {
            assert_eq!(mode(), mode_before, "Landlock has no say in permissions");
        }
    }
    let (outside, workspace) = (Folder::new(), Folder::new());
    outside.write("file", "untouched");
    workspace.write("mine", "");
    let before = outside.content();
    let env = [("TARGET", outside.path().display().to_string())];
    let _ = crate::support::withstands(walls(NoWalls, workspace.path()), workspace.path(), "write_outside", &env);
    assert!(!outside.path().exists() || outside.content() != before, "the attack does nothing even without walls");
    let _ = std::fs::remove_dir_all(outside.path().with_extension("moved"));
}

#[test]
fn every_mount_that_is_not_the_sandboxs_own_is_read_only() {
    if skip(Full) {
        return;
    }
    let workspace = Folder::new();
    let (_, output) = sh(walls(Full, workspace.path()), workspace.path(), "cat /proc/self/mountinfo");
    let own = ["/tmp", "/var/tmp", "/dev/pts", "/dev/shm", "/proc", workspace.path().to_str().unwrap()];
    // By place; of two in one place the later is the one that shows.
    let mounts: std::collections::BTreeMap<&str, (&str, &str)> =
        output.lines().map(|l| l.split(' ').collect::<Vec<_>>()).map(|f| (f[4], (f[3], f[5]))).collect();
    assert!(mounts.contains_key("/") && mounts.contains_key("/proc/sys") && mounts.len() > 10, "{output}");
    for (place, (root, options)) in mounts {
        // A program of the machine's does not gain another user's rights anywhere.
        assert!(options.contains("nosuid"), "{place}: {options}");
        let is_node = ["/null", "/zero", "/full", "/random", "/urandom", "/tty"].contains(&root);
        assert!(options.starts_with("ro,") || own.contains(&place) || is_node, "{place}: {options}");
    }
}

#[test]
fn temporary_folders_are_private() {
    if skip(Full) {
        return;
    }
    let (workspace, foreign) = (Folder::new(), tempfile::NamedTempFile::new_in("/tmp").unwrap());
    let script = format!(
        "ls {}; ls -A /tmp /var/tmp /run /dev/shm; echo x > $TMPDIR/goalpost-x && cat /tmp/goalpost-x",
        foreign.path().display()
    );
    let (code, output) = sh(walls(Full, workspace.path()), std::path::Path::new("/"), &script);
    assert_eq!(code, 0, "{output}");
    assert!(output.contains("No such file") && output.ends_with("x\n"), "{output}");
    assert!(!std::path::Path::new("/tmp/goalpost-x").exists());
    if !skip(Landlock) {
        let (code, output) =
            sh(walls(Landlock, workspace.path()), workspace.path(), "echo x > $TMPDIR/x && ls /tmp; echo $TMPDIR");
        assert_eq!(code, 0, "{output}");
        assert!(output.contains("Permission denied"), "{output}");
        let tmp = output.lines().last().unwrap();
        assert!(!std::path::Path::new(tmp).exists(), "{tmp} is gone with the sandbox");
    }
}

#[test]
fn the_workspace_may_be_a_git_worktree_and_the_program_start_in_a_subfolder() {
    let folder = Folder::new();
    let main = folder.make("main");
    let git = |args: &[&str]| {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"])
            .args(args)
            .current_dir(&main)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q"]);
    folder.write("main/sub/file", "one\n");
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    git(&["worktree", "add", "-q", "../linked"]);
    let linked = folder.path().join("linked");
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let mut spec = walls(level, &linked);
        // The worktree's `.git` file leads here.
        spec.readonly.push(main.join(".git"));
        let script = format!(
            "pwd; echo {level} > file; git -c safe.directory='*' status --porcelain; echo x > {}/.git/hooks/evil",
            main.display()
        );
        let (_, output) = sh(spec, &linked.join("sub"), &script);
        assert!(output.contains(" M sub/file") || output.contains(" M file"), "{level}: {output}");
        assert!(output.starts_with(&format!("{}/sub\n", linked.display())), "{level}: {output}");
        assert!(!main.join(".git/hooks/evil").exists());
    }
}

#[test]
fn a_path_that_became_a_link_is_refused() {
    if skip(Full) {
        return;
    }
    let (workspace, secrets) = (Folder::new(), Folder::new());
    std::os::unix::fs::symlink(secrets.path(), workspace.path().join("config")).unwrap();
    let mut spec = walls(Full, workspace.path());
    spec.writable.push(workspace.path().join("config"));
    let error = crate::support::ended(crate::support::command(spec, workspace.path(), &["/bin/true"])).unwrap_err();
    assert!(error.to_string().contains("config"), "{error}");
}

#[test]
fn a_home_of_its_own_can_be_written_and_is_gone_afterwards() {
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let (home, workspace) = (Folder::new(), Folder::new());
        home.write(".bashrc", "secret");
        home.write("tools/lib", "tool");
        let mut spec = walls(level, workspace.path());
        spec.scratch.push(home.path().to_owned());
        spec.readonly.push(home.path().join("tools"));
        let script = format!("echo x > $HOME/new && cat $HOME/new {}/tools/lib; ls -A $HOME", home.path().display());
        let mut command = crate::support::command(spec, workspace.path(), &["/bin/sh", "-c", &script]);
        command.env("HOME", home.path().to_str().unwrap());
        let ended = crate::support::ended(command).unwrap();
        let output = String::from_utf8(ended.output.bytes).unwrap();
        assert!(output.starts_with("x\ntool") && !output.contains(".bashrc"), "{level}: {output}");
        assert_eq!(home.read("new"), None, "{level}");
    }
}

#[test]
fn one_file_of_a_hidden_home_may_be_writable() {
    for level in [Full, Landlock].into_iter().filter(|l| !skip(*l)) {
        let (home, workspace) = (Folder::new(), Folder::new());
        let file = home.write(".agent.json", "{}");
        home.write(".other", "secret");
        let mut spec = walls(level, workspace.path());
        spec.hide.push(home.path().to_owned());
        spec.writable.push(file.clone());
        let script = format!("cat {0}/.other; echo 1 > {0}/.agent.json", home.path().display());
        let (code, output) = sh(spec, workspace.path(), &script);
        assert_eq!(code, 0, "{level}: {output}");
        assert!(!output.contains("secret"), "{level}: {output}");
        assert_eq!(home.read(".agent.json").as_deref(), Some("1\n"), "{level}");
    }
}
