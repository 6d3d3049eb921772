//! From `config.toml` and the environment to a client, and what is said where something is missing.

use goalpost_plugins::llm::client::HttpProvider;
use goalpost_plugins::llm::settings::{LlmSettings, SettingsError};
use goalpost_plugins::llm::{LlmFailure, LlmProvider, LlmRequest};
use goalpost_scripted_model::Step;

use crate::{KEY, LONG, question, serve};

fn provider(toml: &str, env: &[(&str, &str)]) -> HttpProvider {
    let settings: LlmSettings = toml::from_str(toml).unwrap();
    let lookup = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    HttpProvider::new(settings.endpoints(lookup).unwrap()).unwrap()
}

async fn not_configured(provider: &HttpProvider, model: &str) -> String {
    match provider.complete(LlmRequest { model: model.to_owned(), ..question() }, LONG).await {
        Err(LlmFailure::NotConfigured(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_documented_settings_reach_the_service() {
    let model = serve(vec![Step::say("Yes.").using(1_000, 100, 0)]);
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key");
    std::fs::write(&key_file, format!("{KEY}\n")).unwrap();
    let toml = format!(
        r#"
        [mine]
        api      = "anthropic"
        base_url = "{}/"
        key_file = "{}"

        [mine.prices.haiku]
        input  = 1.0
        cached = 0.1
        output = 5.0
        "#,
        model.url(),
        key_file.display()
    );
    let request = LlmRequest { model: "mine/haiku".into(), ..question() };
    let answer = provider(&toml, &[]).complete(request, LONG).await.unwrap();
    assert_eq!(answer.usage.micro_usd, Some(1_500));
    let sent = &model.requests()[0];
    assert_eq!((sent.path.as_str(), sent.key(), sent.model()), ("/v1/messages", Some(KEY), "haiku"));
}

#[tokio::test]
async fn the_usual_variables_alone_reach_the_service() {
    let model = serve(vec![Step::say("Yes.")]);
    let url = format!("{}/v1/", model.url());
    // Keys that were pasted or read from a file often end in a line break.
    let provider = provider("", &[("OPENAI_API_KEY", &format!("{KEY}\n")), ("OPENAI_BASE_URL", &url)]);
    provider.complete(LlmRequest { model: "openai/gpt".into(), ..question() }, LONG).await.unwrap();
    assert_eq!((model.requests()[0].path.as_str(), model.requests()[0].key()), ("/v1/chat/completions", Some(KEY)));
}

#[tokio::test]
async fn nothing_configured_says_what_to_set() {
    let none = provider("", &[("ANTHROPIC_API_KEY", "")]);
    let told = not_configured(&none, "anthropic/claude-haiku").await;
    assert!(told.contains("none is configured") && told.contains("set ANTHROPIC_API_KEY"), "{told}");
    assert!(not_configured(&none, "openai/gpt").await.contains("set OPENAI_API_KEY"));
    assert!(not_configured(&none, "local/qwen").await.contains("add [llm.local] with api, base_url and key_env"));
}

#[tokio::test]
async fn a_provider_that_is_not_known_lists_those_that_are() {
    let toml = "local = { api = 'openai', base_url = 'http://127.0.0.1:1' }";
    let two = provider(toml, &[("OPENAI_API_KEY", KEY)]);
    let told = not_configured(&two, "lokal/qwen").await;
    assert!(told.contains("`lokal`") && told.contains("configured: local, openai"), "{told}");
}

#[tokio::test]
async fn a_model_without_a_provider_is_told_its_form() {
    assert!(not_configured(&provider("", &[]), "claude-haiku").await.contains("`provider/model`"));
}

#[tokio::test]
async fn a_section_whose_variable_is_not_set_names_the_variable() {
    let toml = "anthropic = { api = 'anthropic', base_url = 'http://127.0.0.1:1', key_env = 'MY_KEY' }";
    // The usual variable would not help: the section names another.
    let unset = provider(toml, &[("ANTHROPIC_API_KEY", KEY)]);
    assert_eq!(not_configured(&unset, "anthropic/claude").await, "the provider `anthropic` has no key: set MY_KEY");
}

#[test]
fn settings_that_cannot_be_right_name_their_section() {
    let wrong = |toml: &str| {
        let settings: LlmSettings = toml::from_str(toml).unwrap();
        settings.endpoints(|_| None).unwrap_err()
    };
    for url in ["ftp://x", "http://", "localhost:1", "http://user:password@x", "http://x?version=1"] {
        let error = wrong(&format!("a = {{ api = 'openai', base_url = '{url}' }}"));
        assert!(matches!(&error, SettingsError::Url { provider, .. } if provider == "a"), "{error}");
    }
    let error = wrong("a = { api = 'openai', base_url = 'http://x', key_file = '/nowhere/at/all' }");
    assert!(error.to_string().contains("[llm.a] key_file /nowhere/at/all"), "{error}");
    for price in ["-1.0", "nan", "inf"] {
        let prices = format!("prices.m = {{ input = 1.0, output = {price} }}");
        let error = wrong(&format!("a = {{ api = 'openai', base_url = 'http://x', {prices} }}"));
        assert!(error.to_string().starts_with("[llm.a.prices.m]"), "{error}");
    }
}
