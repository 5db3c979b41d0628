"""What all sessions of the door work with, and whose a session is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from backend.core.actor import Actor
from backend.core.services import Services
from backend.core.tickets import Tickets
from backend.doors.ssh.boxes import Boxes
from backend.doors.ssh.desk import Desk
from backend.doors.ssh.inflow import Run
from backend.doors.ssh.tree import Tree
from backend.doors.ssh.turns import Turns


@dataclass(frozen=True, slots=True)
class House:
    """One for the whole door; `taking` is false once it is closing."""

    boxes: Boxes
    tree: Tree
    desk: Desk
    tickets: Tickets
    run: Run
    taking: Callable[[], bool]
    turns: Turns = field(default_factory=Turns)

    @classmethod
    def of(cls, services: Services, desk: Desk, run: Run, taking: Callable[[], bool]) -> House:
        return cls(Boxes(services), Tree(services), desk, services.tickets, run, taking)


class Guest(Protocol):
    """Whose session it is, as of now."""

    @property
    def actor(self) -> Actor: ...
