//! The lists: where each ecosystem keeps its tests, and the settings of what runs them.
//!
//! A glob matches a whole path from the top of the tree. `**/name` is `name` in any folder, the top one included.

use std::collections::BTreeSet;

use super::Ecosystem;

struct Lists {
    /// A new one is welcome.
    tests: &'static [&'static str],
    /// A new one is tampering.
    settings: &'static [&'static str],
}

/// In every tree.
const ANY: Lists = Lists {
    tests: &["tests/**", "test/**"],
    settings: &[
        // What this program itself goes by.
        "**/goalpost.toml",
        "**/goalpost.lock",
        // Task runners: gates often start here.
        "**/Makefile",
        "**/GNUmakefile",
        "**/*.mk",
        "**/justfile",
        "**/.justfile",
        "**/Taskfile.{yml,yaml}",
        // Automatic checks elsewhere.
        ".github/**",
        ".gitlab-ci.yml",
        ".gitlab/**",
        ".circleci/**",
        ".buildkite/**",
        ".travis.yml",
        "azure-pipelines.yml",
        "Jenkinsfile",
        // Git runs these, or changes files on the way in and out because of them.
        "**/.gitattributes",
        ".githooks/**",
        ".husky/**",
        "lefthook.{yml,yaml,toml}",
        ".pre-commit-config.yaml",
        // Which tools are taken.
        ".tool-versions",
        "{mise,.mise}.toml",
        ".envrc",
        "**/.editorconfig",
    ],
};

const RUST: Lists = Lists {
    tests: &[
        "**/tests/**",
        "**/benches/**",
        "**/tests.rs",
        "**/test_*.rs",
        "**/*_{test,tests}.rs",
        "**/*.snap",
        "**/proptest-regressions/**",
    ],
    settings: &[
        "**/.cargo/config",
        "**/.cargo/config.toml",
        "**/rust-toolchain",
        "**/rust-toolchain.toml",
        "**/.config/nextest.toml",
        "**/{clippy,.clippy,rustfmt,.rustfmt,deny}.toml",
        "**/.cargo/{deny,audit,mutants}.toml",
    ],
};

const NODE: Lists = Lists {
    tests: &[
        "**/*.test.{js,jsx,ts,tsx,mjs,cjs,mts,cts}",
        "**/*.spec.*",
        "**/*{-,_}test.{js,jsx,ts,tsx,mjs,cjs,mts,cts}",
        "**/test-*.{js,ts,mjs,cjs,mts,cts}",
        "**/test.{js,ts,mjs,cjs,mts,cts}",
        "**/__tests__/**",
        "**/__snapshots__/**",
        "**/__fixtures__/**",
        "**/test/**",
        "**/tests/**",
        "**/e2e/**",
        "cypress/**",
        // A package of a monorepo may bring its own; the one at the top is among the settings.
        "**/tsconfig*.json",
    ],
    settings: &[
        "**/{jest,vitest,ava,playwright,cypress,wdio}.config.*",
        "**/{jest,vitest}.setup.*",
        "**/setupTests.*",
        "**/vitest.workspace.*",
        // Vitest reads it where it has no file of its own.
        "**/vite.config.*",
        "**/karma.conf*",
        "**/.mocharc*",
        "**/.{nyc,c8}rc*",
        "**/.taprc",
        "**/jasmine.{json,mjs,js}",
        // Jest takes these in place of modules, unasked.
        "**/__mocks__/**",
        "**/babel.config.*",
        "**/.babelrc*",
        "**/.swcrc",
        "tsconfig*.json",
        "**/.eslintrc*",
        "**/.eslintignore",
        "**/eslint.config.*",
        "**/biome.{json,jsonc}",
        "**/.prettierrc*",
        "**/prettier.config.*",
        // Package managers run code and redirect modules because of these.
        "**/.npmrc",
        "**/.yarnrc*",
        "**/.yarn/{releases,plugins}/**",
        "**/.pnpmfile.*",
        "**/.pnp.*",
        "**/bunfig.toml",
        ".nvmrc",
        ".node-version",
        "{nx,turbo}.json",
    ],
};

const PYTHON: Lists = Lists {
    tests: &["**/tests/**", "**/test/**", "**/test_*.py", "**/*_test.py", "**/tests.py"],
    settings: &[
        "**/conftest.py",
        "**/{pytest,.pytest}.{ini,toml}",
        "**/tox.{ini,toml}",
        "**/setup.cfg",
        "**/noxfile.py",
        "**/.coveragerc",
        // The interpreter runs these before anything else.
        "**/sitecustomize.py",
        "**/usercustomize.py",
        "**/*.pth",
        "**/{mypy,.mypy}.ini",
        "**/{ruff,.ruff}.toml",
        "**/.flake8",
        "**/{pylintrc,.pylintrc,.pylintrc.toml}",
        "**/pyrightconfig.json",
        ".python-version",
    ],
};

const GO: Lists = Lists {
    tests: &["**/*_test.go", "**/testdata/**"],
    settings: &["**/go.work", "**/.golangci.{yml,yaml,toml,json}"],
};

fn lists(ecosystem: Ecosystem) -> &'static Lists {
    match ecosystem {
        Ecosystem::Rust => &RUST,
        Ecosystem::Node => &NODE,
        Ecosystem::Python => &PYTHON,
        Ecosystem::Go => &GO,
    }
}

fn all<'e>(found: &'e BTreeSet<Ecosystem>) -> impl Iterator<Item = &'static Lists> + 'e {
    std::iter::once(&ANY).chain(found.iter().map(|ecosystem| lists(*ecosystem)))
}

pub(super) fn tests<'e>(found: &'e BTreeSet<Ecosystem>) -> impl Iterator<Item = &'static str> + 'e {
    all(found).flat_map(|lists| lists.tests.iter().copied())
}

pub(super) fn settings<'e>(found: &'e BTreeSet<Ecosystem>) -> impl Iterator<Item = &'static str> + 'e {
    all(found).flat_map(|lists| lists.settings.iter().copied())
}

pub(super) fn manifests(ecosystem: Ecosystem) -> &'static [&'static str] {
    match ecosystem {
        Ecosystem::Rust => &["**/Cargo.toml", "**/Cargo.lock"],
        Ecosystem::Node => &[
            "**/package.json",
            "**/package-lock.json",
            "**/npm-shrinkwrap.json",
            "**/pnpm-lock.yaml",
            "**/pnpm-workspace.yaml",
            "**/yarn.lock",
            "**/bun.lock",
            "**/bun.lockb",
        ],
        Ecosystem::Python => &[
            "**/pyproject.toml",
            "**/setup.py",
            "**/requirements*.txt",
            "**/uv.lock",
            "**/poetry.lock",
            "**/Pipfile",
            "**/Pipfile.lock",
        ],
        Ecosystem::Go => &["**/go.mod", "**/go.sum"],
    }
}
