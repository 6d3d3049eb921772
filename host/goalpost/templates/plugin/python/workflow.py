"""The workflow `{{name}}`: drives one turn by spawning agents."""

from goalpost_plugin import Turn, TurnSummary, workflow
from goalpost_plugin.agents import phase, set_result, spawn


@workflow(name="{{name}}", version="0.1.0", summary="An agent plans, and another builds")
def run(turn: Turn, config: dict) -> TurnSummary:
    phase("plan")
    plan = spawn("planner", f"Plan this, and change nothing:\n\n{turn.prompt}", read_only=True).wait()
    phase("build")
    built = spawn("builder", f"{turn.prompt}\n\nA plan:\n{plan.text}").wait()
    set_result(built.text)
    return TurnSummary(text="planned and built")
