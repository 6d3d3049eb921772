//! A judge that runs every check it may run, and says what became of each. Imports `checks`.

use goalpost_sdk::checks;
use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "wants-checks", summary = "Runs every check it may");

fn judge(_: Evidence) -> Result<Verdict, String> {
    let mut reason = String::new();
    for name in checks::names() {
        match checks::run(&name) {
            Ok(run) => reason.push_str(&format!("{name}: {:?}\n", run.report().status)),
            Err(error) => reason.push_str(&format!("{name}: {error:?}\n")),
        }
    }
    match checks::run("no such check") {
        Err(error) => reason.push_str(&format!("{error:?}")),
        Ok(_) => return Err("a check ran that nobody declared".into()),
    }
    Ok(Verdict::unsatisfied(reason))
}
