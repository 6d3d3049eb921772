"""Messages to the user's log, by level. Always there, needs no grant. What `print` prints comes there too."""

import logging as _logging
import sys as _sys

from ._convert import whole as _whole

try:
    from wit_world.imports import log as _host
except ModuleNotFoundError:
    # Outside of a component, in tests: standard error stands for the log.
    _host = None


def _write(level: str, message: object) -> None:
    if _host is None:
        print(f"{level}: {message}", file=_sys.stderr)
    else:
        _host.write(_host.Level[level], _whole(str(message)))


def trace(message: object) -> None:
    """Every step; seldom shown."""
    _write("TRACE", message)


def debug(message: object) -> None:
    """For the plugin's author."""
    _write("DEBUG", message)


def info(message: object) -> None:
    """For a user who looks."""
    _write("INFO", message)


def warn(message: object) -> None:
    """Something that the user should know."""
    _write("WARN", message)


def error(message: object) -> None:
    """Something that broke."""
    _write("ERROR", message)


class Handler(_logging.Handler):
    """Takes what the standard library's `logging` is told: `logging.basicConfig(handlers=[Handler()], level="INFO")`."""

    def emit(self, record: _logging.LogRecord) -> None:
        levels = ((_logging.ERROR, error), (_logging.WARNING, warn), (_logging.INFO, info), (_logging.DEBUG, debug))
        write = next((write for level, write in levels if record.levelno >= level), trace)
        write(self.format(record))
