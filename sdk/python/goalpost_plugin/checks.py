"""Runs checks that the user declared, in the gates' sandbox, on the sealed tree. Grant: `checks`."""

from typing import Any

from wit_world.imports import checks as _host

from ._convert import native, whole
from ._error import asked
from .types import GateReport

_READ = 1 << 20


class CheckRun:
    """A finished run."""

    def __init__(self, run: Any) -> None:
        self._run = run
        self.report: GateReport = native(run.report())

    @property
    def passed(self) -> bool:
        return self.report.status == "passed"

    def artifacts(self) -> list[str]:
        """Paths of the files that the check's declared `artifacts` match."""
        return [artifact.path for artifact in self._run.artifacts()]

    def artifact(self, path: str) -> bytes:
        """An artifact's content."""
        content = b""
        while True:
            with asked():
                part = self._run.read_artifact(whole(path), len(content), _READ)
            content += part
            if len(part) < _READ:
                return content


def names() -> list[str]:
    """The names that this plugin may run."""
    return _host.names()


def run(name: str) -> CheckRun:
    """Runs a check on the sealed tree."""
    with asked():
        return CheckRun(_host.run(whole(name)))


def run_with(name: str, edits: dict[str, bytes | str | None]) -> CheckRun:
    """Runs a check with other content in some files, for this run only; `None` deletes a file."""
    laid = [
        _host.Edit(whole(path), whole(content).encode() if isinstance(content, str) else content)
        for path, content in edits.items()
    ]
    with asked():
        return CheckRun(_host.run_with(whole(name), laid))
