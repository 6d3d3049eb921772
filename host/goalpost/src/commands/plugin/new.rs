//! `goalpost plugin new`

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use include_dir::{Dir, include_dir};

use super::project::{self, Language, World};
use crate::exit::{Exit, UsageError};

/// Make the project of a new plugin: its code, the SDK, and how to build it
///
/// Everything that the project needs of Goalpost's is copied into it: it builds wherever its language's tools are.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin new changelog-judge --lang go")]
pub(crate) struct NewArgs {
    /// The plugin's name, such as `changelog-judge`; a folder of that name is made
    name: String,
    /// What to write it in
    #[arg(long, value_enum)]
    lang: Language,
    /// What it is to be
    #[arg(long, value_enum, default_value = "evaluator")]
    kind: World,
    /// Make it there instead of in a new folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/plugin");
static JAVASCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/js/src");
static PYTHON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/python/goalpost_plugin");
static RUST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/rust/src");
static RUST_EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/rust/examples");
const RUST_PACKAGE: &str = include_str!("../../../../../sdk/rust/Cargo.toml");
const RUST_README: &str = include_str!("../../../../../sdk/rust/README.md");
static C: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/c/src");
static C_BINDINGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/c/bindings");
static GO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sdk/go");
const JAVASCRIPT_PACKAGE: &str = include_str!("../../../../../sdk/js/package.json");

pub(super) fn run(args: &NewArgs) -> Result<Exit> {
    project::check_name(&args.name)?;
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("{} is there and not empty: nothing was written", folder.display());
        return Err(UsageError(message).into());
    }
    let template = Template { name: &args.name, kind: args.kind, language: args.lang };
    for (path, content) in template.files()? {
        write(&folder.join(path), &content)?;
    }
    eprintln!("made {}", folder.display());
    eprintln!("next: cd {}", folder.display());
    for step in template.steps() {
        eprintln!("      {step}");
    }
    Ok(Exit::Achieved)
}

/// Writes a file that must not be there yet.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => UsageError(format!("{} is there already", path.display())).into(),
            _ => anyhow::Error::from(error).context(format!("{}", path.display())),
        })?;
    file.write_all(content).with_context(|| format!("{}", path.display()))
}

struct Template<'a> {
    name: &'a str,
    kind: World,
    language: Language,
}

