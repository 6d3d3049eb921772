//! The server itself: a thread of its own, so that it serves blocking and async tests alike.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::body::{Answered, Chunks, End};
use crate::request::{Api, Request};
use crate::script::{Reply, Source, Step};
use crate::{anthropic, gemini, openai_chat, openai_responses};

/// A running server. Dropping it closes its port and every connection.
pub struct ScriptedModel {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    source: Mutex<Box<dyn Source>>,
    requests: Mutex<Vec<Request>>,
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A closure that panicked answers no more; what was recorded is still right.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ScriptedModel {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port or no thread could be had.
    pub fn start(source: impl Source) -> io::Result<Self> {
        Self::start_on(0, source)
    }

    /// Listens on `port` of 127.0.0.1; 0 for a free one.
    ///
    /// # Errors
    /// The port is taken, or no thread could be had.
    pub fn start_on(port: u16, source: impl Source) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port)))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { source: Mutex::new(Box::new(source)), requests: Mutex::default() });
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("scripted-model".into()).spawn(move || {
            // Connections are tasks of this runtime: they end with it.
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, serving) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the model was asked so far, oldest first; lists of models and the like left out.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).iter().filter(|request| request.api != Api::Other).cloned().collect()
    }

    /// Every request so far, oldest first.
    pub fn all_requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| handle(request, Arc::clone(&shared)));
            // A client that hangs up is not this server's business.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn handle(incoming: hyper::Request<Incoming>, shared: Arc<Shared>) -> Answered {
    let (head, body) = incoming.into_parts();
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let path = head.uri.path_and_query().map_or_else(|| head.uri.path().to_owned(), |p| p.as_str().to_owned());
    let request = Request {
        api: api_of(head.method.as_str(), head.uri.path()),
        method: head.method.to_string(),
        path,
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    };
    let turn = {
        let mut requests = lock(&shared.requests);
        requests.push(request.clone());
        requests.len()
    };
    if request.api == Api::Other {
        return Ok(beside(&request, head.uri.path()));
    }
    let mut step = lock(&shared.source).answer(&request);
    while let Step::Delay { ms, then } = step {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        step = *then;
    }
    Ok(match step {
        Step::Hang => std::future::pending().await,
        step => perform(&request, step, turn),
    })
}

fn api_of(method: &str, path: &str) -> Api {
    match path {
        _ if method != "POST" => Api::Other,
        path if path.ends_with("/chat/completions") => Api::ChatCompletions,
        path if path.ends_with("/responses") => Api::Responses,
        path if path.ends_with("/messages") => Api::Messages,
        path if path.ends_with(":generateContent") || path.ends_with(":streamGenerateContent") => Api::Gemini,
        _ => Api::Other,
    }
}

fn respond(code: u16, kind: &str, body: Chunks) -> hyper::Response<Chunks> {
    let mut response = hyper::Response::new(body);
    *response.status_mut() = hyper::StatusCode::from_u16(code).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, "content-type", kind);
    response
}

fn set(response: &mut hyper::Response<Chunks>, name: &str, value: &str) {
    let name = hyper::header::HeaderName::try_from(name);
    if let (Ok(name), Ok(value)) = (name, hyper::header::HeaderValue::from_str(value)) {
        response.headers_mut().insert(name, value);
    }
}

fn json_response(code: u16, document: &Value) -> hyper::Response<Chunks> {
    respond(code, "application/json", Chunks::whole(document.to_string()))
}

/// What asks no model.
fn beside(request: &Request, path: &str) -> hyper::Response<Chunks> {
    if path.ends_with("/models") {
        let model = json!({
            "id": "scripted", "object": "model", "created": 0, "owned_by": "scripted",
            "type": "model", "display_name": "Scripted", "created_at": "2026-01-01T00:00:00Z",
            "name": "models/scripted", "supportedGenerationMethods": ["generateContent"],
        });
        return json_response(200, &json!({ "object": "list", "data": [model], "models": [model], "has_more": false }));
    }
    // A token is about four characters; exactness is nobody's concern here.
    let count = request.text().len() / 4;
    if path.ends_with("/count_tokens") {
        return json_response(200, &json!({ "input_tokens": count }));
    }
    if path.ends_with(":countTokens") {
        return json_response(200, &json!({ "totalTokens": count }));
    }
    json_response(404, &json!({ "error": { "message": format!("the scripted model has no {path}"), "code": 404 } }))
}

fn perform(request: &Request, step: Step, turn: usize) -> hyper::Response<Chunks> {
    match step {
        Step::Reply(reply) => answer(request, &reply, turn, End::Clean),
        Step::Cut(reply) => answer(request, &reply, turn, End::Cut),
        Step::Stall(reply) => answer(request, &reply, turn, End::Stall),
        Step::Status { code, body, retry_after } => {
            let mut response = if body.is_empty() {
                let message = format!("the script says {code}");
                json_response(code, &error(request.api, code, &message))
            } else {
                respond(code, "application/json", Chunks::whole(body))
            };
            if let Some(seconds) = retry_after {
                set(&mut response, "retry-after", &seconds.to_string());
            }
            response
        }
        Step::Raw { code, headers, body } => {
            let mut response = respond(code, "application/json", Chunks::whole(body));
            headers.iter().for_each(|(name, value)| set(&mut response, name, value));
            response
        }
        Step::Malformed if request.streams() => {
            respond(200, "text/event-stream", Chunks::whole("data: {\"choices\": [{\"mess\n\n"))
        }
        Step::Malformed => respond(200, "application/json", Chunks::whole("{\"choices\": [{\"mess")),
        // Taken out by `handle`.
        Step::Delay { .. } | Step::Hang => respond(500, "text/plain", Chunks::whole("unreachable")),
    }
}

fn answer(request: &Request, reply: &Reply, turn: usize, end: End) -> hyper::Response<Chunks> {
    let (kind, body) = if request.streams() {
        let events = match request.api {
            Api::ChatCompletions => openai_chat::events(request, reply, turn),
            Api::Responses => openai_responses::events(request, reply, turn),
            Api::Messages => anthropic::events(request, reply, turn),
            Api::Gemini | Api::Other => gemini::events(request, reply, turn),
        };
        let sse = request.api != Api::Gemini || request.path.contains("alt=sse");
        (if sse { "text/event-stream" } else { "application/json" }, Chunks::events(events))
    } else {
        let document = match request.api {
            Api::ChatCompletions => openai_chat::document(request, reply, turn),
            Api::Responses => openai_responses::document(request, reply, turn),
            Api::Messages => anthropic::document(request, reply, turn),
            Api::Gemini | Api::Other => gemini::document(request, reply, turn),
        };
        ("application/json", Chunks::whole(document.to_string()))
    };
    respond(200, kind, if end == End::Clean { body } else { body.half(end) })
}

fn error(api: Api, code: u16, message: &str) -> Value {
    match api {
        Api::ChatCompletions | Api::Responses => openai_chat::error(code, message),
        Api::Messages => anthropic::error(code, message),
        Api::Gemini | Api::Other => gemini::error(code, message),
    }
}
