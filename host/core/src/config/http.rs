//! `http = [{ host = "api.example.com" }]`: which web services a plugin may ask, and what of them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use toml::de::DeValue;

use super::error::Problem;
use super::section::{At, Section, quoted, wrong_type};
use crate::web::{self, HostPattern, Scheme};

const EXAMPLE: &str = "http = [{ host = \"api.example.com\", methods = [\"GET\"] }]";

/// Services of one plugin.
const MOST: usize = 100;

/// Methods that do something to the connection, or send back what was sent.
const NO_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// One of `http = [{ ... }]`: a web service that a plugin may ask, and what it may ask of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpGrant {
    /// A name, an address, or `*.` and a name: everything below it.
    pub host: HostPattern,
    /// `https` when not given.
    pub scheme: Scheme,
    /// The scheme's own when not given.
    pub port: u16,
    /// `GET` when not given.
    pub methods: Vec<String>,
    /// Variables of the host's environment that the plugin may name in headers, without seeing them. Kept under a name that
    /// does not have them taken for the secrets themselves: a recording is to say what was granted.
    #[serde(rename = "variables")]
    pub secrets: Vec<String>,
    /// Whether the host may be one that is no part of the public internet; false when not given.
    pub private: bool,
    /// Requests in one call of the plugin; 50 when not given.
    pub calls: u32,
    /// Bytes of a request's body; 64 KiB when not given.
    pub request_bytes: u64,
    /// Bytes of an answer's body; 1 MiB when not given.
    pub response_bytes: u64,
}

impl HttpGrant {
    /// What is granted where nothing but a host is said.
    pub fn of(host: HostPattern) -> Self {
        Self {
            host,
            scheme: Scheme::Https,
            port: Scheme::Https.port(),
            methods: vec!["GET".to_owned()],
            secrets: Vec::new(),
            private: false,
            calls: 50,
            request_bytes: 64 << 10,
            response_bytes: 1 << 20,
        }
    }

    /// What it lets a plugin do, in plain words.
    pub fn words(&self) -> String {
        let mut words = format!("{} {}", self.methods.join(", "), self.origin());
        match self.secrets.as_slice() {
            [] => {}
            [one] => words.push_str(&format!(", with the secret {one}")),
            more => words.push_str(&format!(", with the secrets {}", more.join(", "))),
        }
        if self.private {
            words.push_str(", also where that is on this machine or its network");
        }
        let size = |bytes: u64| super::units::show_size(bytes);
        let (calls, sent, read) = (self.calls, size(self.request_bytes), size(self.response_bytes));
        words.push_str(&format!(" (up to {calls} requests of {sent}, answers of {read})"));
        words
    }

    /// Scheme, host and port, as a URL begins: the port only where it is not the scheme's own.
    pub fn origin(&self) -> String {
        if self.port == self.scheme.port() {
            format!("{}://{}", self.scheme, self.host)
        } else {
            format!("{}://{}:{}", self.scheme, self.host, self.port)
        }
    }
}

/// The services under `http`.
pub(super) fn grants(grants: &Section<'_>) -> Vec<HttpGrant> {
    let Some(value) = grants.get("http") else { return Vec::new() };
    let DeValue::Array(items) = value.get_ref() else {
        grants.push(grants.wrong_type("http", value, "a list of tables").help(format!("write `{EXAMPLE}`")));
        return Vec::new();
    };
    if items.is_empty() || items.len() > MOST {
        let problem = Problem::new(value.span(), "`http` grants nothing, or too much");
        grants.push(problem.label(format!("expected 1 to {MOST} services")).help(format!("write `{EXAMPLE}`")));
    }
    let mut read: Vec<HttpGrant> = Vec::new();
    for item in items.iter() {
        let DeValue::Table(table) = item.get_ref() else {
            grants.push(wrong_type("an item of `http`", item, "a table").help(format!("write `{EXAMPLE}`")));
            continue;
        };
        let section = Section::new(grants.report, "`http`", item.span(), table);
        let Some(grant) = one(&section) else { continue };
        if let Some((method, _)) = shared(&read, &grant) {
            let what = format!("{method} of {} is granted twice", grant.origin());
            grants.push(Problem::new(item.span(), what).label("granted before: only the first one would count"));
        }
        read.push(grant);
    }
    read
}

