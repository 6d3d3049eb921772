//! What a worker may touch, and what it may not add.

#![allow(clippy::unwrap_used)]

use goalpost_core::config::{self, Protect};
use goalpost_core::ecosystem::{Protection, Standing};
use proptest::prelude::*;

const PYTHON: &[&str] = &["pyproject.toml", "src/app.py", "tests/test_app.py", "tests/conftest.py", "Makefile"];

fn protection(baseline: &[&str]) -> Protection {
    Protection::new(&Protect::default(), baseline).unwrap()
}

fn own(paths: &[&str], allow: &[&str], defaults: bool) -> Protect {
    let owned = |globs: &[&str]| globs.iter().map(|g| (*g).to_owned()).collect();
    Protect { paths: owned(paths), allow: owned(allow), defaults, ..Protect::default() }
}

#[test]
fn what_decides_is_protected_in_every_ecosystem() {
    for (manifest, paths) in [
        (
            "Cargo.toml",
            &[
                "tests/a.rs",
                "crates/x/tests/a.rs",
                "src/foo/tests.rs",
                ".cargo/config.toml",
                "x/.cargo/config",
                "rust-toolchain",
                "rust-toolchain.toml",
                ".config/nextest.toml",
                "clippy.toml",
            ][..],
        ),
        (
            "package.json",
            &[
                "a.test.ts",
                "src/b.spec.jsx",
                "src/__tests__/c.js",
                "jest.config.js",
                "vitest.config.ts",
                "packages/x/.mocharc.yml",
                "karma.conf.js",
                "playwright.config.ts",
                "test/a.js",
                "tsconfig.json",
                ".npmrc",
            ],
        ),
        (
            "pyproject.toml",
            &[
                "test_a.py",
                "pkg/b_test.py",
                "pkg/tests/data.json",
                "conftest.py",
                "a/conftest.py",
                "pytest.ini",
                "tox.ini",
                "setup.cfg",
                "noxfile.py",
                "sitecustomize.py",
                "src/usercustomize.py",
            ],
        ),
        ("go.mod", &["a_test.go", "pkg/b_test.go", "pkg/testdata/in.txt", ".golangci.yml"]),
        (
            "README.md",
            &[
                "Makefile",
                "sub/Makefile",
                "justfile",
                "Taskfile.yml",
                ".github/workflows/ci.yml",
                ".gitlab-ci.yml",
                ".gitattributes",
                ".githooks/pre-commit",
                "goalpost.toml",
                "goalpost.lock",
                "tests/run.sh",
            ],
        ),
    ] {
        let baseline: Vec<&str> = std::iter::once(manifest).chain(paths.iter().copied()).collect();
        let protection = protection(&baseline);
        for path in paths {
            assert_eq!(protection.standing(path), Standing::Protected, "{manifest} {path}");
            assert!(protection.is_protected(path) && protection.detail(path).starts_with("protected by"), "{path}");
        }
        assert_eq!(protection.standing(manifest), Standing::Free, "{manifest}");
    }
}

#[test]
fn ordinary_work_is_free() {
    let protection = protection(&["Cargo.toml", "package.json", "pyproject.toml", "go.mod", "src/lib.rs"]);
    for path in [
        "src/lib.rs",
        "src/new.rs",
        "README.md",
        "docs/testing.md",
        "src/contest.py",
        "src/latest.js",
        "Cargo.lock",
        "package.json",
        "src/attest.rs",
        "src/makefile_parser.rs",
        "go.sum",
        "src/protest/app.py",
        ".gitignore",
    ] {
        assert_eq!(protection.standing(path), Standing::Free, "{path}");
        assert!(!protection.is_protected(path), "{path}");
    }
}

