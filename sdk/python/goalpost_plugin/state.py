"""What a plugin remembers of a goal, from turn to turn. Kept with the turn's verdict. Grant: `state`."""

from wit_world.imports import state as _host

from ._convert import whole
from ._error import asked


def get(key: str) -> bytes | None:
    """The value of a key; none where it has none."""
    with asked():
        return _host.get(whole(key))


def get_text(key: str) -> str | None:
    """The value of a key as text; what is no UTF-8 becomes U+FFFD."""
    value = get(key)
    return None if value is None else value.decode("utf-8", "replace")


def set(key: str, value: bytes | str) -> None:  # noqa: A001
    """Gives a key a value."""
    with asked():
        _host.set(whole(key), whole(value).encode() if isinstance(value, str) else value)


def delete(key: str) -> bool:
    """Takes a key away; whether it had a value."""
    with asked():
        return _host.delete(whole(key))


def keys(prefix: str = "") -> list[str]:
    """The keys that start with `prefix`, sorted."""
    with asked():
        return _host.keys(whole(prefix))
