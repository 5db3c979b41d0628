"""Downloads: what was published for an account's identities; every fetch is in the log before its first byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from backend.contract.faults import NOT_FOUND, UNKNOWN_FOLDER, Refused
from backend.contract.messages import Publication, PublicationFilter, PublicationPage
from backend.contract.rules.shown import shown
from backend.core.accounts import Identity
from backend.core.activity_row import FETCHED, PUBLISHED, ActivityRow
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.gate import folder_for, folders_for, refuse_expired
from backend.core.handing_out import HandingOut
from backend.core.outgoing import Place
from backend.core.page_marks import PageMarks
from backend.core.ports import Clock, Store
from backend.core.publications import (
    PAGE,
    SHOWN_FOR,
    Published,
    as_seen,
    one_a_name,
    published_of,
    shown_publication,
)
from backend.core.reading import Reading
from backend.core.rows import Rows

LARGEST_PAGE: Final = 500
WITHDRAWN_FOR: Final = timedelta(days=7)
"""So long a withdrawal is listed, for whoever looks for the file."""
NEW_FOR: Final = timedelta(days=7)
_MOST_NEW: Final = 500


class Downloads:
    """Lists, finds and opens published files, for the identities and folders of one account on its channel."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        handing_out: HandingOut,
        current_actor: Callable[[Rows, Actor], Actor],
        cursor_key: bytes,
    ) -> None:
        self._store = store
        self._clock = clock
        self._handing_out = handing_out
        self._current_actor = current_actor
        self._marks = PageMarks(cursor_key)

    def page(self, actor: Actor, wanted: PublicationFilter, cursor: str | None, limit: int) -> PublicationPage:
        """What stands, and what was withdrawn in the last 7 days; newest first.

        9002 for a cursor of another list, 4501 for a folder that is not the actor's.
        """
        limit = max(1, min(limit, LARGEST_PAGE))
        bound = "publications", wanted.model_dump_json(), actor.login_id
        before = self._marks.opened(cursor, *bound) if cursor is not None else None
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            if wanted.folder is not None:
                _folder(actor, catalogue, wanted.folder)
            places = [place for place in places_of(actor, catalogue) if _wanted(place, wanted)]
            standing = rows.publications(places, None, before, limit + 1)
            gone = rows.withdrawals(places, self._clock.now() - WITHDRAWN_FOR, before, limit + 1)
            seen = {
                row.log_index: one for row, one in zip(standing, as_seen(rows, actor.login_id, standing), strict=True)
            }
        seen |= {row.log_index: published_of(row, "withdrawn") for row in gone}
        newest_first = sorted(seen, reverse=True)
        shown_ones = newest_first[:limit]
        return PublicationPage(
            items=tuple(shown_publication(seen[log_index], catalogue) for log_index in shown_ones),
            cursor=self._marks.sealed(shown_ones[-1], *bound) if len(newest_first) > limit else None,
        )

    def published(self, actor: Actor, identity_code: str, folder: str) -> Iterator[list[Published]]:
        """The files there, of the last 90 days, one a name, newest first, by pages.

        4501 or 2001 where it is not the actor's; the gate is asked for each page.
        """

        def stretch(before: int | None) -> list[Published]:
            with self._store.reading() as rows:
                place = self._place(actor, rows.catalogue(), identity_code, folder)
                found = rows.publications([place], self._clock.now() - SHOWN_FOR, before, PAGE)
                return as_seen(rows, actor.login_id, found)

        return one_a_name(stretch)

    def find(self, actor: Actor, identity_code: str, folder: str, file_name: str) -> Published:
        """The file of that name, whether the account has fetched it or not; 2001 where there is none."""
        with self._store.reading() as rows:
            row = rows.publication_named(self._place(actor, rows.catalogue(), identity_code, folder), file_name)
        if row is None:
            raise Refused(NOT_FOUND)
        return published_of(row)

    def one(self, actor: Actor, log_index: int) -> Published:
        """The publication at that place in the log; 2001 unless it stands and is the actor's to fetch."""
        with self._store.reading() as rows:
            return as_seen(rows, actor.login_id, [self._standing(rows, actor, log_index)])[0]

    def open(self, actor: Actor, published: Published) -> Reading:
        """Its bytes, once the fetch is durably in the log. 2001 where it was withdrawn or replaced meanwhile."""
        with self._store.reading() as rows:
            row = self._standing(rows, actor, published.log_index)
        return self._handing_out.open(
            actor, FETCHED, row, lambda unit: self._standing(unit, self._current_actor(unit, actor), row.log_index)
        )

    def refuse_no_longer(self, actor: Actor, published: Published) -> None:
        """Asks the gate as of now: raises what would refuse the file today."""
        with self._store.reading() as rows:
            self._standing(rows, self._current_actor(rows, actor), published.log_index, gone=True)

    def _standing(self, rows: Rows, actor: Actor, log_index: int, *, gone: bool = False) -> ActivityRow:
        """`gone`: also one that does not stand any more, for whoever began to read it while it did."""
        refuse_expired(actor, self._clock.now())
        row = rows.activity(log_index)
        there = row is not None and row.act == PUBLISHED and (gone or row.superseded_by is None)
        if row is None or not there or (row.folder, row.identity_code) not in places_of(actor, rows.catalogue()):
            raise Refused(NOT_FOUND)
        return row

    def _place(self, actor: Actor, catalogue: Catalogue, identity_code: str, folder: str) -> Place:
        refuse_expired(actor, self._clock.now())
        rule, identities = _folder(actor, catalogue, folder)
        if identity_code not in {identity.code for identity in identities}:
            raise Refused(NOT_FOUND)
        return rule.code, identity_code


def _folder(actor: Actor, catalogue: Catalogue, code: str) -> tuple[FolderRule, tuple[Identity, ...]]:
    folder, identities = folder_for(actor, catalogue, code)
    if folder.direction != "download":
        raise Refused(UNKNOWN_FOLDER, folder=shown(code, 40))
    return folder, identities


def places_of(actor: Actor, catalogue: Catalogue) -> list[Place]:
    """Every download folder of the actor's, by identity; 2000 where they may not enter ECP."""
    return [
        (folder.code, identity.code)
        for folder, identities in folders_for(actor, catalogue)
        if folder.direction == "download"
        for identity in identities
    ]


def not_fetched(rows: Rows, actor: Actor, catalogue: Catalogue, now: datetime) -> tuple[Publication, ...]:
    """What was published in the last 7 days and this account has not fetched yet, newest first."""
    found = as_seen(
        rows, actor.login_id, rows.publications(places_of(actor, catalogue), now - NEW_FOR, None, _MOST_NEW)
    )
    return tuple(shown_publication(one, catalogue) for one in found if one.state == "published")


def _wanted(place: Place, wanted: PublicationFilter) -> bool:
    return wanted.folder in (None, place[0]) and wanted.identity_code in (None, place[1])
