"""A program that is killed while it finishes a submission: after so many lines of the code that does it.

It reads orders as JSON lines and forks a child for each; the child opens the world, submits, and dies by SIGKILL
before the n-th line. It answers `killed`, or `finished` where there was no such line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from backend.adapters.database.writer import Writer
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.vault.local import LocalStaging, LocalVault
from backend.core.activity import Ledger
from backend.core.claims import Upload
from backend.core.client_connect.standing import actor_for
from backend.core.submissions import Submissions
from backend.settings import Settings
from backend.wiring import open_platform
from tests.submitting import claim
from tests.world import SetClock

ID = "0" * 32
NEW_BYTES = b"the corrected file"
KILLABLE: set[CodeType] = {
    Submissions.finish.__code__,
    Submissions._accept.__code__,
    Ledger.record.__code__,
    LocalStaging.keep.__code__,
    LocalVault._shelf.__code__,
    Writer.write.__code__,
    Writer._group.__code__,
    Writer._unit.__code__,
}


class Killer:
    """Counts the lines that are about to run, once armed."""

    def __init__(self, lines: int) -> None:
        self._left = lines
        self.armed = False

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not self.armed or frame.f_code not in KILLABLE:
            return None
        if event in {"line", "return"}:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def submit(data_dir: Path, database_url: str, killer: Killer) -> None:
    threading.settrace(killer)
    settings = Settings(data_dir=data_dir, database_url=database_url)
    platform = open_platform(settings, clock=SetClock(), hasher=Argon2Passwords(memory_kib=64, passes=1))
    submissions = platform.services.submissions
    with platform.store.reading() as rows:
        account = rows.account("CHAN01")
        assert account is not None
        actor = actor_for(rows, account.id, "console", "127.0.0.1")
    upload = submissions.begin(actor, claim(ID, size=len(NEW_BYTES)))
    assert isinstance(upload, Upload)
    upload.write(0, NEW_BYTES)
    killer.armed = True
    sys.settrace(killer)
    submissions.finish(actor, upload)
    sys.settrace(None)


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            submit(Path(order["data_dir"]), order["database_url"], Killer(order["lines"]))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) != 0:
            raise RuntimeError("the child failed by itself")
        print("killed" if os.WIFSIGNALED(status) else "finished", flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
