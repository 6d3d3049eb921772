//! The client of every plugin: from a permitted request to an answer without secrets.
//!
//! ```text
//! fill         secrets into headers, of those that the grant has for this host
//! resolve      the name, once
//! check        every address of it
//! connect      to one of the very addresses that were checked
//! encrypt      with a certificate for the name
//! exchange     one request and one answer
//! mask         the secrets in the answer
//! ```
//!
//! No connection is kept, no redirect followed, no proxy asked, no cookie remembered: nothing of one request is left for
//! another that was granted something else.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use goalpost_core::ports::BoxFuture;
use goalpost_core::redact::Redactor;
use goalpost_core::web::{self, Header, Host, Scheme, Target};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, HOST, HeaderValue, USER_AGENT};
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Uri};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

use super::exchange::exchange;
use super::network::Network;
use super::vault::Vault;
use super::{HttpFailure, HttpRequest, HttpResponse, HttpService, Within};

/// Requests of all plugins of this process at a time: each may hold an answer in memory.
const IN_FLIGHT: usize = 32;

/// Addresses of one host that are tried, and how long each of them.
const ATTEMPTS: usize = 6;
const CONNECT: Duration = Duration::from_secs(5);

const AGENT: &str = concat!("goalpost/", env!("CARGO_PKG_VERSION"));

/// Asks web services over the network.
pub struct HttpClient {
    network: Arc<dyn Network>,
    vault: Vault,
    /// Made when it is first needed: the system's certificates take a while to read.
    tls: OnceLock<Arc<ClientConfig>>,
    in_flight: Semaphore,
}

impl HttpClient {
    /// A client on `network`. `secret` looks a variable of the environment up, whenever a header names it.
    pub fn new(network: Arc<dyn Network>, secret: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self {
            network,
            vault: Vault::new(Box::new(secret)),
            tls: OnceLock::new(),
            in_flight: Semaphore::new(IN_FLIGHT),
        }
    }

    /// With other certificates to trust than the system's.
    #[must_use]
    pub fn trusting(self, tls: ClientConfig) -> Self {
        Self { tls: OnceLock::from(Arc::new(tls)), ..self }
    }

    async fn answer(&self, request: HttpRequest, within: Within<'_>) -> Result<HttpResponse, HttpFailure> {
        let _place = self.in_flight.acquire().await.map_err(|error| HttpFailure::Transport(error.to_string()))?;
        let redactor = self.vault.redactor(within.secrets());
        let target = request.target.clone();
        let sent = self.fill(request, within)?;
        let addresses = self.addresses(&target.host, within).await?;
        let socket = self.connect(&target, &addresses).await?;
        let ends = socket.local_addr().and_then(|local| Ok((local.ip(), socket.peer_addr()?.ip())));
        if let Ok((local, peer)) = ends
            && !within.grant().private
            && is_this_machine(&addresses, local, peer)
        {
            return Err(HttpFailure::Denied(format!(
                "{} is this machine: only a grant with `private = true` reaches it",
                target.host
            )));
        }
        let most = within.grant().response_bytes;
        let answer = match target.scheme {
            Scheme::Http => exchange(socket, sent, most).await?,
            Scheme::Https => exchange(self.encrypt(&target, socket).await?, sent, most).await?,
        };
        // A large answer takes a while.
        let masked = tokio::task::spawn_blocking(move || mask(answer, &redactor));
        masked.await.map_err(|panic| HttpFailure::Transport(panic.to_string()))
    }

    /// The request as it is sent.
    fn fill(&self, request: HttpRequest, within: Within<'_>) -> Result<Request<Full<Bytes>>, HttpFailure> {
        let HttpRequest { method, target, headers, body } = request;
        let unusable = |what: &str| HttpFailure::Denied(format!("{what} can't be sent"));
        let path = PathAndQuery::try_from(target.path.as_str()).map_err(|_| unusable("the URL's path"))?;
        let mut sent = Request::builder()
            .method(method.as_str())
            .uri(Uri::from(path))
            .body(Full::from(body.unwrap_or_default()))
            .map_err(|_| unusable("the request"))?;
        let to = sent.headers_mut();
        to.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        for Header { name, value } in &headers {
            for secret in web::named(value)? {
                // Decided before; a secret leaves from here.
                if !within.grant().secrets.iter().any(|granted| granted == secret) {
                    return Err(HttpFailure::Denied(format!("the secret {secret} is not granted for {}", target.host)));
                }
                self.vault.can_send(secret)?;
            }
            let name: hyper::header::HeaderName = name.parse().map_err(|_| unusable("the name of a header"))?;
            let value = web::fill(value, |secret| self.vault.value(secret))?;
            let mut value = HeaderValue::from_str(&value).map_err(|_| unusable("the value of a header"))?;
            value.set_sensitive(true);
            if name == USER_AGENT {
                to.insert(name, value);
            } else {
                to.append(name, value);
            }
        }
        let host = HeaderValue::from_str(&target.authority()).map_err(|_| unusable("the host's name"))?;
        to.insert(HOST, host);
        to.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        to.insert(CONNECTION, HeaderValue::from_static("close"));
        Ok(sent)
    }

