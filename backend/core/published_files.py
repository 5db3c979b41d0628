"""What was published, as the operator's staff sees it: whom it stands for, who fetched it, what publishing would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import (
    Addressee,
    PublishCheck,
    PublishCheckRequest,
    PublishedDetail,
    PublishedFile,
    PublishedPage,
    PublishedQuery,
    PublishFolder,
    PublishOptions,
    PublishOutcome,
    Recipient,
)
from backend.core.activity import shown_activity
from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor
from backend.core.addressing import addressees, download_folder, input_date_of
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue
from backend.core.editions import Edition
from backend.core.gate import refuse_expired, refuse_outside_published, refuse_to_publish
from backend.core.page_marks import PageMarks
from backend.core.ports import Clock, Store
from backend.core.publications import SHOWN_FOR
from backend.core.published import Counted
from backend.core.publishing_notices import told_of
from backend.core.rows import Rows


class PublishedFiles:
    """Reads only. Operators and auditors; what publishing would do is told to operators alone."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar, cursor_key: bytes) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._marks = PageMarks(cursor_key)

    def options(self, actor: Actor) -> PublishOptions:
        """Whom files can be published to, and in which folders."""
        self._refuse(actor)
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            folders = [one for one in catalogue.folders.values() if one.direction == "download"]
            held = rows.filers(sorted({user_type for folder in folders for user_type in folder.user_types}))
        return PublishOptions(
            folders=tuple(
                PublishFolder(
                    folder=one.code,
                    title=one.title,
                    patterns=one.patterns,
                    input_date_meaning=one.input_date_meaning,
                    size_limit=one.size_limit,
                    user_types=one.user_types,
                )
                for one in folders
            ),
            addressees=tuple(
                Addressee(
                    identity_code=one.identity_code,
                    name=one.name,
                    company=one.company,
                    company_name=one.company_name,
                    user_type=one.user_type,
                    user_type_title=catalogue.user_types.get(one.user_type, one.user_type),
                )
                for one in held
            ),
        )

    def page(self, actor: Actor, wanted: PublishedQuery) -> PublishedPage:
        """What stands of the last 90 days, newest first; 9002 for a cursor of another list, 4501 for no such folder."""
        self._refuse(actor)
        bound = "published", wanted.folder or ""
        before = self._marks.opened(wanted.cursor, *bound) if wanted.cursor is not None else None
        with self._store.reading() as rows:
            if wanted.folder is not None:
                download_folder(rows.catalogue(), wanted.folder)
            since = self._clock.now() - SHOWN_FOR
            found = rows.editions(wanted.folder, since, before, wanted.limit + 1)
            items = _shown(rows, found[: wanted.limit])
        more = len(found) > wanted.limit
        return PublishedPage(
            items=tuple(items), cursor=self._marks.sealed(found[wanted.limit - 1].log_index, *bound) if more else None
        )

    def one(self, actor: Actor, number: int) -> PublishedDetail:
        """Whom it stands for; 2001 where it stands for nobody."""
        self._refuse(actor)
        with self._store.reading() as rows:
            standing = rows.edition(number)
            if not standing:
                raise Refused(NOT_FOUND)
            fetches = rows.first_fetches([row.log_index for row in standing])
            names = rows.names_of([row.identity_code or "" for row in standing])
            recipients = [_recipient(names, row, fetches.get(row.log_index)) for row in standing]
            publication = _file(
                rows.catalogue(),
                number,
                standing[0],
                rows.audiences([number]).get(number),
                Counted(len(standing), len(fetches)),
            )
        recipients.sort(key=lambda one: (one.fetched_at is not None, one.identity_code))
        return PublishedDetail(publication=publication, recipients=tuple(recipients))

    def outcome(self, done: Edition) -> PublishOutcome:
        """What came of publishing, in the words of the wire."""
        with self._store.reading() as rows:
            first = rows.activity(done.number)
            if first is None:
                raise LookupError(done.number)
            (publication,) = _shown(rows, [first])
        return PublishOutcome(publication=publication, reached=len(done.files), new=len(done.new), notices=done.notices)

    def check(self, actor: Actor, wanted: PublishCheckRequest) -> PublishCheck:
        """What publishing this would do now, without a trace; what would refuse it refuses this."""
        refuse_expired(actor, self._clock.now())
        refuse_to_publish(actor)
        today = self._calendar.today(self._clock.now())
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            folder = download_folder(catalogue, wanted.folder)
            codes = [one.identity_code for one in addressees(rows, folder, wanted.to)]
            day = input_date_of(folder, codes, wanted.file_name, today)
            stands = rows.published_under(folder.code, codes, wanted.file_name, day)
            others = [row for row in stands if row.sha256 != wanted.sha256]
            new = set(codes) - {row.identity_code or "" for row in stands if row.sha256 == wanted.sha256}
            newest = max(others, key=lambda row: row.log_index, default=None)
            return PublishCheck(
                input_date=day,
                reached=len(codes),
                new=len(new),
                replaced=len(others),
                replaces=shown_activity(newest, catalogue) if newest is not None else None,
                can_fetch=len(told_of(rows, folder, new)),
            )

    def _refuse(self, actor: Actor) -> None:
        refuse_expired(actor, self._clock.now())
        refuse_outside_published(actor)


def _shown(rows: Rows, found: Sequence[ActivityRow]) -> list[PublishedFile]:
    """The publications that begin with these rows."""
    numbers = [row.log_index for row in found]
    counted, audiences, catalogue = rows.counted(numbers), rows.audiences(numbers), rows.catalogue()
    nobody = Counted(0, 0)
    return [
        _file(catalogue, row.log_index, row, audiences.get(row.log_index), counted.get(row.log_index, nobody))
        for row in found
    ]


def _file(
    catalogue: Catalogue, number: int, row: ActivityRow, audiences: Sequence[str] | None, counted: Counted
) -> PublishedFile:
    if row.input_date is None:
        raise LookupError(row.log_index)
    folder = catalogue.folders.get(row.folder or "")
    return PublishedFile(
        edition=number,
        to=tuple(audiences or [row.identity_code or ""]),
        at=row.at,
        login_id=row.login_id or "",
        folder=row.folder or "",
        folder_title=folder.title if folder else row.folder or "",
        input_date=row.input_date,
        file_name=row.file_name or "",
        size=row.size or 0,
        sha256=row.sha256 or "",
        version=row.version or 1,
        identities=counted.stands,
        fetched=counted.fetched,
    )


def _recipient(names: Mapping[str, str], row: ActivityRow, fetch: ActivityRow | None) -> Recipient:
    code = row.identity_code or ""
    return Recipient(
        identity_code=code,
        name=names.get(code, ""),
        company=row.company or "",
        log_index=row.log_index,
        version=row.version or 1,
        state="published" if fetch is None else "fetched",
        fetched_at=fetch.at if fetch else None,
        fetched_by=fetch.login_id if fetch else None,
    )