/// A method that an earlier grant has for the very same hosts.
fn shared<'g>(read: &'g [HttpGrant], grant: &'g HttpGrant) -> Option<(&'g str, &'g HttpGrant)> {
    let same = |other: &&HttpGrant| (&other.host, other.scheme, other.port) == (&grant.host, grant.scheme, grant.port);
    read.iter().filter(same).find_map(|other| {
        grant.methods.iter().find(|method| other.methods.contains(method)).map(|method| (method.as_str(), other))
    })
}

fn one(table: &Section<'_>) -> Option<HttpGrant> {
    let host = host(table);
    let scheme = table.word("scheme", &[("https", Scheme::Https), ("http", Scheme::Http)]).unwrap_or_default();
    let port = table.integer("port", 1..=65_535, "as a port").and_then(|port| u16::try_from(port).ok());
    let methods = words(table, "methods", method);
    let secrets = words(table, "secrets", secret);
    let private = table.boolean("private").unwrap_or(false);
    let calls = table.integer("calls", 1..=10_000, "calls").and_then(|n| u32::try_from(n).ok());
    let request_bytes = table.bytes("request_bytes", 0..=8 << 20);
    let response_bytes = table.bytes("response_bytes", 1..=8 << 20);
    table.finish();
    if scheme == Scheme::Http
        && !private
        && let Some(span) = table.key_span("secrets")
    {
        table.push(
            Problem::new(span, "a secret would be sent in clear text")
                .label("expected `scheme = \"https\"`")
                .help("over http, secrets only go to hosts of your own: `private = true`"),
        );
    }
    let default = HttpGrant::of(host?);
    Some(HttpGrant {
        scheme,
        port: port.unwrap_or_else(|| scheme.port()),
        methods: methods.unwrap_or(default.methods),
        secrets: secrets.unwrap_or_default(),
        private,
        calls: calls.unwrap_or(default.calls),
        request_bytes: request_bytes.unwrap_or(default.request_bytes),
        response_bytes: response_bytes.unwrap_or(default.response_bytes),
        host: default.host,
    })
}

fn host(table: &Section<'_>) -> Option<HostPattern> {
    let Some(text) = table.string("host") else {
        if !table.has("host") {
            table.missing("host", format!("no host is taken by default: write `{EXAMPLE}`"));
        }
        return None;
    };
    let problem = Problem::new(text.span.clone(), format!("`{}` is no host that can be granted", text.value));
    if let Some((scheme, rest)) = text.value.split_once("://") {
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        table.push(problem.label("this is a URL").help(format!(
            "write `scheme = {}, host = {}`",
            quoted(scheme),
            quoted(host)
        )));
        return None;
    }
    match HostPattern::from_str(text.value) {
        Ok(host) => Some(host),
        Err(error) => {
            table.push(problem.label(error.to_string()).help(
                "a host is a name (`api.example.com`), an address (`10.0.0.7`, `[fd00::7]`), or `*.example.com` for every \
                 name below it; its port is `port`",
            ));
            None
        }
    }
}

/// A list of different words, each of them valid.
fn words(table: &Section<'_>, key: &'static str, valid: fn(&str) -> Result<(), String>) -> Option<Vec<String>> {
    let list = table.strings(key)?;
    if list.value.is_empty() && key == "methods" {
        table.push(Problem::new(list.span, "`methods` is empty").label("expected at least one, such as \"GET\""));
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    for At { value, span } in list.value {
        if let Err(label) = valid(value) {
            table.push(Problem::new(span, format!("`{value}` can't be one of `{key}`")).label(label));
        } else if words.iter().any(|seen| seen == value) {
            table.push(Problem::new(span, format!("`{value}` stands twice in `{key}`")));
        } else {
            words.push(value.to_owned());
        }
    }
    Some(words)
}

fn method(word: &str) -> Result<(), String> {
    let upper = word.to_ascii_uppercase();
    if NO_METHODS.contains(&upper.as_str()) {
        return Err("this method can't be granted".to_owned());
    }
    let is_method = !word.is_empty() && word.len() <= 20 && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    match is_method {
        true if word == upper => Ok(()),
        true => Err(format!("did you mean {}?", quoted(&upper))),
        false => Err("expected a method, such as \"GET\" or \"POST\"".to_owned()),
    }
}

fn secret(word: &str) -> Result<(), String> {
    if web::is_secret_name(word) { Ok(()) } else { Err("expected the name of an environment variable".to_owned()) }
}
