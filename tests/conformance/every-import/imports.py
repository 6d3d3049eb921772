"""Calls every function of every interface that a judge may import, and says what came of it."""

from collections.abc import Callable

from goalpost_plugin import HostError, Evidence, Verdict, checks, evaluator, files, http, llm, log, state, tree, unsatisfied


def told(*values: object) -> str:
    """Values in a line; what is true or false in the contract's spelling."""
    return " ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)


def broke(ask: Callable[[], object]) -> str:
    try:
        return f"no error but {ask()!r}"
    except HostError as error:
        return str(error)


def trees() -> list[str]:
    base, done, sealed = tree.baseline(), tree.candidate(), tree.sealed()
    patch = done.patch(base, "src/a.txt")
    return [
        told("ids:", base.id != done.id, done.id == sealed.id),
        "entries: " + ", ".join(f"{entry.path} {entry.kind} {entry.size}" for entry in sealed.entries("src")),
        told("entry:", sealed.find("src/a.txt").size, sealed.find("src/none") is not None),
        f"content: {sealed.text('src/a.txt')}",
        "changes: " + ", ".join(f"{change.path} {change.kind} {change.lines.added}" for change in done.diff(base)),
        told("patch:", "+zwei" in patch, "-two" in patch),
        broke(lambda: sealed.read("../a")),
        broke(lambda: sealed.read("src")),
    ]


def runs_of_checks() -> list[str]:
    ran = checks.run("lint")
    again = checks.run_with("lint", {"src/a.txt": "other", "src/b.txt": None})
    return [
        f"checks: {', '.join(checks.names())}",
        f"lint: {ran.report.status} {ran.report.summary}",
        "artifacts: " + ", ".join(f"{path} {ran.artifact(path).decode()}" for path in ran.artifacts()),
        f"again: {again.report.status}",
        broke(lambda: checks.run("other")),
    ]


def models() -> list[str]:
    answer = llm.complete("What is it?", system="Be short.", earlier=[llm.Message("assistant", "Ask.")], temperature=0)
    return [
        f"models: {', '.join(llm.models())}",
        f"answer: {answer.text} {answer.model} {answer.usage.output_tokens}",
        f"json: {llm.ask_for({'type': 'object', 'required': ['n']}, 'How many?')['n']}",
        broke(lambda: llm.ask("Another?", model="any/other")),
        broke(lambda: llm.ask("Late?")),
    ]


def services() -> list[str]:
    url = "https://api.example.com/x"
    answer = http.request(url, method="POST", headers={"x-key": http.secret("KEY")}, body="sent", timeout_ms=900)
    return [
        f"service: {answer.status} {answer.header('X-Kind')} {answer.text()}",
        broke(lambda: http.request("https://other.example.com/")),
        broke(lambda: http.request(url)),
    ]


def remembered() -> list[str]:
    before = state.get_text("seen")
    state.set("again", "yes")
    forgot = [state.delete("seen"), state.delete("seen")]
    return [
        told("state:", before, state.get("none") is not None, *forgot, *state.keys()),
        broke(lambda: state.set("", "no key")),
    ]


def folders() -> list[str]:
    listed = ", ".join(f"{file.path} {file.size}" for file in files.entries("docs"))
    return [
        f"folders: {', '.join(files.folders())}",
        f"files: {listed}",
        told("file:", files.text("docs", "api.md"), files.read("docs", "none.md") is not None),
        broke(lambda: files.read("other", "api.md")),
    ]


@evaluator(name="imports", version="0.1.0", summary="Calls all that a judge may call")
def judge(evidence: Evidence, config: dict) -> Verdict:
    for write in (log.trace, log.debug, log.info, log.warn, log.error):
        write("here")
    parts = [trees(), runs_of_checks(), models(), services(), remembered(), folders()]
    return unsatisfied("\n".join(line for part in parts for line in part))
