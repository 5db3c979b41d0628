"""Files beside the identities: the keys that sign receipts, as OpenSSH reads them; public, the same for everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from backend.core.actor import Actor
from backend.core.checkpoints import Checkpoints
from backend.doors.ssh.rooms import Opened, Page, readable
from backend.doors.ssh.spots import Spot
from backend.doors.ssh.wire import Attributes, Entry

_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What changes in them says since when itself; a mirror compares their sizes."""


class KeyFiles:
    """Meets `Room` for the two files at the root."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._texts: dict[str, Callable[[], str]] = {
            ALLOWED_SIGNERS: checkpoints.allowed_signers,
            REVOKED_KEYS: checkpoints.revoked_keys,
        }

    def has(self, where: Spot) -> bool:
        return where.identity_code in self._texts and where == Spot(where.identity_code)

    def entries(self) -> Page:
        return [Entry(name, self.attributes(None, Spot(name))) for name in self._texts]

    def pages(self, actor: Actor, where: Spot) -> Iterator[Page]:
        raise Refused(NOT_FOUND)

    def attributes(self, actor: Actor | None, where: Spot) -> Attributes:
        return readable(len(self._text(where)), _AT)

    def standing(self, actor: Actor, where: Spot) -> Attributes | None:
        return None

    def open(self, actor: Actor, where: Spot) -> Opened:
        text = self._text(where)
        return Opened(text, readable(len(text), _AT), lambda actor: None)

    def sha256(self, actor: Actor, where: Spot) -> str | None:
        return None

    def longest(self, actor: Actor, where: Spot) -> int:
        return 0

    def _text(self, where: Spot) -> bytes:
        return self._texts[where.identity_code]().encode("ascii")
