//! The client of web services against servers on the loopback that stand for the internet: what reaches whom, and what comes
//! back to the plugin.

#![allow(clippy::unwrap_used, missing_docs)]

mod addresses;
mod bounds;
mod internet;
mod redirects;
mod secrets;
mod tls;

use std::time::Duration;

use goalpost_core::config::HttpGrant;
use goalpost_core::web::{Asked, Header, Scheme, permit};
use goalpost_plugins::http::client::HttpClient;
use goalpost_plugins::http::{HttpFailure, HttpRequest, HttpResponse, HttpService, Within};

use internet::Internet;

/// Longer than any test waits: an answer or a failure comes first.
const LONG: Duration = Duration::from_secs(60);

/// The secret `TOKEN`. Nothing that a plugin reads may hold it.
const TOKEN: &str = "tok-Ab3dEf6hIj9lMn2p";

/// A client on `internet`, with an environment of a few variables.
fn client(internet: &Internet) -> HttpClient {
    HttpClient::new(internet.network(), |name| {
        let value = match name {
            "TOKEN" => TOKEN,
            "SHORT" => "abc",
            "BROKEN" => "a secret\r\nX-Injected: yes",
            _ => return None,
        };
        Some(format!("{value}\n"))
    })
}

/// A grant over http, so that the tests need no certificates.
fn plain(host: &str) -> HttpGrant {
    HttpGrant { scheme: Scheme::Http, port: 80, ..HttpGrant::of(host.parse().unwrap()) }
}

/// Asks as a plugin would: within its grants, or not at all.
async fn ask(
    client: &HttpClient,
    grants: &[HttpGrant],
    url: &str,
    headers: &[(&str, &str)],
    deadline: Duration,
) -> Result<HttpResponse, HttpFailure> {
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| Header { name: (*name).into(), value: (*value).into() }).collect();
    let asked = Asked { method: "GET".into(), url: url.into(), headers, body: None };
    let permitted = permit(grants, &asked).map_err(HttpFailure::from)?;
    let Asked { method, headers, body, .. } = asked;
    let request = HttpRequest { method, target: permitted.target, headers, body };
    client.send(request, Within::new(grants, permitted.grant).unwrap(), deadline).await
}

/// The same, of one grant and without headers.
async fn get(client: &HttpClient, grant: &HttpGrant, url: &str) -> Result<HttpResponse, HttpFailure> {
    ask(client, std::slice::from_ref(grant), url, &[], LONG).await
}

fn denied(answer: Result<HttpResponse, HttpFailure>) -> String {
    match answer {
        Err(HttpFailure::Denied(why)) => why,
        other => panic!("{other:?}"),
    }
}
