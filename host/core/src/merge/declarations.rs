//! Build files that are programs: what they say can't be told from the outside, but a line that does nothing else than
//! declare a dependency by name and version can. Where two versions differ in such lines alone, the worker's is taken;
//! where they differ in anything else, the baseline's.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Merged;
use super::walk::Phrases;
use crate::text::one_line;

/// The lines of one kind of build file that only declare.
#[derive(Debug)]
pub(super) struct Lines {
    declaration: Regex,
    comment: &'static [&'static str],
}

impl Lines {
    fn new(declaration: &str, comment: &'static [&'static str]) -> Option<Self> {
        Some(Self { declaration: Regex::new(declaration).ok()?, comment })
    }

    /// Whether the line may come and go.
    fn is_declaration(&self, line: &str) -> bool {
        self.declaration.is_match(line)
    }

    /// Whether the line says nothing. One that could end a longer comment does say something.
    fn is_blank(&self, line: &str) -> bool {
        line.is_empty()
            || self.comment.iter().any(|mark| line.starts_with(mark)) && !line.contains("*/") && !line.contains("-->")
    }
}

type Kind = LazyLock<Option<Lines>>;

/// `gem "name", "~> 1"`: nothing of `path:`, `git:` or `require:`.
pub(super) static RUBY: Kind = LazyLock::new(|| {
    Lines::new(
        r#"^(gem|(\w+\.)?add_(runtime_|development_)?dependency)[ (]\s*["'][\w.-]+["'](\s*,\s*["'][\d.\s<>=~!a-z-]+["'])*\s*\)?$"#,
        &["#"],
    )
});

/// `implementation("group:name:version")`, and `include(":module")` of the settings.
pub(super) static GRADLE: Kind = LazyLock::new(|| {
    Lines::new(
        r#"^((debug|release|test|androidTest|integrationTest)?(implementation|api|compileOnly|runtimeOnly|annotationProcessor|Implementation|CompileOnly|RuntimeOnly|AnnotationProcessor)|ksp|kapt)[ (]\s*(["'][\w.-]+:[\w.-]+(:[\w.+-]+)?["']|libs\.[\w.]+|project\(["']:[\w:-]+["']\))\s*\)?$|^include[ (]\s*["']:?[\w:-]+["']\s*\)?$"#,
        &["//"],
    )
});

/// `{:name, "~> 1.0"}` with no options but `only` and `runtime`.
pub(super) static ELIXIR: Kind = LazyLock::new(|| {
    Lines::new(r#"^\{:\w+, "[\d.\s<>=~!a-z-]+"(, only: (:\w+|\[[:\w, ]+\]))?(, runtime: (true|false))?\},?$"#, &["#"])
});

/// `.package(url: "…", from: "…")`
pub(super) static SWIFT: Kind = LazyLock::new(|| {
    Lines::new(
        r#"^\.package\(url: "https://[\w./-]+", (from: "[\w.-]+"|exact: "[\w.-]+"|\.upTo\w+\(from: "[\w.-]+"\))\),?$|^\.product\(name: "[\w-]+", package: "[\w.-]+"\),?$"#,
        &["//"],
    )
});

/// `<PackageReference Include="…" Version="…" />` and its kin.
pub(super) static DOTNET: Kind = LazyLock::new(|| {
    Lines::new(
        r#"^<Package(Reference|Version)\s+Include="[\w.-]+"(\s+Version="[\w.\-*\[\](),]+")?\s*/>$|^<ProjectReference\s+Include="[\w.\\/-]+"\s*/>$|^<(Version|Description|Authors)>[^<>]*</(Version|Description|Authors)>$"#,
        &[],
    )
});

/// The lines within `<dependency>`, and the tags around them: a plugin's configuration has none of these.
pub(super) static MAVEN: Kind = LazyLock::new(|| Lines::new(r"^<dependency>.*</dependency>$", &[]));

/// Merges a file that is written line by line.
pub(super) fn lines(kind: &Lines, baseline: &[u8], candidate: &[u8]) -> Merged {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(baseline), std::str::from_utf8(candidate)) else {
        return Merged::unreadable(Some(baseline), candidate, "it is no UTF-8");
    };
    judge(kind, &trimmed(old), &trimmed(new), baseline, candidate)
}

/// Merges a `pom.xml`: each `<dependency>` counts as one line, unless it is a plugin's or names a file.
pub(super) fn maven(kind: &Lines, baseline: &[u8], candidate: &[u8]) -> Merged {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(baseline), std::str::from_utf8(candidate)) else {
        return Merged::unreadable(Some(baseline), candidate, "it is no UTF-8");
    };
    judge(kind, &maven_lines(old), &maven_lines(new), baseline, candidate)
}

fn judge(kind: &Lines, old: &[String], new: &[String], baseline: &[u8], candidate: &[u8]) -> Merged {
    let rest = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| !kind.is_blank(line) && !kind.is_declaration(line)).cloned().collect()
    };
    if rest(old) != rest(new) {
        let undone = vec!["the whole file, as more than declared dependencies changed".to_owned()];
        return Merged { content: baseline.to_vec(), undone, kept: Vec::new() };
    }
    let declared = |lines: &[String]| -> BTreeSet<String> {
        lines.iter().filter(|line| kind.is_declaration(line)).cloned().collect()
    };
    let (old, new) = (declared(old), declared(new));
    let mut kept = Phrases::default();
    for line in new.difference(&old) {
        kept.push(format!("`{}` added", one_line(line, 160)));
    }
    for line in old.difference(&new) {
        kept.push(format!("`{}` removed", one_line(line, 160)));
    }
    Merged { content: candidate.to_vec(), undone: Vec::new(), kept: kept.into_list() }
}

fn trimmed(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().to_owned()).collect()
}

fn maven_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut depth_of_plugins = 0_usize;
    let mut open: Option<String> = None;
    for line in text.replace('>', ">\n").replace('<', "\n<").lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line {
            "<plugins>" | "<plugin>" | "<build>" | "<profile>" | "<exclusions>" => depth_of_plugins += 1,
            "</plugins>" | "</plugin>" | "</build>" | "</profile>" | "</exclusions>" => {
                depth_of_plugins = depth_of_plugins.saturating_sub(1);
            }
            _ => {}
        }
        let is_telling =
            depth_of_plugins > 0 || matches!(line, "<systemPath>" | "<exclusions>") || line.starts_with("<!");
        match (&mut open, line) {
            (None, "<dependency>") if depth_of_plugins == 0 => open = Some(line.to_owned()),
            (Some(text), "</dependency>") => {
                text.push_str(line);
                lines.extend(open.take());
            }
            // What says more than a name and a version stands for itself.
            (Some(text), _) if is_telling => {
                lines.push(std::mem::take(text));
                lines.push(line.to_owned());
                open = None;
            }
            (Some(text), _) => text.push_str(line),
            (None, _) => lines.push(line.to_owned()),
        }
    }
    lines.extend(open);
    lines
}
