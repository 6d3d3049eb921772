//! Lock files, and build files that are programs.

use super::*;

const CARGO: &str = "version = 4\n\n[[package]]\nname = \"proptest\"\nversion = \"1.0.0\"\nsource = \"registry+https://index.test\"\nchecksum = \"aa\"\n\n\
    [[package]]\nname = \"x\"\nversion = \"0.1.0\"\n";
const NPM: &str = r#"{"lockfileVersion": 3, "packages": {"": {}, "node_modules/chai":
    {"version": "5.0.0", "resolved": "https://npm.test/chai/-/chai-5.0.0.tgz", "integrity": "sha512-aa"}}}"#;
const YARN: &str = "# yarn lockfile v1\n\nchai@^5.0.0:\n  version \"5.0.0\"\n  resolved \"https://npm.test/chai-5.0.0.tgz#aa\"\n  integrity sha512-aa\n";
const BERRY: &str = "__metadata:\n  version: 8\n\n\"chai@npm:^5.0.0\":\n  version: 5.0.0\n  resolution: \"chai@npm:5.0.0\"\n  checksum: aa\n";
const PNPM: &str = "lockfileVersion: '9.0'\n\npackages:\n\n  chai@5.0.0:\n    resolution: {integrity: sha512-aa}\n";
const UV: &str = "version = 1\n\n[[package]]\nname = \"pytest\"\nversion = \"8.0\"\nsource = { registry = \"https://pypi.test/simple\" }\n\
    wheels = [{ url = \"https://files.test/pytest.whl\", hash = \"sha256:aa\" }]\n";
const POETRY: &str =
    "[[package]]\nname = \"pytest\"\nversion = \"8.0\"\nfiles = [{file = \"pytest.whl\", hash = \"sha256:aa\"}]\n";
const PIPFILE: &str = r#"{"_meta": {}, "develop": {"pytest": {"version": "==8.0", "hashes": ["sha256:aa"]}}}"#;
const GO: &str = "example.test/a v1.0.0 h1:aa\nexample.test/a v1.0.0/go.mod h1:bb\n";

#[test]
fn other_content_or_another_place_of_a_known_package_is_put_back() {
    for (path, old, from, to, undone) in [
        ("Cargo.lock", CARGO, "\"aa\"", "\"bb\"", "package `proptest` 1.0.0 with other content"),
        (
            "Cargo.lock",
            CARGO,
            "source = \"registry+https://index.test\"\nchecksum = \"aa\"\n",
            "",
            "package `proptest` taken from `a path`",
        ),
        ("package-lock.json", NPM, "sha512-aa", "sha512-bb", "package `node_modules/chai` 5.0.0 with other content"),
        (
            "package-lock.json",
            NPM,
            "https://npm.test",
            "https://evil.test",
            "package `node_modules/chai` taken from `https://evil.test`",
        ),
        (
            "package-lock.json",
            NPM,
            "\"version\": \"5.0.0\",",
            "\"link\": true,",
            "package `node_modules/chai` taken from `link https://npm.test/chai/-/chai-5.0.0.tgz`",
        ),
        ("yarn.lock", YARN, "sha512-aa", "sha512-bb", "package `chai` 5.0.0 with other content"),
        ("yarn.lock", YARN, "https://npm.test/chai-5.0.0.tgz#aa", "file:fake", "package `chai` taken from `file:fake`"),
        (
            "yarn.lock",
            BERRY,
            "\"chai@npm:5.0.0\"",
            "\"chai@file:./fake#x\"",
            "package `chai` taken from `chai@file:./fake`",
        ),
        ("pnpm-lock.yaml", PNPM, "sha512-aa", "sha512-bb", "package `chai` 5.0.0 with other content"),
        (
            "pnpm-lock.yaml",
            PNPM,
            "{integrity: sha512-aa}",
            "{directory: fake, type: directory}",
            "package `chai` taken from `fake`",
        ),
        ("uv.lock", UV, "sha256:aa", "sha256:bb", "package `pytest` 8.0 with other content"),
        (
            "uv.lock",
            UV,
            "{ registry = \"https://pypi.test/simple\" }",
            "{ directory = \"fake\" }",
            "package `pytest` taken from `directory fake`",
        ),
        ("poetry.lock", POETRY, "sha256:aa", "sha256:bb", "package `pytest` 8.0 with other content"),
        (
            "Pipfile.lock",
            PIPFILE,
            "\"version\": \"==8.0\"",
            "\"path\": \"./fake\"",
            "package `pytest` taken from `./fake`",
        ),
        ("go.sum", GO, "h1:aa", "h1:cc", "package `example.test/a` v1.0.0 with other content"),
    ] {
        assert!(old.contains(from), "{path} {from}");
        is_put_back(path, old, &old.replace(from, to), &[undone]);
    }
}

