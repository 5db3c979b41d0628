"""Home and Folders: what needs me, and where I may file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from backend.contract.messages import Activity, Due, DueState, Folder, Home, IdentityName
from backend.contract.rules.companions import companion_of
from backend.core.accounts import Identity
from backend.core.activity import shown_activity
from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor, Scope
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.downloads import not_fetched
from backend.core.gate import activity_scope, folders_for
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

_REFUSED_FOR: Final = timedelta(days=7)
_RETURNED_FOR: Final = timedelta(days=30)
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
        return [
            self._folder(catalogue, folder, identities, now, figures.get(folder.code)) for folder, identities in reached
        ]

    def _folder(
        self,
        catalogue: Catalogue,
        folder: FolderRule,
        identities: tuple[Identity, ...],
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
            default_input_date=folder.default_input_date(now, self._calendar) if submission else None,
            files=figures[0] if figures else 0,
            latest=figures[1] if figures else None,
        )

    def _due(
        self, rows: Rows, now: datetime, reached: list[tuple[FolderRule, tuple[Identity, ...]]]
    ) -> tuple[Due, ...]:
        owed: list[tuple[FolderRule, str, date, datetime]] = []
        for folder, identities in reached:
            obligation = folder.due_today(now, self._calendar)
            if obligation is not None:
                owed += [(folder, identity.code, *obligation) for identity in identities]
        received = rows.received(
            [folder.code for folder, *_ in owed], [code for _, code, *_ in owed], [day for _, _, day, _ in owed]
        )
        firsts = rows.first_received([row.log_index for row in received])
        first: dict[tuple[str | None, str | None, date | None], tuple[ActivityRow, datetime]] = {}
        for row in sorted(received, key=lambda row: firsts[row.log_index]):
            first.setdefault((row.folder, row.identity_code, row.input_date), (row, firsts[row.log_index]))
        return tuple(
            _due(folder, code, day, cut_off, first.get((folder.code, code, day)), now)
            for folder, code, day, cut_off in sorted(owed, key=lambda one: (one[3], one[0].code, one[1]))
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


def _due(
    folder: FolderRule,
    identity_code: str,
    input_date: date,
    cut_off: datetime,
    received: tuple[ActivityRow, datetime] | None,
    now: datetime,
) -> Due:
    """`received`: the version that stands, and when the first one came; a correction makes nothing late."""
    row, at = received or (None, None)
    state: DueState
    if at is None:
        state = "due" if now <= cut_off else "missing"
    else:
        state = "received" if at <= cut_off else "late"
    return Due(
        folder=folder.code,
        title=folder.title,
        identity_code=identity_code,
        input_date=input_date,
        cut_off=cut_off,
        state=state,
        received=at,
        log_index=row.log_index if row else None,
    )
