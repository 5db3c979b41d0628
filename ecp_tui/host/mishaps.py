"""What should not happen: told to the backend, which has a log, and answered with 9000 and a reference."""

from __future__ import annotations

import json
import secrets
import socket
import traceback
from contextlib import suppress
from typing import Final

from backend.contract.faults import UNEXPECTED, Refused

_MOST_TOLD: Final = 16 << 10
"""Characters of a traceback, of which the end says most."""


def tell(session: socket.socket, error: BaseException) -> Refused:
    """Without locals: a password and a One-Time-Password may be among them."""
    reference = secrets.token_hex(4)
    trace = "".join(traceback.format_exception(error))[-_MOST_TOLD:]
    told = json.dumps({"mishap": {"reference": reference, "trace": trace}})
    with suppress(OSError):  # a backend that does not listen is no reason to hide the first error
        session.send(told.encode() + b"\n", socket.MSG_DONTWAIT)
    return Refused(UNEXPECTED, reference=reference)