impl Template<'_> {
    /// Every file of the project.
    fn files(&self) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let (lang, kind) = (self.language.as_str(), self.kind.kind().world());
        let about = format!("name = \"{}\"\nkind = \"{kind}\"\nlang = \"{lang}\"\n", self.name);
        let mut files = vec![
            (PathBuf::from(project::FILE), about.into_bytes()),
            (PathBuf::from("README.md"), self.filled("README.md.in")?),
            (PathBuf::from(".gitignore"), b"dist/\ntarget/\nnode_modules/\n__pycache__/\n.venv/\n".to_vec()),
        ];
        let cases = Path::new("cases").join(kind);
        let cases = TEMPLATES.get_dir(&cases).with_context(|| format!("no template {}", cases.display()))?;
        files.extend(cases.files().map(|file| {
            let name = file.path().file_name().unwrap_or_default();
            (Path::new("cases").join(name), file.contents().to_vec())
        }));
        let mut fill = |template: &str, path: &str| -> Result<()> {
            files.push((PathBuf::from(path), self.filled(&format!("{lang}/{template}"))?));
            Ok(())
        };
        match self.language {
            Language::Ts => {
                fill(&format!("{kind}.ts"), "plugin.ts")?;
                fill("package.json", "package.json")?;
                fill("tsconfig.json", "tsconfig.json")?;
                let sdk = Path::new("vendor/goalpost-plugin");
                files.push((sdk.join("package.json"), JAVASCRIPT_PACKAGE.as_bytes().to_vec()));
                files.extend(copied(&JAVASCRIPT, &sdk.join("src")));
            }
            Language::Python => {
                fill(&format!("{kind}.py"), "plugin.py")?;
                fill("requirements-dev.txt", "requirements-dev.txt")?;
                files.extend(copied(&PYTHON, Path::new("vendor/goalpost_plugin")));
            }
            Language::Rust => {
                fill(&format!("{kind}.rs"), "src/lib.rs")?;
                fill("Cargo.toml.in", "Cargo.toml")?;
                let sdk = Path::new("vendor/goalpost-sdk");
                files.push((sdk.join("Cargo.toml"), RUST_PACKAGE.as_bytes().to_vec()));
                files.push((sdk.join("README.md"), RUST_README.as_bytes().to_vec()));
                files.extend(copied(&RUST, &sdk.join("src")));
                // The manifest names them.
                files.extend(copied(&RUST_EXAMPLES, &sdk.join("examples")));
                let bindings = RUST.get_dir("bindings").context("no bindings for Rust")?;
                files.extend(copied(bindings, &sdk.join("src")));
            }
            Language::C => {
                fill(&format!("{kind}.c"), "plugin.c")?;
                fill("requirements-dev.txt", "requirements-dev.txt")?;
                let sdk = Path::new("vendor/goalpost");
                files.extend(copied(&C, &sdk.join("src")));
                let bindings = C_BINDINGS.get_dir(kind).with_context(|| format!("no bindings of {kind}"))?;
                files.extend(copied(bindings, &sdk.join("bindings")));
            }
            Language::Go => {
                fill(&format!("{kind}.go"), "plugin.go")?;
                fill("go.mod.in", "go.mod")?;
                fill("requirements-dev.txt", "requirements-dev.txt")?;
                // Not `vendor`: Go would take that for the author's own, and want all that it needs to be in it.
                files.extend(copied_whole(&GO, Path::new("goalpost")));
            }
        }
        Ok(files)
    }

    fn filled(&self, template: &str) -> Result<Vec<u8>> {
        let file = TEMPLATES.get_file(template).with_context(|| format!("no template {template}"))?;
        let mut text = file.contents_utf8().with_context(|| format!("the template {template} is no text"))?.to_owned();
        let setup: String = self.setup().iter().map(|line| format!("$ {line}\n")).collect();
        for (name, value) in [
            ("{{name}}", self.name),
            ("{{kind}}", self.kind.kind().world()),
            ("{{language}}", self.language.name()),
            ("{{main}}", self.language.main()),
            ("{{setup}}", &setup),
            ("{{use}}", &self.usage()),
        ] {
            text = text.replace(name, value);
        }
        Ok(text.into_bytes())
    }

    /// What makes the language's tools be there.
    fn setup(&self) -> &'static [&'static str] {
        match self.language {
            Language::Ts => &["npm install"],
            Language::Rust => &["rustup target add wasm32-unknown-unknown"],
            Language::Python | Language::C | Language::Go => {
                &["python3 -m venv .venv", ".venv/bin/pip install -r requirements-dev.txt"]
            }
        }
    }

    fn steps(&self) -> Vec<String> {
        let build = "goalpost plugin build".to_owned();
        let test = "goalpost plugin test".to_owned();
        self.setup().iter().map(|line| (*line).to_owned()).chain([build, test]).collect()
    }

    /// How a goal would use the plugin.
    fn usage(&self) -> String {
        let plugin = format!("plugins/{}.wasm", self.name);
        match self.kind {
            World::Evaluator => format!("[[evaluator]]\nplugin = \"{plugin}\"\nconfig = {{ word = \"done\" }}"),
            World::Gate => format!(
                "[[gate]]\nname   = \"{}\"\nplugin = \"{plugin}\"\ngrants = {{ tree = true }}\nconfig = {{ most = 100_000 }}",
                self.name
            ),
            World::Workflow => format!("[worker]\nworkflow = \"{plugin}\"\nagents   = {{ coder = \"codex\" }}"),
        }
    }
}

/// The files of a folder of ours, as they are to lie below `target`.
fn copied(from: &Dir<'_>, target: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let is_source = |path: &Path| !path.components().any(|part| part.as_os_str() == "__pycache__");
    let files = from.files().filter(|file| is_source(file.path()));
    files.map(|file| (target.join(file.path()), file.contents().to_vec())).collect()
}

/// The same, with the folders in it but for the examples, which are plugins of their own.
fn copied_whole(from: &Dir<'_>, target: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let folders = from.dirs().filter(|folder| !folder.path().ends_with("examples"));
    copied(from, target).into_iter().chain(folders.flat_map(|folder| copied_whole(folder, target))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_language_and_kind_has_a_project_with_nothing_left_to_fill_in() {
        for language in [Language::Ts, Language::Python, Language::Rust, Language::C, Language::Go] {
            for kind in [World::Evaluator, World::Gate, World::Workflow] {
                let files = Template { name: "my-plugin", kind, language }.files().unwrap();
                let named = |name: &str| files.iter().find(|(path, _)| path == Path::new(name)).unwrap();
                let main = String::from_utf8(named(language.main()).1.clone()).unwrap();
                assert!(main.contains("my-plugin"), "{main}");
                let sdk = if language == Language::Go { "goalpost" } else { "vendor" };
                assert!(files.iter().any(|(path, _)| path.starts_with(sdk)), "the SDK is there");
                for (path, content) in files.iter().filter(|(path, _)| !path.starts_with(sdk)) {
                    let text = String::from_utf8_lossy(content);
                    assert!(!text.contains("{{"), "{}: {text}", path.display());
                }
            }
        }
    }
}
