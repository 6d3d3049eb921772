//! `pyproject.toml` and `Pipfile`

use super::*;

const OLD: &str = r#"[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "x"
version = "1.0"
dependencies = [
    "requests>=2",
]

[project.optional-dependencies]
dev = ["pytest>=7"]

[project.scripts]
x = "x:main"

[dependency-groups]
test = ["pytest-cov"]

[tool.poetry.group.dev.dependencies]
mock = "5"

[tool.uv.sources]
requests = { index = "inner" }

[tool.pytest.ini_options]
addopts = "-ra"
"#;

fn with(from: &str, to: &str) -> String {
    assert!(OLD.contains(from), "{from}");
    OLD.replace(from, to)
}

#[test]
fn what_work_needs_is_kept() {
    for (from, to, kept) in [
        ("\"requests>=2\",", "\"requests>=2\",\n    \"rich\",", &["`project.dependencies`: `rich` added"][..]),
        ("\"requests>=2\",", "", &["`project.dependencies`: `requests>=2` removed"]),
        (
            "pytest>=7",
            "pytest>=8",
            &[
                "`project.optional-dependencies.dev`: `pytest>=8` added",
                "`project.optional-dependencies.dev`: `pytest>=7` removed",
            ],
        ),
        (
            "[\"pytest-cov\"]",
            "[\"pytest-cov\", {include-group = \"x\"}]",
            &["`dependency-groups.test`: `a table of 1` added"],
        ),
        ("version = \"1.0\"", "version = \"1.1\"", &["`project.version` changed from `1.0` to `1.1`"]),
        ("x = \"x:main\"", "x = \"x:main\"\ny = \"x:y\"", &["`project.scripts.y` added"]),
        ("mock = \"5\"", "mock = \"6\"", &["dependency `mock` changed from `5` to `6`"]),
        ("[tool.uv.sources]", "[tool.uv.sources]\nown = { path = \"own\" }", &["`tool.uv.sources.own` added"]),
        (
            "[tool.uv.sources]",
            "[project.entry-points.\"x.plugins\"]\na = \"x:a\"\n\n[tool.uv.sources]",
            &["`project.entry-points.x.plugins` added"],
        ),
    ] {
        stays("pyproject.toml", OLD, &with(from, to), kept);
    }
}

#[test]
fn what_decides_is_put_back() {
    for (from, to, undone) in [
        ("-ra", "-ra --ignore=tests", "`tool.pytest.ini_options.addopts` changed from `-ra` to `-ra --ignore=tests`"),
        ("[tool.uv.sources]", "[tool.coverage.run]\nbranch = false\n\n[tool.uv.sources]", "`tool.coverage` added"),
        ("hatchling.build", "backend", "`build-system.build-backend` changed from `hatchling.build` to `backend`"),
        ("x = \"x:main\"", "x = \"x:main\"\npytest = \"x:main\"", "`project.scripts.pytest` added"),
        ("x = \"x:main\"", "x = \"evil:main\"", "`project.scripts.x` changed from `x:main` to `evil:main`"),
        (
            "[tool.uv.sources]",
            "[project.entry-points.pytest11]\na = \"x:a\"\n\n[tool.uv.sources]",
            "`project.entry-points.pytest11` added",
        ),
        ("[tool.uv.sources]", "[tool.uv.sources]\npytest = { path = \"fake\" }", "`tool.uv.sources.pytest` added"),
        (
            "[tool.uv.sources]",
            "[[tool.uv.index]]\nurl = \"https://evil.test\"\n\n[tool.uv.sources]",
            "`tool.uv.index` added",
        ),
        ("\"pytest>=7\"", "\"pytest @ file:///fake\"", "`project.optional-dependencies.dev`: `pytest @ file:///fake`"),
        (
            "\"pytest-cov\"",
            "\"pytest_cov@git+https://evil.test/x\"",
            "`dependency-groups.test`: `pytest_cov@git+https://evil.test/x`",
        ),
        ("mock = \"5\"", "mock = { path = \"fake\" }", "dependency `mock` taken from `path fake`"),
    ] {
        let merged = merged("pyproject.toml", OLD, &with(from, to));
        assert_eq!(merged.undone, [undone]);
        let parse = |text: &str| text.parse::<toml::Table>().unwrap();
        let mut result = parse(&String::from_utf8(merged.content).unwrap());
        if let Some(project) = result["project"].as_table_mut() {
            project.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
        }
        assert_eq!(result, parse(OLD), "{to}");
    }
}

#[test]
fn a_pipfile_takes_packages_and_no_sources() {
    let old = "[[source]]\nurl = \"https://pypi.test\"\n\n[packages]\nrequests = \"*\"\n";
    stays("Pipfile", old, &format!("{old}rich = \"*\"\n"), &["dependency `rich` added"]);
    is_put_back(
        "Pipfile",
        old,
        &format!("{old}pytest = {{ path = \"fake\" }}\n"),
        &["dependency `pytest` taken from `path fake`"],
    );
    is_put_back("Pipfile", old, &old.replace("pypi", "evil"), &["`source` changed"]);
}
