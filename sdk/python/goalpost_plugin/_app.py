"""What the component exports, made from the function that the author decorated."""

import dataclasses
import inspect
import json
import math
import sys
import traceback
import typing
from dataclasses import dataclass
from typing import Any, Callable

from . import types
from ._convert import foreign, native, whole


@dataclass
class Plugin:
    """A decorated function, and what it says of itself."""

    kind: str
    function: Callable[[Any, Any], Any]
    name: str
    version: str
    summary: str
    config_schema: dict[str, Any] | None


_plugins: list[Plugin] = []


def register(plugin: Plugin) -> None:
    """Makes `plugin` what the component exports."""
    if _plugins:
        raise TypeError(f"one component is one plugin: {_plugins[0].name} is one already, and {plugin.name} another")
    _plugins.append(plugin)


def _config(plugin: Plugin, text: str) -> Any:
    """The plugin's config: a dict, or what the function's second parameter is annotated with where that is a dataclass."""
    values = json.loads(text or "{}")
    try:
        names = list(inspect.signature(plugin.function).parameters)
        wanted = typing.get_type_hints(plugin.function).get(names[1]) if len(names) > 1 else None
    except NameError:
        # An annotation that is there for type checkers alone.
        wanted = None
    return wanted(**values) if dataclasses.is_dataclass(wanted) else values


def _run(given: Any) -> Any:
    from componentize_py_types import Err

    (plugin,) = _plugins
    try:
        given = native(given)
        answer = plugin.function(given, _config(plugin, given.config))
        wanted = {"evaluator": types.Verdict, "gate": types.GateResult, "workflow": types.TurnSummary}[plugin.kind]
        if not isinstance(answer, wanted):
            raise TypeError(f"the plugin's function must return a {wanted.__name__}, and returned {answer!r}")
        return _answer(plugin.kind, answer)
    except Exception as error:
        # Standard error is the plugin's log.
        traceback.print_exc(file=sys.stderr)
        raise Err(whole(f"{type(error).__name__}: {error}")) from None


def _answer(kind: str, answer: Any) -> Any:
    from wit_world.imports import types as wit

    if kind == "workflow":
        end = wit.TurnEnd_Finished() if answer.blocked is None else wit.TurnEnd_Blocked(whole(str(answer.blocked)))
        return wit.TurnSummary(end=end, text=whole(str(answer.text)))
    if kind == "gate":
        return foreign(wit.GateResult, answer)
    return foreign(wit.Verdict, dataclasses.replace(answer, score=_unit(answer.score), confidence=_unit(answer.confidence)))


def _unit(number: float | None) -> float | None:
    """Brought into the range that the host takes, 0 to 1; what is no number is left out."""
    return None if number is None or math.isnan(number) else min(max(number, 0.0), 1.0)


class WitWorld:
    """The world's function, whichever it is."""

    def evaluate(self, evidence: Any) -> Any:
        return _run(evidence)

    def check(self, subject: Any) -> Any:
        return _run(subject)

    def run(self, turn: Any) -> Any:
        return _run(turn)


class PluginInfo:
    """The interface `plugin-info`."""

    def describe(self) -> Any:
        from wit_world.exports import plugin_info

        (plugin,) = _plugins
        schema = "" if plugin.config_schema is None else json.dumps(plugin.config_schema)
        return plugin_info.Description(plugin.name, plugin.version, plugin.summary, schema)
