//! The rules of a Makefile or a justfile, as far as they can be read without running it.

use std::collections::{BTreeSet, HashMap};

/// What there is to make, what each needs, and how it is made.
#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    pub(super) variables: HashMap<String, String>,
    /// Files that are read as well.
    pub(super) includes: Vec<String>,
    phony: BTreeSet<String>,
}

#[derive(Debug)]
struct Rule {
    targets: Vec<String>,
    needs: Vec<String>,
    recipe: String,
}

impl Rules {
    pub(super) fn read(text: &str) -> Self {
        let mut this = Self::default();
        for line in text.replace("\\\n", " ").lines() {
            if line.starts_with(['\t', ' ']) {
                if let Some(rule) = this.rules.last_mut() {
                    let line = line.trim_start().trim_start_matches(['@', '-', '+']);
                    rule.recipe.push_str(line);
                    rule.recipe.push('\n');
                }
                continue;
            }
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(files) = line.trim_start_matches('-').strip_prefix("include ") {
                this.includes.extend(files.split_whitespace().map(str::to_owned));
            } else if let Some((name, value)) = assignment(line) {
                this.variables.insert(name.to_owned(), value.to_owned());
            } else if let Some((targets, rest)) = line.split_once(':') {
                let (needs, first) = rest.split_once(';').unwrap_or((rest, ""));
                let words =
                    |text: &str| text.replace([':', '|', '('], " ").split_whitespace().map(str::to_owned).collect();
                let (targets, needs): (Vec<String>, Vec<String>) = (words(targets), words(needs));
                if targets.iter().any(|target| target == ".PHONY") {
                    this.phony.extend(needs);
                } else {
                    this.rules.push(Rule { targets, needs, recipe: format!("{}\n", first.trim()) });
                }
            }
        }
        this
    }

    /// The targets that making `wanted` makes; the first of the file where none is wanted.
    pub(super) fn reached<'w>(&self, wanted: impl Iterator<Item = &'w str>) -> BTreeSet<String> {
        let mut fresh: Vec<String> = wanted.map(str::to_owned).collect();
        if fresh.is_empty() {
            let first = self.rules.iter().flat_map(|rule| &rule.targets).find(|target| !target.starts_with('.'));
            fresh.extend(first.cloned());
        }
        let mut reached = BTreeSet::new();
        while let Some(target) = fresh.pop() {
            let of = self.rules.iter().filter(|rule| rule.targets.contains(&target));
            let needs: Vec<_> = of.flat_map(|rule| rule.needs.iter().cloned()).collect();
            if reached.insert(target) {
                fresh.extend(needs);
            }
        }
        reached
    }

    /// How `target` is made.
    pub(super) fn recipes<'r>(&'r self, target: &'r str) -> impl Iterator<Item = &'r str> {
        let of = self.rules.iter().filter(move |rule| rule.targets.iter().any(|one| one == target));
        of.map(|rule| rule.recipe.as_str())
    }

    /// Whether `target` is a file that is made, so that one that is already there counts as made.
    pub(super) fn is_file(&self, target: &str) -> bool {
        !self.phony.contains(target) && self.recipes(target).next().is_some()
    }
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', '!']).trim();
    let name = name.strip_prefix("export ").unwrap_or(name);
    (!name.is_empty() && !name.contains([' ', ':'])).then_some((name, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_target_needs_is_reached() {
        let rules = Rules::read(
            "SH := sh\n.PHONY: test lint\ninclude more.mk\n\ntest: lint out/ok # all\n\t@$(SH) scripts/a.sh\n\
             lint:\n\t-./scripts/lint.sh\n\nout/ok: in; touch out/ok\n",
        );
        assert_eq!(rules.reached(std::iter::empty()).into_iter().collect::<Vec<_>>(), ["in", "lint", "out/ok", "test"]);
        assert_eq!(rules.recipes("test").collect::<String>(), "\n$(SH) scripts/a.sh\n");
        assert_eq!(rules.recipes("out/ok").collect::<String>(), "touch out/ok\n");
        assert_eq!((rules.variables["SH"].as_str(), &rules.includes[..]), ("sh", &["more.mk".to_owned()][..]));
        assert!(rules.is_file("out/ok") && !rules.is_file("test") && !rules.is_file("in"));
    }

    #[test]
    fn targets_that_need_each_other_end() {
        let rules = Rules::read("a: b\n\tx\nb: a\n\ty\n");
        assert_eq!(rules.reached(["b"].into_iter()).len(), 2);
    }
}
