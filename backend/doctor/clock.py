"""The clock: cut-offs, One-Time-Passwords and the log's order all go by it."""

from __future__ import annotations

import ctypes
import sys
from datetime import datetime
from typing import Final

from backend.contract.findings import Finding

_UNSYNCHRONISED: Final = 5
"""What adjtimex says of a clock that nothing keeps right."""
_TIMEX: Final = 512
"""More bytes than its struct has on any machine."""


def clock(now: datetime, last: datetime | None) -> Finding:
    """`last` is the instant of the log's last entry."""
    said = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if last is not None and last > now:
        before = f"{said}, before the log's last entry of {last:%Y-%m-%d %H:%M:%S}"
        return Finding("clock", "problem", before, "Set the clock by the network (NTP) before ecpd serves.")
    if not synchronised():
        remedy = "See that the clock is set by the network (NTP), here or on this machine's host."
        return Finding("clock", "warning", f"{said}, and the kernel knows of nothing that keeps it right", remedy)
    return Finding("clock", "ok", f"{said}, kept right by the network")


def synchronised() -> bool:
    """Whether the kernel knows of something that keeps the clock right; where nobody can tell, it is believed."""
    if sys.platform != "linux":
        return True
    said: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX))
    return said != _UNSYNCHRONISED
