//! Which names are names of secrets.

/// How sure a name makes us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `password`, `client_secret`: any value that could be one is.
    Strong,
    /// `token`, `APP_KEY`: so is any value that isn't a small number.
    Weak,
    /// `credentials`: as `Weak`, and so is all that is in it.
    Store,
    /// `auth`, `session_id`: only a value that looks like a credential.
    Vague,
    /// The HTTP header: a scheme, then the secret.
    Authorization,
    /// The HTTP headers `Cookie` and `Set-Cookie`: the rest of the line.
    Cookie,
}

/// A name longer than this is none that people gave to a secret.
pub(super) const MAX_NAME: usize = 128;

const STRONG: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passkey",
    "secret",
    "credential",
    "apikey",
    "privatekey",
    "secretkey",
    "accesskey",
    "accountkey",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "sessiontoken",
    "idtoken",
    "clientsecret",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "authkey",
    "sharedkey",
    "keypass",
    "storepass",
    "userpass",
    "sshpass",
];

/// Endings of words that are written together: `PGPASSWORD`, `dbpasswd`.
const STRONG_ENDINGS: &[&str] =
    &["password", "passwd", "passphrase", "apikey", "secretkey", "privatekey", "accesstoken"];

/// What makes a `..._key` secret.
const KEY_OF: &[&str] = &[
    "access",
    "account",
    "admin",
    "api",
    "app",
    "application",
    "auth",
    "bot",
    "client",
    "consumer",
    "decryption",
    "deploy",
    "encrypt",
    "encryption",
    "gpg",
    "hmac",
    "integration",
    "jwt",
    "license",
    "master",
    "pgp",
    "preshared",
    "private",
    "root",
    "secret",
    "service",
    "session",
    "shared",
    "signing",
    "ssh",
    "storage",
    "subscription",
    "webhook",
    "wrapping",
];

/// What makes an upper-case `..._KEY` harmless.
const OPEN_KEY: &[&str] =
    &["public", "primary", "foreign", "sort", "partition", "cache", "hash", "index", "lookup", "shift", "hot"];

/// A name that ends so speaks about a secret and doesn't hold it: `token_type`, `password_file`, `secret_name`.
const ABOUT: &[&str] = &[
    "age",
    "algorithm",
    "arn",
    "class",
    "count",
    "counts",
    "dir",
    "enabled",
    "endpoint",
    "env",
    "error",
    "errors",
    "expires",
    "expiry",
    "field",
    "file",
    "filename",
    "folder",
    "format",
    "helper",
    "hint",
    "id",
    "ids",
    "index",
    "input",
    "kind",
    "label",
    "len",
    "length",
    "limit",
    "manager",
    "max",
    "min",
    "name",
    "names",
    "output",
    "path",
    "paths",
    "pattern",
    "placeholder",
    "policy",
    "prefix",
    "provider",
    "ref",
    "regex",
    "regexp",
    "required",
    "rules",
    "size",
    "source",
    "status",
    "stdin",
    "store",
    "stream",
    "strength",
    "suffix",
    "test",
    "tests",
    "ttl",
    "type",
    "types",
    "uri",
    "url",
    "usage",
    "used",
    "version",
    "visible",
];

/// Words that make a `token` one of a language model or a parser.
const COUNTED: &[&str] = &[
    "cached",
    "completion",
    "cost",
    "count",
    "first",
    "input",
    "last",
    "max",
    "min",
    "num",
    "output",
    "per",
    "peek",
    "price",
    "prompt",
    "rate",
    "reasoning",
    "start",
    "end",
    "stop",
    "total",
    "unexpected",
    "used",
];

/// Endings of file names: `src/password.rs:12` is a place in a file.
const FILE_ENDINGS: &[&str] = &[
    "c", "cc", "cpp", "cs", "css", "go", "h", "hpp", "html", "ini", "java", "js", "json", "jsx", "kt", "lock", "lua",
    "md", "mjs", "cjs", "php", "pl", "py", "rb", "rs", "scala", "sh", "sql", "swift", "toml", "ts", "tsx", "txt",
    "vue", "wit", "xml", "yaml", "yml", "zig",
];

/// What `name` says about its value; none when it is no name of a secret.
pub(super) fn kind(name: &str) -> Option<Kind> {
    if name.len() > MAX_NAME {
        return None;
    }
    // Names of headers have no case of their own: `Set-CookiE` has one word less than its capitals say.
    of_words(name, &words(name)).or_else(|| {
        let mixed = name.bytes().any(|b| b.is_ascii_lowercase()) && name.bytes().any(|b| b.is_ascii_uppercase());
        mixed.then(|| of_words(name, &words(&name.to_ascii_lowercase()))).flatten()
    })
}

