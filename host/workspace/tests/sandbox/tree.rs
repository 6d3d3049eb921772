//! The tree that gates see: an overlay at the workspace's own path.

use goalpost_core::isolation::IsolationLevel::Full;
use goalpost_workspace::sandbox::{Overlay, Spec};

use crate::support::{Folder, assert_withstands, sh, skip};

/// A cache outside of the workspace, a live workspace, and the overlay of the one over the other.
fn overlay(cache: &Folder, workspace: &Folder) -> Spec {
    let mut spec = Spec::new(Full);
    spec.hide.push(cache.path().to_owned());
    spec.overlay = Some(Overlay {
        lowers: vec![cache.make("pristine")],
        upper: cache.make("upper"),
        work: cache.make("work"),
        target: workspace.path().to_owned(),
        deletions: Vec::new(),
    });
    spec
}

#[test]
fn the_tree_stands_at_the_workspaces_own_path_and_the_live_folder_is_out_of_reach() {
    if skip(Full) {
        return;
    }
    let (cache, workspace) = (Folder::new(), Folder::new());
    workspace.write("file", "live");
    workspace.write("only-live", "live");
    cache.write("pristine/file", "baseline");
    cache.write("pristine/gone", "baseline");
    cache.write("pristine/folder/a/b", "baseline");
    cache.write("pristine/kept/x", "baseline");
    cache.write("upper/changed", "candidate");
    let mut spec = overlay(&cache, &workspace);
    let tree = spec.overlay.as_mut().unwrap();
    tree.deletions = vec!["gone".into(), "folder".into(), "never-was".into(), "file/below-a-file".into()];
    let script =
        "cat file changed; ls; echo new > file; rm -r kept; mkdir kept; ls -A kept; mv changed moved; cat moved";
    let (code, output) = sh(spec.clone(), workspace.path(), script);
    assert_eq!((code, output.as_str()), (0, "baselinecandidatechanged\nfile\nkept\ncandidate"));
    assert_eq!(workspace.read("file").as_deref(), Some("live"));
    assert!(!workspace.path().join("changed").exists());
    assert_eq!(cache.read("pristine/file").as_deref(), Some("baseline"));
    assert_eq!(cache.read("pristine/kept/x").as_deref(), Some("baseline"));
    assert_eq!(cache.read("pristine/folder/a/b").as_deref(), Some("baseline"));

    // The next gate on the same upper folder: it sees what the one before wrote.
    spec.overlay.as_mut().unwrap().deletions.clear();
    let (code, output) = sh(spec.clone(), workspace.path(), "cat file; ls");
    assert_eq!((code, output.as_str()), (0, "new\nfile\nkept\nmoved\n"));
    // And after a crash, which leaves the kernel's mark behind.
    std::fs::create_dir_all(cache.path().join("work/work/incompat/volatile")).unwrap();
    assert_eq!(sh(spec, workspace.path(), "cat file").1, "new\n");
}

#[test]
fn the_folders_below_an_overlay_are_hidden_and_stay_as_they_are() {
    if skip(Full) {
        return;
    }
    let (cache, workspace) = (Folder::new(), Folder::new());
    cache.write("pristine/file", "baseline");
    let spec = overlay(&cache, &workspace);
    let script = format!(
        "ls {0}; echo evil > {0}/pristine/file; grep -o 'lowerdir=[^,]*' /proc/self/mountinfo; cat /proc/self/fd/*/file 2>/dev/null; echo",
        cache.path().display()
    );
    let (_, output) = sh(spec, workspace.path(), &script);
    assert!(!output.contains("pristine\n"), "{output}");
    assert_eq!(cache.read("pristine/file").as_deref(), Some("baseline"));
}

#[test]
fn several_layers_show_prepared_dependencies_in_the_tree() {
    if skip(Full) {
        return;
    }
    let (cache, workspace) = (Folder::new(), Folder::new());
    cache.write("pristine/main.js", "main");
    cache.write("deps/node_modules/left-pad/index.js", "pad");
    let mut spec = overlay(&cache, &workspace);
    let tree = spec.overlay.as_mut().unwrap();
    tree.lowers.insert(0, cache.path().join("deps"));
    let script = "cat main.js node_modules/left-pad/index.js; echo evil > node_modules/left-pad/index.js";
    assert_eq!(sh(spec, workspace.path(), script), (0, "mainpad".to_owned()));
    assert_eq!(cache.read("deps/node_modules/left-pad/index.js").as_deref(), Some("pad"));
}

#[test]
fn a_deletion_never_leaves_the_tree() {
    if skip(Full) {
        return;
    }
    for (deletion, is_refused) in
        [("../outside", true), ("/etc", true), ("link/file", false), ("", true), ("a/../b", true)]
    {
        let (cache, workspace, outside) = (Folder::new(), Folder::new(), Folder::new());
        outside.write("file", "safe");
        let mut spec = overlay(&cache, &workspace);
        std::os::unix::fs::symlink(outside.path(), cache.path().join("pristine/link")).unwrap();
        spec.writable.push(outside.path().to_owned());
        spec.overlay.as_mut().unwrap().deletions.push(deletion.into());
        let ran = crate::support::ended(crate::support::command(spec, workspace.path(), &["/bin/true"]));
        assert!(ran.is_err() || !is_refused, "{deletion}");
        assert_eq!(outside.read("file").as_deref(), Some("safe"), "{deletion}");
    }
}

