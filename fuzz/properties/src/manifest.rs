//! Manifests and lock files of package managers, merged when a candidate is sealed.

use goalpost_core::merge::{Merged, Surroundings, merge};
use serde_json::Value;

use crate::input::{choice, halves};
use crate::{Target, seeds};

/// This property.
pub const TARGET: Target = Target {
    name: "manifest",
    check,
    seeds: || {
        let of = |path: &str, old: &[u8], new: &[u8]| {
            let which = PATHS.iter().position(|known| *known == path).unwrap_or_default();
            seeds::choosing(which as u8, [seeds::joined(old, new)]).collect::<Vec<_>>()
        };
        let cargo = seeds::file("host/core/Cargo.toml");
        let mut all = of("Cargo.toml", &cargo, &cargo);
        all.extend(of(
            "Cargo.toml",
            &cargo,
            b"[package]\nname = \"x\"\n[dependencies]\nproptest = { path = \"f\" }\n[[test]]",
        ));
        for (path, old, new) in PAIRS {
            all.extend(of(path, old.as_bytes(), new.as_bytes()));
            all.extend(of(path, new.as_bytes(), old.as_bytes()));
        }
        all
    },
    words: &[
        "[package]\n",
        "name = \"x\"\n",
        "[dependencies]\n",
        "serde = \"1\"\n",
        "proptest = { path = \"f\" }\n",
        "[profile.dev]\n",
        "panic = \"abort\"\n",
        "[workspace]\n",
        "members = [\"a\"]\n",
        "[[test]]\n",
        "[lib]\n",
        "test = false\n",
        "[project]\n",
        "dependencies = [\"pytest @ file:///x\"]\n",
        "[tool.pytest.ini_options]\n",
        "[tool.uv.sources]\n",
        "[packages]\n",
        "module x\n",
        "require a v1\n",
        "replace a => b\n",
        "go 1.2\n",
        "-e ./x\n",
        "pytest\n",
        "tool.x = 1\n",
        "a.b.c = [{ d = 1 }, 2]\n",
        "\"scripts\": {\"test\": \"exit 0\"},",
        "\"jest\": {},",
        "\"dependencies\": {\"chai\": \"file:x\"},",
        "\u{feff}",
        "\r\n",
        "<dependency>",
        "</dependency>",
        "# ",
        "install_requires=['x'],",
        "gem 'x'\n",
        "\\\n",
        "--hash=sha256:0\n",
    ],
};

const PATHS: [&str; 20] = [
    "Cargo.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "go.sum",
    "setup.py",
    "pom.xml",
    "build.gradle",
    "Gemfile",
    "composer.json",
    "a.csproj",
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "Pipfile",
    "go.mod",
    "requirements.txt",
];

const PAIRS: [(&str, &str, &str); 14] = [
    (
        "package.json",
        "{\"name\":\"a\",\"scripts\":{\"test\":\"jest\"}}",
        "{\"scripts\":{\"test\":\"exit 0\"},\"dependencies\":{\"ky\":\"^1\"}}",
    ),
    (
        "package-lock.json",
        "{\"lockfileVersion\":3,\"packages\":{\"\":{}}}",
        "{\"lockfileVersion\":3,\"packages\":{\"node_modules/jest\":{\"version\":\"1\",\"resolved\":\"file:x\"}}}",
    ),
    (
        "Cargo.lock",
        "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n",
        "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+x\"\n",
    ),
    ("yarn.lock", "a@^1:\n  version \"1\"\n  resolved \"u#1\"\n", "b@^1:\n  version \"1\"\n  resolved \"file:x\"\n"),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\npackages:\n  a@1:\n    resolution: {integrity: x}\n",
        "lockfileVersion: '9.0'\npackages:\n  a@1:\n    resolution: {tarball: file:x}\n",
    ),
    (
        "pyproject.toml",
        "[project]\nname = \"a\"\ndependencies = [\"rich\"]\n[tool.pytest.ini_options]\naddopts = \"-q\"\n",
        "[project]\nname = \"a\"\ndependencies = [\"pytest @ file:///x\"]\n",
    ),
    ("Pipfile", "[packages]\na = \"*\"\n", "[packages]\npytest = {path = \"f\"}\n[scripts]\ntest = \"true\"\n"),
    (
        "go.mod",
        "module x\n\ngo 1.2\n\nrequire a v1.0.0\n",
        "module x\n\ngo 1.2\n\nrequire (\n\ta v1.0.0\n)\nreplace a => ./b\n",
    ),
    ("requirements.txt", "pytest==8 --hash=sha256:0\nrich\n", "-e ./pytest\nrich>=1 \\\n  --hash=sha256:1\n"),
    (
        "setup.py",
        "from setuptools import setup\nsetup(name='a', install_requires=['x'])\n",
        "from setuptools import setup\nsetup(name='a', install_requires=['x', 'y'], cmdclass={})\n",
    ),
    (
        "pom.xml",
        "<project><dependencies></dependencies></project>",
        "<project><dependencies><dependency><groupId>a</groupId></dependency></dependencies></project>",
    ),
    (
        "build.gradle",
        "dependencies {\n  implementation 'a:b:1'\n}\n",
        "dependencies {\n  implementation 'a:c:1'\n}\ntest { enabled = false }\n",
    ),
    ("Gemfile", "source 'x'\ngem 'a'\n", "source 'x'\ngem 'a'\ngem 'b', path: 'c'\n"),
    (
        "composer.json",
        "{\"require\":{\"a/b\":\"^1\"}}",
        "{\"require\":{\"a/b\":\"^1\"},\"scripts\":{\"test\":\"true\"},\"repositories\":[]}",
    ),
];

/// What was merged has nothing left to put back, and the parts that decide are the baseline's.
pub fn check(data: &[u8]) {
    let Some((which, data)) = choice(data) else { return };
    let path = PATHS[which % PATHS.len()];
    let (old, new) = halves(data);
    let same = at(path, Some(new), new);
    assert!(same.content == new && same.kept.is_empty(), "no change is a change: {same:?}");
    let once = at(path, Some(old), new);
    let twice = at(path, Some(old), &once.content);
    assert_eq!(lossy(&twice.content), lossy(&once.content), "not done at once");
    // A baseline that can't be read is put back as what it is.
    assert!(twice.undone.is_empty() || once.content == old, "{:?}", twice.undone);
    assert!(!once.undone.is_empty() || once.content == new, "changed, and nothing is told");
    at(path, None, new);
    if path == "package.json" {
        scripts(old, &once.content);
    }
}

fn at(path: &str, old: Option<&[u8]>, new: &[u8]) -> Merged {
    let merged = merge(path, old, new, &Surroundings::default());
    merged.unwrap_or_else(|| panic!("{path} is not merged"))
}

fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn scripts(old: &[u8], merged: &[u8]) {
    let Ok(before @ Value::Object(_)) = serde_json::from_slice::<Value>(old) else { return };
    let after: Value = serde_json::from_slice(merged).unwrap_or_default();
    for key in ["jest", "type", "name"] {
        assert_eq!(before.get(key), after.get(key), "`{key}`");
    }
    for (name, script) in before["scripts"].as_object().into_iter().flatten() {
        assert_eq!(&after["scripts"][name], script, "`scripts.{name}`");
    }
}
