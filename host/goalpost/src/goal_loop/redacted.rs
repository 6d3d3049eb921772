//! What plugins are given to look at and to talk to, without the secrets in it.
//!
//! Files keep their length and their lines: a known value or a token in one is masked, byte for byte, so that offsets, sizes
//! and what a parser makes of the rest stay as they are. Paths stay as they are too, since files are read by them.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use goalpost_core::evidence::Change;
use goalpost_core::ids::TreeId;
use goalpost_core::ports::{BoxFuture, Entry, TreeError, TreeView};
use goalpost_core::redact::Redactor;
use goalpost_core::text;
use goalpost_plugins::http::{HttpFailure, HttpRequest, HttpResponse, HttpService, Within};
use goalpost_plugins::llm::{LlmCompletion, LlmFailure, LlmProvider, LlmRequest};

/// Read on both sides of what was asked for: a secret may lie across the border, and no token is longer.
const MARGIN: usize = 16 << 10;

/// A tree whose content is masked.
pub(super) struct RedactedTree {
    pub(super) tree: Arc<dyn TreeView>,
    pub(super) redactor: Arc<Redactor>,
}

impl TreeView for RedactedTree {
    fn id(&self) -> &TreeId {
        self.tree.id()
    }

    fn entries(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>, TreeError> {
        self.tree.entries(prefix, after, limit)
    }

    fn stat(&self, path: &str) -> Result<Entry, TreeError> {
        self.tree.stat(path)
    }

    fn read(&self, path: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError> {
        let before = usize::try_from(offset).unwrap_or(MARGIN).min(MARGIN);
        let around = self.tree.read(path, offset - before as u64, before.saturating_add(max).saturating_add(MARGIN))?;
        let masked = self.redactor.mask(&around);
        let start = before.min(masked.len());
        let end = start.saturating_add(max).min(masked.len());
        Ok(masked[start..end].to_vec())
    }

    fn diff(&self, base: &TreeId, prefix: &str) -> Result<Vec<Change>, TreeError> {
        self.tree.diff(base, prefix)
    }

    fn patch(&self, base: &TreeId, path: &str, max: usize) -> Result<String, TreeError> {
        let patch = self.tree.patch(base, path, max.saturating_add(MARGIN))?;
        Ok(bounded(&self.redactor, &patch, max).0)
    }
}

/// `text` redacted and then cut to `max` bytes at the end of a line, and whether it was cut. The caller took [`MARGIN`] more
/// than `max` of it, where there was more.
pub(super) fn bounded(redactor: &Redactor, text: &str, max: usize) -> (String, bool) {
    let redacted = redactor.redact(text);
    if text.len() <= max {
        return (redacted.into_owned(), false);
    }
    let end = redacted.floor_char_boundary(max.min(redacted.len()));
    // A line without its end may hold a secret without its end.
    let end = redacted[..end].rfind('\n').map_or_else(|| end.saturating_sub(MARGIN), |at| at + 1);
    (redacted[..redacted.floor_char_boundary(end)].to_owned(), true)
}

/// How much to ask for so that [`bounded`] can cut it to `max`.
pub(super) const fn with_margin(max: usize) -> usize {
    max + MARGIN
}

/// Models that are shown no secret, and whose answers are looked through as well.
pub(super) struct RedactedModels {
    pub(super) models: Arc<dyn LlmProvider>,
    pub(super) redactor: Arc<Redactor>,
}

impl LlmProvider for RedactedModels {
    fn complete<'a>(
        &'a self,
        mut request: LlmRequest,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<LlmCompletion, LlmFailure>> {
        let texts = request.messages.iter_mut().map(|message| &mut message.content).chain(&mut request.system);
        texts.for_each(|text| self.redactor.text(text));
        Box::pin(async move {
            let redact = |why: String| text::clip_middle(&self.redactor.redact(&why), 4 << 10).0.into_owned();
            match self.models.complete(request, deadline).await {
                Ok(mut answer) => {
                    self.redactor.text(&mut answer.text);
                    Ok(answer)
                }
                Err(LlmFailure::NotConfigured(why)) => Err(LlmFailure::NotConfigured(redact(why))),
                Err(LlmFailure::InvalidAnswer(why)) => Err(LlmFailure::InvalidAnswer(redact(why))),
                Err(LlmFailure::Provider(why)) => Err(LlmFailure::Provider(redact(why))),
                Err(LlmFailure::TooDear(why)) => Err(LlmFailure::TooDear(redact(why))),
                Err(LlmFailure::Timeout) => Err(LlmFailure::Timeout),
            }
        })
    }
}

/// Web services that are sent no secret but those that a header names, and whose answers are looked through.
pub(super) struct RedactedServices {
    pub(super) services: Arc<dyn HttpService>,
    pub(super) redactor: Arc<Redactor>,
}

impl RedactedServices {
    /// Masked, and not refused: what a body says is data, and stays as long as it was.
    fn mask(&self, bytes: &mut Vec<u8>) {
        if let Cow::Owned(masked) = self.redactor.mask(bytes) {
            *bytes = masked;
        }
    }

    /// A URL or a header with something else in it would ask for something else.
    fn refuse(&self, what: &str, text: &str) -> Result<(), HttpFailure> {
        match self.redactor.mask(text.as_bytes()) {
            Cow::Borrowed(_) => Ok(()),
            Cow::Owned(_) => Err(HttpFailure::Denied(format!(
                "{what} has a secret in it, and is not sent: name one as {{{{secret:NAME}}}} in a header"
            ))),
        }
    }
}

impl HttpService for RedactedServices {
    fn send<'a>(
        &'a self,
        mut request: HttpRequest,
        within: Within<'a>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<HttpResponse, HttpFailure>> {
        Box::pin(async move {
            self.refuse("the URL", &request.target.to_string())?;
            for header in &request.headers {
                self.refuse("a header", &format!("{}: {}", header.name, header.value))?;
            }
            if let Some(body) = &mut request.body {
                self.mask(body);
            }
            let mut answer = self.services.send(request, within, deadline).await?;
            for header in &mut answer.headers {
                self.redactor.text(&mut header.value);
            }
            self.mask(&mut answer.body);
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// One file.
    struct Tree(Vec<u8>);

    impl TreeView for Tree {
        fn id(&self) -> &TreeId {
            unreachable!()
        }
        fn entries(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<Entry>, TreeError> {
            unreachable!()
        }
        fn stat(&self, _: &str) -> Result<Entry, TreeError> {
            unreachable!()
        }
        fn read(&self, _: &str, offset: u64, max: usize) -> Result<Vec<u8>, TreeError> {
            let start = usize::try_from(offset).unwrap().min(self.0.len());
            Ok(self.0[start..start.saturating_add(max).min(self.0.len())].to_vec())
        }
        fn diff(&self, _: &TreeId, _: &str) -> Result<Vec<Change>, TreeError> {
            unreachable!()
        }
        fn patch(&self, _: &TreeId, _: &str, max: usize) -> Result<String, TreeError> {
            Ok(String::from_utf8(self.read("", 0, max)?).unwrap())
        }
    }

    fn tree(content: &str) -> RedactedTree {
        let redactor = Arc::new(Redactor::new(["known-secret-value".to_owned()]));
        RedactedTree { tree: Arc::new(Tree(content.into())), redactor }
    }

    #[test]
    fn a_secret_in_a_file_is_masked_however_it_is_read() {
        let tree = tree("let token = next();\n// known-secret-value\nend\n");
        let whole = tree.read("f", 0, 1_000).unwrap();
        assert_eq!(String::from_utf8_lossy(&whole), "let token = next();\n// ******************\nend\n");
        for step in 1..20 {
            let mut pieces = Vec::new();
            while pieces.len() < whole.len() {
                pieces.extend(tree.read("f", pieces.len() as u64, step).unwrap());
            }
            assert_eq!(pieces, whole, "{step}");
        }
        assert!(tree.read("f", 1 << 40, 10).unwrap().is_empty());
    }

    #[test]
    fn a_patch_is_redacted_before_it_is_cut() {
        let tree = tree(&format!("{}\n+known-secret-value\n", "+line\n".repeat(10)));
        let id = "a".repeat(40).parse().unwrap();
        for max in 0..90 {
            let patch = tree.patch(&id, "f", max).unwrap();
            assert!(patch.len() <= max && !patch.contains("known"), "{max}: {patch}");
        }
        assert!(tree.patch(&id, "f", 1_000).unwrap().ends_with("\n+***\n"));
    }
}
