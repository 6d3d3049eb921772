"""What the host answers with when it can't give what it was asked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager


class HostError(Exception):
    """`kind` is one of the contract's words, such as `not-found` or `budget-exhausted`."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


@contextmanager
def asked() -> Iterator[None]:
    """Turns an error of the bindings into a `HostError`."""
    from componentize_py_types import Err

    try:
        yield
    except Err as error:
        # `TreeError_NotFound` is `not-found` of `tree-error`.
        case = type(error.value).__name__.rpartition("_")[2]
        kind = re.sub(r"(?<!^)(?=[A-Z])", "-", case).lower()
        raise HostError(kind, str(getattr(error.value, "value", ""))) from None
