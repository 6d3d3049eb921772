//! Web services that say what a case says.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use goalpost_core::ports::BoxFuture;
use goalpost_core::web::Header;
use goalpost_plugins::http::{HttpFailure, HttpRequest, HttpResponse, HttpService, Within};

use super::Page;
use super::script::Told;

/// The pages of a case, in order, and how far they are asked for.
struct Services {
    pages: Vec<Page>,
    next: Mutex<usize>,
    told: Told,
}

pub(super) fn services(pages: &[Page], told: &Told) -> Arc<dyn HttpService> {
    Arc::new(Services { pages: pages.to_vec(), next: Mutex::new(0), told: told.clone() })
}

impl Services {
    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let asked = format!("{} {}", request.method, request.target);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(page) = self.pages.get(*next) else {
            let many = self.pages.len();
            self.told.note(format!("{asked} was asked for, and the case foresees {many} requests"));
            return Err(HttpFailure::Transport("the case has no more answers".to_owned()));
        };
        *next += 1;
        let foreseen = format!("{} {}", page.method, page.url);
        if foreseen != asked {
            self.told.note(format!("request {} is {asked}, and the case foresees {foreseen}", *next));
        }
        let headers = request.headers.iter().map(|header| format!("{}: {}", header.name, header.value));
        let body = request.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let texts: Vec<String> = headers.chain([body.into_owned()]).collect();
        for part in page.asked.iter().filter(|part| !texts.iter().any(|text| text.contains(part.as_str()))) {
            self.told.note(format!("request {} does not hold {part:?}", *next));
        }
        match page.fails.as_deref() {
            Some("timeout") => Err(HttpFailure::Timeout),
            Some(why) => Err(HttpFailure::Transport(why.to_owned())),
            None => Ok(HttpResponse {
                status: page.status,
                headers: page
                    .headers
                    .iter()
                    .map(|(name, value)| Header { name: name.to_ascii_lowercase(), value: value.clone() })
                    .collect(),
                body: page.says.clone().into_bytes(),
            }),
        }
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let asked = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if asked < self.pages.len() {
            let many = self.pages.len();
            self.told.note(format!("web services were asked {asked} times, and the case foresees {many}"));
        }
    }
}

impl HttpService for Services {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
        _: Within<'a>,
        _: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>> {
        Box::pin(std::future::ready(self.answer(&request)))
    }
}
