//! Names that do harm only where they are new: what a test run would load in place of the real thing.
//!
//! A repository that has such a file may change it: pytest's own repository is full of `_pytest`. One that hasn't, and gets
//! one from a worker, has its test runner replaced.

use std::collections::{BTreeSet, HashSet};

use super::Ecosystem;
use super::fold::fold;

/// Folders of installed packages.
const PACKAGES: [(&str, Ecosystem); 6] = [
    ("node_modules", Ecosystem::Node),
    ("vendor", Ecosystem::Go),
    (".venv", Ecosystem::Python),
    ("venv", Ecosystem::Python),
    ("site-packages", Ecosystem::Python),
    ("__pypackages__", Ecosystem::Python),
];

/// Python finds modules in the folder it was started in, or that of the test, before its own.
const MODULES: [&str; 12] = [
    "pytest",
    "_pytest",
    "pluggy",
    "unittest",
    "doctest",
    "nose",
    "nose2",
    "coverage",
    "hypothesis",
    "mock",
    "tox",
    "nox",
];

/// What a test runner imports itself. Only a module, or a package with a first file of its own, comes before these.
const IMPORTED: [&str; 192] = [
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "bdb",
    "binascii",
    "bisect",
    "builtins",
    "bz2",
    "calendar",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "distutils",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "imaplib",
    "imp",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "multiprocessing",
    "netrc",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "socketserver",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tarfile",
    "tempfile",
    "termios",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
    "iniconfig",
    "packaging",
    "exceptiongroup",
    "tomli",
    "attr",
    "attrs",
    "execnet",
    "xdist",
    "pygments",
    "colorama",
    "typing_extensions",
    "six",
    "py",
    "pytest_cov",
    "pytest_mock",
    "pytest_asyncio",
    "pytest_django",
    "anyio",
    "sortedcontainers",
];

/// The folders, folded, that Python looks for modules in when it runs the tests of `baseline`, beside the usual ones: pytest
/// adds the nearest folder above a test that is no package.
fn import_roots<'p>(baseline: impl Iterator<Item = &'p str>) -> (HashSet<String>, HashSet<String>) {
    let files: HashSet<String> = baseline.map(fold).filter(|path| path.ends_with(".py")).collect();
    let (mut roots, mut of_tests) = (HashSet::new(), HashSet::new());
    for path in &files {
        let (mut folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if !(name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py") {
            continue;
        }
        of_tests.insert(folder.to_owned());
        while !folder.is_empty() && files.contains(&format!("{folder}/__init__.py")) {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        roots.insert(folder.to_owned());
    }
    (roots, of_tests)
}

/// The folder or file that makes `path` an intruder where nothing of it is in the baseline.
fn root(path: &str, found: &BTreeSet<Ecosystem>, roots: &HashSet<String>) -> Option<String> {
    let python = found.contains(&Ecosystem::Python);
    let mut end = 0;
    for (depth, part) in path.split('/').enumerate() {
        let start = end;
        end += part.len();
        let prefix = || Some(path[..end].to_owned());
        if PACKAGES.iter().any(|(name, ecosystem)| *name == part && found.contains(ecosystem)) {
            return prefix();
        }
        // Metadata of a package: pytest loads the plugins that it names.
        if python && (part.ends_with(".dist-info") || part.ends_with(".egg-info")) {
            return prefix();
        }
        let folder = path[..start].trim_end_matches('/');
        let importable = depth == 0 || matches!(folder, "src" | "tests" | "test") || roots.contains(folder);
        if python && importable && path.ends_with(".py") {
            let name = if end == path.len() { part.trim_end_matches(".py") } else { part };
            let is_first = end == path.len() || &path[end..] == "/__init__.py";
            if MODULES.contains(&name) || is_first && IMPORTED.contains(&name) {
                return prefix();
            }
        }
        end += 1;
    }
    None
}

#[derive(Debug)]
pub(super) struct Intruders {
    found: BTreeSet<Ecosystem>,
    import_roots: HashSet<String>,
    /// Folders with Python tests in them.
    test_folders: HashSet<String>,
    /// Roots that the baseline has, and so may be worked on.
    at_home: HashSet<String>,
}

impl Intruders {
    pub(super) fn new<'p>(found: BTreeSet<Ecosystem>, baseline: impl Iterator<Item = &'p str>) -> Self {
        let baseline: Vec<&str> = baseline.collect();
        let (import_roots, test_folders) = match found.contains(&Ecosystem::Python) {
            true => import_roots(baseline.iter().copied()),
            false => Default::default(),
        };
        let at_home = baseline.iter().filter_map(|path| root(&fold(path), &found, &import_roots)).collect();
        Self { found, import_roots, test_folders, at_home }
    }

    /// Whether a new `path` would be loaded in place of something that is not the repository's.
    pub(super) fn is_intruder(&self, path: &str) -> bool {
        let path = fold(path);
        // A folder of tests that becomes a package has its tests, and what they import, looked for elsewhere.
        path.strip_suffix("/__init__.py").is_some_and(|folder| self.test_folders.contains(folder))
            || root(&path, &self.found, &self.import_roots).is_some_and(|root| !self.at_home.contains(&root))
    }
}
