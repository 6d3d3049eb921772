"""Calls every function of the interfaces that only a workflow may import, and says what came of it."""

from collections.abc import Callable

from goalpost_plugin import HostError, Turn, TurnSummary, agents, workflow


def told(*values: object) -> str:
    """Values in a line; what is true or false in the contract's spelling."""
    return " ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)


def broke(ask: Callable[[], object]) -> str:
    try:
        return f"no error but {ask()!r}"
    except HostError as error:
        return str(error)


def runs_of_agents() -> list[str]:
    agents.phase("ask")
    spawned = [agents.spawn("one", "First.", agent="coder", read_only=True), agents.spawn("two", "Second.")]
    ended = sorted(run.label for run in agents.as_they_end(spawned))
    cancelled = agents.spawn("three", "Third.", model="small", max_tokens=1000, timeout_ms=60_000)
    cancelled.wait()
    cancelled.cancel()
    opinion = agents.review("reader", "A text.", "It is short.", agent="coder")
    budget = agents.budget()
    return [
        told("agents:", ", ".join(ended), spawned[0].done, spawned[0].wait().text, spawned[1].wait().exit_code),
        f"review: {opinion.outcome} {opinion.feedback}",
        told("budget:", budget.total is not None, budget.remaining is not None, budget.spent),
        broke(lambda: agents.spawn("four", "Fourth.", agent="nobody")),
        broke(lambda: agents.spawn("five", "Fifth.").wait()),
    ]


@workflow(name="agents", version="0.1.0", summary="Calls all that only a workflow may call")
def run(turn: Turn, config: dict) -> TurnSummary:
    agents.set_result("overwritten")
    agents.set_result("\n".join(runs_of_agents()))
    return TurnSummary(text="asked for everything")
