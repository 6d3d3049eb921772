//! Whether one set of grants lets a plugin do more than another, and what: a person is asked about that.

use super::{AgentsGrant, Grants, HttpGrant};

impl Grants {
    /// What it lets a plugin do that `old` did not, in words; empty where it got no wider.
    pub fn wider_than(&self, old: &Self) -> Vec<String> {
        // In full, so that a capability that is new to the program can't be forgotten here.
        let Self { tree, checks, llm, agents, http, state, files } = self;
        let mut more = Vec::new();
        if *tree && !old.tree {
            more.push("tree".to_owned());
        }
        more.extend(checks.iter().filter(|name| !old.checks.contains(name)).map(|name| format!("the check `{name}`")));
        if let Some(llm) = llm {
            let was = old.llm.as_ref();
            let models: &[String] = was.map_or(&[], |was| &was.models);
            more.extend(
                llm.models.iter().filter(|model| !models.contains(model)).map(|model| format!("the model {model}")),
            );
            if let Some(was) = was {
                let spends = |money: Option<u64>| money.unwrap_or(u64::MAX);
                if llm.tokens > was.tokens || llm.calls > was.calls || spends(llm.micro_usd) > spends(was.micro_usd) {
                    more.push("more tokens, money or calls of `llm`".to_owned());
                }
            }
        }
        if let Some(agents) = agents {
            let was = old.agents.clone().unwrap_or(AgentsGrant { runs: 0, concurrent: 0 });
            if agents.runs > was.runs || agents.concurrent > was.concurrent {
                more.push(format!("{} agents a turn, {} at a time", agents.runs, agents.concurrent));
            }
        }
        // Two services within an old one may not ask it twice as often.
        let mut left: Vec<HttpGrant> = old.http.clone();
        for grant in http {
            match left.iter_mut().find(|was| is_within(grant, was)) {
                Some(was) => was.calls -= grant.calls,
                None => more.push(grant.words()),
            }
        }
        more.extend(super::state::wider(old.state.as_ref(), state.as_ref()));
        more.extend(super::files::wider(&old.files, files));
        more
    }
}

/// Whether a grant for a web service gives nothing that `was` did not.
fn is_within(grant: &HttpGrant, was: &HttpGrant) -> bool {
    let HttpGrant { host, scheme, port, methods, secrets, private, calls, request_bytes, response_bytes } = grant;
    was.host.covers(host)
        && (scheme, port) == (&was.scheme, &was.port)
        && methods.iter().all(|method| was.methods.contains(method))
        && secrets.iter().all(|secret| was.secrets.contains(secret))
        && (was.private || !private)
        && *calls <= was.calls
        && *request_bytes <= was.request_bytes
        && *response_bytes <= was.response_bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::{World, parse_plugin_options};

    fn grants(text: &str) -> Grants {
        let text = format!("grants = {{ {text} }}");
        parse_plugin_options(&text, "goalpost.toml", World::Evaluator).unwrap().grants
    }

    #[test]
    fn only_more_is_wider() {
        let little = grants("llm = { model = \"a/b\", tokens = 5, usd = 1.0 }");
        let more = grants("tree = true, llm = { model = \"a/b\", tokens = 6, usd = 1.0 }");
        let unpriced = grants("llm = { model = \"a/b\", tokens = 5 }");
        assert_eq!(little.wider_than(&more), Vec::<String>::new());
        assert_eq!(little.wider_than(&little), Vec::<String>::new());
        assert_eq!(more.wider_than(&little).len(), 2);
        assert_eq!(unpriced.wider_than(&little).len(), 1);
    }

    #[test]
    fn each_part_of_a_web_service_can_get_wider() {
        let grants = |text: &str| grants(&format!("http = [{text}]"));
        let was = grants("{ host = \"*.a.com\", methods = [\"GET\", \"POST\"], secrets = [\"T\"] }");
        for same in [
            "{ host = \"*.a.com\" }",
            "{ host = \"x.a.com\", secrets = [\"T\"] }",
            "{ host = \"*.x.a.com\", calls = 1 }",
        ] {
            assert_eq!(grants(same).wider_than(&was), Vec::<String>::new(), "{same}");
        }
        for more in [
            "{ host = \"a.com\" }",
            "{ host = \"x.a.com\", scheme = \"http\" }",
            "{ host = \"x.a.com\", port = 8443 }",
            "{ host = \"x.a.com\", methods = [\"PUT\"] }",
            "{ host = \"x.a.com\", secrets = [\"U\"] }",
            "{ host = \"x.a.com\", private = true }",
            "{ host = \"x.a.com\", calls = 51 }",
            "{ host = \"x.a.com\", request_bytes = \"65KiB\" }",
            "{ host = \"x.a.com\", response_bytes = \"2MiB\" }",
        ] {
            assert_eq!(grants(more).wider_than(&was).len(), 1, "{more}");
        }
        let twice = grants("{ host = \"x.a.com\", calls = 30 }, { host = \"y.a.com\", calls = 30 }");
        assert_eq!(twice.wider_than(&was).len(), 1);
        assert!(
            was.wider_than(&Grants::default())[0].contains("with the secret T"),
            "{:?}",
            was.wider_than(&Grants::default())
        );
    }

    #[test]
    fn another_folder_under_a_known_name_is_wider_and_so_is_more_of_it() {
        let docs = grants("files = { docs = { path = \"docs\", bytes = 100 } }");
        for more in [
            "files = { docs = { path = \"docs\", bytes = 101 } }",
            "files = { docs = { path = \"secrets\", bytes = 100 } }",
            "files = { docs = { path = \"docs\", bytes = 100 }, more = { path = \"docs\", bytes = 1 } }",
        ] {
            assert_eq!(grants(more).wider_than(&docs).len(), 1, "{more}");
        }
        assert_eq!(
            grants("files = { docs = { path = \"docs\", bytes = 99 } }").wider_than(&docs),
            Vec::<String>::new()
        );
    }

    #[test]
    fn more_to_remember_is_wider() {
        let (none, some, more) = (grants(""), grants("state = true"), grants("state = { bytes = \"128KiB\" }"));
        assert_eq!(some.wider_than(&none).len(), 1);
        assert_eq!(more.wider_than(&some).len(), 1);
        assert_eq!(some.wider_than(&more), Vec::<String>::new());
    }
}
