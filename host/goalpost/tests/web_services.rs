//! Plugins that ask a web service: in a goal, of a server on the loopback that was granted; and in cases, in each language.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use support::Sandbox;

const TOKEN: &str = "tok-Ab3dEf6hIj9lMn2p";

/// A server that echoes the request's headers, for as long as the test runs, and what it was sent.
fn echo() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = requests.clone();
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && socket.read(&mut byte).is_ok_and(|read| read == 1) {
                request.push(byte[0]);
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let _ = write!(socket, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nyou said {request}");
            kept.lock().unwrap().push(request);
        }
    });
    (port, requests)
}

/// A repository whose goal has a judge that asks `http://127.0.0.1:PORT/`, with these grants.
fn goal(port: u16, grants: &str) -> Sandbox {
    Sandbox::laid(&[], |workspace| {
        let goal = format!(
            "[goal]\nobjective = \"ask\"\nbudget = {{ unlimited = true }}\n\
             [worker]\ncommand = [\"sh\", \"-c\", \"cat >/dev/null; echo done > done\"]\n\
             [[gate]]\nname = \"done\"\ncommand = [\"test\", \"-s\", \"done\"]\n\
             [[evaluator]]\nname = \"asks\"\nplugin = \"./wants-http.wasm\"\ngrants = {{ {grants} }}\n\
             config = {{ url = \"http://127.0.0.1:{port}/\", header = \"Bearer {{{{secret:TOKEN}}}}\" }}\n"
        );
        std::fs::write(workspace.join("goalpost.toml"), goal).map_err(|error| error.to_string())?;
        let judge = support::project().join("tests/guests/dist/wants-http.wasm");
        std::fs::copy(judge, workspace.join("wants-http.wasm")).map(drop).map_err(|error| error.to_string())
    })
    .unwrap()
}

fn run(sandbox: &Sandbox, args: &[&str]) -> (i32, String) {
    let output = sandbox.goalpost(args).env("TOKEN", TOKEN).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn a_judge_asks_what_it_was_granted_and_its_secret_stays_in_the_host() {
    let (port, requests) = echo();
    let grant = format!(
        "http = [{{ host = \"127.0.0.1\", scheme = \"http\", port = {port}, private = true, secrets = [\"TOKEN\"] }}]"
    );
    let sandbox = goal(port, &grant);
    sandbox.agree();
    let (code, said) = run(&sandbox, &["run"]);
    assert_eq!(code, 0, "{said}");
    assert!(requests.lock().unwrap()[0].contains(&format!("authorization: Bearer {TOKEN}")), "the service has it");
    let (_, shown) = run(&sandbox, &["show", "--turn", "1", "--json"]);
    assert!(shown.contains("you said GET / HTTP/1.1"), "{shown}");
    assert!(!said.contains(TOKEN) && !shown.contains(TOKEN), "{said}{shown}");
    let mut kept = Vec::new();
    files(&sandbox.home().join("state"), &mut kept);
    for path in kept {
        let content = std::fs::read(&path).unwrap();
        assert!(!content.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()), "{}", path.display());
    }

    // The recording answers by itself.
    let asked = requests.lock().unwrap().len();
    let (_, recordings) = run(&sandbox, &["plugin", "recordings"]);
    let (code, said) = run(&sandbox, &["plugin", "replay", recordings.lines().next().unwrap()]);
    assert!(code == 0 && said.contains("the same, byte for byte"), "{said}");
    assert_eq!(requests.lock().unwrap().len(), asked);
}

#[test]
fn without_the_users_word_nothing_near_is_asked() {
    let (port, requests) = echo();
    let sandbox = goal(port, &format!("http = [{{ host = \"127.0.0.1\", scheme = \"http\", port = {port} }}]"));
    sandbox.agree();
    let goal = sandbox.workspace().join("goalpost.toml");
    let text = std::fs::read_to_string(&goal).unwrap().replace(", header = \"Bearer {{secret:TOKEN}}\"", "");
    std::fs::write(&goal, &text).unwrap();
    sandbox.agree();
    sandbox.shell("git add -A && git commit -qm goal").unwrap();
    let (code, said) = run(&sandbox, &["verify"]);
    assert!(code != 0 && requests.lock().unwrap().is_empty(), "{said}");

    // What widens is shown and asked about.
    std::fs::write(&goal, text.replace("scheme = \"http\",", "scheme = \"http\", private = true,")).unwrap();
    let (code, said) = run(&sandbox, &["verify"]);
    assert!(code == 64 && said.contains("used in another way"), "{said}");
    let (code, said) = run(&sandbox, &["plugin", "update"]);
    assert!(code == 64 && said.contains("also where that is on this machine or its network"), "{said}");
}

/// What the service of a case says, and what the judge is to make of it.
const CASES: [(&str, &str); 2] = [
    (
        "none",
        "says = '{\"left\": 0}'\nheaders = { x-source = \"here\" }\n[expect]\noutcome = \"satisfied\"\nreason = \"200 here\"\n",
    ),
    ("some", "says = '{\"left\": 3}'\n[expect]\noutcome = \"unsatisfied\"\nreason = \"3 are left\"\n"),
];

/// Makes a project in `lang` whose judge asks a service, builds it, and puts cases before it.
fn judges_by_a_service(lang: &str, main: &str) {
    let sandbox = Sandbox::of(&[]).unwrap();
    let (code, _, said) = sandbox.run(["plugin", "new", "asks", "--lang", lang]);
    assert_eq!(code, 0, "{said}");
    let project = sandbox.workspace().join("asks");
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web_services").join(Path::new(main).file_name().unwrap());
    std::fs::copy(source, project.join(main)).unwrap();
    for entry in std::fs::read_dir(project.join("cases")).unwrap().flatten() {
        std::fs::remove_file(entry.path()).unwrap();
    }
    for (name, case) in CASES {
        let head = "grants = { http = [{ host = \"api.example.com\", secrets = [\"TOKEN\"] }] }\n\
                    [[http]]\nurl = \"https://api.example.com/v1\"\nasked = [\"authorization: Bearer {{secret:TOKEN}}\"]\n";
        std::fs::write(project.join("cases").join(name).with_extension("toml"), format!("{head}{case}")).unwrap();
    }
    let (code, shown, said) = sandbox.run(["plugin", "build", "asks"]);
    assert_eq!(code, 0, "{said}");
    assert!(shown.contains("(needs the grant `http`)") && shown.contains("ask the web services"), "{shown}");
    let (code, shown, said) = sandbox.run(["plugin", "test", "asks"]);
    assert!(code == 0 && shown.contains("2 of 2 cases are as expected"), "{shown}{said}");
}

/// Whether a program is on PATH. Says that the test is skipped where it isn't.
fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        eprintln!("skipped: `{program}` is not on PATH");
    }
    found
}

#[test]
fn a_judge_in_typescript_asks_a_service() {
    if has("esbuild") && has("componentize-qjs") {
        judges_by_a_service("ts", "plugin.ts");
    }
}

#[test]
fn a_judge_in_python_asks_a_service() {
    if has("componentize-py") {
        judges_by_a_service("python", "plugin.py");
    }
}

#[test]
fn a_judge_in_c_asks_a_service() {
    if has("python-zig") {
        judges_by_a_service("c", "plugin.c");
    }
}

#[test]
fn a_judge_in_rust_asks_a_service() {
    let target = std::process::Command::new("rustc")
        .args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"])
        .output();
    if target.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()) {
        judges_by_a_service("rust", "src/lib.rs");
    } else {
        eprintln!("skipped: `rustc` has no standard library for wasm32-unknown-unknown");
    }
}
