"""Home and Folders: what needs me, and where I may file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.contract.messages import Activity, Due, Folder, Home, IdentityName
from backend.contract.rules.companions import companion_of
from backend.core.accounts import Identity
from backend.core.activity import shown_activity
from backend.core.actor import Actor, Scope
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.deadline_lines import first_filings
from backend.core.deadlines import Filer
from backend.core.downloads import not_fetched
from backend.core.gate import activity_scope, folders_for
from backend.core.owed import Line, Owed, due_today
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

_REFUSED_FOR: Final = timedelta(days=7)
_RETURNED_FOR: Final = timedelta(days=14)
_UNEXPLAINED_FOR: Final = timedelta(days=30)
_COUNTED_FOR: Final = timedelta(days=30)
_MOST_REFUSALS: Final = 5
_MOST_RETURNED: Final = 20
_MOST_UNEXPLAINED: Final = 20


class HomeService:
    """Reads only: the obligations of today, open refusals, and the folders an account may use."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar

    def home(self, actor: Actor) -> Home:
        """2000 for accounts that may not enter ECP."""
        now = self._clock.now()
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            reached = folders_for(actor, catalogue)
            due = self._due(rows, now, reached)
            scope = activity_scope(actor, catalogue)
            refused = rows.open_refusals(scope, now - _REFUSED_FOR, _MOST_REFUSALS)
            return Home(
                now=now,
                due=due,
                refused=tuple(shown_activity(row, catalogue) for row in refused),
                returned=_returned(rows, scope, catalogue, now - _RETURNED_FOR),
                unexplained=_unexplained(rows, scope, catalogue, now - _UNEXPLAINED_FOR),
                downloads=not_fetched(rows, actor, catalogue, now),
            )

    def folders(self, actor: Actor) -> list[Folder]:
        now = self._clock.now()
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            reached = folders_for(actor, catalogue)
            figures = rows.folder_figures(actor.company or "", now - _COUNTED_FOR)
            calendar = self._calendar.with_(rows.decided())
        return [
            _folder(catalogue, folder, identities, calendar, now, figures.get(folder.code))
            for folder, identities in reached
        ]

    def _due(
        self, rows: Rows, now: datetime, reached: list[tuple[FolderRule, tuple[Identity, ...]]]
    ) -> tuple[Due, ...]:
        """What is due today, of one's own identities; two questions, however many there are."""
        calendar, began = self._calendar.with_(rows.decided()), rows.began()
        today = [
            (line, filer)
            for folder, identities in reached
            for filer in map(_filer, identities)
            for day in due_today(folder, calendar, now, filer.identity_code)
            if (line := Line.of(folder, day, calendar)) is not None and line.binds(filer) and line.begins_after(began)
        ]
        folders = list({line.folder.code: line.folder for line, _ in today}.values())
        days = sorted({line.input_date for line, _ in today})
        codes = sorted({filer.identity_code for _, filer in today})
        filings = rows.filings([folder.code for folder in folders], days, codes) if today else ()
        filed = first_filings(filings, folders)
        found = [
            line.owed(filer, filed.get((line.folder.code, line.input_date), {}).get(filer.identity_code), now)
            for line, filer in today
        ]
        found.sort(key=lambda one: (one.cut_off, one.folder.code, one.filer.identity_code))
        return tuple(_shown(one) for one in found)


def _folder(
    catalogue: Catalogue,
    folder: FolderRule,
    identities: tuple[Identity, ...],
    calendar: Calendar,
    now: datetime,
    figures: tuple[int, datetime] | None,
) -> Folder:
    submission = folder.direction == "submission"
    return Folder(
        folder=folder.code,
        title=folder.title,
        direction=folder.direction,
        functions=folder.functions,
        channels=folder.channels,
        user_types=tuple(catalogue.user_types[code] for code in folder.user_types),
        patterns=folder.names,
        input_date_meaning=folder.input_date_meaning,
        rule=folder.rule_in_words(),
        cut_off=folder.cut_off.at if folder.cut_off else None,
        size_limit=folder.size_limit,
        content=folder.content,
        companions=folder.companions,
        route=folder.route,
        batch=folder.batch,
        sample=folder.sample,
        identities=tuple(identity_name(catalogue, identity) for identity in identities),
        default_input_date=folder.default_input_date(now, calendar) if submission else None,
        files=figures[0] if figures else 0,
        latest=figures[1] if figures else None,
    )


def _returned(rows: Rows, scope: Scope, catalogue: Catalogue, since: datetime) -> tuple[Activity, ...]:
    """What the operator gave back or took out; of a file and its companion the file alone."""
    submitted = {folder.code: folder for folder in catalogue.folders.values() if folder.direction == "submission"}
    mine = tuple(submitted) if scope.folders is None else tuple(code for code in scope.folders if code in submitted)
    found = rows.ends_unfollowed(replace(scope, folders=mine), since, _MOST_RETURNED)
    files = (row for row in found if not companion_of(row.file_name or "", submitted[row.folder or ""].companions))
    return tuple(shown_activity(row, catalogue) for row in files)


def _unexplained(rows: Rows, scope: Scope, catalogue: Catalogue, since: datetime) -> tuple[Activity, ...]:
    return tuple(shown_activity(row, catalogue) for row in rows.unexplained(scope, since, _MOST_UNEXPLAINED))


def identity_name(catalogue: Catalogue, identity: Identity) -> IdentityName:
    return IdentityName(
        identity_code=identity.code,
        name=identity.name,
        user_type=catalogue.user_types.get(identity.user_type, identity.user_type),
    )


def _filer(identity: Identity) -> Filer:
    return Filer(identity.code, identity.name, identity.user_type, identity.company, "", identity.added)


def _shown(one: Owed) -> Due:
    return Due(
        folder=one.folder.code,
        title=one.folder.title,
        identity_code=one.filer.identity_code,
        input_date=one.input_date,
        cut_off=one.cut_off,
        extended=one.extended,
        state=one.state,
        reason=one.reason,
        received=one.received,
        log_index=one.filing.log_index if one.filing else None,
    )
