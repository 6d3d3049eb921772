"""A model judges the diff against the user's rubric. Needs the grant `llm`."""

from goalpost_plugin import Evidence, Verdict, evaluator, satisfied, unsatisfied
from goalpost_plugin.frame import Frame
from goalpost_plugin.llm import ask_for

ANSWER = {
    "type": "object",
    "required": ["met", "missing"],
    "additionalProperties": False,
    "properties": {"met": {"type": "boolean"}, "missing": {"type": "string"}},
}


@evaluator(
    name="rubric",
    version="0.1.0",
    summary="A model judges the diff against a rubric",
    config_schema={
        "type": "object",
        "required": ["rubric"],
        "additionalProperties": False,
        "properties": {"rubric": {"type": "string", "minLength": 1}},
    },
)
def judge(evidence: Evidence, config: dict) -> Verdict:
    frame = Frame(evidence.digest).add("diff", evidence.diff)
    for gate in evidence.gates:
        frame.add(f"gate {gate.name}, {gate.status}", gate.output[-8_000:])
    answer = ask_for(
        ANSWER,
        f"Rubric: {config['rubric']}\n\n{frame.text}\n\nIs the rubric met? If not, say what is missing.",
        system=f"You judge a change against a rubric. {frame.rule}",
        temperature=0,
    )
    return satisfied("the rubric is met") if answer["met"] else unsatisfied(answer["missing"])
