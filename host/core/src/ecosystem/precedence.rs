//! New files that a language would load in place of a protected one of the same name.
//!
//! Python takes a package or a compiled module before the module beside it, and JavaScript's resolvers have an order of
//! endings: with `tests/helper/__init__.py`, or `test/helper.js` beside `test/helper.ts`, the protected file is there, and is
//! not what runs.

use std::collections::HashMap;

use super::fold::fold;

/// Endings that JavaScript's resolvers try for a name without one.
const SCRIPTS: [&str; 10] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "json", "node"];

/// Protected files, by what they are imported as.
#[derive(Debug, Default)]
pub(super) struct Precedence {
    python: HashMap<String, String>,
    scripts: HashMap<String, String>,
}

impl Precedence {
    pub(super) fn new<'p>(protected: impl Iterator<Item = &'p str>) -> Self {
        let mut this = Self::default();
        for path in protected {
            let folded = fold(path);
            if let Some(module) = folded.strip_suffix(".py") {
                this.python.insert(module.to_owned(), path.to_owned());
            } else if let Some(module) = script(&folded) {
                if let Some(folder) = module.strip_suffix("/index") {
                    this.scripts.insert(folder.to_owned(), path.to_owned());
                }
                this.scripts.insert(module.to_owned(), path.to_owned());
            }
        }
        this
    }

    /// The protected file that the new `path` would be loaded in place of.
    pub(super) fn displaced(&self, path: &str) -> Option<&str> {
        let path = fold(path);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let compiled = name.ends_with(".so") || name.ends_with(".pyd");
        let module = match name.split('.').next() {
            Some("__init__") if compiled || name == "__init__.py" => folder.to_owned(),
            Some(first) if compiled => path[..path.len() - name.len() + first.len()].to_owned(),
            _ => String::new(),
        };
        // A package's own first file, compiled.
        let init = || compiled.then(|| self.python.get(&format!("{module}/__init__"))).flatten();
        let script = || match name {
            "package.json" => {
                self.scripts.get(folder).filter(|file| fold(file).starts_with(&format!("{folder}/index.")))
            }
            _ => self.scripts.get(script(&path)?),
        };
        self.python.get(&module).or_else(init).or_else(script).map(String::as_str)
    }
}

/// What a script is imported as.
fn script(path: &str) -> Option<&str> {
    let (module, ending) = path.rsplit_once('.')?;
    (SCRIPTS.contains(&ending) && !module.is_empty() && !module.ends_with('/')).then_some(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn displaced<'p>(protected: &'p [&'p str], path: &str) -> Option<String> {
        Precedence::new(protected.iter().copied()).displaced(path).map(str::to_owned)
    }

    #[test]
    fn a_package_or_a_compiled_module_comes_before_a_module() {
        let protected = ["tests/test_a.py", "tests/__init__.py"];
        for path in [
            "tests/test_a/__init__.py",
            "tests/test_a.cpython-311-x86_64-linux-gnu.so",
            "tests/test_a/__init__.abi3.so",
        ] {
            assert_eq!(displaced(&protected, path).as_deref(), Some("tests/test_a.py"), "{path}");
        }
        assert_eq!(displaced(&protected, "tests/__init__.so").as_deref(), Some("tests/__init__.py"));
        for path in ["tests/test_b/__init__.py", "tests/test_a/data.py", "tests/test_a.txt", "tests/a.so", "x.py"] {
            assert_eq!(displaced(&protected, path), None, "{path}");
        }
    }

    #[test]
    fn a_script_of_the_same_name_may_come_first() {
        let protected = ["test/helper.ts", "test/lib/index.js"];
        assert_eq!(displaced(&protected, "test/helper.js").as_deref(), Some("test/helper.ts"));
        assert_eq!(displaced(&protected, "test/lib.json").as_deref(), Some("test/lib/index.js"));
        assert_eq!(displaced(&protected, "test/lib/package.json").as_deref(), Some("test/lib/index.js"));
        for path in ["test/helper.md", "test/other.js", "test/package.json", "test/.js", "helper.js"] {
            assert_eq!(displaced(&protected, path), None, "{path}");
        }
    }
}
