"""Folders that the user named for this plugin, as they were when the goal started. Grant: `files`."""

from collections.abc import Iterator
from dataclasses import dataclass

from wit_world.imports import files as _host

from ._convert import whole
from ._error import HostError, asked

_PAGE = 10_000
_READ = 1 << 20


@dataclass(frozen=True)
class File:
    """A file of a folder; `path` is relative to it."""

    path: str
    size: int


def folders() -> list[str]:
    """The names of the folders."""
    return _host.folders()


def entries(folder: str, prefix: str = "") -> Iterator[File]:
    """The files of a folder below `prefix`, sorted by path. Asks the host page by page."""
    after = None
    while True:
        with asked():
            page = _host.entries(whole(folder), whole(prefix), after, _PAGE)
        for file in page.files:
            yield File(file.path, file.size)
        after = page.next
        if after is None:
            return


def read(folder: str, path: str) -> bytes | None:
    """A file's content; none where there is nothing."""
    content = b""
    try:
        while True:
            with asked():
                part = _host.read(whole(folder), whole(path), len(content), _READ)
            content += part
            if len(part) < _READ:
                return content
    except HostError as error:
        if error.kind == "not-found":
            return None
        raise


def text(folder: str, path: str) -> str | None:
    """A file's content as text; what is no UTF-8 becomes U+FFFD."""
    content = read(folder, path)
    return None if content is None else content.decode("utf-8", "replace")
