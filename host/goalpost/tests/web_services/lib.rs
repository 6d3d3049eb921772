use goalpost_sdk::evaluator::*;
use goalpost_sdk::http::{Fetch, FetchError};

goalpost_sdk::evaluator!(judge, summary = "Asks a web service");

fn judge(_: Evidence) -> Result<Verdict, FetchError> {
    let answer = Fetch::get("https://api.example.com/v1").bearer("TOKEN").send()?;
    let body = answer.text();
    Ok(match body.strip_prefix("{\"left\": ").and_then(|rest| rest.strip_suffix('}')) {
        Some("0") => Verdict::satisfied(format!("{} {}", answer.status, answer.header("X-Source").unwrap_or_default())),
        left => Verdict::unsatisfied(format!("{} are left", left.unwrap_or("?"))),
    })
}
