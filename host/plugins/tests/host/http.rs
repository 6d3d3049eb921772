//! What a plugin with the grant `http` can ask, how often, and what a recording keeps of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use goalpost_core::config::{Grants, HttpGrant, Limits};
use goalpost_core::ports::BoxFuture;
use goalpost_core::redact::Redactor;
use goalpost_core::web::Header;
use goalpost_plugins::http::{HttpFailure, HttpRequest, HttpResponse, HttpService, Within};
use goalpost_plugins::record::{Input, Recorder, Recording, replay};
use goalpost_plugins::{CallContext, CallStats, Kind};

use crate::guests::Guest;
use crate::host::{admit, evidence, limits, load, log_sink};

const RET: &str = "(i32.const 512)";

/// A service that answers everything alike, and remembers what it was asked.
struct Service {
    answer: Result<HttpResponse, HttpFailure>,
    asked: Mutex<Vec<(HttpRequest, Duration)>>,
}

impl Service {
    fn new(answer: Result<&str, HttpFailure>) -> Arc<Self> {
        let answer = answer.map(|body| HttpResponse {
            status: 200,
            headers: vec![Header { name: "x-a".into(), value: "b".into() }],
            body: body.into(),
        });
        Arc::new(Self { answer, asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<(HttpRequest, Duration)> {
        self.asked.lock().unwrap().clone()
    }
}

impl HttpService for Service {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
        _: Within<'a>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>> {
        self.asked.lock().unwrap().push((request, deadline));
        Box::pin(std::future::ready(self.answer.clone()))
    }
}

/// A service that never answers.
struct Silent;

impl HttpService for Silent {
    fn send<'a>(
        &'a self,
        _: HttpRequest,
        _: Within<'a>,
        _: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>> {
        Box::pin(std::future::pending())
    }
}

/// A judge that asks `times` times and logs the body, or the error's text.
fn asker(method: &str, url: &str, header: (&str, &str), timeout_ms: Option<u32>, times: u32) -> Guest {
    let mut guest =
        Guest::new(Kind::Evaluator).log().import("http", "send", "send", &format!("(param {})", "i32 ".repeat(12)));
    let (method, url) = (guest.text(method), guest.text(url));
    let (name, value) = (guest.put(header.0.as_bytes()), guest.put(header.1.as_bytes()));
    let header = [name, header.0.len() as u32, value, header.1.len() as u32];
    let header = guest.put(&header.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>());
    let body = guest.text("{}");
    let timeout =
        timeout_ms.map_or("(i32.const 0) (i32.const 0)".to_owned(), |ms| format!("(i32.const 1) (i32.const {ms})"));
    let log = |at: u32| {
        format!("(call $log (i32.const 2) (i32.load (i32.const {})) (i32.load (i32.const {})))", 512 + at, 516 + at)
    };
    let code = format!(
        "(local.set $i (i32.const {times}))
         (loop $l
            (call $send {method} {url} (i32.const {header}) (i32.const 1) (i32.const 1) {body} {timeout} {RET})
            (if (i32.load8_u {RET}) (then {}) (else {}))
            (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
         {}",
        log(8),
        log(16),
        guest.verdict(0, "", None)
    );
    guest.body(code)
}

fn grants() -> Grants {
    let grant = HttpGrant {
        methods: vec!["POST".into()],
        secrets: vec!["TOKEN".into()],
        calls: 2,
        ..HttpGrant::of("api.example.com".parse().unwrap())
    };
    Grants { http: vec![grant], ..Grants::default() }
}

async fn ask(guest: Guest, service: &Arc<Service>) -> (Vec<String>, CallStats) {
    let admitted = admit(guest.build(), Kind::Evaluator, &grants(), &limits()).await.unwrap();
    let (sink, lines) = log_sink();
    let context = CallContext { http: Some(service.clone()), log: sink.log, ..CallContext::default() };
    let (_, stats) = admitted.evaluate(context, &evidence()).await.unwrap();
    let lines = lines.lock().unwrap().iter().map(|(_, line)| line.clone()).collect();
    (lines, stats)
}

const URL: &str = "https://api.example.com/v1";
const BEARER: (&str, &str) = ("authorization", "Bearer {{secret:TOKEN}}");

#[tokio::test]
async fn a_granted_service_answers() {
    let service = Service::new(Ok("yes"));
    let (lines, _) = ask(asker("POST", URL, BEARER, None, 1), &service).await;
    assert_eq!(lines, ["yes"]);
    let (request, _) = &service.asked()[0];
    assert_eq!((request.method.as_str(), request.target.to_string().as_str()), ("POST", URL));
    assert_eq!(request.headers[0].value, BEARER.1, "the client alone fills secrets in");
    assert_eq!(request.body.as_deref(), Some(&b"{}"[..]));
}

#[tokio::test]
async fn what_is_not_granted_is_never_asked() {
    let service = Service::new(Ok("yes"));
    for (method, url, header, says) in [
        ("GET", URL, BEARER, "the method GET is not granted"),
        ("POST", "https://evil.example.com/", BEARER, "https://evil.example.com is not granted"),
        ("POST", "http://api.example.com/", BEARER, "http://api.example.com is not granted"),
        ("POST", URL, ("host", "evil.example.com"), "the host's to set"),
        ("POST", URL, ("x", "{{secret:OTHER}}"), "the secret OTHER is not granted"),
    ] {
        let (lines, _) = ask(asker(method, url, header, None, 1), &service).await;
        assert!(lines[0].contains(says), "{lines:?}");
    }
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn the_number_of_requests_ends_the_asking() {
    let service = Service::new(Ok("yes"));
    let (lines, _) = ask(asker("POST", URL, BEARER, None, 3), &service).await;
    assert_eq!(lines[..2], ["yes", "yes"]);
    assert!(lines[2].contains("2 requests to https://api.example.com are made"), "{lines:?}");
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn a_guest_may_want_less_time_and_gets_no_more() {
    let service = Service::new(Ok("yes"));
    ask(asker("POST", URL, BEARER, Some(1_500), 1), &service).await;
    ask(asker("POST", URL, BEARER, Some(u32::MAX), 1), &service).await;
    let deadlines: Vec<_> = service.asked().into_iter().map(|(_, deadline)| deadline).collect();
    assert_eq!(deadlines[0], Duration::from_millis(1_500));
    assert!(deadlines[1] < limits().timeout, "{deadlines:?}");
}

#[tokio::test]
async fn a_service_that_never_answers_leaves_the_plugin_time_for_its_own_answer() {
    let limits = Limits { timeout: Duration::from_secs(2), ..limits() };
    let guest = asker("POST", URL, BEARER, None, 1);
    let admitted = admit(guest.build(), Kind::Evaluator, &grants(), &limits).await.unwrap();
    let context = CallContext { http: Some(Arc::new(Silent)), ..CallContext::default() };
    let (_, stats) = admitted.evaluate(context, &evidence()).await.unwrap();
    assert!(stats.duration < limits.timeout, "{stats:?}");
}

/// A call of the asker, recorded.
async fn recorded(bytes: &[u8], service: Arc<dyn HttpService>) -> Recording {
    let admitted = admit(bytes.to_vec(), Kind::Evaluator, &grants(), &limits()).await.unwrap();
    let context = CallContext { http: Some(service), ..CallContext::default() };
    let input = Input::Evidence(Box::new(evidence()));
    let redactor = Arc::new(Redactor::new(["correct-horse-battery-9".to_owned()]));
    let (recorder, context) = Recorder::begin(&admitted, context, input, redactor).unwrap();
    let ended = admitted.evaluate(context, &evidence()).await;
    Recording::parse(&recorder.end(&ended).unwrap().to_text()).unwrap()
}

#[tokio::test]
async fn a_recorded_request_is_answered_from_the_recording() {
    let bytes = asker("POST", URL, BEARER, None, 2).build();
    let recording = recorded(&bytes, Service::new(Ok("it is correct-horse-battery-9"))).await;
    let text = recording.to_text();
    assert!(text.contains(URL) && !text.contains("correct-horse"), "{text}");
    let again = replay(&load(bytes, Kind::Evaluator), &recording).await.unwrap().unwrap();
    assert_eq!((again.outcome, again.divergences), (recording.outcome.clone(), Vec::<String>::new()));

    // Another request than was recorded is not sent anywhere.
    let other = asker("POST", "https://api.example.com/v2", BEARER, None, 1).build();
    let again = replay(&load(other, Kind::Evaluator), &recording).await.unwrap().unwrap();
    assert!(again.divergences[0].contains("https://api.example.com/v2"), "{:?}", again.divergences);
}
