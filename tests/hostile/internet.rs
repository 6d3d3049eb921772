//! An internet for guests that ask web services: names, addresses, and one server behind those that are public. Nothing
//! leaves the machine.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use goalpost_core::ports::BoxFuture;
use goalpost_plugins::http::Network;
use tokio::net::TcpStream;

const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 215, 14));
const NEAR: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The variable `TOKEN` of the host's environment.
pub(crate) fn secret(name: &str) -> Option<String> {
    (name == "TOKEN").then(|| "SECRET-OF-THE-MACHINE-7".to_owned())
}

/// What guests reach of it is kept.
#[derive(Clone, Default)]
pub(crate) struct Internet(Arc<State>);

#[derive(Default)]
struct State {
    resolved: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
    requests: Arc<Mutex<Vec<String>>>,
    server: OnceLock<SocketAddr>,
}

impl Internet {
    /// In words.
    pub(crate) fn seen(&self) -> String {
        let connected: Vec<_> = self.0.connected.lock().unwrap().iter().map(SocketAddr::to_string).collect();
        let requests = self.0.requests.lock().unwrap();
        format!(
            "connected to: {connected:?}; served {} requests{}",
            requests.len(),
            if requests.iter().any(|request| request.contains("SECRET-OF-THE-MACHINE")) {
                ", with a secret"
            } else {
                ""
            }
        )
    }

    /// The server's address; it is started when it is first asked for.
    fn server(&self) -> SocketAddr {
        *self.0.server.get_or_init(|| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let requests = self.0.requests.clone();
            std::thread::spawn(move || {
                while let Ok((mut socket, _)) = listener.accept() {
                    let mut request = Vec::new();
                    let mut byte = [0];
                    while !request.ends_with(b"\r\n\r\n") && socket.read(&mut byte).is_ok_and(|read| read == 1) {
                        request.push(byte[0]);
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    requests.lock().unwrap().push(request.clone());
                    // Ends when the host hangs up.
                    let _ = answer(&mut socket, &request);
                }
            });
            address
        })
    }
}

/// What the server says, by the path that it is asked for.
fn answer(socket: &mut std::net::TcpStream, request: &str) -> io::Result<()> {
    let path = request.split(' ').nth(1).unwrap_or_default();
    match path {
        "/redirect" => {
            write!(socket, "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 4\r\n\r\nGone")
        }
        "/flood" => {
            write!(socket, "HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                socket.write_all(&[b'x'; 64 << 10])?;
            }
        }
        "/headers" => {
            write!(socket, "HTTP/1.1 200 OK\r\n")?;
            loop {
                socket.write_all(&b"x: y\r\n".repeat(1_000))?;
            }
        }
        "/drip" => {
            write!(socket, "HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                socket.write_all(b"x")?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        _ => write!(socket, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nyou said {request}"),
    }
}

impl Network for Internet {
    /// `near` is this machine; `rebinds` is that from the second question on.
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let mut resolved = self.0.resolved.lock().unwrap();
        let asked_before = resolved.iter().any(|before| before == name);
        resolved.push(name.to_owned());
        let addresses = match name.split('.').next() {
            Some("near") => vec![NEAR],
            Some("both") => vec![PUBLIC, NEAR],
            Some("rebinds") if asked_before => vec![NEAR],
            _ => vec![PUBLIC],
        };
        Box::pin(std::future::ready(Ok(addresses)))
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.0.connected.lock().unwrap().push(address);
        let server = self.server();
        Box::pin(TcpStream::connect(server))
    }
}
