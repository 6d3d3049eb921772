"""Asks web services. Grant: `http`, service by service. A redirect is an answer like any other: nothing follows it."""

import json as _json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wit_world.imports import http as _host

from ._convert import whole
from ._error import asked


@dataclass
class Answer:
    """An answer, of any status."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """The status is one of 200 to 299."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        return _json.loads(self.body)


def secret(name: str) -> str:
    """What stands in a header's value for a secret that the host fills in. The plugin never has it."""
    return f"{{{{secret:{name}}}}}"


def request(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | str | None = None,
    timeout_ms: int | None = None,
) -> Answer:
    """Asks once. Raises `HostError`: `denied`, `limit`, `timeout` or `transport`."""
    named = [_host.Header(whole(name), whole(value)) for name, value in (headers or {}).items()]
    sent = whole(body).encode() if isinstance(body, str) else body
    with asked():
        answer = _host.send(_host.Request(method, whole(url), named, sent, timeout_ms))
        return Answer(answer.status, answer.body, [(header.name, header.value) for header in answer.headers])
