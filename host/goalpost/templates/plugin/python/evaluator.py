"""The judge `{{name}}`: says what is missing, or that nothing is."""

from goalpost_plugin import Evidence, Verdict, evaluator, satisfied, unsatisfied


@evaluator(
    name="{{name}}",
    version="0.1.0",
    summary="The worker's last message must hold a word",
    config_schema={
        "type": "object",
        "required": ["word"],
        "additionalProperties": False,
        "properties": {"word": {"type": "string", "minLength": 1}},
    },
)
def judge(evidence: Evidence, config: dict) -> Verdict:
    if config["word"] in evidence.worker.final_text:
        return satisfied(f"the worker said {config['word']}")
    # What is missing, and how one would see that it is there: this goes back to the worker.
    return unsatisfied(f"Say {config['word']} in your last message.")
