"""What the component exports, made from the function that the author decorated."""

import json
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Callable

from . import types
from ._convert import foreign, native


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


def _run(given: Any) -> Any:
    from componentize_py_types import Err

    (plugin,) = _plugins
    try:
        given = native(given)
        answer = plugin.function(given, json.loads(given.config or "{}"))
        wanted = {"evaluator": types.Verdict, "gate": types.GateResult, "workflow": types.TurnSummary}[plugin.kind]
        if not isinstance(answer, wanted):
            raise TypeError(f"the plugin's function must return a {wanted.__name__}, and returned {answer!r}")
        return _answer(plugin.kind, answer)
    except Exception as error:
        # Standard error is the plugin's log.
        traceback.print_exc(file=sys.stderr)
        raise Err(f"{type(error).__name__}: {error}") from None


def _answer(kind: str, answer: Any) -> Any:
    from wit_world.imports import types as wit

    if kind == "workflow":
        end = wit.TurnEnd_Finished() if answer.blocked is None else wit.TurnEnd_Blocked(str(answer.blocked))
        return wit.TurnSummary(end=end, text=str(answer.text))
    return foreign(wit.Verdict if kind == "evaluator" else wit.GateResult, answer)


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
