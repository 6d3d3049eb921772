"""Read access to the trees of the turn: never the live directory. Grant: `tree`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wit_world.imports import tree as _host

from ._convert import native, whole
from ._error import HostError, asked
from .types import Change

_PAGE = 10_000
_READ = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file, link or submodule; `kind` is `file`, `executable`, `symlink` or `submodule`."""

    path: str
    kind: str
    size: int
    oid: str


def _entry(raw: Any) -> Entry:
    return Entry(raw.path, native(raw.kind), raw.size, raw.oid)


class Tree:
    """One git tree."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    @property
    def id(self) -> str:
        return self._tree.id()

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Files, links and submodules below `prefix`, sorted by path. Asks the host page by page."""
        after = None
        while True:
            with asked():
                page = self._tree.entries(whole(prefix), after, _PAGE)
            yield from map(_entry, page.entries)
            after = page.next
            if after is None:
                return

    def find(self, path: str) -> Entry | None:
        """The entry at `path`; none where there is nothing."""
        try:
            with asked():
                return _entry(self._tree.stat(whole(path)))
        except HostError as error:
            if error.kind == "not-found":
                return None
            raise

    def read(self, path: str) -> bytes | None:
        """A file's content, or a link's target; none where there is nothing."""
        content = b""
        try:
            while True:
                with asked():
                    part = self._tree.read(whole(path), len(content), _READ)
                content += part
                if len(part) < _READ:
                    return content
        except HostError as error:
            if error.kind == "not-found":
                return None
            raise

    def text(self, path: str) -> str | None:
        """A file's content as text; what is no UTF-8 becomes U+FFFD."""
        content = self.read(path)
        return None if content is None else content.decode("utf-8", "replace")

    def diff(self, base: "Tree", prefix: str = "") -> list[Change]:
        """What differs from `base`, below `prefix`."""
        with asked():
            return native(self._tree.diff(base._tree, whole(prefix)))

    def patch(self, base: "Tree", path: str, max_bytes: int = 64 << 10) -> str:
        """One path's unified diff from `base`."""
        with asked():
            return self._tree.patch(base._tree, whole(path), max_bytes)


def baseline() -> Tree:
    """The workspace when the goal started."""
    return Tree(_host.baseline())


def candidate() -> Tree:
    """The workspace when the worker's turn ended."""
    return Tree(_host.candidate())


def sealed() -> Tree:
    """What is verified."""
    return Tree(_host.sealed())
