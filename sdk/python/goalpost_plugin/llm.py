"""Asks a language model. The endpoint and its key stay in the host. Grant: `llm`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack

from wit_world.imports import llm as _host

from ._convert import native, whole
from ._error import HostError, asked
from .types import Usage


@dataclass(frozen=True)
class Message:
    """A part of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True)
class Completion:
    """A model's whole answer."""

    text: str
    model: str
    usage: Usage


def models() -> list[str]:
    """The models granted, best first."""
    return _host.models()


class Options(TypedDict, total=False):
    """What of a question has a default."""

    system: str | None
    earlier: Sequence[Message]
    """What was said before the prompt."""
    model: str | None
    """One of the granted models; the first when not given."""
    max_tokens: int
    """The most tokens to answer with; 2,048 when not given."""
    temperature: float | None


def complete(prompt: str, *, schema: dict[str, Any] | None = None, **options: Unpack[Options]) -> Completion:
    """The model's answer, and what it cost.

    Raises `HostError`, also for an answer that was cut (`max-tokens`) or refused (`refused`): half an answer is none.
    """
    said = [*options.get("earlier", ()), Message("user", prompt)]
    system = options.get("system")
    request = _host.Request(
        options.get("model"),
        None if system is None else whole(system),
        [_host.Message(_host.Role[message.role.upper()], whole(message.content)) for message in said],
        options.get("max_tokens", 2_048),
        options.get("temperature"),
        None if schema is None else json.dumps(schema),
    )
    with asked():
        answer = _host.complete(request)
    if answer.stop == _host.StopReason.MAX_TOKENS:
        raise HostError("max-tokens", f"the answer was cut at {request.max_tokens} tokens")
    if answer.stop == _host.StopReason.REFUSED:
        raise HostError("refused", "the model would not answer")
    return Completion(answer.text, answer.model, native(answer.usage))


def ask(prompt: str, **options: Unpack[Options]) -> str:
    """The model's answer as text. The options, and what is raised, are those of `complete`."""
    return complete(prompt, **options).text


def ask_for(schema: dict[str, Any], prompt: str, **options: Unpack[Options]) -> Any:
    """The model's answer as JSON that satisfies a JSON Schema: the host asks the provider for it, and always checks."""
    return json.loads(complete(prompt, schema=schema, **options).text)