fn of_words(name: &str, words: &[String]) -> Option<Kind> {
    let (last, before) = words.split_last()?;
    if name.contains('.') && FILE_ENDINGS.contains(&last.as_str()) {
        return None;
    }
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    if last == "authorization" {
        return Some(Kind::Authorization);
    }
    if last == "cookie" && (before.is_empty() || before == ["set"]) {
        return Some(Kind::Cookie);
    }
    let is_session = matches!(last.as_str(), "sessionid" | "phpsessid" | "jsessionid")
        || (last == "id" && before.ends_with(&["session".into()]));
    if is_session {
        return Some(Kind::Vague);
    }
    if ABOUT.contains(&last.as_str()) {
        return None;
    }
    if has(STRONG) || words.iter().any(|w| STRONG_ENDINGS.iter().any(|ending| w.ends_with(ending))) {
        return Some(Kind::Strong);
    }
    let is_env_style = !name.bytes().any(|b| b.is_ascii_lowercase());
    match last.as_str() {
        "secrets" | "passwords" | "credentials" => Some(Kind::Store),
        "jwt" => Some(Kind::Weak),
        "pass" | "pwd" if !before.is_empty() => Some(Kind::Weak),
        "pat" if is_env_style && !before.is_empty() => Some(Kind::Weak),
        "key" | "keys" if has(KEY_OF) && !has(&["public"]) => Some(Kind::Strong),
        "key" if is_env_style && !has(OPEN_KEY) => Some(Kind::Weak),
        "tokens" if has(&["access", "api", "auth", "bearer", "refresh"]) && !has(COUNTED) => Some(Kind::Weak),
        "auth" => Some(Kind::Vague),
        _ if has(&["token"]) && !has(COUNTED) => Some(Kind::Weak),
        _ => None,
    }
}

/// The words of a name in lower case: `dbPassword`, `DB_PASSWORD` and `db-password2` all have `db` and `password`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphabetic() {
            // A digit ends a word as well: `token2`, `s3Secret`.
            words.push(std::mem::take(&mut word));
            continue;
        }
        let after_lower = i > 0 && chars[i - 1].is_ascii_lowercase();
        let before_lower =
            i > 0 && chars[i - 1].is_ascii_uppercase() && chars.get(i + 1).is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && (after_lower || before_lower) {
            words.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    words.push(word);
    words.retain(|w| !w.is_empty());
    words
}

/// Whether a name, of an environment variable for example, is one of a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    kind(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        for name in ["dbPassword", "DB_PASSWORD", "db-password2", "db.password", "DBPassword"] {
            assert_eq!(words(name), ["db", "password"], "{name}");
        }
    }

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "password",
            "PGPASSWORD",
            "db_passwd",
            "DB_PASS",
            "clientSecret",
            "secret",
            "SECRET_KEY_BASE",
            "api_key",
            "apiKey",
            "x-api-key",
            "API_KEY_2",
            "aws_secret_access_key",
            "AccountKey",
            "private_key",
            "PrivateKey",
            "token",
            "GITHUB_TOKEN",
            "access_token",
            "authToken",
            "_authToken",
            "STRIPE_KEY",
            "KEY",
            "GH_PAT",
            "credentials",
            "Authorization",
            "proxy-authorization",
            "cookie",
            "Set-Cookie",
            "_auth",
            "SESSION_ID",
            "my.secret.thing",
            "jwt",
            "ENCRYPTION_KEY",
        ] {
            assert!(kind(name).is_some(), "{name}");
        }
    }

    #[test]
    fn harmless_names_are_left_alone() {
        for name in [
            "keyboard",
            "monkey",
            "api_version",
            "private_repo",
            "tokens",
            "total_tokens",
            "max_tokens",
            "token_count",
            "token_type",
            "tokenizer",
            "input_token",
            "key",
            "Key",
            "primary_key",
            "PUBLIC_KEY",
            "public_key",
            "PWD",
            "OLDPWD",
            "pass",
            "passed",
            "bypass",
            "author",
            "authority",
            "SSH_AUTH_SOCK",
            "secret_name",
            "password_file",
            "src/password.rs",
            "secretary",
            "compass",
            "passenger",
            "SESSION_MANAGER",
            "cache_key",
            "sort_key",
            "",
            "_",
            "cookies",
            "hotkey",
            "turkey",
            "tokenize",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }
}
