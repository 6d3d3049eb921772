//! `goalpost plugin test`

use std::path::{Path, PathBuf};

use anyhow::Result;
use goalpost_plugins::Plugin;

use super::case::{self, Case};
use super::project::Project;
use super::say::print;
use super::source;
use crate::exit::{Exit, UsageError};

/// Put cases before a plugin, and compare what it concludes with what it must
///
/// A case is a TOML file: the work and what is said of it, what a model, checks and agents answer, and what the plugin must
/// conclude. Nothing real is asked. Exit code 0 when every case is as expected, 2 when one is not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  $ goalpost plugin test changelog-judge --only unsaid")]
pub(crate) struct TestArgs {
    /// The plugin's project, or a folder in it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Test this component, a file or builtin:NAME, instead of the one that the project was built to
    #[arg(long)]
    plugin: Option<String>,
    /// The folder with the cases; `cases` in the project when not given
    #[arg(long, value_name = "FOLDER")]
    cases: Option<PathBuf>,
    /// Only cases with this in their names
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(super) async fn run(args: &TestArgs) -> Result<Exit> {
    let (name, folder) = match (&args.plugin, &args.cases) {
        (Some(plugin), Some(cases)) => (plugin.clone(), cases.clone()),
        (plugin, cases) => {
            let project = Project::find(&args.dir)?;
            let name = plugin.clone().map_or_else(|| source::built(&project), Ok)?;
            (name, cases.clone().unwrap_or_else(|| project.folder.join("cases")))
        }
    };
    let mut files = case::files(&folder)?;
    if let Some(only) = &args.only {
        files.retain(|path| stem(path).contains(only.as_str()));
    }
    if files.is_empty() {
        return Err(UsageError(format!("there is no case in {}: a case is a .toml file", folder.display())).into());
    }
    let plugin = source::open(&name)?;
    let mut wrong = 0;
    for path in &files {
        let case = Case::read(path)?;
        let differences = differences(&case, path, &plugin).await?;
        let word = if differences.is_empty() { "ok   " } else { "wrong" };
        let mut lines = vec![format!("{word}  {}  {}", stem(path), case.shows)];
        wrong += usize::from(!differences.is_empty());
        lines.extend(differences.iter().map(|difference| format!("  {}", difference.replace('\n', "\n  "))));
        print(&lines)?;
    }
    print(&[format!("{} of {} cases are as expected", files.len() - wrong, files.len())])?;
    Ok(if wrong == 0 { Exit::Achieved } else { Exit::NotAchieved })
}

async fn differences(case: &Case, path: &Path, plugin: &Plugin) -> Result<Vec<String>> {
    let admitted = match case.admit(path, plugin).await? {
        Ok(admitted) => admitted,
        Err(why) => return Ok(vec![why]),
    };
    let played = case.play(&admitted).await?;
    let mut differences = case.differences(&played);
    differences.extend(played.unforeseen);
    Ok(differences)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
