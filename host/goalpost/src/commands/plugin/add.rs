//! `goalpost plugin add`

use std::path::{Path, PathBuf};

use anyhow::Result;
use goalpost_core::config;
use goalpost_core::lock_file::{self};
use goalpost_plugins::{Kind, Plugin, Standing};
use goalpost_workspace::repository::Workspace;
use goalpost_workspace::snapshot::is_ignored;
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use super::say::print;
use super::{agree, inspect, locking, source};
use crate::exit::{Exit, UsageError};
use crate::goal_loop::{FILE, text_of};
use crate::signature;

/// Add a plugin to goalpost.toml and goalpost.lock: show what it wants, and grant it if you agree
///
/// The component itself says what it imports; it is run only to describe itself, with nothing behind its imports.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  $ goalpost plugin add judges/security.wasm --grant tree --config '{ fail_on = \"high\" }'"
)]
pub(crate) struct AddArgs {
    /// builtin:NAME, a component's file, or the folder of the project that it was built in
    plugin: String,
    /// What to call it in goalpost.toml
    #[arg(long)]
    name: Option<String>,
    /// Grant this without being asked: `tree`, `agents`, `state`, `checks=NAME,NAME`, `files=FOLDER`, `llm=PROVIDER/MODEL`,
    /// `http=HOST,HOST`, or as TOML, such as
    /// 'llm = { model = "anthropic/claude-haiku-4-5", tokens = 20_000 }'
    #[arg(long = "grant", value_name = "CAPABILITY")]
    grants: Vec<String>,
    /// What it is told, such as '{ word = "done" }': its `config`
    #[arg(long, value_name = "TOML")]
    config: Option<String>,
    /// Agree to what it wants, without being asked
    #[arg(long)]
    yes: bool,
    /// The folder of goalpost.toml, or one below it
    #[arg(long, default_value = ".")]
    dir: PathBuf,
}

pub(super) async fn run(args: &AddArgs) -> Result<Exit> {
    let (folder, text) = text_of(&args.dir)?;
    let mut document: DocumentMut =
        text.parse().map_err(|error| UsageError(format!("{FILE} can't be edited: {error}")))?;
    let given = source::lying(&args.plugin)?;
    let component = source::read(&given)?;
    let bytes = component.len();
    let plugin = source::load(&given, component)?;
    refuse_impossible(&plugin)?;
    if !given.starts_with("builtin:") {
        signature::signer(Path::new(&given), plugin.digest()).map_err(|error| UsageError(error.to_string()))?;
    }
    let description =
        plugin.describe(&source::limits(plugin.kind())).await.map_err(|error| UsageError(error.to_string()))?;
    let wants = plugin.wants();
    inspect::print_all(&plugin, bytes, &wants, Some(&description))?;

    let config = args.config.as_deref().map(config_of).transpose()?.unwrap_or_default();
    let grants = granted(args, &plugin)?;
    let name = args.name.clone().unwrap_or_else(|| description.name.clone());
    let named = as_named(&folder, &given)?;
    enter(&mut document, plugin.kind(), &name, &named, [("grants", grants), ("config", config)])?;
    let text = document.to_string();
    // As it will be read: a name that is taken or a grant that says nothing is found before anything is written.
    let goal = config::parse(&text, FILE)
        .map_err(|errors| UsageError(format!("with it {FILE} would not be right, and is left as it was: {errors}")))?;

    let mut lock = locking::read_agreed(&folder)?;
    let key = match plugin.kind() {
        Kind::Gate => format!("gate/{name}"),
        Kind::Evaluator => format!("evaluator/{name}"),
        Kind::Workflow => "workflow".to_owned(),
    };
    let uses = lock_file::uses(&goal);
    let used = uses.iter().find(|(used, _)| *used == key);
    let entry = used.map(|(_, configured)| locking::entry(&folder, &key, configured)).transpose()?.flatten();
    if entry.as_ref().is_some_and(|entry| entry.sha256 != *plugin.digest()) {
        return Err(UsageError(format!("`{}` changed while it was looked at: nothing was written", args.plugin)).into());
    }
    // The lock first: a plugin that is locked and not named does nothing.
    if let Some(entry) = entry {
        lock.plugins.insert(key, entry);
        locking::write(&folder, &lock)?;
    }
    locking::replace(&folder.join(FILE), &text)?;
    let configured = used.map(|(_, configured)| *configured);
    let locked = if named.starts_with("builtin:") { "" } else { " and goalpost.lock: commit both" };
    print(&[format!("added {} `{name}` to {FILE}{locked}", plugin.kind())])?;
    print(&left_out(&folder, &named))?;
    if let Some(configured) = configured
        && let Err(error) = plugin.admit(&configured.grants, &configured.limits, &configured.config).await
    {
        let next = if named.starts_with("builtin:") { "" } else { ", then run `goalpost plugin update`" };
        print(&[format!("It does not run yet: {error}\nMend that in {FILE}{next}.")])?;
    }
    Ok(Exit::Achieved)
}