#[test]
fn a_new_test_is_welcome_and_a_new_setting_is_not() {
    let protection = protection(PYTHON);
    for path in ["tests/test_new.py", "src/test_new.py", "tests/data/in.json", "tests/unit/__init__.py"] {
        assert_eq!(protection.standing(path), Standing::NewTest, "{path}");
        assert!(!protection.is_shadowing(path), "{path}");
    }
    for path in [
        "conftest.py",
        "tests/unit/conftest.py",
        "pytest.ini",
        "sitecustomize.py",
        "tests/sitecustomize.py",
        "sub/Makefile",
        "GNUmakefile",
        ".github/workflows/x.yml",
        "tests/pytest.ini",
        "evil.pth",
        "tests/__init__.py",
        ".env",
    ] {
        assert_eq!(protection.standing(path), Standing::Shadow, "{path}");
        assert!(protection.is_shadowing(path), "{path}");
    }
    let node = self::protection(&["package.json"]);
    assert!(node.is_shadowing("jest.config.ts") && node.is_shadowing("__mocks__/fs.js"));
    assert!(node.is_shadowing("tsconfig.json") && !node.is_shadowing("packages/new/tsconfig.json"));
    assert!(self::protection(&["Cargo.toml"]).is_shadowing(".cargo/config.toml"));
}

#[test]
fn the_settings_of_a_language_that_is_not_there_are_no_matter() {
    assert_eq!(protection(&["go.mod"]).standing("conftest.py"), Standing::Free);
}

#[test]
fn letter_case_and_accents_are_no_way_round() {
    let protection = protection(&["setup.py", "tests/test_café.py", "conftest.py", "Makefile"]);
    assert_eq!(protection.standing("Tests/test_CAFÉ.py"), Standing::Disguise("tests/test_café.py"));
    assert_eq!(protection.standing("tests/test_cafe\u{301}.py"), Standing::Disguise("tests/test_café.py"));
    assert_eq!(protection.disguised("ConfTest.py"), Some("conftest.py"));
    assert_eq!(protection.disguised("conftest.py"), None);
    for path in ["makefile", "MAKEFILE", "conf\u{200d}test.py", "sub/CONFTEST.PY", "PyTest.ini"] {
        assert!(protection.is_protected(path) && protection.is_shadowing(path), "{path}");
    }
    assert_eq!(protection.detail("makefile"), "takes the name of `Makefile` on some file systems");
}

#[test]
fn a_baseline_with_two_spellings_keeps_both() {
    let protection = protection(&["Makefile", "makefile", "src/x"]);
    assert_eq!(protection.standing("Makefile"), Standing::Protected);
    assert_eq!(protection.standing("makefile"), Standing::Protected);
    let allowed = Protection::new(&own(&[], &["makefile"], true), &["Makefile", "makefile"]).unwrap();
    assert_eq!(allowed.standing("makefile"), Standing::Free);
    assert_eq!(allowed.disguised("makefile"), None);
}

#[test]
fn nothing_takes_the_place_of_a_protected_folder_or_file() {
    let protection = protection(PYTHON);
    assert_eq!(protection.standing("Makefile/x"), Standing::InTheWay("Makefile"));
    for path in ["tests", "Tests"] {
        assert!(matches!(protection.standing(path), Standing::InTheWay(_)), "{path}");
        assert!(protection.is_shadowing(path));
    }
    assert_eq!(protection.standing("src"), Standing::Free);
}

#[test]
fn allow_frees_what_it_names_and_no_other_spelling() {
    let protect = own(&["fixtures/**"], &["tests/generated/**", "fixtures/out/**"], true);
    let protection =
        Protection::new(&protect, &["setup.py", "tests/generated/test_a.py", "fixtures/out/a", "fixtures/in/a"])
            .unwrap();
    assert_eq!(protection.standing("tests/generated/test_a.py"), Standing::Free);
    assert_eq!(protection.standing("fixtures/out/b"), Standing::Free);
    assert_eq!(protection.standing("fixtures/in/a"), Standing::Protected);
    assert!(protection.is_protected("tests/Generated/conftest.py"));
}

#[test]
fn a_goals_own_globs_are_settings_unless_tests_are_kept_there() {
    let protect = own(&["tests/**", "ci/**", "Cargo.toml"], &[], false);
    let protection = Protection::new(&protect, &["Cargo.toml", "tests/a.rs", "ci/run", "Makefile"]).unwrap();
    assert_eq!(protection.standing("tests/b.rs"), Standing::NewTest);
    assert_eq!(protection.standing("ci/more"), Standing::Shadow);
    assert_eq!(protection.standing("tests/.cargo/config.toml"), Standing::Shadow);
    assert_eq!(protection.standing("Cargo.toml"), Standing::Protected);
    // Without the defaults, nothing else counts.
    for path in ["Makefile", "clippy.toml", "crates/x/tests/a.rs", "node_modules/x"] {
        assert_eq!(protection.standing(path), Standing::Free, "{path}");
    }
}