#[test]
fn a_protected_path_can_not_be_changed_replaced_or_moved_away() {
    if skip(Full) {
        return;
    }
    let fill = |folder: &Folder, prefix: &str| {
        folder.write(&format!("{prefix}tests/unit/check.rs"), "check");
        folder.write(&format!("{prefix}tests/unit/other.rs"), "other");
        folder.write(&format!("{prefix}config/a"), "a");
        folder.write(&format!("{prefix}config/deep/b"), "b");
    };
    let protect = |spec: &mut Spec, root: &std::path::Path| {
        spec.readonly_paths = vec![root.join("tests/unit/check.rs"), root.join("config"), root.join("not/there")];
    };
    // In an overlay: from the lower folder, and from the upper one, where a folder can really be renamed.
    for prefix in ["pristine/", "upper/"] {
        let (cache, workspace) = (Folder::new(), Folder::new());
        let mut spec = overlay(&cache, &workspace);
        fill(&cache, prefix);
        protect(&mut spec, workspace.path());
        assert_withstands(spec.clone(), workspace.path(), "replace_protected", &[]);
        let (code, output) = sh(spec, workspace.path(), "echo new > tests/unit/new.rs && cat tests/unit/new.rs");
        assert_eq!((code, output.as_str()), (0, "new\n"), "what is beside it can still be written");
    }
    // In a plain folder.
    let workspace = Folder::new();
    fill(&workspace, "");
    let mut spec = crate::support::walls(Full, workspace.path());
    protect(&mut spec, workspace.path());
    assert_withstands(spec.clone(), workspace.path(), "replace_protected", &[]);
    assert_eq!(workspace.read("tests/unit/check.rs").as_deref(), Some("check"));
    // The control.
    spec.readonly_paths.clear();
    let (held, output) = crate::support::withstands(spec, workspace.path(), "replace_protected", &[]);
    assert!(!held, "{output}");
}

#[test]
fn a_tree_below_a_private_home_shows_the_live_git_folder_read_only() {
    if skip(Full) {
        return;
    }
    let (cache, home) = (Folder::new(), Folder::new());
    home.write("secret", "secret");
    home.write("project/.git/HEAD", "ref");
    home.write("project/live", "live");
    cache.write("pristine/file", "baseline");
    let project = home.path().join("project");
    let mut spec = Spec::new(Full);
    spec.scratch.push(home.path().to_owned());
    spec.readonly.push(project.join(".git"));
    spec.overlay = Some(Overlay {
        lowers: vec![cache.make("pristine")],
        upper: cache.make("upper"),
        work: cache.make("work"),
        target: project.clone(),
        deletions: Vec::new(),
    });
    let (_, output) = sh(spec, &project, "ls -A . ..; cat .git/HEAD; echo evil > .git/HEAD; echo x > new");
    assert!(output.starts_with(".:\n.git\nfile\n\n..:\nproject\nref"), "{output}");
    assert_eq!(home.read("project/.git/HEAD").as_deref(), Some("ref"));
    assert_eq!(cache.read("upper/new").as_deref(), Some("x\n"));
    assert!(!project.join("new").exists());
}

#[test]
fn many_protected_files_are_cheap_to_protect() {
    if skip(Full) {
        return;
    }
    let (cache, workspace) = (Folder::new(), Folder::new());
    let mut spec = overlay(&cache, &workspace);
    for i in 0..500 {
        let name = format!("tests/group{}/case{i}.rs", i % 20);
        cache.write(&format!("pristine/{name}"), "check");
        spec.readonly_paths.push(workspace.path().join(name));
    }
    let start = std::time::Instant::now();
    let (code, output) =
        sh(spec, workspace.path(), "echo evil | tee tests/*/*.rs 2>/dev/null >/dev/null; cat tests/*/*.rs | wc -c");
    println!("500 protected files: {:?}", start.elapsed());
    assert_eq!((code, output.trim()), (0, "2500"));
}

#[test]
fn a_folder_may_stand_in_the_place_of_another_one() {
    if skip(Full) {
        return;
    }
    let (state, workspace) = (Folder::new(), Folder::new());
    workspace.write(".git/config", "real");
    workspace.write(".git/secret", "real");
    state.write("view/config", "view");
    let mut spec = crate::support::walls(Full, workspace.path());
    spec.hide.push(state.path().to_owned());
    let (target, source) = (workspace.path().join(".git"), state.path().join("view"));
    spec.replaced.push(goalpost_workspace::sandbox::Replacement { target, source, writable: true });
    let script = "cat .git/config; ls .git; echo new > .git/new; mv .git moved; rm -rf .git; ls -A ..; cat .git/new";
    let (_, output) = sh(spec.clone(), workspace.path(), script);
    assert!(output.starts_with("viewconfig\n") && !output.contains("real"), "{output}");
    assert_eq!(workspace.read(".git/secret").as_deref(), Some("real"));
    assert!(!workspace.path().join("moved").exists() && !workspace.path().join(".git/new").exists());

    state.write("view/config", "view");
    spec.replaced[0].writable = false;
    sh(spec, workspace.path(), "echo evil > .git/config; rm -rf .git");
    assert_eq!(state.read("view/config").as_deref(), Some("view"));
}