#[test]
fn new_packages_and_new_versions_are_kept() {
    for (path, old, from, to, kept) in [
        (
            "Cargo.lock",
            CARGO,
            "version = 4\n",
            "version = 4\n\n[[package]]\nname = \"y\"\nversion = \"1.0.0\"\nsource = \"registry+https://index.test\"\n",
            &["locked `y 1.0.0` added"][..],
        ),
        (
            "Cargo.lock",
            CARGO,
            "\"1.0.0\"\nsource = \"registry+https://index.test\"\nchecksum = \"aa\"",
            "\"1.0.1\"\nsource = \"registry+https://index.test\"\nchecksum = \"bb\"",
            &["locked `proptest 1.0.1` added", "locked `proptest 1.0.0` removed"],
        ),
        ("Cargo.lock", CARGO, "0.1.0", "0.2.0", &["locked `x 0.2.0` added", "locked `x 0.1.0` removed"]),
        (
            "pnpm-lock.yaml",
            PNPM,
            "  chai",
            "  '@a/b@1.0.0':\n    resolution: {integrity: sha512-cc}\n\n  chai",
            &["locked `@a/b 1.0.0` added"],
        ),
        (
            "go.sum",
            GO,
            "example.test/a v1.0.0 h1",
            "example.test/b v1.0.0 h1:dd\nexample.test/a v1.0.0 h1",
            &["locked `example.test/b v1.0.0` added"],
        ),
    ] {
        assert!(old.contains(from), "{path} {from}");
        stays(path, old, &old.replace(from, to), kept);
    }
    let new = merge("package-lock.json", None, NPM.as_bytes(), &Surroundings::default()).unwrap();
    assert!(new.undone.is_empty(), "{new:?}");
}

#[test]
fn a_build_file_takes_plain_declarations_and_nothing_else() {
    for (path, old, good, bad) in [
        ("Gemfile", "source 'https://gems.test'\n", "gem 'rake', '~> 13.0'\n", "gem 'rspec', path: 'fake'\n"),
        (
            "build.gradle.kts",
            "plugins { java }\ndependencies {\n}\n",
            "implementation(\"a:b:1.0\")\n",
            "tasks.test { enabled = false }\n",
        ),
        (
            "build.gradle",
            "test { useJUnitPlatform() }\n",
            "testImplementation 'a:b:1.0'\n",
            "implementation files('fake.jar')\n",
        ),
        ("mix.exs", "defmodule X do\n", "{:jason, \"~> 1.4\"},\n", "{:ex_unit, path: \"fake\"},\n"),
        (
            "Package.swift",
            "let package = 1\n",
            ".package(url: \"https://x.test/a\", from: \"1.0.0\"),\n",
            ".package(path: \"fake\"),\n",
        ),
        (
            "a.csproj",
            "<Project>\n</Project>\n",
            "<PackageReference Include=\"A.B\" Version=\"1.0\" />\n",
            "<IsTestProject>false</IsTestProject>\n",
        ),
        (
            "pom.xml",
            "<project>\n<dependencies></dependencies>\n</project>\n",
            "<dependency><groupId>a</groupId><artifactId>b</artifactId></dependency>\n",
            "<properties><skipTests>true</skipTests></properties>\n",
        ),
        ("setup.py", "setup(version='1')\n", "", "import evil\n"),
    ] {
        let with = |text: &str| old.replacen('\n', &format!("\n{text}"), 1);
        let kept = merged(path, old, &with(good));
        assert!(kept.undone.is_empty() && kept.content == with(good).as_bytes(), "{path} {kept:?}");
        let undone = merged(path, old, &with(bad));
        assert_eq!((undone.content.as_slice(), undone.undone.len()), (old.as_bytes(), 1), "{path}");
    }
    let old = "<project>\n<dependencies>\n</dependencies>\n<build>\n</build>\n</project>\n";
    let plugin = "<plugin><dependencies><dependency><a>b</a></dependency></dependencies></plugin>";
    assert_eq!(merged("pom.xml", old, &old.replace("<build>", &format!("<build>{plugin}"))).content, old.as_bytes());
    let file =
        "<dependency><artifactId>junit</artifactId><systemPath>fake.jar</systemPath></dependency>\n</dependencies>";
    assert_eq!(merged("pom.xml", old, &old.replacen("</dependencies>", file, 1)).content, old.as_bytes());
}

#[test]
fn a_program_that_runs_before_the_tests_is_told_of() {
    stays("build.rs", "fn main() {}", "fn main() { }", &["build program changed"]);
    let beside = Surroundings::new(&["pyproject.toml"], []);
    let new = merge("setup.py", None, b"import evil", &beside).unwrap();
    assert_eq!(new.undone, ["a new program that runs at installation"]);
    assert!(merge("setup.py", None, b"x", &Surroundings::default()).unwrap().undone.is_empty());
}

#[test]
fn composer_takes_requirements() {
    let old = "{\"require\": {\"a/b\": \"^1\"}, \"autoload\": {\"psr-4\": {\"A\\\\\": \"src/\"}}}\n";
    assert_eq!(merged("composer.json", old, &old.replace("^1", "^2")).undone, [""; 0]);
    let bad = old.replace("{\"A", "{\"PHPUnit\\\\Framework\\\\\": \"src/\", \"A");
    assert_eq!(merged("composer.json", old, &bad).undone.len(), 1);
    assert_eq!(
        merged("composer.json", old, &old.replace("{\"req", "{\"scripts\": {\"test\": \"true\"}, \"req")).undone,
        ["`scripts` added"]
    );
}