/// Says that nobody else will have the component, where git leaves it out: what a project builds lies in such a folder.
fn left_out(folder: &Path, named: &str) -> Vec<String> {
    let Ok(workspace) = Workspace::open(folder) else { return Vec::new() };
    let Ok(prefix) = folder.strip_prefix(workspace.root()) else { return Vec::new() };
    let Some(below) = named.strip_prefix("./") else { return Vec::new() };
    if !is_ignored(&workspace, &prefix.join(below)) {
        return Vec::new();
    }
    vec![format!(
        "note: git ignores {named}, so whoever clones this has to build it: or add a copy of it from a folder that is committed"
    )]
}

/// Says everything that no grant could give, at once.
fn refuse_impossible(plugin: &Plugin) -> Result<()> {
    let never: Vec<_> = plugin
        .wants()
        .into_iter()
        .filter_map(|import| match import.standing {
            Standing::Refused(problem) => Some(format!("\n  - {problem}")),
            _ => None,
        })
        .collect();
    if never.is_empty() {
        return Ok(());
    }
    Err(UsageError(format!("`{}` can't be used:{}", plugin.source(), never.concat())).into())
}

/// What the person grants, as it is to stand in the configuration.
fn granted(args: &AddArgs, plugin: &Plugin) -> Result<InlineTable> {
    let mut grants = InlineTable::new();
    for text in &args.grants {
        let (key, value) = grant(text)?;
        grants.insert(&key, value);
    }
    let wants = plugin.wants();
    let wanted = |name: &str| {
        wants.iter().any(|import| matches!(&import.standing, Standing::Grant { capability, .. } if *capability == name))
    };
    if let Some((extra, _)) = grants.iter().find(|(key, _)| !wanted(key)) {
        return Err(UsageError(format!("`{}` does not ask for `{extra}`: nothing was written", args.plugin)).into());
    }
    let mut open = Vec::new();
    for import in &wants {
        let Standing::Grant { capability, fix, means } = &import.standing else { continue };
        if grants.contains_key(capability) {
            continue;
        }
        let plain = matches!(*capability, "tree" | "agents" | "state");
        if args.yes && plain {
            let (key, value) = grant(capability)?;
            grants.insert(&key, value);
        } else if agree::anybody() && !args.yes {
            let granted = if plain {
                agree::yes(&format!("Let it {means}?"))?.then(|| grant(capability)).transpose()?
            } else {
                asked(capability, means, plugin.kind())?
            };
            let Some((key, value)) = granted else {
                return Err(UsageError("nothing was written".to_owned()).into());
            };
            grants.insert(&key, value);
        } else {
            open.push(if plain { format!("--grant {capability}") } else { format!("--grant '{fix}'") });
        }
    }
    if open.is_empty() {
        return Ok(grants);
    }
    let message = format!("it needs your word, and there is nobody to ask. If you agree, add: {}", open.join(" "));
    Err(UsageError(message).into())
}

