//! Calls every function of every interface that a judge may import, and says what came of it.

use std::time::Duration;

use goalpost_sdk::checks::{self, Edit};
use goalpost_sdk::evaluator::*;
use goalpost_sdk::http::{self, Fetch};
use goalpost_sdk::llm::{self, Ask, Message, Request, Role};
use goalpost_sdk::tree::{self, EntryKind, Tree};
use goalpost_sdk::{files, state};

goalpost_sdk::evaluator!(judge, name = "imports", summary = "Calls all that a judge may call");

/// The most bytes of a file that are read.
const MOST: usize = 1 << 16;

fn judge(_: Evidence) -> Result<Verdict, String> {
    log::trace!("here");
    log::debug!("here");
    log::info!("here");
    log::warn!("here");
    log::error!("here");
    let mut lines = trees().map_err(|error| error.text())?;
    lines.extend(runs_of_checks().map_err(|error| error.text())?);
    lines.extend(models().map_err(|error| error.to_string())?);
    lines.extend(services().map_err(|error| error.to_string())?);
    lines.extend(remembered().map_err(|error| error.text())?);
    lines.extend(folders().map_err(|error| error.text())?);
    Ok(Verdict::unsatisfied(lines.join("\n")))
}

fn joined<T>(items: impl IntoIterator<Item = T>, show: impl FnMut(T) -> String) -> String {
    items.into_iter().map(show).collect::<Vec<_>>().join(", ")
}

fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Executable => "executable",
        EntryKind::Symlink => "symlink",
        EntryKind::Submodule => "submodule",
    }
}

fn change(change: Change) -> String {
    let kind = match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Deleted => "deleted",
        ChangeKind::Renamed => "renamed",
        ChangeKind::TypeChanged => "type-changed",
    };
    format!("{} {kind} {}", change.path, change.lines.map_or(0, |lines| lines.added))
}

fn trees() -> Result<Vec<String>, tree::TreeError> {
    let (base, done, sealed): (Tree, Tree, Tree) = (tree::baseline(), tree::candidate(), tree::sealed());
    let entries = sealed.files("src").collect::<Result<Vec<_>, _>>()?;
    let patch = done.patch(&base, "src/a.txt", MOST as u32)?;
    let mut lines = vec![
        format!("ids: {} {}", base.id() != done.id(), done.id() == sealed.id()),
        format!("entries: {}", joined(entries, |entry| format!("{} {} {}", entry.path, kind(entry.kind), entry.size))),
        format!("entry: {} {}", sealed.stat("src/a.txt")?.size, sealed.has("src/none")?),
        format!("content: {}", sealed.read_text("src/a.txt", MOST)?),
        format!("changes: {}", joined(done.diff(&base, "")?, change)),
        format!("patch: {} {}", patch.contains("+zwei"), patch.contains("-two")),
    ];
    lines.extend(["../a", "src"].iter().filter_map(|path| sealed.read(path, 0, 1).err()).map(|error| error.text()));
    Ok(lines)
}

fn runs_of_checks() -> Result<Vec<String>, checks::CheckError> {
    let ran = checks::run("lint")?;
    let mut artifacts = Vec::new();
    for artifact in ran.artifacts() {
        artifacts.push(format!("{} {}", artifact.path, ran.artifact_text(&artifact.path, MOST)?));
    }
    let edits = [
        Edit { path: "src/a.txt".to_owned(), content: Some(b"other".to_vec()) },
        Edit { path: "src/b.txt".to_owned(), content: None },
    ];
    let mut lines = vec![
        format!("checks: {}", checks::names().join(", ")),
        format!("lint: {} {}", ran.report().status.as_str(), ran.report().summary),
        format!("artifacts: {}", artifacts.join(", ")),
        format!("again: {}", checks::run_with("lint", &edits)?.report().status.as_str()),
    ];
    lines.extend(checks::run("other").err().map(|error| error.text()));
    Ok(lines)
}

#[derive(serde::Deserialize)]
struct Counted {
    n: u32,
}

fn models() -> Result<Vec<String>, llm::AskError> {
    let said = |role, content: &str| Message { role, content: content.to_owned() };
    let answer = llm::complete(&Request {
        model: None,
        system: Some("Be short.".to_owned()),
        messages: vec![said(Role::Assistant, "Ask."), said(Role::User, "What is it?")],
        max_tokens: 100,
        temperature: Some(0.0),
        response_schema: None,
    })
    .map_err(llm::AskError::Host)?;
    let counted: Counted = Ask::new("How many?").json(r#"{ "type": "object", "required": ["n"] }"#)?;
    let mut lines = vec![
        format!("models: {}", llm::models().join(", ")),
        format!("answer: {} {} {}", answer.text, answer.model, answer.usage.output_tokens),
        format!("json: {}", counted.n),
    ];
    for ask in [Ask::new("Another?").model(Some("any/other".to_owned())), Ask::new("Late?")] {
        if let Err(llm::AskError::Host(error)) = ask.send() {
            lines.push(error.text());
        }
    }
    Ok(lines)
}

fn services() -> Result<Vec<String>, http::FetchError> {
    let url = "https://api.example.com/x";
    let asked = Fetch::new("POST", url).header("x-key", http::secret("KEY")).body("sent");
    let answer = asked.timeout(Duration::from_millis(900)).send()?;
    let kind = answer.header("X-Kind").unwrap_or_default();
    let mut lines = vec![format!("service: {} {kind} {}", answer.status, answer.text())];
    let refused = ["https://other.example.com/", url].map(|url| Fetch::get(url).send());
    lines.extend(refused.into_iter().filter_map(Result::err).map(|error| error.0.text()));
    Ok(lines)
}

fn remembered() -> Result<Vec<String>, state::StateError> {
    let before = state::get_text("seen")?.unwrap_or_default();
    let none = state::get("none")?.is_some();
    state::set("again", b"yes")?;
    let (was, still) = (state::delete("seen")?, state::delete("seen")?);
    let mut lines = vec![format!("state: {before} {none} {was} {still} {}", state::keys("")?.join(", "))];
    lines.extend(state::set("", b"no key").err().map(|error| error.text()));
    Ok(lines)
}

fn folders() -> Result<Vec<String>, files::FilesError> {
    let is_there = !matches!(files::read_bytes("docs", "none.md", MOST), Err(files::FilesError::NotFound));
    let mut lines = vec![
        format!("folders: {}", files::folders().join(", ")),
        format!("files: {}", joined(files::list("docs", "")?, |file| format!("{} {}", file.path, file.size))),
        format!("file: {} {is_there}", files::read_text("docs", "api.md", MOST)?),
    ];
    lines.extend(files::read("other", "api.md", 0, 1).err().map(|error| error.text()));
    Ok(lines)
}
