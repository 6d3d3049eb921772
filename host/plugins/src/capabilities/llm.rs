//! `llm`: asks a language model. The endpoint and its key stay in the host; what may be asked and spent is the grant's.

use std::time::Duration;

use goalpost_core::config::{Grants, LlmGrant};
use goalpost_core::text;
use goalpost_core::usage::Usage;
use serde_json::Value;
use wasmtime::component::Linker;

use super::{Capability, Host};
use crate::call::Call;
use crate::contract::v0_1::bindings::llm::{self, LlmError};
use crate::contract::v0_1::to_guest;
use crate::llm::{LlmFailure, LlmMessage, LlmRequest, LlmRole, LlmStop};
use crate::schema::Schema;

/// Messages in one conversation.
const MESSAGES: usize = 1000;

/// Bytes of text for a token when one has to guess: text and code have 3 to 4. What was spent is then charged as the
/// provider counts it.
const BYTES_PER_TOKEN: u64 = 3;

pub(crate) struct Llm;

impl Capability for Llm {
    fn interface(&self) -> &'static str {
        "llm"
    }

    fn granted(&self, grants: &Grants) -> bool {
        grants.llm.is_some()
    }

    fn fix(&self) -> Option<&'static str> {
        Some("llm = { models = [\"PROVIDER/MODEL\"] }")
    }

    fn means(&self) -> &'static str {
        "ask language models, and send them what it was told, within a limit of tokens and money"
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        llm::add_to_linker::<_, Host>(linker, |call| call)
    }
}

/// What one call of a plugin has spent on models.
#[derive(Debug, Default)]
pub(crate) struct LlmAccount {
    usage: Usage,
    calls: u32,
    /// A model that answered without a known price.
    unpriced: Option<String>,
    /// What questions may have cost whose answers told nothing of it.
    untold: u64,
}

impl LlmAccount {
    pub(crate) fn usage(&self) -> Usage {
        self.usage
    }

    /// Whether the grant still allows a call that may cost `estimate` tokens.
    fn reserve(&self, grant: &LlmGrant, estimate: u64) -> Result<(), String> {
        if self.calls >= grant.calls {
            return Err(format!("the grant's {} calls are made", grant.calls));
        }
        let left = grant.tokens.saturating_sub(self.usage.billable_tokens()).saturating_sub(self.untold);
        if estimate > left {
            return Err(format!(
                "up to {estimate} tokens are asked for, {left} of the grant's {} are left",
                grant.tokens
            ));
        }
        if let Some(most) = grant.micro_usd {
            if let Some(model) = &self.unpriced {
                return Err(format!("the grant limits money, and no price is known for `{model}`"));
            }
            let spent = self.usage.micro_usd.unwrap_or(0);
            if spent >= most {
                return Err(format!("{spent} of the grant's {most} millionths of a dollar are spent"));
            }
        }
        Ok(())
    }

    /// What is left of the grant's money; none where it does not limit it.
    fn money(&self, grant: &LlmGrant) -> Option<u64> {
        grant.micro_usd.map(|most| most.saturating_sub(self.usage.micro_usd.unwrap_or(0)))
    }

    /// Charges a question in full whose answer does not tell what it took: it was sent, and may be paid for.
    fn charge_untold(&mut self, estimate: u64) {
        self.untold = self.untold.saturating_add(estimate);
    }

    fn charge(&mut self, model: &str, usage: Usage) {
        if usage.micro_usd.is_none() {
            self.unpriced = Some(model.to_owned());
        }
        self.usage += usage;
    }
}

impl llm::Host for Call {
    async fn complete(&mut self, request: llm::Request) -> wasmtime::Result<Result<llm::Completion, LlmError>> {
        self.enter()?;
        Ok(self.ask_model(request).await)
    }

    async fn models(&mut self) -> wasmtime::Result<Vec<String>> {
        self.enter()?;
        Ok(self.grants.llm.as_ref().map(|grant| grant.models.clone()).unwrap_or_default())
    }
}