/// Asks what of a capability a plugin is granted, until that can be understood; none for nothing of it.
fn asked(capability: &str, means: &str, kind: Kind) -> Result<Option<(String, Value)>> {
    let which = match capability {
        "llm" => "Which model, such as anthropic/claude-haiku-4-5?",
        "checks" => "Which checks, by their names in goalpost.toml, with commas between them?",
        "http" => "Which hosts, such as api.example.com, with commas between them?",
        "files" => "Which folder, such as docs/api?",
        _ => "What of it?",
    };
    loop {
        let line = agree::ask(&format!("It wants to {means}.\n{which} Nothing for no:"))?;
        if line.is_empty() {
            return Ok(None);
        }
        let granted = grant(&of(capability, &line)).and_then(|(key, value)| {
            // As it will be read from the file, so that an answer that says nothing is asked for again.
            source::options(&format!("grants = {{ {key} = {value} }}"), "your answer", kind)?;
            Ok((key, value))
        });
        match granted {
            Ok(granted) => return Ok(Some(granted)),
            Err(error) => eprintln!("{error}"),
        }
    }
}

/// An answer as `--grant` takes it: whoever was asked for a model writes the model, or the whole grant as they were shown it.
fn of(capability: &str, answer: &str) -> String {
    let is_whole = answer.strip_prefix(capability).is_some_and(|rest| rest.trim_start().starts_with('='));
    if is_whole { answer.to_owned() } else { format!("{capability}={answer}") }
}

/// One `--grant`, in its short form or as TOML.
fn grant(text: &str) -> Result<(String, Value)> {
    let unusable = |why: &str| UsageError(format!("`--grant {text}`: {why}"));
    let short =
        |name: &str, toml: String| Ok((name.to_owned(), toml.parse::<Value>().map_err(|e| unusable(&e.to_string()))?));
    match text.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
        None if matches!(text, "tree" | "state") => short(text, "true".to_owned()),
        None if text == "agents" => short("agents", "{ runs = 16, concurrent = 4 }".to_owned()),
        None => Err(unusable("say what of it, such as `llm=anthropic/claude-haiku-4-5` or `checks=NAME`").into()),
        Some((key, value)) => match (key, value.parse::<Value>()) {
            (_, Ok(value)) => Ok((key.to_owned(), value)),
            ("llm", Err(_)) => {
                let mut table = InlineTable::new();
                table.insert("model", value.into());
                Ok((key.to_owned(), table.into()))
            }
            ("checks", Err(_)) => {
                Ok((key.to_owned(), Value::Array(value.split(',').map(|name| name.trim().to_owned()).collect())))
            }
            ("http", Err(_)) => {
                let services = value.split(',').map(|host| {
                    let mut table = InlineTable::new();
                    table.insert("host", host.trim().into());
                    table
                });
                Ok((key.to_owned(), Value::Array(services.collect())))
            }
            ("files", Err(_)) => {
                let name = Path::new(value).file_name().and_then(|name| name.to_str()).unwrap_or("files");
                let mut table = InlineTable::new();
                table.insert(name, value.into());
                Ok((key.to_owned(), table.into()))
            }
            (_, Err(error)) => Err(unusable(&error.to_string()).into()),
        },
    }
}

/// What stands in `--config`.
fn config_of(text: &str) -> Result<InlineTable> {
    let unusable = |why: &str| UsageError(format!("`--config {text}`: {why}"));
    match text.parse::<Value>() {
        Ok(Value::InlineTable(table)) => Ok(table),
        Ok(_) => Err(unusable("it is no table: write '{ word = \"done\" }'").into()),
        Err(error) => Err(unusable(&error.to_string()).into()),
    }
}

/// A plugin as `goalpost.toml` is to name it: a file relative to its folder where it lies below it.
fn as_named(folder: &Path, plugin: &str) -> Result<String> {
    if plugin.starts_with("builtin:") {
        return Ok(plugin.to_owned());
    }
    let path = Path::new(plugin).canonicalize().map_err(|error| UsageError(format!("{plugin}: {error}")))?;
    let folder = folder.canonicalize()?;
    let named = path.strip_prefix(&folder).map_or_else(|_| path.clone(), |below| Path::new(".").join(below));
    let named = named.to_str().map(str::to_owned);
    named.ok_or_else(|| UsageError(format!("the path of {} is not UTF-8: move it", path.display())).into())
}

