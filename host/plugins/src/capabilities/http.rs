//! `http`: asks web services. What may be asked, and how often, is the grant's; secrets stay in the host.

use std::time::Duration;

use goalpost_core::config::{Grants, HttpGrant};
use goalpost_core::web::{self, Asked, Header};
use wasmtime::component::Linker;

use super::{Capability, Host};
use crate::call::Call;
use crate::contract::v0_1::bindings::http::{self, HttpError};
use crate::http::{HttpFailure, HttpRequest, Within};

pub(crate) struct Http;

impl Capability for Http {
    fn interface(&self) -> &'static str {
        "http"
    }

    fn granted(&self, grants: &Grants) -> bool {
        !grants.http.is_empty()
    }

    fn fix(&self) -> Option<&'static str> {
        Some("http = [{ host = \"HOST\" }]")
    }

    fn means(&self) -> &'static str {
        "ask the web services that it is granted by name, and send them what it was told"
    }

    fn link(&self, linker: &mut Linker<Call>) -> wasmtime::Result<()> {
        http::add_to_linker::<_, Host>(linker, |call| call)
    }
}

/// How often one call of a plugin has asked, by the place of the grant.
#[derive(Debug, Default)]
pub(crate) struct HttpAccount(Vec<u32>);

impl HttpAccount {
    fn charge(&mut self, place: usize, grant: &HttpGrant) -> Result<(), String> {
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        if self.0[place] >= grant.calls {
            return Err(format!("the grant's {} requests to {} are made (`calls`)", grant.calls, grant.origin()));
        }
        self.0[place] += 1;
        Ok(())
    }
}

impl http::Host for Call {
    async fn send(&mut self, request: http::Request) -> wasmtime::Result<Result<http::Response, HttpError>> {
        self.enter()?;
        Ok(self.ask_service(request).await)
    }
}

impl Call {
    async fn ask_service(&mut self, request: http::Request) -> Result<http::Response, HttpError> {
        let grants = self.grants.clone();
        let header = |header: http::Header| Header { name: header.name, value: header.value };
        let asked = Asked {
            method: request.method,
            url: request.url,
            headers: request.headers.into_iter().map(header).collect(),
            body: request.body,
        };
        let permitted = web::permit(&grants.http, &asked).map_err(|refusal| error(refusal.into()))?;
        let Some(within) = Within::new(&grants.http, permitted.grant) else {
            return Err(HttpError::Denied("`http` is not granted".to_owned()));
        };
        self.http.charge(permitted.grant, within.grant()).map_err(HttpError::Limit)?;
        let Some(service) = self.context.http.clone() else {
            return Err(HttpError::Transport("there is no network in this call".to_owned()));
        };
        let left = self.remaining();
        // A guest may want less time than it has, never more.
        let deadline = request.timeout_ms.map_or(left, |ms| left.min(Duration::from_millis(ms.into())));
        let Asked { method, headers, body, .. } = asked;
        let request = HttpRequest { method, target: permitted.target, headers, body };
        let answer = match tokio::time::timeout(deadline, service.send(request, within, deadline)).await {
            Ok(answer) => answer.map_err(error)?,
            Err(_) => return Err(HttpError::Timeout),
        };
        self.give(answer.body.len() as u64).map_err(HttpError::Limit)?;
        let header = |header: Header| http::Header { name: header.name, value: header.value };
        Ok(http::Response {
            status: answer.status,
            headers: answer.headers.into_iter().map(header).collect(),
            body: answer.body,
        })
    }
}

fn error(failure: HttpFailure) -> HttpError {
    match failure {
        HttpFailure::Denied(why) => HttpError::Denied(why),
        HttpFailure::Limit(why) => HttpError::Limit(why),
        HttpFailure::Timeout => HttpError::Timeout,
        HttpFailure::Transport(why) => HttpError::Transport(why),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_service_has_its_own_count() {
        let grant = HttpGrant { calls: 2, ..HttpGrant::of("a.b".parse().unwrap()) };
        let mut account = HttpAccount::default();
        account.charge(1, &grant).unwrap();
        account.charge(1, &grant).unwrap();
        assert!(account.charge(1, &grant).unwrap_err().contains("2 requests to https://a.b"));
        account.charge(0, &grant).unwrap();
    }
}
