"""What should not happen: written down for whoever repairs it, answered with 9000 and a reference."""

from __future__ import annotations

import secrets
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from backend.contract.faults import UNEXPECTED, Refused


def write_down(error: BaseException, log: Path, at: datetime) -> Refused:
    """Appends the traceback to `log`, without locals: a password and a One-Time-Password may be among them."""
    reference = secrets.token_hex(4)
    with suppress(OSError):  # a disk that takes no more is no reason to hide the first error
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as out:
            out.write(f"{at.isoformat()} {reference}\n")
            out.writelines(traceback.format_exception(error))
    return Refused(UNEXPECTED, reference=f"{reference}, details in {log}")
