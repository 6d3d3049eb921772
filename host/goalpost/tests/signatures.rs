//! Components that come signed: what the lock remembers of it, and what does not run after that.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::Sandbox;

const SIGNATURE: &str = "judge.wasm.intoto.jsonl";

/// A repository with a goal that has no judge yet, and two components beside it.
fn sandbox() -> Sandbox {
    Sandbox::laid(&[], |workspace| {
        let goal = "[goal]\nobjective = \"o\"\nbudget = { unlimited = true }\n\
                    [[gate]]\nname = \"any\"\ncommand = [\"true\"]\nbaseline = false\n";
        std::fs::write(workspace.join("goalpost.toml"), goal).map_err(|error| error.to_string())?;
        for (from, to) in [("always-satisfied", "judge"), ("abstain", "other")] {
            let from = support::project().join("tests/guests/dist").join(from).with_extension("wasm");
            std::fs::copy(from, workspace.join(to).with_extension("wasm")).map_err(|error| error.to_string())?;
        }
        Ok(())
    })
    .unwrap()
}

/// Runs the program: its exit code, and all that it says.
fn run(sandbox: &Sandbox, args: &[&str]) -> (i32, String) {
    let (code, shown, said) = sandbox.run(args);
    (code, shown + &said)
}

fn expect(sandbox: &Sandbox, args: &[&str], code: i32, says: &str) {
    let (found, said) = run(sandbox, args);
    assert!(found == code && said.contains(says), "{args:?} ends with {found}: {said}");
}

/// A sandbox whose judge is signed and agreed to.
fn signed() -> Sandbox {
    let sandbox = sandbox();
    expect(&sandbox, &["plugin", "sign", "judge.wasm"], 0, "signed sha256:");
    expect(&sandbox, &["plugin", "add", "judge.wasm", "--name", "judge", "--yes"], 0, "signed by ed25519:");
    let lock = std::fs::read_to_string(sandbox.workspace().join("goalpost.lock")).unwrap();
    assert!(lock.contains("signer = \"ed25519:"), "{lock}");
    sandbox
}