#[test]
fn what_a_test_run_would_load_by_mistake_is_an_intruder_only_where_it_is_new() {
    let python = protection(&["setup.py", "src/app.py"]);
    for path in [
        "pytest.py",
        "_pytest/config.py",
        "src/unittest/__init__.py",
        "tests/coverage.py",
        "x.dist-info/entry_points.txt",
        "src/evil.egg-info/entry_points.txt",
        ".venv/lib/python3/site-packages/x.py",
    ] {
        assert!(python.is_shadowing(path), "{path}");
    }
    for path in ["src/app/mock/thing.py", "docs/pytest.md", "coverage/index.html", "src/pytester.py"] {
        assert_eq!(python.standing(path), Standing::Free, "{path}");
    }
    let itself = protection(&["setup.py", "src/_pytest/config.py"]);
    assert_eq!(itself.standing("src/_pytest/new.py"), Standing::Free);
    assert!(itself.is_shadowing("_pytest/new.py"));

    assert!(protection(&["package.json"]).is_shadowing("node_modules/jest/index.js"));
    assert!(protection(&["go.mod"]).is_shadowing("vendor/modules.txt"));
    let vendored = protection(&["go.mod", "vendor/modules.txt"]);
    assert_eq!(vendored.standing("vendor/example.com/new/x.go"), Standing::Free);
}

#[test]
fn a_module_in_the_way_of_the_runners_own_imports_is_an_intruder() {
    let python =
        protection(&["setup.py", "app/core.py", "backend/checks/test_a.py", "pkg/__init__.py", "pkg/test_b.py"]);
    for path in ["json.py", "src/re.py", "backend/checks/typing.py", "backend/checks/pluggy.py", "logging/__init__.py"]
    {
        assert!(python.is_shadowing(path), "{path}");
    }
    for path in ["app/json.py", "pkg/types.py", "backend/json.py", "http/notes.py", "src/app/queue.py"] {
        assert_eq!(python.standing(path), Standing::Free, "{path}");
    }
}

#[test]
fn a_manifest_does_not_part_tests_from_the_one_that_governs_them() {
    let go = protection(&["go.mod", "pkg/a_test.go", "cmd/x/main.go"]);
    assert!(go.is_shadowing("pkg/go.mod") && !go.is_shadowing("new/go.mod") && !go.is_shadowing("cmd/x/go.mod"));
    assert_eq!(go.detail("pkg/go.mod"), "would part files from the manifest that governs them");
    let node = protection(&["package.json", "test/a.js", "src/a.js"]);
    assert!(node.is_shadowing("test/package.json") && !node.is_shadowing("packages/new/package.json"));
    let rust = protection(&["rust/Cargo.toml", "rust/src/lib.rs"]);
    assert!(rust.is_shadowing("Cargo.toml") && !rust.is_shadowing("rust/member/Cargo.toml"));
    assert!(!protection(&["tests/a.rs"]).is_shadowing("Cargo.toml"), "a package for tests that have none yet");
}

#[test]
fn other_ecosystems_have_their_tests_and_settings_protected() {
    for (manifest, paths) in [
        ("pom.xml", &["src/test/java/ATest.java", ".mvn/maven.config", "mvnw"][..]),
        ("build.gradle.kts", &["app/src/test/kotlin/A.kt", "gradle.properties", "gradlew", "buildSrc/src/x.kt"]),
        ("Gemfile", &["spec/a_spec.rb", ".rspec", "Rakefile", ".rubocop.yml"]),
        ("composer.json", &["tests/ATest.php", "phpunit.xml.dist", "phpunit.xml", "phpstan.neon"]),
        ("App.sln", &["App.Tests/A.cs", "App.Tests/App.Tests.csproj", "test.runsettings", "Directory.Build.props"]),
        ("mix.exs", &["test/a_test.exs", ".formatter.exs", "config/test.exs"]),
        ("Package.swift", &["Tests/ATests/A.swift", "x.xctestplan"]),
        ("CMakeLists.txt", &["tests/CMakeLists.txt", "a_test.cc", "CTestCustom.cmake", ".clang-tidy"]),
    ] {
        let baseline: Vec<&str> = std::iter::once(manifest).chain(paths.iter().copied()).collect();
        let protection = protection(&baseline);
        for path in paths {
            assert_eq!(protection.standing(path), Standing::Protected, "{manifest} {path}");
        }
    }
}

