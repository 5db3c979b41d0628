"""The log: one event a line on standard error, JSON for programs or words for people, whoever of our libraries speaks.

Nothing in it is a secret, or what somebody wrote: what an exception quotes may be a password in the wrong field.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

FORMATS: Final = ("auto", "json", "text")
LEVELS: Final = ("debug", "info", "warning", "error")
REFERENCE: Final = "reference"
HIDDEN: Final = "…"
_SECRET: Final = re.compile(r"password|passphrase|secret|otp|token|authorization|cookie|seed|e?mail_address|phone")
_QUOTED: Final = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_LONGEST_MESSAGE: Final = 500
_LONGEST_TRACE: Final = 16 << 10
_PLAIN: Final = re.compile(r"[!#-&(-<>-\[\]-~]+")
_CONTROL: Final = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u2070-\ud7ff\uf900-\ufdff\ufe10-\ufefe]")


counted: Final[Counter[str]] = Counter()
"""How many events of each level were logged since the program began."""


def begin(written: str = "auto", level: str = "info", out: TextIO | None = None) -> None:
    """From now on everything goes there. `auto` is words on a terminal, and JSON everywhere else."""
    stream = out or sys.stderr
    as_words = written == "text" or (written == "auto" and stream.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _counted,
            _without_secrets,
            _traced,
            _in_words if as_words else structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines(stream),
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(True)
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class _Lines:
    """Writes them; a log that takes no more, on a full disk or a broken pipe, keeps nobody from filing."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def __call__(self, *_: object) -> _Lines:
        return self

    def msg(self, line: str) -> None:
        with self._lock, suppress(OSError, ValueError):
            self._out.write(f"{line}\n")
            self._out.flush()

    debug = info = warning = error = msg


@contextmanager
def under_reference() -> Iterator[str]:
    """What is logged inside, in this task or thread and in those it begins, bears one reference."""
    reference = new_reference()
    with structlog.contextvars.bound_contextvars(**{REFERENCE: reference}):
        yield reference


def reference() -> str:
    """The one that what is going on is known by; a new one where it has none."""
    return str(structlog.contextvars.get_contextvars().get(REFERENCE) or new_reference())


def new_reference() -> str:
    return secrets.token_hex(4)


class _Libraries(logging.Handler):
    """What libraries log goes the same way; below warnings they tell what people typed."""

    def emit(self, record: logging.LogRecord) -> None:
        said = without_quotes(record.getMessage())[:_LONGEST_MESSAGE]
        tell: Callable[..., Any] = getattr(structlog.get_logger(), _level(record.levelno))
        tell(said, logger=record.name, exc_info=record.exc_info or None)


def without_quotes(text: str) -> str:
    """What stands in quotes is left out: that is how exceptions repeat what they were given."""
    return _QUOTED.sub(HIDDEN, text)


def _level(number: int) -> str:
    return "error" if number >= logging.ERROR else "warning" if number >= logging.WARNING else "info"


def _counted(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    counted[event["level"]] += 1
    return event


def _without_secrets(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A secret that a program's mistake hands over by its name stays out."""
    return {key: HIDDEN if _SECRET.search(key) else value for key, value in event.items()}


def _traced(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = trace_of(error)
    return event


def trace_of(error: BaseException) -> str:
    """Where it came from, causes first, without locals and without what the messages quote."""
    return "\n".join(_told(error, set()))[-_LONGEST_TRACE:]


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for other in (before, *inner):
        if other is not None and id(other) not in seen:
            yield from _told(other, seen)
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield f"{type(error).__qualname__}: {_message(error)}"


def _message(error: BaseException) -> str:
    said = str(error)
    if isinstance(error, OSError):  # it names a file or an address, and those are ours
        return said[:_LONGEST_MESSAGE]
    return without_quotes(said.split("\nDETAIL:")[0])[:_LONGEST_MESSAGE]  # PostgreSQL's details repeat a row


def _in_words(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """`07:03:12 warning  what happened  key=value …`, on one line whatever a value holds; a trace stands below."""
    at, level, what = (str(event.pop(key, "")) for key in ("timestamp", "level", "event"))
    trace = event.pop("exception", "")
    facts = [f"{key}={_value(value)}" for key, value in event.items() if value is not None]
    line = _escaped(
        "  ".join([f"{at[11:19]} {level:7}", what, *([" ".join(facts)] if facts else [])]).replace("\n", " ")
    )
    return f"{line}\n{_escaped(trace.rstrip())}" if trace else line


def _value(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _escaped(text: str) -> str:
    """Nothing that a terminal obeys."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit)):
        structlog.get_logger().error("a thread or the program ended unforeseen", exc_info=error)
