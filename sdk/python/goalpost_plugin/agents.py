"""Spawns the user's agents in the workspace, and says what happens. Grant: `agents`; for workflows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wit_world.imports import agents as _host
from wit_world.imports import progress as _progress

from ._convert import native, whole
from ._error import asked
from .types import ToolCall, Usage


@dataclass(frozen=True)
class AgentOutput:
    """What came of a run."""

    text: str
    exit_code: int | None
    tool_calls: list[ToolCall]
    usage: Usage
    duration_ms: int


@dataclass(frozen=True)
class Review:
    """`outcome` is `accepted`, `changes-requested` or `rejected`."""

    outcome: str
    feedback: str
    usage: Usage


@dataclass(frozen=True)
class Budget:
    """Tokens of the whole goal; `total` and `remaining` are none for a goal without a limit."""

    total: int | None
    spent: int
    remaining: int | None


class AgentRun:
    """A running or finished agent."""

    def __init__(self, run: Any) -> None:
        self._run = run

    @property
    def label(self) -> str:
        return self._run.label()

    @property
    def done(self) -> bool:
        return self._run.done()

    def wait(self) -> AgentOutput:
        """Waits for the end. Raises `HostError` where the run failed."""
        with asked():
            raw = self._run.wait()
        return AgentOutput(raw.text, raw.exit_code, native(raw.tool_calls), native(raw.usage), raw.duration_ms)

    def cancel(self) -> None:
        self._run.cancel()


def spawn(
    label: str,
    prompt: str,
    *,
    agent: str | None = None,
    model: str | None = None,
    read_only: bool = False,
    max_tokens: int | None = None,
    timeout_ms: int | None = None,
) -> AgentRun:
    """Starts an agent, and goes on."""
    with asked():
        return AgentRun(_host.spawn(_host.AgentRequest(whole(label), whole(prompt), agent, model, read_only, max_tokens, timeout_ms)))


def as_they_end(runs: list[AgentRun]) -> Iterator[AgentRun]:
    """The runs in the order in which they end."""
    left = list(runs)
    while left:
        index = _host.wait_any([run._run for run in left])
        yield left.pop(index or 0)


def review(label: str, subject: str, criteria: str, *, agent: str | None = None) -> Review:
    """Has an agent review a text without the right to change anything."""
    with asked():
        raw = _host.review(_host.ReviewRequest(whole(label), whole(subject), whole(criteria), agent))
    return Review(native(raw.outcome), raw.feedback, native(raw.usage))


def phase(title: str) -> None:
    """Names what happens from now on, for people."""
    _progress.phase(whole(title))


def budget() -> Budget:
    """Tokens of the whole goal."""
    raw = _progress.budget()
    return Budget(raw.total, raw.spent, raw.remaining)


def set_result(text: str) -> None:
    """Text that becomes the worker's final text; the last call counts."""
    _progress.set_result(whole(text))