impl Call {
    async fn ask_model(&mut self, request: llm::Request) -> Result<llm::Completion, LlmError> {
        let grants = self.grants.clone();
        let grant = grants.llm.as_ref().ok_or_else(|| LlmError::NotConfigured("`llm` is not granted".into()))?;
        let model = pick_model(request.model.as_deref(), grant)?;
        let schema = request.response_schema.as_deref().map(parse_schema).transpose()?;
        let estimate = estimate(&request).map_err(LlmError::Provider)?;
        self.llm.reserve(grant, estimate).map_err(LlmError::BudgetExhausted)?;
        let Some(provider) = self.context.llm.clone() else {
            return Err(LlmError::NotConfigured("no language model is configured in this host".into()));
        };

        self.llm.calls += 1;
        let deadline = self.remaining();
        let question = LlmRequest {
            model: model.clone(),
            system: request.system,
            messages: request.messages.into_iter().map(message).collect(),
            max_tokens: request.max_tokens,
            temperature: request.temperature,
            response_schema: schema.as_ref().map(|(value, _)| value.clone()),
            most_micro_usd: self.llm.money(grant),
        };
        let mut answer = match tokio::time::timeout(deadline, provider.complete(question, deadline)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => {
                if matches!(failure, LlmFailure::InvalidAnswer(_) | LlmFailure::Timeout) {
                    self.llm.charge_untold(estimate);
                }
                return Err(error(failure));
            }
            Err(_) => {
                self.llm.charge_untold(estimate);
                return Err(LlmError::Timeout);
            }
        };
        if answer.usage.billable_tokens() == 0 && answer.usage.cached_tokens == 0 {
            self.llm.charge_untold(estimate);
        }
        self.llm.charge(&model, answer.usage);

        if let Some((_, schema)) = schema {
            answer.text = check_answer(answer.text, schema, self.remaining()).await?;
        }
        let stop = match answer.stop {
            LlmStop::Finished => llm::StopReason::Finished,
            LlmStop::MaxTokens => llm::StopReason::MaxTokens,
            LlmStop::Refused => llm::StopReason::Refused,
        };
        Ok(llm::Completion { text: answer.text, model: answer.model, stop, usage: to_guest::usage(answer.usage) })
    }
}

fn pick_model(asked: Option<&str>, grant: &LlmGrant) -> Result<String, LlmError> {
    match asked {
        None => grant.models.first().cloned().ok_or_else(|| LlmError::ModelNotGranted("none is".into())),
        Some(asked) if grant.models.iter().any(|model| model == asked) => Ok(asked.to_owned()),
        Some(asked) => Err(LlmError::ModelNotGranted(format!(
            "`{}` is not granted; granted: {}",
            text::one_line(asked, 100),
            grant.models.join(", ")
        ))),
    }
}

fn parse_schema(text: &str) -> Result<(Value, Schema), LlmError> {
    let invalid = |why: String| LlmError::InvalidAnswer(format!("`response-schema` can't be used: {why}"));
    let schema = Schema::parse(text).map_err(|error| invalid(error.to_string()))?;
    let value = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
    Ok((value, schema))
}

/// The tokens that a request may cost, or what is wrong with it.
fn estimate(request: &llm::Request) -> Result<u64, String> {
    if request.messages.is_empty() || request.messages.len() > MESSAGES {
        return Err(format!("a request has 1 to {MESSAGES} messages"));
    }
    if request.max_tokens == 0 {
        return Err("`max-tokens` is 1 or more".into());
    }
    if request.temperature.is_some_and(|value| !(0.0..=2.0).contains(&value)) {
        return Err("`temperature` is 0 to 2".into());
    }
    let texts = request
        .messages
        .iter()
        .map(|message| message.content.len())
        .chain([&request.system, &request.response_schema].into_iter().flatten().map(String::len));
    let input: u64 = texts.map(|bytes| (bytes as u64).div_ceil(BYTES_PER_TOKEN)).sum();
    Ok(input.saturating_add(u64::from(request.max_tokens)))
}

fn message(message: llm::Message) -> LlmMessage {
    let role = match message.role {
        llm::Role::User => LlmRole::User,
        llm::Role::Assistant => LlmRole::Assistant,
    };
    LlmMessage { role, content: message.content }
}

