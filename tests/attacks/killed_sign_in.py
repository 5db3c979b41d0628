"""A backend that is killed while it looks at passwords: `python -m tests.attacks.killed_sign_in`, orders by JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from backend.contract.messages import SignIn
from backend.settings import Settings
from backend.wiring import open_platform
from tests.world import SetClock


class Killing:
    """A hasher under which the process dies by SIGKILL, as soon as so many look at a password."""

    def __init__(self, looking: int) -> None:
        self._together = threading.Barrier(looking)

    def hash(self, password: str) -> str:
        return ""

    def verify(self, password: str, hashed: str | None) -> bool:
        self._together.wait(10)
        os.kill(os.getpid(), signal.SIGKILL)
        return False

    def outdated(self, hashed: str) -> bool:
        return False


def main() -> None:
    order = json.loads(sys.stdin.read())
    settings = Settings(data_dir=Path(order["data_dir"]), database_url=order["database_url"])
    platform = open_platform(settings, clock=SetClock(), hasher=Killing(order["attempts"]))
    sign_in = platform.services.sign_in

    def attempt() -> None:
        form = SignIn(transaction=sign_in.begin().transaction, **order["form"])
        sign_in.sign_in(form, "console", "192.0.2.1")

    for _ in range(order["attempts"]):
        threading.Thread(target=attempt).start()


if __name__ == "__main__":
    main()
