//! A secret of the host's environment that a worker was given, and gives away wherever it can: nothing that is shown, kept,
//! told to the next worker or put before a judge has it.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use support::Sandbox;

const SECRET: &str = "s3cr3t-Value/of+the$host";
const GOAL: &str = r#"
[goal]
objective = "done says yes"
max_turns = 2
budget    = { unlimited = true }

[worker]
command  = ["sh", "worker.sh"]
pass_env = ["DEPLOY_TOKEN"]

[[gate]]
name    = "done"
command = ["sh", "gate.sh"]

[[evaluator]]
name   = "echo"
plugin = "echo-evidence.wasm"
"#;

/// Says it on both streams, in a message, a call and an error, writes it into a file and a file's name.
const WORKER: &str = r#"
mkdir -p .log
cat > .log/prompt-$GOALPOST_TURN
echo "deploying with $DEPLOY_TOKEN"
echo "$DEPLOY_TOKEN" >&2
printf '%s' "$DEPLOY_TOKEN" | base64
printf '%s' "$DEPLOY_TOKEN" | sed 's/./&\x1b[0m/g'; echo
printf '%s' "$DEPLOY_TOKEN" | od -An -tx1 -w64
echo "{\"type\": \"tool\", \"name\": \"bash\", \"arguments\": {\"command\": \"curl -H 'X-Key: $DEPLOY_TOKEN'\"}}"
echo "{\"type\": \"message\", \"text\": \"$(head -c 1990 /dev/zero | tr '\0' x) $DEPLOY_TOKEN\"}"
echo "secret: $DEPLOY_TOKEN" > leak.txt
echo almost > done
"#;

const GATE: &str = r#"
cat leak.txt; base64 -w 20 leak.txt; rev leak.txt
grep -qx yes done
"#;

/// What would be seen of the secret: itself, and parts of its encoded forms.
fn traces(text: &[u8]) -> Vec<&'static str> {
    let traces = ["s3cr3t-Value", "of+the$host", "czNjcjN0LVZ", "tVmFsdWUv", "73 33 63 72", "eulaV-t3rc3s"];
    traces.into_iter().filter(|trace| text.windows(trace.len()).any(|window| window == trace.as_bytes())).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn a_secret_of_the_host_is_nowhere_to_be_seen() {
    let sandbox = Sandbox::laid(&[], |workspace| {
        let write = |name: &str, text: &str| std::fs::write(workspace.join(name), text).map_err(|e| e.to_string());
        write("goalpost.toml", GOAL)?;
        write("worker.sh", WORKER)?;
        write("gate.sh", GATE)?;
        write(".gitignore", ".log/\n")?;
        let judge = support::project().join("tests/guests/dist/echo-evidence.wasm");
        std::fs::copy(judge, workspace.join("echo-evidence.wasm")).map(drop).map_err(|e| e.to_string())
    })
    .unwrap();
    sandbox.agree();
    let run = |args: &[&str]| {
        let output = sandbox.goalpost(args).env("DEPLOY_TOKEN", SECRET).output().unwrap();
        [output.stdout, output.stderr].concat()
    };
    let said = run(&["run", "--json"]);
    assert!(String::from_utf8_lossy(&said).contains("max_turns"), "{}", String::from_utf8_lossy(&said));
    let hinted = run(&["verify"]);
    let shown = run(&["show", "--turn", "1", "--json"]);
    assert!(String::from_utf8_lossy(&shown).contains("deploying with ***"), "{}", String::from_utf8_lossy(&shown));
    let events = run(&["events", "--json"]);
    let receipts = run(&["receipt", "export"]);
    for (what, text) in
        [("run", said), ("verify", hinted), ("show", shown), ("events", events), ("receipt export", receipts)]
    {
        assert_eq!(traces(&text), [""; 0], "{what} says: {}", String::from_utf8_lossy(&text));
    }
    let prompt = std::fs::read(sandbox.workspace().join(".log/prompt-2")).unwrap();
    assert!(String::from_utf8_lossy(&prompt).contains("***"), "the gate's output came back");
    assert_eq!(traces(&prompt), [""; 0], "the next worker reads: {}", String::from_utf8_lossy(&prompt));

    let mut kept = Vec::new();
    files(&sandbox.home().join("state"), &mut kept);
    assert!(kept.len() > 3);
    for path in kept {
        assert_eq!(traces(&std::fs::read(&path).unwrap()), [""; 0], "{}", path.display());
    }
}
