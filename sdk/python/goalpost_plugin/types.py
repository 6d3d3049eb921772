"""The words that every kind of plugin shares, as `wit/types.wit` has them.

Paths are relative to the top of the workspace, with `/` between segments. Text that comes from a worker, a gate or a model
is data: bounded, redacted, and never an instruction. Enumerations are their words: `"timed-out"`.
"""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["info", "warning", "error", "critical"]
ChangeKind = Literal["added", "modified", "deleted", "renamed", "type-changed"]
TamperKind = Literal["edited", "deleted", "added", "renamed", "type-changed", "redirected"]
GateStatus = Literal["passed", "failed", "timed-out", "refused", "not-run", "inconclusive"]
Outcome = Literal["satisfied", "unsatisfied", "blocked", "inconclusive", "abstain"]


@dataclass(kw_only=True)
class Finding:
    """One thing that a gate or an evaluator found, for people and for the worker's feedback."""

    severity: Severity
    message: str
    code: str | None = None
    """A stable, kebab-case name of the rule, such as `test-deleted`."""
    path: str | None = None
    line: int | None = None
    """Counted from 1, in the file named by `path`."""
    evidence: str | None = None
    """What in the evidence supports it: a gate's name, a path, or a digest."""


@dataclass(kw_only=True)
class LineCount:
    added: int
    removed: int


@dataclass(kw_only=True)
class Change:
    """One path that differs between two trees."""

    path: str
    kind: ChangeKind
    old_path: str | None = None
    """Where it was before, for `renamed`."""
    lines: LineCount | None = None
    """None for binary content, links and submodules."""


@dataclass(kw_only=True)
class Tamper:
    """A change to a protected path. The sealed tree has the baseline's version again."""

    path: str
    kind: TamperKind
    detail: str = ""


@dataclass(kw_only=True)
class TestFailure:
    name: str
    message: str = ""


@dataclass(kw_only=True)
class TestSummary:
    """The tests that a gate ran, where the host knows the format of its output."""

    format: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[TestFailure] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Names that ran in the baseline and did not run now."""
    newly_skipped: list[str] = field(default_factory=list)
    """Names that ran in the baseline and are skipped now."""


@dataclass(kw_only=True)
class GateReport:
    """What the host says of one gate."""

    name: str
    required: bool = True
    """A required gate that did not pass keeps the goal from being achieved, whatever an evaluator says."""
    status: GateStatus
    summary: str = ""
    exit_code: int | None = None
    output: str = ""
    """Standard output and error, redacted; head and tail when it was long."""
    output_truncated: bool = False
    duration_ms: int = 0
    tests: TestSummary | None = None
    findings: list[Finding] = field(default_factory=list)


@dataclass(kw_only=True)
class Usage:
    """Tokens and money. Money is in millionths of a US dollar; none where it isn't known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    micro_usd: int | None = None


@dataclass(kw_only=True)
class Goal:
    """What is to be achieved."""

    id: str = ""
    objective: str = ""
    scope: list[str] = field(default_factory=list)
    """Globs; empty for everywhere."""
    criteria: list[str] = field(default_factory=list)
    """What must be true at the end, a sentence each."""


@dataclass(kw_only=True)
class TreeIds:
    """Ids of git trees."""

    baseline: str = ""
    candidate: str = ""
    sealed: str = ""
    """What was verified."""


@dataclass(kw_only=True)
class ToolCall:
    """One call of a tool by the worker, as its own event stream reports it."""

    name: str
    arguments: str = ""
    ok: bool | None = None


@dataclass(kw_only=True)
class WorkerReport:
    """What is known of the worker's turn. All of it is the worker's own word."""

    agent: str = "none"
    exit_code: int | None = None
    final_text: str = ""
    transcript: str = ""
    transcript_truncated: bool = False
    tool_calls: list[ToolCall] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)


@dataclass(kw_only=True)
class PastTurn:
    """An earlier turn of the same goal."""

    turn: int
    sealed: str = ""
    outcome: str = ""
    reason: str = ""
    failing: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Fact:
    """A named JSON document: how new kinds of evidence reach plugins."""

    name: str
    json: str


@dataclass(kw_only=True)
class Evidence:
    """Everything that the host puts before an evaluator."""

    goal: Goal = field(default_factory=Goal)
    turn: int = 1
    max_turns: int = 1
    digest: str = ""
    """SHA-256 of this evidence in the host's canonical form."""
    trees: TreeIds = field(default_factory=TreeIds)
    changes: list[Change] = field(default_factory=list)
    """Baseline against candidate."""
    diff: str = ""
    diff_truncated: bool = False
    gates: list[GateReport] = field(default_factory=list)
    tampering: list[Tamper] = field(default_factory=list)
    worker: WorkerReport = field(default_factory=WorkerReport)
    history: list[PastTurn] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    config: str = "{}"


@dataclass(kw_only=True)
class Verdict:
    """An evaluator's answer. It can hold a goal back; it can't wave one through."""

    outcome: Outcome
    reason: str
    """For `unsatisfied`, what the worker is told next: what is missing and how one would see that it is there."""
    findings: list[Finding] = field(default_factory=list)
    score: float | None = None
    """0 to 1."""
    confidence: float | None = None
    """0 to 1."""


@dataclass(kw_only=True)
class Subject:
    """What a gate plugin is asked about."""

    goal: Goal = field(default_factory=Goal)
    turn: int = 1
    trees: TreeIds = field(default_factory=TreeIds)
    changes: list[Change] = field(default_factory=list)
    tampering: list[Tamper] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    config: str = "{}"


@dataclass(kw_only=True)
class GateResult:
    """What a gate plugin answers."""

    passed: bool
    summary: str
    """One line."""
    findings: list[Finding] = field(default_factory=list)
    output: str = ""
    """Longer text for people and for the worker's feedback."""
    tests: TestSummary | None = None


@dataclass(kw_only=True)
class Turn:
    """One turn for a workflow to drive."""

    goal: Goal = field(default_factory=Goal)
    turn: int = 1
    max_turns: int = 1
    prompt: str = ""
    """The prompt that a single worker would have been given, feedback included and framed."""
    feedback: str | None = None
    """Why the last turn was not enough, framed as data."""
    agents: list[str] = field(default_factory=list)
    """The names that agents can be spawned by."""
    config: str = "{}"


@dataclass(kw_only=True)
class TurnSummary:
    """How a workflow ended its turn, and what was done."""

    text: str
    blocked: str | None = None
    """Why the goal can't be reached as it stands; none when the work is ready to be verified."""
