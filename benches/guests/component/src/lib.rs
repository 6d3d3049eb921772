//! The benchmark's judgement as a Goalpost plugin.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(conclude, name = "bench-judge", summary = "Wants nothing to be left out");

fn conclude(evidence: Evidence) -> Result<Verdict, String> {
    let failing = evidence.gates.iter().filter(|gate| gate.required && gate.status != GateStatus::Passed);
    let names: Vec<&str> = failing.map(|gate| gate.name.as_str()).collect();
    let judgement = judge::judge(&names, &evidence.worker.transcript);
    let verdict = if judgement.satisfied { Verdict::satisfied } else { Verdict::unsatisfied };
    let marks = judgement.marks.into_iter().map(|mark| Finding::error(format!("line {}: {}", mark.line, mark.text)));
    Ok(verdict(judgement.reason).findings(marks))
}