#[test]
fn a_script_that_a_gate_starts_is_protected_unless_it_is_the_work() {
    let text = "goal = { objective = 'x', budget = { unlimited = true }, scope = ['src/**'] }\n\
        gate = [{ name = 'a', command = ['./scripts/check.sh'] }, { name = 'b', command = ['bash', 'lint.sh'] },\
        { name = 'c', command = ['./src/tool.sh', '--self-test'] }]";
    let goal = config::parse(text, "t").unwrap();
    let baseline = ["scripts/check.sh", "scripts/other.sh", "lint.sh", "src/tool.sh"];
    let protection = Protection::for_goal(&goal, ".", &baseline, &|_| None).unwrap();
    assert_eq!(protection.standing("scripts/check.sh"), Standing::Protected);
    assert_eq!(protection.standing("lint.sh"), Standing::Protected);
    assert_eq!(protection.standing("scripts/other.sh"), Standing::Free);
    assert_eq!(protection.standing("src/tool.sh"), Standing::Free);
    assert_eq!(Protection::for_goal(&goal, ".", &["x"], &|_| None).unwrap().standing("lint.sh"), Standing::Shadow);
}

#[test]
fn a_worker_is_told_of_the_globs_that_matter_here() {
    let protect = own(&["ci/**", "tests/**"], &["docs/Makefile"], true);
    let baseline = ["setup.py", "tests/test_a.py", "docs/Makefile", "tox.ini"];
    let globs = Protection::new(&protect, &baseline).unwrap().globs();
    assert_eq!(globs, ["ci/**", "tests/**", "**/tests/**", "**/test_*.py", "**/tox.{ini,toml}"]);
    let bare = Protection::new(&own(&["ci/**"], &[], false), &baseline).unwrap();
    assert_eq!(bare.globs(), ["ci/**"]);
}

#[test]
fn a_bad_glob_is_named() {
    let error = Protection::new(&own(&["src/[a"], &[], true), &["x"]).unwrap_err();
    assert!(error.to_string().contains("`src/[a` is not a pattern"), "{error}");
    let odd = Protection::new(&own(&["[Z-a]x"], &[], false), &["ax"]).unwrap();
    assert!(odd.is_protected("ax"), "a class that folding would turn round");
}

proptest! {
    #[test]
    fn no_path_ends_the_program_and_the_answers_agree(path in "[a-zA-Zé\u{301}./_\\\\-]{0,30}") {
        let protection = protection(PYTHON);
        match protection.standing(&path) {
            Standing::Free => prop_assert!(!protection.is_shadowing(&path)),
            Standing::Protected => prop_assert!(protection.is_protected(&path)),
            Standing::NewTest => prop_assert!(protection.is_protected(&path) && !protection.is_shadowing(&path)),
            Standing::Shadow | Standing::Disguise(_) | Standing::InTheWay(_) => {
                prop_assert!(protection.is_shadowing(&path));
            }
        }
        prop_assert!(!protection.detail(&path).is_empty());
    }

    #[test]
    fn changing_the_case_of_a_protected_path_never_frees_it(flips in any::<u32>()) {
        let protection = protection(PYTHON);
        for path in ["tests/test_app.py", "tests/conftest.py", "Makefile"] {
            let other: String = path.chars().enumerate()
                .map(|(i, c)| if flips >> (i % 32) & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
                .collect();
            prop_assert!(protection.is_protected(&other));
            prop_assert!(other == path || protection.is_shadowing(&other));
        }
    }
}
