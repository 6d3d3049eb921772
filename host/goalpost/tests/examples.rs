//! The examples do what they say.

#![allow(clippy::unwrap_used)]

mod support;

use support::Sandbox;

#[test]
fn the_quickstart_takes_three_turns_and_leaves_its_folder_alone() {
    let sandbox = Sandbox::of(&[]).unwrap();
    let example = support::project().join("examples/quickstart");
    let before =
        sandbox.shell(&format!("cd '{}' && find . -type f | sort | xargs sha256sum", example.display())).unwrap();

    let mut command = sandbox.goalpost(["run", example.to_str().unwrap()]);
    // The tests' shared cache lies in this very project, and a cache inside the workspace is refused.
    let output = command.env("XDG_CACHE_HOME", sandbox.home().join("cache")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for wanted in ["achieved (verified)", "3 turns", "tests/duration.rs", "clean room"] {
        assert!(said.contains(wanted), "it does not say `{wanted}`:\n{said}");
    }

    let after =
        sandbox.shell(&format!("cd '{}' && find . -type f | sort | xargs sha256sum", example.display())).unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_published_crate_that_was_broken_is_mended_in_two_turns() {
    let sandbox = Sandbox::of(&[]).unwrap();
    let prepare = support::project().join("examples/upstream/prepare.sh");
    if let Err(why) = sandbox.shell(&format!("sh '{}' ../heck", prepare.display())) {
        #[allow(clippy::print_stdout, reason = "a skip is never silent")]
        {
            println!("skipped: the source of the crate `heck` can't be had here: {why}");
        }
        return;
    }
    let (code, _, said) = sandbox.run(["run", "../heck"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("achieved (verified)") && said.contains("2 turns"), "{said}");
}
