"""Runs the check `coverage` and wants every changed source file covered. Needs the grants `checks` and `tree`."""

from goalpost_plugin import Finding, GateResult, Subject, failed, gate, passed
from goalpost_plugin.checks import run
from goalpost_plugin.tree import sealed


def coverage(report: str) -> dict[str, tuple[int, int]]:
    """Covered and countable lines by path, of an LCOV report."""
    files: dict[str, tuple[int, int]] = {}
    path = ""
    for line in report.splitlines():
        if line.startswith("SF:"):
            path = line[3:].strip()
            files[path] = (0, 0)
        elif line.startswith("DA:") and path:
            hit, lines = files[path]
            files[path] = (hit + (int(line.split(",")[1]) > 0), lines + 1)
    return files


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
    reports = [coverage(ran.artifact(path).decode("utf-8", "replace")) for path in ran.artifacts()]
    tree = sealed()
    findings = []
    for change in subject.changes:
        if change.kind == "deleted" or tree.find(change.path) is None:
            continue
        for report in reports:
            found = [c for path, c in report.items() if path == change.path or path.endswith(f"/{change.path}")]
            for hit, lines in found[:1]:
                if lines and hit / lines < least:
                    message = f"{round(100 * hit / lines)} % of its lines are covered"
                    findings.append(Finding(severity="error", code="uncovered", path=change.path, message=message))
    if findings:
        return failed(f"{len(findings)} changed files are not covered", findings=findings)
    return passed("every changed file is covered")
