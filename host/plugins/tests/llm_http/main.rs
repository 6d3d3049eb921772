//! The client of language models against a real server on the loopback: what it sends, what it makes of the answers, when
//! it tries again, and what a person reads when there is no answer.

#![allow(clippy::unwrap_used, missing_docs)]

mod answers;
mod failures;
mod keys;
mod money;
mod retries;
mod setup;

use std::collections::BTreeMap;
use std::time::Duration;

use goalpost_plugins::llm::client::{Endpoint, HttpProvider};
use goalpost_plugins::llm::settings::{Api, Price};
use goalpost_plugins::llm::{LlmCompletion, LlmFailure, LlmMessage, LlmProvider, LlmRequest, LlmRole};
use goalpost_scripted_model::{ScriptedModel, Source, Step};

const BOTH: [Api; 2] = [Api::OpenAi, Api::Anthropic];

/// Sent by every endpoint of [`Service`]. Nothing that a person reads may hold it.
const KEY: &str = "key-0123456789abcdef";

/// Longer than any test waits: an answer or a failure comes first.
const LONG: Duration = Duration::from_secs(60);

/// Shorter than the first wait before another attempt, which so is not made.
const ONE_ATTEMPT: Duration = Duration::from_millis(400);

/// A scripted model, and a client whose provider `test` is that model.
struct Service {
    model: ScriptedModel,
    provider: HttpProvider,
}

impl Service {
    fn start(api: Api, source: impl Source) -> Self {
        let model = serve(source);
        // OpenAI's base URLs hold the version, Anthropic's don't.
        let base_url = match api {
            Api::OpenAi => format!("{}/v1", model.url()),
            Api::Anthropic => model.url(),
        };
        let provider = HttpProvider::new(BTreeMap::from([("test".to_owned(), endpoint(api, base_url))])).unwrap();
        Self { model, provider }
    }

    /// Refuses every request in the same way.
    fn always(api: Api, step: Step) -> Self {
        Self::start(api, move |_: &goalpost_scripted_model::Request| step.clone())
    }

    async fn ask(&self, request: LlmRequest, deadline: Duration) -> Result<LlmCompletion, LlmFailure> {
        self.provider.complete(request, deadline).await
    }

    fn asked(&self) -> usize {
        self.model.requests().len()
    }
}

/// A scripted model. It sets itself up by blocking, which a test's own async thread must not.
fn serve(source: impl Source) -> ScriptedModel {
    std::thread::spawn(|| ScriptedModel::start(source)).join().unwrap().unwrap()
}

fn endpoint(api: Api, base_url: String) -> Endpoint {
    // Prices whose products tell input, cached and output apart.
    let price = Price { input: 3.0, cached: Some(0.5), output: 15.0 };
    let prices = BTreeMap::from([("priced".to_owned(), price)]);
    Endpoint { api, base_url, key: Some(KEY.to_owned()), unset: None, prices }
}

fn question() -> LlmRequest {
    LlmRequest {
        model: "test/priced".to_owned(),
        system: None,
        messages: vec![LlmMessage { role: LlmRole::User, content: "Is it done?".to_owned() }],
        max_tokens: 300,
        temperature: None,
        response_schema: None,
        most_micro_usd: None,
    }
}

/// What a person reads, which never holds the key.
fn told(result: Result<LlmCompletion, LlmFailure>) -> String {
    let text = result.unwrap_err().to_string();
    assert!(!text.contains(KEY), "the key is shown: {text}");
    text
}
