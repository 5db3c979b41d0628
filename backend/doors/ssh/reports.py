"""Reports: what a session's socket says of it, a JSON line each: mishaps for the log, and how it ended."""

from __future__ import annotations

import json
from typing import Any, Final

import structlog

from backend.contract.rules.shown import shown

BY_SIGNAL: Final = 128
_HIGHEST_CODE: Final = 255
_LONGEST: Final = 64 << 10
_MOST_MISHAPS: Final = 8
_LONGEST_TRACE: Final = 16 << 10
_log = structlog.get_logger(__name__)


class Reports:
    """Of one session. Whoever runs in it may write there, too: it is read as a stranger's words are."""

    def __init__(self, login_id: str) -> None:
        self._login_id = login_id
        self._said = b""
        self._mishaps = 0
        self.reference = ""
        """Of the last mishap: its person is told."""
        self.code: int | None = None
        """With which it ended; none while that is not known."""

    def feed(self, said: bytes) -> None:
        *lines, self._said = (self._said + said).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self._said) > _LONGEST:
            self._said = b""

    def _take(self, line: bytes) -> None:
        try:
            found: Any = json.loads(line)
            if "mishap" in found:
                self._log(found["mishap"])
            else:
                code = int(found["exit"]) if "exit" in found else BY_SIGNAL + int(found["signal"])
                self.code = code if 0 <= code <= _HIGHEST_CODE else None
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return

    def _log(self, mishap: Any) -> None:
        self._mishaps += 1
        if self._mishaps <= _MOST_MISHAPS:
            reference, trace = (str(mishap[name])[-_LONGEST_TRACE:] for name in ("reference", "trace"))
            self.reference = shown(reference, 20)
            _log.error(
                "unexpected failure in a console",
                reference=self.reference,
                login_id=self._login_id,
                trace=shown(trace, _LONGEST_TRACE),
            )
