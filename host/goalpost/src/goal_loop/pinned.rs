//! The programs that decide, held to what they were before the worker first ran.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use goalpost_core::ids::Digest;
use goalpost_core::tools::{self, FIRST_LINE, Interpreter, Tool, Tools};
use goalpost_workspace::process::resolve_program;

use super::reach::Reach;

/// An interpreter may be a script in turn; the kernel follows no more of them than this.
const DEEPEST: usize = 5;

/// The programs of a goal, with what was seen of them so far.
#[derive(Debug, Default)]
pub(crate) struct PinnedTools {
    tools: Tools,
    /// Files that were digested by this process, and what they looked like then. A file that is written to gets another
    /// change time, which no program can set.
    seen: Mutex<HashMap<PathBuf, (Look, Digest)>>,
}

/// What tells one state of a file from another, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    device: u64,
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl PinnedTools {
    /// Those that a goal started with.
    pub(super) fn kept(tools: Tools) -> Self {
        Self { tools, seen: Mutex::default() }
    }

    /// What receipts say of them.
    pub(crate) fn pinned(&self) -> &Tools {
        &self.tools
    }

    /// Pins the program at `path` and whatever interprets it.
    ///
    /// # Errors
    /// A file that can't be read. One that may be executed and not read is pinned by nobody.
    pub(super) fn pin(&mut self, path: &Path, reach: &Reach) -> io::Result<()> {
        let mut next = path.to_owned();
        for _ in 0..DEEPEST {
            let key = next.to_string_lossy().into_owned();
            if self.tools.contains_key(&key) {
                break;
            }
            let (tool, interpreter) = self.look_at(&next, reach)?;
            self.tools.insert(key, tool);
            match interpreter {
                Some(path) => next = path,
                None => break,
            }
        }
        Ok(())
    }

    /// The program at `path`, and the path of what interprets it.
    fn look_at(&self, path: &Path, reach: &Reach) -> io::Result<(Tool, Option<PathBuf>)> {
        let real = path.canonicalize()?;
        let sha256 = self.digest(&real)?;
        let mut start = Vec::new();
        File::open(&real)?.take(FIRST_LINE as u64).read_to_end(&mut start)?;
        let interpreter = match tools::interpreter(&start) {
            None => None,
            Some(Interpreter::Path(path)) => Some(PathBuf::from(path)),
            Some(Interpreter::Env(env, name)) => {
                let env = PathBuf::from(env);
                // The one that is looked up decides more than `env` does; where it is not found, the script fails.
                let places: Vec<&Path> = reach.places().collect();
                Some(resolve_program(name, &reach.search_path(), &places).unwrap_or(env))
            }
        };
        let interpreter = interpreter.filter(|path| path.is_absolute() && path.exists());
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let tool = Tool {
            shim: tools::shim(&text(&real)).map(str::to_owned),
            real: text(&real),
            sha256,
            interpreter: interpreter.as_deref().map(text),
        };
        Ok((tool, interpreter))
    }

    /// The SHA-256 of a file, read only when it was not seen like this before.
    fn digest(&self, real: &Path) -> io::Result<Digest> {
        let look = |meta: &Metadata| Look {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            changed: (meta.ctime(), meta.ctime_nsec()),
        };
        let before = look(&fs::metadata(real)?);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, digest)) = seen.get(real)
            && *known == before
        {
            return Ok(digest.clone());
        }
        let digest = Digest::of_reader(File::open(real)?)?;
        // Changed under our eyes: this digest is of neither, and is not remembered.
        if look(&fs::metadata(real)?) == before {
            seen.insert(real.to_owned(), (before, digest.clone()));
        }
        Ok(digest)
    }

    /// Whether the program at `path`, and whatever interprets it, is what it was; otherwise what a person has to know. A
    /// program that was never pinned is one of the tree.
    pub(super) fn check(&self, path: &str) -> Result<(), String> {
        let mut next = Some(path);
        for _ in 0..DEEPEST {
            let Some((path, tool)) = next.and_then(|path| Some((path, self.tools.get(path)?))) else { break };
            let real = Path::new(path).canonicalize().map_err(|error| format!("the program `{path}`: {error}"))?;
            let digest = self.digest(&real).map_err(|error| format!("the program `{path}`: {error}"))?;
            if real != Path::new(&tool.real) || digest != tool.sha256 {
                return Err(format!(
                    "the program `{path}` is not the one that the goal started with (SHA-256 {}, {} then): put it back, or \
                     start the goal anew",
                    digest.short(),
                    tool.sha256.short()
                ));
            }
            next = tool.interpreter.as_deref();
        }
        Ok(())
    }

    /// The same programs as they are now; one that is gone is left out.
    pub(super) fn as_they_are(&self) -> Self {
        let mut now = Self::default();
        for (path, tool) in &self.tools {
            let path_now = Path::new(path);
            if let Ok(real) = path_now.canonicalize()
                && let Ok(sha256) = self.digest(&real)
            {
                let real = real.to_string_lossy().into_owned();
                now.tools.insert(path.clone(), Tool { real, sha256, ..tool.clone() });
            }
        }
        now
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn program(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn pinned(path: &Path) -> PinnedTools {
        let mut tools = PinnedTools::default();
        tools.pin(path, &Reach::default()).unwrap();
        tools
    }

    #[test]
    fn a_program_that_changes_is_refused_and_one_that_is_put_back_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tool");
        program(&path, "#!/bin/sh\nexit 1\n");
        let tools = pinned(&path);
        let name = path.to_str().unwrap();
        assert_eq!(tools.check(name), Ok(()));
        // The same size, and as old as it was: only the content tells.
        let made = fs::metadata(&path).unwrap().modified().unwrap();
        program(&path, "#!/bin/sh\nexit 0\n");
        File::options().write(true).open(&path).unwrap().set_modified(made).unwrap();
        let why = tools.check(name).unwrap_err();
        assert!(why.contains("not the one that the goal started with"), "{why}");
        program(&path, "#!/bin/sh\nexit 1\n");
        assert_eq!(tools.check(name), Ok(()));
        fs::remove_file(&path).unwrap();
        assert!(tools.check(name).is_err());
    }

    #[test]
    fn an_interpreter_is_pinned_with_its_script() {
        let dir = tempfile::tempdir().unwrap();
        let (interpreter, script) = (dir.path().join("interpreter"), dir.path().join("script"));
        program(&interpreter, "#!/bin/sh\n");
        program(&script, &format!("#!{}\n", interpreter.display()));
        let tools = pinned(&script);
        assert!(tools.pinned().contains_key("/bin/sh"));
        program(&interpreter, "#!/bin/sh\nexit 0\n");
        let why = tools.check(script.to_str().unwrap()).unwrap_err();
        assert!(why.contains("/interpreter`"), "{why}");
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_refused_though_the_content_is_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other, link) = (dir.path().join("one"), dir.path().join("other"), dir.path().join("link"));
        program(&one, "#!/bin/sh\n");
        program(&other, "#!/bin/sh\n");
        symlink(&one, &link).unwrap();
        let tools = pinned(&link);
        assert_eq!(tools.check(link.to_str().unwrap()), Ok(()));
        fs::remove_file(&link).unwrap();
        symlink(&other, &link).unwrap();
        assert!(tools.check(link.to_str().unwrap()).is_err());
    }
}
