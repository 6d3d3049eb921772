//! An internet on the loopback: names with addresses, and addresses with servers. An address without a server refuses
//! connections; nothing ever leaves the machine.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use goalpost_core::ports::BoxFuture;
use goalpost_plugins::http::Network;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A host of the internet.
pub(crate) const PUBLIC: &str = "93.184.215.14";

#[derive(Clone, Default)]
pub(crate) struct Internet(Arc<State>);

#[derive(Default)]
struct State {
    /// Answers of the name server: one a question, and the last one for ever.
    names: Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>,
    servers: Mutex<HashMap<IpAddr, SocketAddr>>,
    asked: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
}

impl Internet {
    /// An internet in which `api.example.com` is a public host that answers everything with `answer`.
    pub(crate) async fn with(answer: &str) -> (Self, Server) {
        let internet = Self::default();
        internet.name("api.example.com", &[&[PUBLIC]]);
        let server = internet.serve(PUBLIC, answer).await;
        (internet, server)
    }

    /// What a name resolves to: now, at the next question, and so on.
    pub(crate) fn name(&self, name: &str, answers: &[&[&str]]) {
        let addresses = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        self.0.names.lock().unwrap().insert(name.to_owned(), answers.iter().map(addresses).collect());
    }

    /// A server at an address that answers everything with `answer`.
    pub(crate) async fn serve(&self, address: &str, answer: &str) -> Server {
        let answer = answer.to_owned();
        self.serve_with(address, move |mut socket, request| {
            // An echo of the request's headers, as many services have one for errors.
            let answer = answer.replace("ECHO", request.trim_end());
            async move {
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        })
        .await
    }

    /// A server that does `answer` with a connection on which a request has been read.
    pub(crate) async fn serve_with<F, Fut>(&self, address: &str, answer: F) -> Server
    where
        F: Fn(TcpStream, String) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.0.servers.lock().unwrap().insert(address.parse().unwrap(), listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    match socket.read_u8().await {
                        Ok(byte) => request.push(byte),
                        Err(_) => break,
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                kept.lock().unwrap().push(request.clone());
                tokio::spawn(answer(socket, request));
            }
        });
        Server(requests)
    }

    /// An address at which connections go to a listener of the test's own.
    pub(crate) fn route(&self, address: &str, to: SocketAddr) {
        self.0.servers.lock().unwrap().insert(address.parse().unwrap(), to);
    }

    pub(crate) fn network(&self) -> Arc<dyn Network> {
        Arc::new(self.clone())
    }

    /// Names that were looked up.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().clone()
    }

    /// Addresses that were connected to.
    pub(crate) fn connected(&self) -> Vec<SocketAddr> {
        self.0.connected.lock().unwrap().clone()
    }
}

impl Network for Internet {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.0.asked.lock().unwrap().push(name.to_owned());
        let mut names = self.0.names.lock().unwrap();
        let answer = match names.get_mut(name) {
            Some(answers) if answers.len() > 1 => Ok(answers.pop_front().unwrap()),
            Some(answers) => Ok(answers[0].clone()),
            None => Err(io::Error::other("no such name")),
        };
        Box::pin(std::future::ready(answer))
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.0.connected.lock().unwrap().push(address);
        let server = self.0.servers.lock().unwrap().get(&address.ip()).copied();
        Box::pin(async move {
            match server {
                Some(server) => TcpStream::connect(server).await,
                None => Err(io::ErrorKind::ConnectionRefused.into()),
            }
        })
    }
}

/// The requests that a server got, as they came.
pub(crate) struct Server(Arc<Mutex<Vec<String>>>);

impl Server {
    pub(crate) fn requests(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}