/// The answer's JSON, if it satisfies the schema. Checked on another thread: a large answer takes a while.
async fn check_answer(answer: String, schema: Schema, deadline: Duration) -> Result<String, LlmError> {
    let work = tokio::task::spawn_blocking(move || {
        let json = without_fence(&answer);
        let value: Value = serde_json::from_str(json).map_err(|error| format!("the answer is no JSON: {error}"))?;
        let found = schema.violations(&value, 3);
        if found.is_empty() {
            return Ok(json.to_owned());
        }
        let list: Vec<_> = found.iter().map(ToString::to_string).collect();
        Err(list.join("; "))
    });
    match tokio::time::timeout(deadline, work).await {
        Ok(Ok(checked)) => checked.map_err(LlmError::InvalidAnswer),
        Ok(Err(panic)) => Err(LlmError::InvalidAnswer(panic.to_string())),
        Err(_) => Err(LlmError::Timeout),
    }
}

/// Models that aren't held to JSON by their service like to put it in a Markdown fence.
fn without_fence(answer: &str) -> &str {
    let answer = answer.trim();
    let inside = answer.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inside.and_then(|inside| inside.split_once('\n')).map_or(answer, |(_language, json)| json.trim())
}

fn error(failure: LlmFailure) -> LlmError {
    match failure {
        LlmFailure::NotConfigured(why) => LlmError::NotConfigured(why),
        LlmFailure::InvalidAnswer(why) => LlmError::InvalidAnswer(why),
        LlmFailure::Provider(why) => LlmError::Provider(why),
        LlmFailure::Timeout => LlmError::Timeout,
        LlmFailure::TooDear(why) => LlmError::BudgetExhausted(why),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn grant() -> LlmGrant {
        LlmGrant { models: vec!["a/b".into()], tokens: 1000, micro_usd: Some(500), calls: 3 }
    }

    fn spent(tokens: u64, micro_usd: Option<u64>) -> Usage {
        Usage { input_tokens: tokens, micro_usd, ..Usage::default() }
    }

    #[test]
    fn tokens_are_reserved_before_and_charged_after() {
        let mut account = LlmAccount::default();
        assert!(account.reserve(&grant(), 1001).unwrap_err().contains("1000"));
        account.reserve(&grant(), 1000).unwrap();
        account.charge("a/b", spent(400, Some(1)));
        assert!(account.reserve(&grant(), 601).unwrap_err().contains("600"));
        account.reserve(&grant(), 600).unwrap();
        account.charge("a/b", spent(5000, Some(1)));
        assert!(account.reserve(&grant(), 1).is_err());
    }

    #[test]
    fn money_ends_and_an_unknown_price_ends_it_too() {
        let mut account = LlmAccount::default();
        account.charge("a/b", spent(1, Some(500)));
        assert!(account.reserve(&grant(), 1).unwrap_err().contains("500"));
        let mut account = LlmAccount::default();
        account.charge("a/b", spent(1, None));
        assert!(account.reserve(&grant(), 1).unwrap_err().contains("no price is known"));
        account.reserve(&LlmGrant { micro_usd: None, ..grant() }, 1).unwrap();
    }

    #[test]
    fn a_question_whose_answer_tells_nothing_is_charged_in_full() {
        let mut account = LlmAccount::default();
        account.charge_untold(700);
        assert!(account.reserve(&grant(), 301).unwrap_err().contains("300"));
        account.reserve(&grant(), 300).unwrap();
        account.charge_untold(u64::MAX);
        assert!(account.reserve(&grant(), 1).is_err());
    }

    #[test]
    fn calls_are_counted() {
        let account = LlmAccount { calls: 3, ..LlmAccount::default() };
        assert!(account.reserve(&grant(), 1).unwrap_err().contains("3 calls"));
    }

    #[test]
    fn a_fence_around_json_is_taken_off() {
        assert_eq!(without_fence("```json\n{\"a\": 1}\n```"), "{\"a\": 1}");
        assert_eq!(without_fence(" {\"a\": 1}\n"), "{\"a\": 1}");
        assert_eq!(without_fence("```"), "```");
        assert_eq!(without_fence("``````"), "``````");
    }
}
