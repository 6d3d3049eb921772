"""Repeats in its own words what the gates said: the judge that every SDK has, and that must answer the same in each."""

from goalpost_plugin import Evidence, Finding, Verdict, abstain, evaluator, satisfied, unsatisfied


@evaluator(name="pass-through", version="0.1.0", summary="Repeats what the required gates said")
def judge(evidence: Evidence, config: dict) -> Verdict:
    required = [gate for gate in evidence.gates if gate.required]
    if not required:
        return abstain("there is no required gate")
    failing = [gate for gate in required if gate.status != "passed"]
    findings = [
        Finding(severity="warning", code="tampered", path=tamper.path, message=tamper.detail)
        for tamper in evidence.tampering
    ]
    score = (len(required) - len(failing)) / len(required)
    if not failing and not findings:
        return satisfied(f"every required gate passed ({len(required)})", findings=findings, score=score)
    reasons = [f"gate `{gate.name}`: {gate.status}" for gate in failing]
    reasons += [f"`{tamper.path}` was tampered with" for tamper in evidence.tampering]
    return unsatisfied("; ".join(reasons), findings=findings, score=score)
