//! Repeats in its own words what the gates said: the judge that every SDK has, and that must answer the same in each.

use goalpost_sdk::evaluator::*;

goalpost_sdk::evaluator!(judge, name = "pass-through", summary = "Repeats what the required gates said");

fn judge(evidence: Evidence) -> Result<Verdict, String> {
    let required: Vec<&GateReport> = evidence.gates.iter().filter(|gate| gate.required).collect();
    if required.is_empty() {
        return Ok(Verdict::abstain("there is no required gate"));
    }
    let failing: Vec<&GateReport> = required.iter().copied().filter(|gate| !gate.passed()).collect();
    let verdict = if failing.is_empty() && evidence.tampering.is_empty() {
        Verdict::satisfied(format!("every required gate passed ({})", required.len()))
    } else {
        let gates = failing.iter().map(|gate| format!("gate `{}`: {}", gate.name, gate.status.as_str()));
        let paths = evidence.tampering.iter().map(|tamper| format!("`{}` was tampered with", tamper.path));
        Verdict::unsatisfied(gates.chain(paths).collect::<Vec<_>>().join("; "))
    };
    let tampered =
        evidence.tampering.iter().map(|tamper| Finding::warning(&tamper.detail).code("tampered").path(&tamper.path));
    let passed = required.len() - failing.len();
    Ok(verdict.findings(tampered).score(passed as f64 / required.len() as f64))
}
