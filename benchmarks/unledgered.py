"""`ecpd` with a ledger that only numbers its rows: no leaf, no details' hash, no roots, no signature, no checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from unittest.mock import patch

from backend.__main__ import main
from backend.contract.rules.merkle import HASH_SIZE, Head
from backend.core.activity import Ledger, milliseconds
from backend.core.activity_row import ActivityRow
from backend.core.rows import Unit

_NEVER: Final = 86400.0


class Unledgered(Ledger):
    """What a platform without a ledger would still write for Activity Enquiry."""

    def record_all(
        self, unit: Unit, act: str, at: datetime, channel: str, each: Iterable[Mapping[str, Any]]
    ) -> list[ActivityRow]:
        size = unit.head().size
        rows = [
            ActivityRow(self.origin, number, act, milliseconds(at), channel, **facts)
            for number, facts in enumerate(each, size)
        ]
        grown = size + len(rows)
        unit.append(rows, [b""] * len(rows), [], Head(grown, (bytes(HASH_SIZE),) * grown.bit_count()))
        return rows


@contextmanager
def unledgered() -> Iterator[None]:
    """Whatever platform is opened meanwhile has no ledger."""
    with patch.multiple("backend.wiring.platform", Ledger=Unledgered, CHECKPOINTS_EVERY=_NEVER):
        yield


if __name__ == "__main__":
    with unledgered():
        main()
