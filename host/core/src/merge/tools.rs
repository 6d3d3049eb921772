//! Packages that tests run with. One of these from another place than its registry decides over the work.

use crate::ecosystem::Ecosystem;

/// Names as Cargo, npm and the module proxies spell them; for Python in the normal form of PEP 503. A name that ends in `*`
/// stands for all that begin so.
fn known(ecosystem: Ecosystem) -> &'static [&'static str] {
    match ecosystem {
        Ecosystem::Rust => &[
            // Crates of the compiler: a dependency of that name takes their place.
            "std",
            "core",
            "alloc",
            "proc_macro",
            "test",
            "proptest*",
            "quickcheck*",
            "rstest*",
            "insta",
            "criterion*",
            "divan",
            "iai*",
            "libtest-mimic",
            "test-case*",
            "test-log",
            "trybuild",
            "assert_cmd",
            "assert_fs",
            "assert_matches",
            "predicates*",
            "pretty_assertions",
            "mockall*",
            "mockito",
            "wiremock",
            "httpmock",
            "serial_test*",
            "tempfile",
            "snapbox",
            "trycmd",
            "loom",
            "shuttle",
            "arbitrary",
            "bolero*",
            "googletest*",
            "expect-test",
            "k9",
            "similar-asserts",
            "fake",
            "hamcrest*",
            "speculate*",
            "cucumber",
            "wasm-bindgen-test*",
            "compiletest_rs",
            "ui_test",
            "datatest*",
            "ntest*",
            "temp-env",
            "static_assertions",
        ],
        Ecosystem::Node => &[
            "jest*",
            "@jest/*",
            "vitest",
            "@vitest/*",
            "vite-node",
            "mocha*",
            "chai*",
            "@types/jest",
            "ava",
            "tap",
            "@tapjs/*",
            "tape",
            "jasmine*",
            "karma*",
            "playwright*",
            "@playwright/*",
            "cypress*",
            "@cypress/*",
            "webdriverio",
            "@wdio/*",
            "nyc",
            "c8",
            "istanbul*",
            "expect",
            "should",
            "sinon*",
            "nock",
            "msw",
            "supertest",
            "testdouble",
            "@testing-library/*",
            "power-assert",
            "uvu",
            "qunit*",
            "@web/test-runner*",
            "ts-jest",
            "@swc/jest",
            "babel-jest",
            "ts-node",
            "tsx",
            "esbuild*",
            "fast-check*",
            "@fast-check/*",
            "assert",
            "node:*",
            "typescript",
            "eslint*",
            "@typescript-eslint/*",
            "@biomejs/*",
            "prettier",
            "vite",
            "cross-env",
            "npm-run-all*",
            "concurrently",
            "nx",
            "turbo",
            "lerna",
            "npm",
            "npx",
            "pnpm",
            "yarn",
            "node",
            "cucumber",
            "@cucumber/*",
            "jsdom",
            "happy-dom",
            "chromatic",
            "@storybook/test*",
            "proxyquire",
            "rewire",
            "node",
        ],
        Ecosystem::Python => &[
            "pytest*",
            "pluggy",
            "iniconfig",
            "nose*",
            "unittest*",
            "coverage",
            "hypothesis*",
            "mock",
            "tox*",
            "nox*",
            "doctest*",
            "pip",
            "setuptools",
            "wheel",
            "hatch*",
            "poetry*",
            "uv",
            "pdm*",
            "flit*",
            "ruff",
            "mypy*",
            "pyright",
            "flake8*",
            "pylint*",
            "black",
            "responses",
            "respx",
            "vcrpy",
            "freezegun",
            "time-machine",
            "factory-boy",
            "faker",
            "behave",
            "robotframework*",
            "testfixtures",
            "syrupy",
            "assertpy",
            "pyhamcrest",
            "expects",
            "requests-mock",
            "moto",
            "django-test*",
            "testtools",
            "parameterized",
            "ddt",
            "virtualenv",
            "bandit",
            "python",
            "python3",
            "py",
        ],
        Ecosystem::Go => &[
            "github.com/stretchr/*",
            "github.com/onsi/*",
            "github.com/google/go-cmp*",
            "github.com/golang/mock*",
            "go.uber.org/mock*",
            "github.com/frankban/quicktest*",
            "github.com/matryer/is*",
            "gotest.tools*",
            "pgregory.net/rapid",
            "github.com/smartystreets/*",
            "github.com/rogpeppe/go-internal*",
            "gopkg.in/check.v1",
            "github.com/davecgh/go-spew*",
            "github.com/pmezard/go-difflib*",
            "github.com/jarcoal/httpmock*",
            "github.com/data-dog/go-sqlmock*",
            "github.com/maxatome/go-testdeep*",
            "go.uber.org/goleak",
            "github.com/testcontainers/*",
            "github.com/cucumber/godog*",
            "github.com/leanovate/gopter*",
            "github.com/approvals/*",
        ],
        Ecosystem::Php => &["phpunit/*", "pestphp/*", "codeception/*", "mockery/*", "phpspec/*", "behat/*", "php"],
        // Their manifests take a dependency only in its plain form.
        _ => &[],
    }
}

/// Whether tests are likely to run with a package of this name.
pub(super) fn is_test_tool(ecosystem: Ecosystem, name: &str) -> bool {
    let name = match ecosystem {
        Ecosystem::Python => normal(name),
        _ => name.to_ascii_lowercase(),
    };
    known(ecosystem).iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *known,
    })
}

/// The name of a Python package as PEP 503 compares it.
pub(super) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_known_by_name_and_family() {
        for (ecosystem, name) in [
            (Ecosystem::Rust, "proptest"),
            (Ecosystem::Rust, "std"),
            (Ecosystem::Node, "@vitest/coverage-v8"),
            (Ecosystem::Node, "JEST"),
            (Ecosystem::Python, "Pytest.Cov"),
            (Ecosystem::Python, "factory_boy"),
            (Ecosystem::Go, "github.com/stretchr/testify"),
        ] {
            assert!(is_test_tool(ecosystem, name), "{name}");
        }
        for (ecosystem, name) in
            [(Ecosystem::Rust, "serde"), (Ecosystem::Node, "react"), (Ecosystem::Python, "requests")]
        {
            assert!(!is_test_tool(ecosystem, name), "{name}");
        }
    }
}
