#![allow(clippy::unwrap_used)]

use super::*;

fn of(dir: &str, argv: &[&str]) -> Option<String> {
    let argv: Vec<_> = argv.iter().map(|a| (*a).to_owned()).collect();
    match script(&argv)? {
        Script::Started(path) | Script::Interpreted(path) => below(dir, path),
    }
}

#[test]
fn a_script_is_found_however_it_is_started() {
    assert_eq!(of(".", &["./scripts/check.sh"]).as_deref(), Some("scripts/check.sh"));
    assert_eq!(of("web", &["../scripts/check.sh", "x"]).as_deref(), Some("scripts/check.sh"));
    assert_eq!(of("web", &["bash", "-eu", "check.sh"]).as_deref(), Some("web/check.sh"));
    assert_eq!(of(".", &["/bin/sh", "scripts/check.sh"]).as_deref(), Some("scripts/check.sh"));
}

#[test]
fn what_is_no_file_of_the_tree_is_not_one() {
    assert_eq!(of(".", &["cargo", "test"]), None);
    assert_eq!(of(".", &["sh", "-c", "scripts/check.sh"]), None);
    assert_eq!(of(".", &["bash", "-lc", "make"]), None);
    assert_eq!(of(".", &["/usr/bin/make"]), None);
    assert_eq!(of(".", &["../outside.sh"]), None);
    assert_eq!(of(".", &[]), None);
}

/// What a gate with this command starts, in a repository of these files.
fn starts(argv: &[&str], files: &[(&str, &str)]) -> Started {
    let text = format!(
        "goal = {{ objective = 'x', budget = {{ unlimited = true }}, scope = ['scripts/mine.sh'] }}\n\
         gate = [{{ name = 'a', command = {argv:?} }}]"
    );
    let config = crate::config::parse(&text, "t").unwrap();
    let read = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| text.as_bytes().to_vec());
    started(&config, ".", &read)
}

#[test]
fn scripts_behind_a_makefile_are_found() {
    let files = [
        (
            "Makefile",
            "SH = sh\ntest: lint ok\n\t@$(SH) scripts/check.sh\nlint:\n\tcd web && npm run lint\nok:\n\tsh scripts/mine.sh\nx:\n\tsh scripts/x.sh\n",
        ),
        (
            "scripts/check.sh",
            "set -e\n. \"$(dirname \"$0\")/common.sh\"\npython3 tools/verify.py\n./bin/tool\nsh src/check.sh\n",
        ),
        ("scripts/common.sh", "sh scripts/check.sh\n"),
        ("scripts/mine.sh", ""),
        ("scripts/x.sh", ""),
        ("tools/verify.py", ""),
        ("bin/tool", "#!/bin/sh\n"),
        ("src/check.sh", ""),
        ("web/package.json", r#"{"scripts": {"prelint": "node scripts/before.js", "lint": "eslint ."}}"#),
        ("web/scripts/before.js", ""),
    ];
    let mut found = starts(&["make", "-s", "test"], &files);
    found.files.sort();
    assert_eq!(
        found.files,
        ["Makefile", "scripts/check.sh", "scripts/common.sh", "tools/verify.py", "web/scripts/before.js"]
    );
    assert_eq!(found.targets, ["lint", "ok", "test"]);
}

#[test]
fn scripts_behind_npm_and_a_shell_are_found() {
    let files = [
        (
            "package.json",
            r#"{"scripts": {"test": "npm run unit && ./scripts/e2e.sh", "unit": "node ./scripts/unit.mjs"}}"#,
        ),
        ("scripts/unit.mjs", ""),
        ("scripts/e2e.sh", ""),
    ];
    assert_eq!(starts(&["npm", "t"], &files).files, ["scripts/unit.mjs", "scripts/e2e.sh"]);
    assert_eq!(starts(&["sh", "-ec", "exec ./scripts/e2e.sh"], &files).files, ["scripts/e2e.sh"]);
    assert_eq!(starts(&["node", "scripts/unit.mjs"], &files).files, ["scripts/unit.mjs"]);
    assert!(starts(&["node", "--test", "scripts/"], &files).files.is_empty());
    assert!(starts(&["npm", "run", "other"], &files).files.is_empty());
}

#[test]
fn scripts_that_start_each_other_end() {
    let files = [("check.sh", "sh ./check.sh\nmake\n"), ("Makefile", "all:\n\tmake all; sh check.sh\n")];
    assert_eq!(starts(&["sh", "check.sh"], &files).files, ["check.sh", "Makefile"]);
}
