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
        "**/*.just",
        "**/{magefile,Magefile}.go",
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
        "**/.tool-versions",
        "**/{mise,.mise}.toml",
        "**/.envrc",
        // Runners load these into their environment, unasked.
        "**/.env",
        "**/.env.{test,local,test.local,development,development.local,production,ci}",
        "**/.bazelrc",
        "**/.bazelversion",
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
        "**/{jest,vitest}.{setup,preset,workspace}.*",
        "**/setupTests.*",
        "**/vitest.workspace.*",
        // Vitest reads it where it has no file of its own.
        "**/vite.config.*",
        "**/{karma,stryker,protractor,nightwatch}.conf*",
        "**/web-test-runner.config.*",
        "**/node.config.json",
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
        "**/.stylelint{rc*,ignore}",
        "**/{tslint,.oxlintrc,.jshintrc}.json",
        "**/.prettierignore",
        "**/.prettierrc*",
        "**/prettier.config.*",
        // Package managers run code and redirect modules because of these.
        "**/.npmrc",
        "**/.yarnrc*",
        "**/.yarn/{releases,plugins}/**",
        "**/.pnpmfile.*",
        "**/.pnp.*",
        "**/bunfig.toml",
        "**/.nvmrc",
        "**/.node-version",
        "{nx,turbo,lerna,rush,angular}.json",
        "**/deno.{json,jsonc}",
        "**/import_map.json",
        // A committed folder of packages: what tests run with is not the work.
        "**/node_modules/.bin/**",
        "**/node_modules/{jest*,@jest,vitest,@vitest,mocha,chai,ava,tap,sinon,expect,typescript,eslint}/**",
        "**/.yarn/cache/{jest,vitest,mocha,chai,@jest,@vitest}-*",
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
        "**/dodo.py",
        "**/{uv,pdm,hatch,poetry}.toml",
        "**/pip.conf",
        "**/pyvenv.cfg",
        "**/.pdbrc",
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
        "**/.python-version",
        "**/{.bandit,.isort.cfg,.pyre_configuration,pytype.cfg}",
    ],
};

const GO: Lists = Lists {
    tests: &["**/*_test.go", "**/testdata/**"],
    settings: &[
        "**/go.work",
        "**/.golangci.{yml,yaml,toml,json}",
        // A committed folder of packages: what tests run with is not the work.
        "**/vendor/github.com/{stretchr,onsi,frankban,smartystreets,matryer}/**",
        "**/vendor/github.com/google/go-cmp/**",
        "**/vendor/{gotest.tools,go.uber.org/mock,go.uber.org/goleak,pgregory.net/rapid}/**",
    ],
};

const JAVA: Lists = Lists {
    tests: &[
        "**/src/{test,testFixtures,integrationTest,functionalTest,androidTest}/**",
        "**/*{Test,Tests,IT}.{java,kt,groovy,scala}",
        "**/*Spec.{kt,groovy,scala}",
    ],
    settings: &[
        "**/gradle.properties",
        "**/gradlew*",
        "**/mvnw*",
        "**/gradle/wrapper/**",
        "**/.mvn/**",
        "**/buildSrc/**",
        "**/init.gradle*",
        "**/junit-platform.properties",
        "**/testng*.xml",
        "**/{checkstyle,pmd,spotbugs}*.xml",
        "**/detekt*.yml",
        "**/lombok.config",
    ],
};

const RUBY: Lists = Lists {
    tests: &["**/spec/**", "**/test/**", "**/*_{spec,test}.rb", "features/**"],
    settings: &[
        "**/.rspec*",
        "**/Rakefile",
        "**/.rubocop*.yml",
        "**/.simplecov",
        "**/.bundle/config",
        "**/.ruby-version",
        "**/cucumber.yml",
        "**/config/environments/test.rb",
        "**/bin/{rspec,rake,rails,test}",
        // Minitest loads these from anywhere that code is loaded from.
        "**/minitest/*_plugin.rb",
    ],
};

const PHP: Lists = Lists {
    tests: &["**/tests/**", "**/*Test.php", "**/*{Cest,Cept}.php", "**/*.phpt"],
    settings: &[
        "**/phpunit*.xml*",
        "**/codeception*.yml",
        "**/behat.{yml,yaml,php}*",
        "**/phpstan*.neon*",
        "**/psalm*.xml*",
        "**/{phpcs,.phpcs}.xml*",
        "**/.php-cs-fixer*",
        "**/infection.json*",
        "**/{php,.user}.ini",
        "**/vendor/{phpunit,pestphp,mockery,composer,bin}/**",
    ],
};

const DOTNET: Lists = Lists {
    tests: &["**/*{Test,Tests}/**", "**/*{Test,Tests}.{cs,fs,vb}", "**/test/**", "**/tests/**"],
    settings: &[
        "**/*.runsettings",
        "**/xunit.runner.json",
        "**/testconfig.json",
        "**/Directory.Build.{props,targets,rsp}",
        "**/nuget.config",
        "**/global.json",
        "**/.config/dotnet-tools.json",
        "**/*.ruleset",
        "**/.globalconfig",
    ],
};

const ELIXIR: Lists = Lists {
    tests: &["**/test/**", "**/*_test.exs"],
    settings: &[
        "**/config/test.exs",
        "**/.formatter.exs",
        "**/.credo.exs",
        "**/coveralls.json",
        "**/.dialyzer_ignore*",
        "**/.iex.exs",
    ],
};

const SWIFT: Lists = Lists {
    tests: &["**/*Tests/**", "**/*{Test,Tests}.swift"],
    settings: &["**/*.xctestplan", "**/*.xcscheme", "**/.swiftlint.yml", "**/.swift-version", "**/.swiftpm/**"],
};

const CPP: Lists = Lists {
    tests: &["**/{tests,test}/**", "**/*_{test,tests,unittest}.{c,cc,cpp,cxx}", "**/test_*.{c,cc,cpp,cxx}"],
    settings: &[
        "**/CTest{Custom,Config}.{cmake,ctest,cmake.in}",
        "**/CTestTestfile.cmake",
        "**/{CMakePresets,CMakeUserPresets}.json",
        "**/.clang-{tidy,format}",
        "**/.gdbinit",
    ],
};

fn lists(ecosystem: Ecosystem) -> &'static Lists {
    match ecosystem {
        Ecosystem::Rust => &RUST,
        Ecosystem::Node => &NODE,
        Ecosystem::Python => &PYTHON,
        Ecosystem::Go => &GO,
        Ecosystem::Java => &JAVA,
        Ecosystem::Ruby => &RUBY,
        Ecosystem::Php => &PHP,
        Ecosystem::Dotnet => &DOTNET,
        Ecosystem::Elixir => &ELIXIR,
        Ecosystem::Swift => &SWIFT,
        Ecosystem::Cpp => &CPP,
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
        Ecosystem::Java => &["**/pom.xml", "**/{build,settings}.gradle*"],
        Ecosystem::Ruby => &["**/Gemfile", "**/Gemfile.lock", "**/*.gemspec"],
        Ecosystem::Php => &["**/composer.json", "**/composer.lock"],
        Ecosystem::Dotnet => &["**/*.{csproj,fsproj,vbproj}", "**/Directory.Packages.props"],
        Ecosystem::Elixir => &["**/mix.exs", "**/mix.lock"],
        Ecosystem::Swift => &["**/Package.swift", "**/Package.resolved"],
        Ecosystem::Cpp => &["**/CMakeLists.txt", "**/meson.build"],
    }
}
