"""Asks a language model. The endpoint and its key stay in the host. Grant: `llm`."""

import json
from typing import Any

from wit_world.imports import llm as _host

from ._error import asked


def models() -> list[str]:
    """The models granted, best first."""
    return _host.models()


def ask(
    prompt: str,
    *,
    system: str | None = None,
    model: str | None = None,
    max_tokens: int = 1_000,
    temperature: float | None = None,
) -> str:
    """The model's answer as text. Raises `HostError`."""
    return _complete(prompt, system, model, max_tokens, temperature, None)


def ask_for(
    schema: dict[str, Any],
    prompt: str,
    *,
    system: str | None = None,
    model: str | None = None,
    max_tokens: int = 1_000,
    temperature: float | None = None,
) -> Any:
    """The model's answer as JSON that satisfies a JSON Schema: the host asks the provider for it, and always checks."""
    return json.loads(_complete(prompt, system, model, max_tokens, temperature, json.dumps(schema)))


def _complete(
    prompt: str,
    system: str | None,
    model: str | None,
    max_tokens: int,
    temperature: float | None,
    schema: str | None,
) -> str:
    message = _host.Message(_host.Role.USER, prompt)
    with asked():
        return _host.complete(_host.Request(model, system, [message], max_tokens, temperature, schema)).text
