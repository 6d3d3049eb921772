//! Files of the repository that gates start: a script that says `exit 0` passes.

use globset::{GlobBuilder, GlobSetBuilder};

use crate::config::{GateKind, GoalConfig};

/// Programs whose first argument is a script.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "fish"];

/// The files that the goal's commands start, as paths of the tree: a program of the repository itself, or a shell's script.
///
/// What lies in the goal's scope is left out: a worker that is to write a program must be able to.
pub(super) fn started(config: &GoalConfig) -> Vec<String> {
    let gates = config.gates.iter().filter_map(|gate| match &gate.kind {
        GateKind::Command(command) => Some((command.dir.as_str(), &command.argv)),
        GateKind::Plugin(_) => None,
    });
    let checks = config.checks.iter().map(|check| (check.command.dir.as_str(), &check.command.argv));
    let setups = config.setups.iter().map(|setup| (".", &setup.command));
    let mut scope = GlobSetBuilder::new();
    for glob in &config.goal.scope {
        scope.add(match GlobBuilder::new(glob).literal_separator(true).build() {
            Ok(glob) => glob,
            Err(_) => continue,
        });
    }
    let scope = scope.build().unwrap_or_default();
    gates
        .chain(checks)
        .chain(setups)
        .filter_map(|(dir, argv)| below(dir, script(argv)?))
        .filter(|path| !scope.is_match(path))
        .collect()
}

fn script(argv: &[String]) -> Option<&str> {
    let program = argv.first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    if SHELLS.contains(&name) {
        // With `-c` the next argument is no file.
        let mut rest = argv[1..].iter().take_while(|argument| !argument.contains('c') || !argument.starts_with('-'));
        return rest.find(|argument| !argument.starts_with('-')).map(String::as_str);
    }
    program.contains('/').then_some(program)
}

/// `path` as seen from `dir`, from the top of the tree; none where it is not in the tree.
fn below(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dir: &str, argv: &[&str]) -> Option<String> {
        let argv: Vec<_> = argv.iter().map(|a| (*a).to_owned()).collect();
        below(dir, script(&argv)?)
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
}
