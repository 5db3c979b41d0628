"""A program that is killed while it finishes a submission or a publication: after so many lines of what does it.

It reads orders as JSON lines and forks a child for each; the child opens the world, does it, and dies by SIGKILL
before the n-th line. It answers `killed`, or `finished` where there was no such line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from backend.adapters.database.writer import Writer
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.vault.local import LocalStaging, LocalVault
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.claims import Upload
from backend.core.client_connect.standing import actor_for
from backend.core.keeping import Keeping
from backend.core.publishing import Publishing
from backend.core.submissions import Submissions
from backend.settings import Settings
from backend.wiring import Platform, open_platform
from tests.publishing import NAME
from tests.submitting import claim
from tests.world import SetClock

ID = "0" * 32
NEW_BYTES = b"the corrected file"
KILLABLE: set[CodeType] = {
    Submissions.finish.__code__,
    Submissions._accept.__code__,
    Publishing.finish.__code__,
    Publishing._publish.__code__,
    Keeping.keep.__code__,
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


def act(order: dict[str, Any], killer: Killer) -> None:
    """Submits, or publishes, and is killed while it finishes."""
    threading.settrace(killer)
    settings = Settings(data_dir=Path(order["data_dir"]), database_url=order["database_url"])
    platform = open_platform(settings, clock=SetClock(), hasher=Argon2Passwords(memory_kib=64, passes=1))
    finish = submitting(platform) if order["act"] == "submit" else publishing(platform)
    killer.armed = True
    sys.settrace(killer)
    finish()
    sys.settrace(None)


def submitting(platform: Platform) -> Callable[[], object]:
    submissions, actor = platform.services.submissions, actor_named(platform, "CHAN01")
    upload = submissions.begin(actor, claim(ID, size=len(NEW_BYTES)))
    assert isinstance(upload, Upload)
    upload.write(0, NEW_BYTES)
    return lambda: submissions.finish(actor, upload)


def publishing(platform: Platform) -> Callable[[], object]:
    published, actor = platform.services.publishing, actor_named(platform, "OPER01")
    upload = published.begin(actor, "RPT-TRD", "01234", NAME)
    upload.write(0, NEW_BYTES)
    return lambda: published.finish(actor, upload, len(NEW_BYTES))


def actor_named(platform: Platform, login_id: str) -> Actor:
    with platform.store.reading() as rows:
        account = rows.account(login_id)
        assert account is not None
        return actor_for(rows, account.id, "console", "127.0.0.1")


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            act(order, Killer(order["lines"]))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) != 0:
            raise RuntimeError("the child failed by itself")
        print("killed" if os.WIFSIGNALED(status) else "finished", flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
