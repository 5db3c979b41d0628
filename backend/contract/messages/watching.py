"""What is told to whoever watches over a server: that it is alive, and whether it is ready."""

from __future__ import annotations

from typing import Literal

from backend.contract.messages.base import Message


class Alive(Message):
    """The server answers, whatever becomes of what it is asked."""

    state: Literal["alive"] = "alive"


class Readiness(Message):
    """Whether it can take a file now; in one word, why not."""

    state: Literal["ready", "stopping", "database", "vault", "room", "rolled-back"]
