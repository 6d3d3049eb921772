"""Write Goalpost plugins in Python. A plugin is a decorated function; this is a whole judge:

    from goalpost_plugin import Evidence, Verdict, evaluator, satisfied, unsatisfied

    @evaluator(
        name="says-a-word",
        version="0.1.0",
        summary="The worker's last message must hold a word",
        config_schema={
            "type": "object", "required": ["word"], "additionalProperties": False,
            "properties": {"word": {"type": "string"}},
        },
    )
    def judge(evidence: Evidence, config: dict) -> Verdict:
        if config["word"] in evidence.worker.final_text:
            return satisfied(f"the worker said {config['word']}")
        return unsatisfied(f"Say {config['word']}.")

A fresh instance answers each call: nothing that is kept in a global is there the next time. An exception says that the
*plugin* broke: a judge that broke is inconclusive, never a pass; its traceback is in the user's log, and so is what `print`
prints. Capabilities are modules of their own (`goalpost_plugin.llm`, ...): what is not imported needs no grant.

Import at the top of your modules: what is first imported inside of a function is not in the component.
"""

from collections.abc import Callable
from typing import Any

from . import _app, _prelude  # noqa: F401
from ._error import HostError
from .types import (
    Change,
    Evidence,
    Fact,
    Finding,
    GateReport,
    GateResult,
    Goal,
    Outcome,
    PastTurn,
    Severity,
    Subject,
    Tamper,
    TestFailure,
    TestSummary,
    ToolCall,
    TreeIds,
    Turn,
    TurnSummary,
    Usage,
    Verdict,
    WorkerReport,
)

__all__ = [
    "Change",
    "Evidence",
    "Fact",
    "Finding",
    "GateReport",
    "GateResult",
    "Goal",
    "HostError",
    "Outcome",
    "PastTurn",
    "Severity",
    "Subject",
    "Tamper",
    "TestFailure",
    "TestSummary",
    "ToolCall",
    "TreeIds",
    "Turn",
    "TurnSummary",
    "Usage",
    "Verdict",
    "WorkerReport",
    "abstain",
    "blocked",
    "evaluator",
    "failed",
    "gate",
    "inconclusive",
    "passed",
    "satisfied",
    "unsatisfied",
    "workflow",
]


def _plugin(kind: str, name: str, version: str, summary: str, config_schema: dict[str, Any] | None) -> Callable:
    def register(function: Callable) -> Callable:
        _app.register(_app.Plugin(kind, function, name, version, summary, config_schema))
        return function

    return register


def evaluator(*, name: str, version: str, summary: str, config_schema: dict[str, Any] | None = None) -> Callable:
    """Makes `function(evidence: Evidence, config: dict) -> Verdict` the judge that this component is.

    A function whose `config` is annotated with a dataclass is given one of these.
    `config_schema` is a JSON Schema (2020-12) of the plugin's `config`: the host checks the user's configuration against it
    before a goal starts.
    """
    return _plugin("evaluator", name, version, summary, config_schema)


def gate(*, name: str, version: str, summary: str, config_schema: dict[str, Any] | None = None) -> Callable:
    """Makes `function(subject: Subject, config: dict) -> GateResult` the gate that this component is."""
    return _plugin("gate", name, version, summary, config_schema)


def workflow(*, name: str, version: str, summary: str, config_schema: dict[str, Any] | None = None) -> Callable:
    """Makes `function(turn: Turn, config: dict) -> TurnSummary` the workflow that this component is."""
    return _plugin("workflow", name, version, summary, config_schema)


def _verdict(outcome: Outcome, doc: str) -> Callable[..., Verdict]:
    def make(
        reason: str,
        *,
        findings: list[Finding] | None = None,
        score: float | None = None,
        confidence: float | None = None,
    ) -> Verdict:
        return Verdict(outcome=outcome, reason=reason, findings=findings or [], score=score, confidence=confidence)

    make.__name__ = outcome
    make.__doc__ = doc
    return make


satisfied = _verdict("satisfied", "Nothing is missing.")
unsatisfied = _verdict("unsatisfied", "Something is missing; the reason goes back to the worker.")
blocked = _verdict("blocked", "The goal can't be reached as it stands; a person must act.")
inconclusive = _verdict("inconclusive", "The judge could not tell, for a reason that is not the work's.")
abstain = _verdict("abstain", "Not this judge's business.")


def passed(summary: str, *, findings: list[Finding] | None = None, output: str = "") -> GateResult:
    """The gate lets the work through."""
    return GateResult(passed=True, summary=summary, findings=findings or [], output=output)


def failed(summary: str, *, findings: list[Finding] | None = None, output: str = "") -> GateResult:
    """The gate does not."""
    return GateResult(passed=False, summary=summary, findings=findings or [], output=output)