    /// The host's addresses, all of them allowed.
    async fn addresses(&self, host: &Host, within: Within<'_>) -> Result<Vec<IpAddr>, HttpFailure> {
        let addresses = match host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => self.network.resolve(name).await.map_err(|error| {
                tracing::debug!(name, %error, "a plugin's host could not be resolved");
                HttpFailure::Transport(format!("{name} could not be resolved"))
            })?,
        };
        if addresses.is_empty() {
            return Err(HttpFailure::Transport(format!("{host} has no address")));
        }
        web::resolved(within.grant(), host, &addresses)?;
        Ok(addresses)
    }

    /// A connection to the first of the addresses that takes one.
    async fn connect(&self, target: &Target, addresses: &[IpAddr]) -> Result<TcpStream, HttpFailure> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses.iter().take(ATTEMPTS) {
            let attempt = self.network.connect(SocketAddr::new(*address, target.port));
            match tokio::time::timeout(CONNECT, attempt).await {
                Ok(Ok(socket)) => return Ok(socket),
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(HttpFailure::Transport(format!("no connection to {}: {}", target.authority(), last.kind())))
    }

    async fn encrypt(
        &self,
        target: &Target,
        socket: TcpStream,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, HttpFailure> {
        let failed = |error: &dyn std::fmt::Display| {
            HttpFailure::Transport(format!("no TLS with {}: {error}", target.authority()))
        };
        let config = match self.tls.get() {
            Some(config) => config.clone(),
            None => {
                // Fails only where a provider is installed already, which is as good.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let config = ClientConfig::with_platform_verifier().map_err(|error| failed(&error))?;
                self.tls.get_or_init(|| Arc::new(config)).clone()
            }
        };
        let name = match &target.host {
            Host::Name(name) => ServerName::try_from(name.clone()).map_err(|error| failed(&error))?,
            Host::Address(address) => ServerName::from(*address),
        };
        TlsConnector::from(config).connect(name, socket).await.map_err(|error| failed(&error))
    }
}

impl HttpService for HttpClient {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
        within: Within<'a>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>> {
        Box::pin(async move {
            tokio::time::timeout(deadline, self.answer(request, within)).await.unwrap_or(Err(HttpFailure::Timeout))
        })
    }
}

/// Whether a connection that was made to one of `addresses` ended where it began. An address of this machine's may be one of the
/// public internet's, and what listens there is kept from others by a firewall that does not stand between the two.
fn is_this_machine(addresses: &[IpAddr], local: IpAddr, peer: IpAddr) -> bool {
    local == peer && addresses.contains(&peer)
}

/// The answer with `*` in the place of every secret.
fn mask(mut answer: HttpResponse, redactor: &Redactor) -> HttpResponse {
    let text = |text: &str| String::from_utf8_lossy(&redactor.mask(text.as_bytes())).into_owned();
    for header in &mut answer.headers {
        header.name = text(&header.name);
        header.value = text(&header.value);
    }
    if let std::borrow::Cow::Owned(masked) = redactor.mask(&answer.body) {
        answer.body = masked;
    }
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_of_the_public_internet_may_be_this_machines() {
        let [own, other, behind] =
            ["93.184.215.14", "1.1.1.1", "127.0.0.1"].map(|text| text.parse::<IpAddr>().unwrap());
        assert!(is_this_machine(&[other, own], own, own));
        assert!(!is_this_machine(&[other, own], own, other));
        // Something stands in for the network: it connects to another address than was asked for.
        assert!(!is_this_machine(&[other], behind, behind));
    }
}
