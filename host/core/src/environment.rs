//! Which variables of the host's environment a gate or a worker gets. An allow-list: what nobody thought of stays out.
//!
//! In: where tools and their caches are, the language, certificates. Out unless `pass_env` names it: secrets, and whatever
//! makes a program run other code than the one asked for (`LD_PRELOAD`, `NODE_OPTIONS`, `PYTHONPATH`, `RUSTC_WRAPPER`,
//! `BASH_ENV`, `GIT_*`, ...), since such a value may lead into the workspace, which the worker writes.

use std::collections::BTreeMap;

use crate::redact;

/// For whom an environment is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Gates, checks and setup commands: run on the sealed tree.
    Gate,
    /// Workers and agents.
    Worker,
}

/// Names that everything gets. `TMPDIR` is not among them: the sandbox sets its own.
const BASE: &[&str] = &[
    // The session
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "LANG",
    "LANGUAGE",
    "TZ",
    "CI",
    // Configuration and caches. Not XDG_RUNTIME_DIR: the sockets of the user's session are in it.
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_DATA_DIRS",
    // Certificates: files, named so that a company's proxy can be trusted
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NIX_SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    // Tool chains
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "GOTOOLCHAIN",
    "JAVA_HOME",
    "GRADLE_USER_HOME",
    "M2_HOME",
    "MAVEN_HOME",
    "SDKMAN_DIR",
    "ANDROID_HOME",
    "ANDROID_SDK_ROOT",
    "DOTNET_ROOT",
    "DOTNET_CLI_HOME",
    "NUGET_PACKAGES",
    "NVM_DIR",
    "NVM_BIN",
    "FNM_DIR",
    "VOLTA_HOME",
    "PNPM_HOME",
    "COREPACK_HOME",
    "BUN_INSTALL",
    "DENO_DIR",
    "YARN_CACHE_FOLDER",
    "NODE_ENV",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "UV_CACHE_DIR",
    "PIP_CACHE_DIR",
    "POETRY_HOME",
    "RBENV_ROOT",
    "RBENV_VERSION",
    "GEM_HOME",
    "GEM_PATH",
    "COMPOSER_HOME",
    "ASDF_DIR",
    "ASDF_DATA_DIR",
    "MISE_DATA_DIR",
    "MISE_CACHE_DIR",
    "NIX_PATH",
    "NIX_PROFILES",
    "LOCALE_ARCHIVE",
];

/// npm reads any setting from the environment, `script-shell` and tokens included: only these are let through, in either
/// case.
const NPM_CONFIG: &[&str] = &["cache", "prefix", "registry", "offline", "cafile", "fund", "audit", "update_notifier"];

/// Names that only workers get. A virtual environment may lie in the workspace, so a gate is not led into it by a
/// variable; a proxy is of use only to what reaches the network; git's identity is for commits.
const WORKER: &[&str] = &[
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
];

/// Names and beginnings of names that make a program run other code. A glob in `pass_env` never lets them through.
const INJECTS: &[&str] = &[
    "LD_",
    "DYLD_",
    "GCONV_PATH",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NPM_CONFIG_",
    "npm_config_",
    "PYTHON",
    "PERL5",
    "PERLLIB",
    "RUBYOPT",
    "RUBYLIB",
    "RUSTC",
    "RUSTDOC",
    "RUSTFLAGS",
    "CARGO_BUILD_",
    "CARGO_TARGET_",
    "CARGO_ENCODED_",
    "CARGO_ALIAS_",
    "GOFLAGS",
    "GOENV",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "CLASSPATH",
    "MAVEN_OPTS",
    "GRADLE_OPTS",
    "DOTNET_STARTUP_HOOKS",
    "CORECLR_",
    "BASH_ENV",
    "BASH_FUNC_",
    "ENV",
    "ZDOTDIR",
    "PROMPT_COMMAND",
    "SHELLOPTS",
    "BASHOPTS",
    "IFS",
    "PS4",
    "GIT_",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "LESSOPEN",
    "MAKEFLAGS",
    "MFLAGS",
    "CC",
    "CXX",
    "CMAKE_",
    "PYTEST_",
    "TOX_",
    "VITEST",
    "JEST_",
];

/// The variables of `env` that `role` gets. `pass` has names that the goal's author let through: any name, and, with a `*`
/// at its end, every name that begins so and is neither a secret nor a way to run other code.
pub fn filter(env: impl Iterator<Item = (String, String)>, role: Role, pass: &[String]) -> BTreeMap<String, String> {
    env.filter(|(name, value)| is_valid(name, value) && (is_allowed(name, role) || is_passed(name, pass))).collect()
}

/// Whether a variable of this name usually holds a secret: its value is hidden wherever it turns up.
pub fn is_secret_name(name: &str) -> bool {
    const ADDRESSES: &[&str] = &[
        "DATABASE_URL",
        "REDIS_URL",
        "MONGO_URL",
        "MONGODB_URI",
        "AMQP_URL",
        "POSTGRES_URL",
        "WEBHOOK_URL",
        "DSN",
        "CONNECTION_STRING",
        "ACCESS_KEY_ID",
    ];
    let upper = name.to_ascii_uppercase();
    redact::is_secret_name(name) || ADDRESSES.iter().any(|end| upper.ends_with(end))
}

/// What an environment can hold at all.
fn is_valid(name: &str, value: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0')
}

