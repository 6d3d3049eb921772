"""Runs the check `coverage` and wants every changed source file covered. Needs the grants `checks` and `tree`."""

from goalpost_plugin import Finding, GateResult, Subject, failed, gate, passed
from goalpost_plugin.checks import run
from goalpost_plugin.tree import sealed


def coverage(report: str) -> list[tuple[str, bool]]:
    """The countable lines of an LCOV report: the path of each one's file, and whether it was run."""
    lines = []
    path = ""
    for line in report.split("\n"):
        if line.startswith("SF:"):
            path = line[3:].strip()
        elif line.startswith("DA:") and path:
            hits = line.strip().split(",")[1:2]
            lines.append((path, hits != [] and hits[0].isdecimal() and int(hits[0]) > 0))
    return lines


@gate(
    name="coverage",
    version="0.1.0",
    summary="Every changed source file is covered by tests",
    config_schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {"check": {"type": "string"}, "least": {"type": "number", "minimum": 0, "maximum": 1}},
    },
)
def check(subject: Subject, config: dict) -> GateResult:
    least = config.get("least", 0.8)
    ran = run(config.get("check", "coverage"))
    if not ran.passed:
        return failed(f"the check did not pass: {ran.report.summary}", output=ran.report.output)
    lines = [line for path in ran.artifacts() for line in coverage(ran.artifact(path).decode("utf-8", "replace"))]
    tree = sealed()
    findings = []
    for change in subject.changes:
        if change.kind == "deleted" or tree.find(change.path) is None:
            continue
        # Reports may have absolute paths.
        hits = [hit for path, hit in lines if path == change.path or path.endswith(f"/{change.path}")]
        if hits and sum(hits) / len(hits) < least:
            message = f"{round(100 * sum(hits) / len(hits))} % of its lines are covered"
            findings.append(Finding(severity="error", code="uncovered", path=change.path, message=message))
    if findings:
        return failed(f"{len(findings)} changed files are not covered", findings=findings)
    return passed("every changed file is covered")
