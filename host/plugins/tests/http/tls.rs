//! Whom a certificate is for.

use std::sync::Arc;

use goalpost_core::config::HttpGrant;
use goalpost_plugins::http::client::HttpClient;
use goalpost_plugins::http::{HttpFailure, HttpResponse};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::get;
use crate::internet::{Internet, PUBLIC};

/// Asks `https://HOST/` of a server whose certificate, which the client trusts, is for `name`.
async fn asked(name: &str, host: &str) -> Result<HttpResponse, HttpFailure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let server = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let internet = Internet::default();
    internet.name("api.example.com", &[&[PUBLIC]]);
    internet.route(PUBLIC, listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let Ok(mut socket) = TlsAcceptor::from(Arc::new(server)).accept(socket).await else { return };
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        let _ = socket.shutdown().await;
    });
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let trusting = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let client = HttpClient::new(internet.network(), |_| None).trusting(trusting);
    get(&client, &HttpGrant::of(host.parse().unwrap()), &format!("https://{host}/")).await
}

#[tokio::test]
async fn a_certificate_for_the_name_is_taken() {
    assert_eq!(asked("api.example.com", "api.example.com").await.unwrap().body, b"ok");
    assert_eq!(asked(PUBLIC, PUBLIC).await.unwrap().body, b"ok");
}

#[tokio::test]
async fn a_certificate_for_the_address_or_another_name_is_not() {
    for name in [PUBLIC, "evil.example.com", "example.com"] {
        let answer = asked(name, "api.example.com").await;
        assert!(
            matches!(&answer, Err(HttpFailure::Transport(why)) if why.contains("no TLS with")),
            "{name}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn the_systems_certificates_are_not_widened_by_a_server() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let internet = Internet::default();
    internet.name("api.example.com", &[&[PUBLIC]]);
    internet.route(PUBLIC, listener.local_addr().unwrap());
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["api.example.com".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let server = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let _ = TlsAcceptor::from(Arc::new(server)).accept(socket).await;
    });
    let client = HttpClient::new(internet.network(), |_| None);
    let answer = get(&client, &HttpGrant::of("api.example.com".parse().unwrap()), "https://api.example.com/").await;
    assert!(matches!(&answer, Err(HttpFailure::Transport(why)) if why.contains("no TLS with")), "{answer:?}");
}
