"""Publications as they are shown: what was published, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from backend.contract.messages import Publication, PublicationState
from backend.core.activity_row import ActivityRow
from backend.core.catalogue import Catalogue
from backend.core.rows import Rows

SHOWN_FOR: Final = timedelta(days=90)
PAGE: Final = 500
"""Publications read at once: however many there are, so many are in memory, and the names of the others."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published file, as one account finds it: `fetched` is said of that account. `size` in bytes."""

    log_index: int
    at: datetime
    state: PublicationState
    folder: str
    identity_code: str
    input_date: date
    file_name: str
    size: int
    sha256: str
    version: int


def published_of(row: ActivityRow, state: PublicationState = "published") -> Published:
    """The file of this row; a withdrawal says the same of the publication that it withdrew."""
    if row.input_date is None:
        raise LookupError(row.log_index)
    return Published(
        row.log_index if row.subject is None else int(row.subject),
        row.at,
        state,
        row.folder or "",
        row.identity_code or "",
        row.input_date,
        row.file_name or "",
        row.size or 0,
        row.sha256 or "",
        row.version or 1,
    )


def as_seen(rows: Rows, login_id: str, found: Sequence[ActivityRow]) -> list[Published]:
    """Publications that stand, as this account sees them."""
    fetched = rows.fetched(login_id, [row.log_index for row in found])
    return [published_of(row, "fetched" if row.log_index in fetched else "published") for row in found]


def one_a_name(stretch: Callable[[int | None], list[Published]]) -> Iterator[list[Published]]:
    """What stands in one place, by pages, newest first: of each name the latest. `stretch` reads on before a row."""
    seen: set[str] = set()
    before: int | None = None
    while True:
        found = stretch(before)
        latest: dict[str, Published] = {}
        for one in found:
            latest.setdefault(one.file_name, one)
        yield [one for name, one in latest.items() if name not in seen]
        if len(found) < PAGE:
            return
        seen |= latest.keys()
        before = found[-1].log_index


def shown_publication(one: Published, catalogue: Catalogue) -> Publication:
    """The publication in the words of the wire."""
    folder = catalogue.folders.get(one.folder)
    facts = {name: getattr(one, name) for name in Published.__slots__}
    return Publication(**facts, folder_title=folder.title if folder else one.folder)
