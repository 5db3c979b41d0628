"""Consoles: how many there may be, what each is told, and the program that runs them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from backend.contract.faults import TOO_MANY_HANDLES, Refused
from backend.core.client_connect.source_limit import source_of
from backend.doors.ssh.hosting import Hosting

MOST_OF_ACCOUNT: Final = 8
_SHARE_OF_SOURCE: Final = 2
"""One source has at most half of all."""


@dataclass
class Consoles:
    """For the event loop alone. Commands count as consoles do."""

    hosting: Hosting
    server: str
    """The private entrance, as a URL."""
    host: str
    """Where people connect to, as they know it."""
    most: int
    _accounts: Counter[str] = field(default_factory=Counter)
    _sources: Counter[str] = field(default_factory=Counter)

    @property
    def open(self) -> int:
        return self._accounts.total()

    def take(self, login_id: str, source: str) -> None:
        """5005 where the account, the source, or everybody together has as many as may be."""
        source = source_of(source)
        if (
            self.open >= self.most
            or self._accounts[login_id] >= MOST_OF_ACCOUNT
            or self._sources[source] >= max(1, self.most // _SHARE_OF_SOURCE)
        ):
            raise Refused(TOO_MANY_HANDLES)
        self._accounts[login_id] += 1
        self._sources[source] += 1

    def give_back(self, login_id: str, source: str) -> None:
        for counter, name in ((self._accounts, login_id), (self._sources, source_of(source))):
            counter[name] -= 1
            if not counter[name]:
                del counter[name]
