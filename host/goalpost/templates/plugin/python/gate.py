"""The gate `{{name}}`: a check on the sealed tree."""

from goalpost_plugin import Finding, GateResult, Subject, failed, gate, passed
from goalpost_plugin.tree import sealed


@gate(
    name="{{name}}",
    version="0.1.0",
    summary="Changed files stay small",
    config_schema={
        "type": "object",
        "required": ["most"],
        "additionalProperties": False,
        "properties": {"most": {"type": "integer", "minimum": 1}},
    },
)
def check(subject: Subject, config: dict) -> GateResult:
    tree = sealed()
    findings = []
    for change in subject.changes:
        entry = tree.find(change.path)
        if entry is not None and entry.size > config["most"]:
            message = f"it has {entry.size} bytes"
            findings.append(Finding(severity="error", code="large-file", path=change.path, message=message))
    if findings:
        return failed(f"{len(findings)} files have more than {config['most']} bytes", findings=findings)
    return passed("every changed file is small")