/// A new key, made as its user would.
fn key(sandbox: &Sandbox, name: &str) -> String {
    let path = sandbox.home().join(name);
    let body = format!("MC4CAQAwBQYDK2VwBCIEI{}", "A".repeat(23) + &name.repeat(20)[..20]);
    std::fs::write(&path, format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")).unwrap();
    sandbox.shell(&format!("chmod 600 '{}'", path.display())).unwrap();
    path.display().to_string()
}

fn write(sandbox: &Sandbox, name: &str, content: impl AsRef<[u8]>) {
    std::fs::write(sandbox.workspace().join(name), content).unwrap();
}

#[test]
fn a_signed_component_runs_for_as_long_as_it_is_signed() {
    let sandbox = signed();
    expect(&sandbox, &["verify"], 0, "");
    expect(&sandbox, &["plugin", "update"], 0, "Nothing is different.");
    let signature = std::fs::read(sandbox.workspace().join(SIGNATURE)).unwrap();

    std::fs::remove_file(sandbox.workspace().join(SIGNATURE)).unwrap();
    expect(&sandbox, &["verify"], 64, "has no signature");
    for broken in [&b""[..], &signature[..signature.len() / 2], b"{}", &vec![b'x'; 1 << 20]] {
        write(&sandbox, SIGNATURE, broken);
        expect(&sandbox, &["verify"], 64, SIGNATURE);
        // It is never taken for a component without a signature, whatever the user agrees to.
        expect(&sandbox, &["plugin", "update", "--yes"], 64, SIGNATURE);
    }
    write(&sandbox, SIGNATURE, &signature);
    expect(&sandbox, &["verify"], 0, "");
}

#[test]
fn another_component_in_its_name_is_noticed() {
    let sandbox = signed();
    std::fs::copy(sandbox.workspace().join("other.wasm"), sandbox.workspace().join("judge.wasm")).unwrap();
    // Also where the lock was made to fit.
    expect(&sandbox, &["verify"], 64, "is not the component");
    expect(&sandbox, &["plugin", "update", "--yes"], 64, "signs another component");

    let lock = std::fs::read_to_string(sandbox.workspace().join("goalpost.lock")).unwrap();
    expect(&sandbox, &["plugin", "inspect", "judge.wasm"], 0, "can't be added");
    std::fs::remove_file(sandbox.workspace().join(SIGNATURE)).unwrap();
    expect(&sandbox, &["plugin", "update"], 64, "it comes without a signature");
    assert_eq!(
        std::fs::read_to_string(sandbox.workspace().join("goalpost.lock")).unwrap(),
        lock,
        "nothing was agreed to"
    );
    expect(&sandbox, &["plugin", "update", "--yes"], 0, "it comes without a signature");
    expect(&sandbox, &["verify"], 0, "");
}

#[test]
fn a_lock_that_was_made_to_fit_another_component_does_not_make_it_the_signers() {
    let sandbox = signed();
    let workspace = sandbox.workspace();
    let digest = |name: &str| {
        let (_, shown) = run(&sandbox, &["plugin", "inspect", name, "--json"]);
        shown.split("\"sha256\": \"").nth(1).unwrap()[..64].to_owned()
    };
    let lock = std::fs::read_to_string(workspace.join("goalpost.lock")).unwrap();
    write(&sandbox, "goalpost.lock", lock.replace(&digest("judge.wasm"), &digest("other.wasm")));
    std::fs::copy(workspace.join("other.wasm"), workspace.join("judge.wasm")).unwrap();
    expect(&sandbox, &["verify"], 64, "signs another component");
}

#[test]
fn another_key_needs_the_users_word() {
    let sandbox = signed();
    let (one, two) = (key(&sandbox, "one"), key(&sandbox, "two"));
    expect(&sandbox, &["plugin", "sign", "judge.wasm", "--key", &one], 0, "signed");
    expect(&sandbox, &["verify"], 64, "goalpost.lock has it signed by");
    expect(&sandbox, &["plugin", "update"], 64, "~ signed by ed25519:");
    expect(&sandbox, &["plugin", "update", "--yes"], 0, "~ signed by ed25519:");
    expect(&sandbox, &["verify"], 0, "");
    expect(&sandbox, &["plugin", "sign", "judge.wasm", "--key", &two], 0, "signed");
    expect(&sandbox, &["verify"], 64, "goalpost.lock has it signed by");
}

#[test]
fn a_new_version_by_the_same_key_is_no_wider() {
    let sandbox = signed();
    std::fs::copy(sandbox.workspace().join("other.wasm"), sandbox.workspace().join("judge.wasm")).unwrap();
    expect(&sandbox, &["plugin", "sign", "judge.wasm"], 0, "signed");
    expect(&sandbox, &["plugin", "update"], 0, "~ sha256");
    expect(&sandbox, &["verify"], 0, "");
}

#[test]
fn only_components_are_signed_and_only_with_keys_that_nobody_else_can_read() {
    let sandbox = sandbox();
    expect(&sandbox, &["plugin", "sign", "goalpost.toml"], 64, "can't be loaded");
    let key = key(&sandbox, "key");
    sandbox.shell(&format!("chmod 644 '{key}'")).unwrap();
    expect(&sandbox, &["plugin", "sign", "judge.wasm", "--key", &key], 64, "chmod 600");
    write(&sandbox, "no.pem", "no key");
    sandbox.shell("chmod 600 no.pem").unwrap();
    expect(&sandbox, &["plugin", "sign", "judge.wasm", "--key", "no.pem"], 64, "does not hold an Ed25519 private key");
    assert!(!Path::new(&sandbox.workspace()).join(SIGNATURE).exists());
}
