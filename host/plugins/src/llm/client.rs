//! The client of every endpoint: one request, with time-outs and retries, and its cost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use goalpost_core::ports::BoxFuture;
use goalpost_core::usage::Usage;
use reqwest::StatusCode;
use reqwest::header::{HeaderValue, RETRY_AFTER};
use serde_json::Value;

use super::settings::{Api, Price};
use super::{LlmCompletion, LlmFailure, LlmProvider, LlmRequest, anthropic, completion, openai};

/// Attempts of one request, the first included.
const ATTEMPTS: u32 = 5;
/// The wait before the second attempt; it doubles from then on.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// No single wait is longer, whatever the service asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// An answer that is larger than this is not one.
const MAX_BODY: usize = 8 << 20;

/// One place to send requests to. `Debug` does not show the key.
#[derive(Clone)]
pub struct Endpoint {
    /// The protocol.
    pub api: Api,
    /// Without a slash at the end.
    pub base_url: String,
    /// Sent with each request.
    pub key: Option<String>,
    /// The environment variable that was to hold the key and doesn't: nothing is sent, and who asks is told to set it.
    pub unset: Option<String>,
    /// By model name.
    pub prices: BTreeMap<String, Price>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("api", &self.api).field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// The endpoints of this host.
pub struct HttpProvider {
    client: reqwest::Client,
    endpoints: BTreeMap<String, Endpoint>,
}

/// What an endpoint's protocol makes of a request: where it goes and what it carries.
pub(super) struct Call {
    pub(super) path: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
}

impl HttpProvider {
    /// A client for these endpoints.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn new(endpoints: BTreeMap<String, Endpoint>) -> Result<Self, reqwest::Error> {
        // Fails only where a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("goalpost/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the key to a host that nobody configured.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self { client, endpoints })
    }

    /// Whether `model`, a `provider/model`, has an endpoint. The error says how to configure one.
    ///
    /// # Errors
    /// [`LlmFailure::NotConfigured`].
    pub fn find<'m>(&self, model: &'m str) -> Result<(&Endpoint, &'m str), LlmFailure> {
        let (provider, name) = model.split_once('/').ok_or_else(|| {
            LlmFailure::NotConfigured(format!("`{model}` names no provider: write it as `provider/model`"))
        })?;
        match self.endpoints.get(provider) {
            Some(Endpoint { unset: Some(variable), .. }) => {
                Err(LlmFailure::NotConfigured(format!("the provider `{provider}` has no key: set {variable}")))
            }
            Some(endpoint) => Ok((endpoint, name)),
            None => Err(LlmFailure::NotConfigured(self.how_to_configure(provider))),
        }
    }

    fn how_to_configure(&self, provider: &str) -> String {
        let known = if self.endpoints.is_empty() {
            "none is configured".to_owned()
        } else {
            format!("configured: {}", self.endpoints.keys().cloned().collect::<Vec<_>>().join(", "))
        };
        let how = match provider {
            "anthropic" => "set ANTHROPIC_API_KEY".to_owned(),
            "openai" => "set OPENAI_API_KEY".to_owned(),
            other => format!("add [llm.{other}] with api, base_url and key_env to config.toml"),
        };
        format!("no endpoint for the provider `{provider}` ({known}): {how}")
    }

    async fn attempts(&self, request: LlmRequest, deadline: Duration) -> Result<LlmCompletion, LlmFailure> {
        let (endpoint, model) = self.find(&request.model)?;
        affordable(endpoint, model, &request)?;
        let call = match endpoint.api {
            Api::Anthropic => anthropic::call(endpoint, model, &request),
            Api::OpenAi => openai::call(endpoint, model, &request),
        };
        let end = Instant::now() + deadline;
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let retry = match self.send(endpoint, &call, end).await {
                Ok(body) => {
                    let mut completion = completion(endpoint.api, &body)?;
                    completion.model = request.model.clone();
                    completion.usage.micro_usd = endpoint.prices.get(model).map(|p| cost(p, &completion.usage));
                    return Ok(completion);
                }
                Err(Attempt::Final(failure)) => return Err(failure),
                Err(Attempt::Again(retry)) => retry,
            };
            // A service's own word on when to come back wins; otherwise the wait doubles, with a little jitter so that
            // judges that were refused together don't come back together.
            let pause = retry.after.unwrap_or_else(|| wait + jitter(wait)).min(LONGEST_WAIT);
            wait *= 2;
            if attempt >= ATTEMPTS || Instant::now() + pause >= end {
                let plural = if attempt == 1 { "" } else { "s" };
                return Err(LlmFailure::Provider(format!("{} ({attempt} attempt{plural})", retry.why)));
            }
            tracing::debug!(attempt, ?pause, why = retry.why, "asking the model again");
            tokio::time::sleep(pause).await;
        }
        unreachable!("the loop above ends by returning")
    }

    async fn send(&self, endpoint: &Endpoint, call: &Call, end: Instant) -> Result<Value, Attempt> {
        let left = end.saturating_duration_since(Instant::now());
        let mut request =
            self.client.post(format!("{}{}", endpoint.base_url, call.path)).timeout(left).json(&call.body);
        for (name, value) in &call.headers {
            // The key is the only one that isn't ours.
            let Ok(mut value) = HeaderValue::from_str(value) else {
                let why = format!("the key for {} has characters that can't be sent", endpoint.base_url);
                return Err(Attempt::Final(LlmFailure::NotConfigured(why)));
            };
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let mut response = request.send().await.map_err(transport)?;
        let status = response.status();
        let after = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.trim().parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Attempt::Final(LlmFailure::Provider(format!("an answer of over {MAX_BODY} bytes"))));
            }
            body.extend_from_slice(&chunk);
        }
        let parsed = serde_json::from_slice::<Value>(&body);
        if status.is_success() {
            // A proxy's page in place of JSON is as temporary as a 502.
            return parsed
                .map_err(|e| Attempt::again(format!("{} whose body is not JSON: {e}", status_text(status)), None));
        }
        let said = error_text(parsed.ok().as_ref(), &body, endpoint.key.as_deref());
        let why = format!("{}: {said}", status_text(status));
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Err(Attempt::again(why, after.map(Duration::from_secs)))
            }
            // 529, Anthropic's "overloaded", is one of them.
            _ if status.is_server_error() => Err(Attempt::again(why, after.map(Duration::from_secs))),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let what = match endpoint.key {
                    Some(_) => "refused the key",
                    None => "wants a key, and neither key_env nor key_file is configured",
                };
                Err(Attempt::Final(LlmFailure::NotConfigured(format!("{} {what}: {why}", endpoint.base_url))))
            }
            _ if status.is_redirection() => Err(Attempt::Final(LlmFailure::Provider(format!(
                "{} answers {}, and redirects are not followed, since the key would go along: correct its base_url",
                endpoint.base_url,
                status_text(status)
            )))),
            _ => Err(Attempt::Final(LlmFailure::Provider(why))),
        }
    }
}

