"""One agent builds, another reads over its shoulder, and the first hears of it. Needs `agents`."""

from goalpost_plugin import Turn, TurnSummary, workflow
from goalpost_plugin.agents import phase, review, set_result, spawn


@workflow(name="two-agents", version="0.1.0", summary="An agent builds, another reviews, the first mends")
def run(turn: Turn, config: dict) -> TurnSummary:
    builder = turn.agents[0]
    reviewer = turn.agents[1] if len(turn.agents) > 1 else builder
    phase("build")
    built = spawn("builder", turn.prompt, agent=builder).wait()
    phase("review")
    opinion = review("reviewer", built.text, turn.goal.objective, agent=reviewer)
    if opinion.outcome == "rejected":
        return TurnSummary(text="built, and the review was: rejected", blocked=opinion.feedback)
    if opinion.outcome != "accepted":
        phase("mend")
        spawn("builder", f"{turn.prompt}\n\nA reviewer says:\n{opinion.feedback}", agent=builder).wait()
    set_result(built.text)
    return TurnSummary(text=f"built, and the review was: {opinion.outcome}")
