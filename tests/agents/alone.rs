//! A test without a network: real agents must reach the scripted model, and nothing else.

use std::process::Command;

/// Whether the caller is in a network namespace that has only the loopback device. Where it is not, the test named `test` of
/// this executable is run again in one, its outcome is the caller's, and the answer is no.
pub(crate) fn alone(test: &str) -> bool {
    if std::env::var_os("GOALPOST_TEST_ALONE").is_some() {
        return true;
    }
    let script = r#"ip link set lo up && exec "$@""#;
    let enter = |flags: &'static [&'static str]| {
        let mut command = Command::new("unshare");
        command.args(flags).args(["--", "sh", "-c", script, "sh"]);
        command
    };
    // The user namespace that an ordinary user needs would only be in root's way.
    let Some(flags) =
        [&["--net"][..], &["--map-root-user", "--net"]].into_iter().find(|flags| succeeds(enter(flags).arg("true")))
    else {
        eprintln!("skipped: no network namespace can be made here (unshare and ip are needed)");
        return false;
    };
    let executable = std::env::current_exe().expect("this test");
    let status = enter(flags)
        .arg(executable)
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env("GOALPOST_TEST_ALONE", "1")
        .status();
    assert!(status.expect("unshare ran before").success(), "{test} failed in its network namespace");
    false
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
