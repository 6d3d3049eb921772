//! A limit on money holds before the money is spent.

use goalpost_plugins::llm::settings::Api;
use goalpost_plugins::llm::{LlmFailure, LlmRequest};
use goalpost_scripted_model::Step;

use crate::{LONG, Service, question};

#[tokio::test]
async fn a_question_that_may_cost_more_than_is_left_is_not_sent() {
    // 4 tokens of a question at 3 dollars for a million are 12 millionths, 300 of an answer at 15 dollars 4,500.
    for (model, most, is_sent) in [
        ("priced", Some(4_511), false),
        ("priced", Some(4_512), true),
        ("other", Some(u64::MAX), false),
        ("other", None, true),
    ] {
        let service = Service::start(Api::OpenAi, vec![Step::say("Yes.")]);
        let request = LlmRequest { model: format!("test/{model}"), most_micro_usd: most, ..question() };
        let answer = service.ask(request, LONG).await;
        assert_eq!(answer.is_ok(), is_sent, "{model} {most:?}: {answer:?}");
        assert!(is_sent || matches!(answer, Err(LlmFailure::TooDear(_))), "{answer:?}");
        assert_eq!(service.model.requests().len(), usize::from(is_sent), "{model} {most:?}");
    }
}