/// Adds the entry. Comments and order of the rest stay.
fn enter(
    document: &mut DocumentMut,
    kind: Kind,
    name: &str,
    plugin: &str,
    beside: [(&str, InlineTable); 2],
) -> Result<()> {
    let beside = beside.into_iter().filter(|(_, table)| !table.is_empty());
    if kind == Kind::Workflow {
        let worker = document.entry("worker").or_insert(Item::Table(Table::new()));
        let worker = worker.as_table_mut().ok_or_else(|| UsageError("`worker` is no table".to_owned()))?;
        if let Some(taken) = ["agent", "command", "workflow"].into_iter().find(|key| worker.contains_key(key)) {
            let message = format!("[worker] has `{taken}` already: take it out first, a turn is driven by one of them");
            return Err(UsageError(message).into());
        }
        worker.insert("workflow", toml_edit::value(plugin));
        worker.extend(beside.map(|(key, table)| (key, toml_edit::value(table))));
        return Ok(());
    }
    let list = if kind == Kind::Gate { "gate" } else { "evaluator" };
    let entries = document.entry(list).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(entries) = entries.as_array_of_tables_mut() else {
        return Err(UsageError(format!("`{list}` is no list of tables: write it as [[{list}]]")).into());
    };
    let mut table = Table::new();
    table.insert("name", toml_edit::value(name));
    table.insert("plugin", toml_edit::value(plugin));
    table.extend(beside.map(|(key, table)| (key, toml_edit::value(table))));
    entries.push(table);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn grants_have_a_short_form() {
        let shown = |text: &str| grant(text).map(|(key, value)| format!("{key} = {}", value.to_string().trim()));
        assert_eq!(shown("tree").unwrap(), "tree = true");
        assert_eq!(shown("llm=a/b").unwrap(), "llm = { model = \"a/b\" }");
        assert_eq!(shown("state").unwrap(), "state = true");
        assert_eq!(shown("files=docs/api").unwrap(), "files = { api = \"docs/api\" }");
        assert_eq!(shown("checks=one,two").unwrap(), "checks = [\"one\", \"two\"]");
        assert_eq!(shown("llm = { model = \"a/b\", tokens = 5 }").unwrap(), "llm = { model = \"a/b\", tokens = 5 }");
        assert_eq!(shown("http=a.com,*.b.com").unwrap(), "http = [{ host = \"a.com\" }, { host = \"*.b.com\" }]");
        assert!(shown("llm").unwrap_err().to_string().contains("llm=anthropic/"));
    }

    #[test]
    fn an_answer_is_what_was_asked_for_or_the_whole_grant() {
        for (capability, answer) in [
            ("llm", "a/b"),
            ("llm", "llm = { model = \"a/b\" }"),
            ("checks", "one"),
            ("files", "docs/api"),
            ("http", "a.com"),
        ] {
            assert_eq!(grant(&of(capability, answer)).unwrap().0, capability, "{answer}");
        }
    }

    #[test]
    fn comments_stay() {
        let mut document: DocumentMut = "# mine\n[goal] # too\n\n[[gate]]\nname = \"a\" # one\n".parse().unwrap();
        let mut grants = InlineTable::new();
        grants.insert("tree", true.into());
        let config = config_of("{ allow = [\"src/**\"] }").unwrap();
        enter(&mut document, Kind::Gate, "scope", "builtin:scope", [("grants", grants), ("config", config)]).unwrap();
        assert_eq!(
            document.to_string(),
            "# mine\n[goal] # too\n\n[[gate]]\nname = \"a\" # one\n\n[[gate]]\nname = \"scope\"\n\
             plugin = \"builtin:scope\"\ngrants = { tree = true }\n\
             config = { allow = [\"src/**\"] }\n"
        );
    }

    #[test]
    fn a_worker_is_not_replaced() {
        let mut document: DocumentMut = "[worker]\nagent = \"codex\"\n".parse().unwrap();
        assert!(enter(&mut document, Kind::Workflow, "w", "./w.wasm", Default::default()).is_err());
    }
}
