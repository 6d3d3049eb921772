"""Between the records of the generated bindings and those of `types`: the same names, with words for enumerations."""

import dataclasses
import enum
import re
import types as builtin
import typing
from typing import Any

from . import types


def native(value: Any) -> Any:
    """A record of the bindings, as one of `types`."""
    if isinstance(value, enum.Enum):
        return value.name.lower().replace("_", "-")
    if isinstance(value, list):
        return [native(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: native(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return getattr(types, type(value).__name__)(**fields)
    return value


_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, such as JSON may hold: the host takes no such text."""
    return _HALF.sub("\ufffd", text)


def foreign(wanted: Any, value: Any) -> Any:
    """`value` as the type `wanted` of the bindings."""
    origin = typing.get_origin(wanted)
    if origin in (typing.Union, builtin.UnionType):
        if value is None:
            return None
        return foreign(next(part for part in typing.get_args(wanted) if part is not type(None)), value)
    if origin is list:
        (item,) = typing.get_args(wanted)
        return [foreign(item, part) for part in value]
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        try:
            return wanted[str(value).upper().replace("-", "_")]
        except KeyError:
            words = ", ".join(repr(native(known)) for known in wanted)
            raise ValueError(f"{value!r} is none of {words}") from None
    if dataclasses.is_dataclass(wanted):
        hints = typing.get_type_hints(wanted)
        return wanted(**{name: foreign(hint, getattr(value, name)) for name, hint in hints.items()})
    if wanted is float and isinstance(value, int):
        return float(value)
    if wanted is int and isinstance(value, int) and not 0 <= value < 1 << 32:
        raise ValueError(f"{value} is no number of 32 bits")
    if wanted is str and isinstance(value, str):
        return whole(value)
    if isinstance(wanted, type) and not isinstance(value, wanted):
        raise TypeError(f"expected {wanted.__name__}, got {value!r}")
    return value