impl LlmProvider for HttpProvider {
    fn complete<'a>(
        &'a self,
        request: LlmRequest,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        Box::pin(async move {
            tokio::time::timeout(deadline, self.attempts(request, deadline)).await.unwrap_or(Err(LlmFailure::Timeout))
        })
    }
}

/// How an attempt ended that gave no answer.
enum Attempt {
    Again(Retry),
    Final(LlmFailure),
}

struct Retry {
    why: String,
    after: Option<Duration>,
}

impl Attempt {
    fn again(why: String, after: Option<Duration>) -> Self {
        Self::Again(Retry { why, after })
    }
}

/// As in `HTTP 404 Not Found`, or `HTTP 529` where the number has no standard name.
fn status_text(status: StatusCode) -> String {
    format!("HTTP {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()).trim_end().to_owned()
}

fn transport(error: reqwest::Error) -> Attempt {
    if error.is_timeout() && !error.is_connect() {
        return Attempt::Final(LlmFailure::Timeout);
    }
    // The source says "connection refused"; the error itself only that sending failed.
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        why = format!("{why}: {inner}");
        source = inner.source();
    }
    // A URL that is none stays so.
    if error.is_builder() { Attempt::Final(LlmFailure::NotConfigured(why)) } else { Attempt::again(why, None) }
}

/// What an error body says, in a line: both protocols put it at `error.message`. A service that quotes the key that it was
/// sent is not quoted.
fn error_text(body: Option<&Value>, raw: &[u8], key: Option<&str>) -> String {
    let said = body.and_then(|b| b.pointer("/error/message").or(b.get("message"))?.as_str()).map(str::to_owned);
    let mut text = said.unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned());
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        text = text.replace(key, "[the key]");
    }
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    if line.trim().is_empty() { "no reason given".to_owned() } else { line.trim().to_owned() }
}

/// Millionths of a dollar: a price in dollars for a million tokens is one in millionths for a token.
fn cost(price: &Price, usage: &Usage) -> u64 {
    let of = |tokens: u64, price: f64| tokens as f64 * price;
    let sum = of(usage.input_tokens, price.input)
        + of(usage.cached_tokens, price.cached.unwrap_or(price.input))
        + of(usage.output_tokens, price.output);
    // Rounded up: what is spent is never shown as nothing. The cast saturates.
    sum.ceil().max(0.0) as u64
}

/// Whether the answer can't cost more than may be spent on it: what a model says is paid for when it is known.
fn affordable(endpoint: &Endpoint, model: &str, request: &LlmRequest) -> Result<(), LlmFailure> {
    let Some(most) = request.most_micro_usd else { return Ok(()) };
    let Some(price) = endpoint.prices.get(model) else {
        return Err(LlmFailure::TooDear(format!(
            "the grant limits money, and no price is known for `{}`",
            request.model
        )));
    };
    let usage = Usage { input_tokens: request.tokens(), output_tokens: request.max_tokens.into(), ..Usage::default() };
    let dear = cost(price, &usage);
    if dear > most {
        return Err(LlmFailure::TooDear(format!(
            "up to {dear} millionths of a dollar may be asked for this, {most} of the grant's are left: ask for fewer tokens"
        )));
    }
    Ok(())
}

/// Up to a quarter of `wait`.
fn jitter(wait: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    wait.mul_f64(f64::from(nanos % 1000) / 4000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_up_and_cached_tokens_cost_less() {
        let price = Price { input: 1.0, cached: Some(0.1), output: 5.0 };
        let usage = Usage { input_tokens: 1000, output_tokens: 100, cached_tokens: 15, micro_usd: None };
        assert_eq!(cost(&price, &usage), 1000 + 500 + 2);
    }
}
