"""The log as `ecpd serve` writes it, for as long as a test reads it."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import structlog

from backend import logs


@contextmanager
def logged(written: str = "json", level: str = "info", out: TextIO | None = None) -> Iterator[Any]:
    """What is logged meanwhile, by us and by libraries."""
    out, root = out or io.StringIO(), logging.getLogger()
    kept, level_before, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    logs.begin(written, level, out)
    try:
        yield out
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(False)
        root.handlers[:] = kept
        root.setLevel(level_before)
        sys.excepthook, threading.excepthook = hooks
