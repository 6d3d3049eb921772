from goalpost_plugin import Evidence, Verdict, evaluator, satisfied, unsatisfied
from goalpost_plugin.http import request, secret


@evaluator(name="asks", version="0.1.0", summary="Asks a web service")
def judge(evidence: Evidence, config: dict) -> Verdict:
    answer = request("https://api.example.com/v1", headers={"authorization": f"Bearer {secret('TOKEN')}"})
    left = answer.json()["left"]
    if answer.ok and left == 0:
        return satisfied(f"{answer.status} {answer.header('X-Source')}")
    return unsatisfied(f"{left} are left")