fn is_allowed(name: &str, role: Role) -> bool {
    let npm = name.strip_prefix("npm_config_").or_else(|| name.strip_prefix("NPM_CONFIG_"));
    BASE.contains(&name)
        || name.starts_with("LC_")
        || npm.is_some_and(|setting| NPM_CONFIG.contains(&setting.to_ascii_lowercase().as_str()))
        || (role == Role::Worker && WORKER.contains(&name))
}

fn is_passed(name: &str, pass: &[String]) -> bool {
    let injects = || {
        INJECTS.iter().any(|start| if start.ends_with('_') { name.starts_with(start) } else { name == *start })
            || ["PYTHON", "PERL5", "RUSTC", "RUSTDOC", "PYTEST_", "VITEST"].iter().any(|start| name.starts_with(start))
    };
    pass.iter().any(|entry| match entry.strip_suffix('*') {
        // A lone `*` would be no list at all.
        Some("") => false,
        Some(start) => name.starts_with(start) && !is_secret_name(name) && !injects(),
        None => name == entry,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(role: Role, pass: &[&str], env: &[&str]) -> Vec<String> {
        let env = env.iter().map(|name| ((*name).to_owned(), "value".to_owned()));
        let pass: Vec<_> = pass.iter().map(|name| (*name).to_owned()).collect();
        filter(env, role, &pass).into_keys().collect()
    }

    const INJECTING: &[&str] = &[
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "NODE_OPTIONS",
        "NODE_PATH",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONHOME",
        "RUSTC_WRAPPER",
        "RUSTC",
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTC_WRAPPER",
        "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
        "BASH_ENV",
        "ENV",
        "GIT_DIR",
        "GIT_SSH_COMMAND",
        "GIT_CONFIG_COUNT",
        "PERL5OPT",
        "PERL5LIB",
        "RUBYOPT",
        "JAVA_TOOL_OPTIONS",
        "GOFLAGS",
        "MAKEFLAGS",
        "npm_config_script_shell",
        "NPM_CONFIG_NODE_OPTIONS",
        "PYTEST_ADDOPTS",
        "BASH_FUNC_cargo%%",
        "DOTNET_STARTUP_HOOKS",
        "ZDOTDIR",
        "PROMPT_COMMAND",
        "EDITOR",
        "PAGER",
    ];
    const SECRET: &[&str] = &[
        "ANTHROPIC_API_KEY",
        "OPENAI_API_KEY",
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN",
        "NPM_TOKEN",
        "NPM_CONFIG__AUTH",
        "npm_config__authToken",
        "DATABASE_URL",
        "SENTRY_DSN",
        "DB_PASS",
        "CARGO_REGISTRY_TOKEN",
        "MY_SECRET",
        "PGPASSWORD",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "STRIPE_KEY",
        "SLACK_WEBHOOK_URL",
    ];

    #[test]
    fn tools_find_their_homes() {
        let needed = ["CARGO_HOME", "HOME", "LANG", "LC_ALL", "PATH", "RUSTUP_HOME", "npm_config_cache"];
        assert_eq!(names(Role::Gate, &[], &needed), needed);
    }

    #[test]
    fn what_injects_code_and_what_is_secret_stays_out() {
        for role in [Role::Gate, Role::Worker] {
            assert_eq!(names(role, &[], INJECTING), Vec::<String>::new());
            assert_eq!(names(role, &[], SECRET), Vec::<String>::new());
            let others = ["TMPDIR", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "FOO"];
            assert_eq!(names(role, &[], &others), Vec::<String>::new());
        }
    }

    #[test]
    fn a_name_that_the_author_gives_is_passed() {
        for name in INJECTING.iter().chain(SECRET) {
            assert_eq!(names(Role::Gate, &[name], &[name]), [*name]);
        }
        assert_eq!(names(Role::Gate, &["FOO"], &["FOO", "FOOD", "foo"]), ["FOO"]);
    }

    #[test]
    fn a_glob_passes_neither_secrets_nor_injection() {
        let env = ["MY_NAME", "MY_TOKEN", "MY_PASSWORD", "OTHER"];
        assert_eq!(names(Role::Gate, &["MY_*"], &env), ["MY_NAME"]);
        assert_eq!(names(Role::Gate, &["*"], &env), Vec::<String>::new());
        for name in INJECTING {
            let glob = format!("{}*", &name[..2]);
            assert_eq!(names(Role::Gate, &[&glob], &[name]), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn proxies_and_virtual_environments_are_for_workers() {
        let env = ["HTTPS_PROXY", "VIRTUAL_ENV"];
        assert_eq!(names(Role::Gate, &[], &env), Vec::<String>::new());
        assert_eq!(names(Role::Worker, &[], &env), env);
    }

    #[test]
    fn secret_names_are_known() {
        for name in SECRET {
            assert!(is_secret_name(name), "{name}");
        }
        for name in BASE.iter().chain(WORKER) {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn what_no_environment_can_hold_is_dropped() {
        let env = [("", "x"), ("A=B", "x"), ("PATH", "a\0b")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert!(filter(env.into_iter(), Role::Gate, &[String::new(), "A=B".into()]).is_empty());
    }

    proptest! {
        #[test]
        fn without_pass_only_listed_names_come_through(name in "[A-Za-z_]{1,20}") {
            let through = !names(Role::Gate, &[], &[&name]).is_empty();
            prop_assert!(!through || BASE.contains(&name.as_str()) || name.starts_with("LC_") || name.to_lowercase().starts_with("npm_config_"));
        }
    }
}
