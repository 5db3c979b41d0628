"""Publishing: operators put files into download folders, for one identity or many. One person is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.rules.audiences import COMPANY, EVERYONE, USER_TYPE, audience
from backend.contract.rules.shown import shown
from backend.core import editions
from backend.core.activity import Ledger
from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor
from backend.core.addressing import addressees, download_folder, input_date_of
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.claims import Claim, Upload, refuse_incomplete, refuse_size
from backend.core.collecting import LONGEST_REASON
from backend.core.drop_box import temporary
from backend.core.editions import Bytes, Edition
from backend.core.gate import refuse_expired, refuse_to_publish
from backend.core.keeping import Keeping
from backend.core.ports import Clock, Staging, Store
from backend.core.publications import PAGE, SHOWN_FOR, Published, one_a_name, published_of
from backend.core.publishing_notices import PublishingNotices
from backend.core.rows import Rows, Unit
from backend.core.stagings import Stagings


class Publishing:
    """Published means durable bytes and a row for everybody addressed, exactly once; otherwise none of it.

    `to` is always one word of `rules.audiences`. Content is never judged.
    """

    def __init__(
        self,
        store: Store,
        keeping: Keeping,
        stagings: Stagings,
        clock: Clock,
        calendar: Calendar,
        ledger: Ledger,
        notices: PublishingNotices,
        current_actor: Callable[[Rows, Actor], Actor],
    ) -> None:
        self._store = store
        self._keeping = keeping
        self._stagings = stagings
        self._clock = clock
        self._calendar = calendar
        self._ledger = ledger
        self._notices = notices
        self._current_actor = current_actor

    # ── what is there ────────────────────────────────────────────────────────────────────────────────────────

    def folders(self, actor: Actor) -> list[str]:
        """All download folders; 2002 for whoever may not publish."""
        self._refuse(actor)
        with self._store.reading() as rows:
            folders = rows.catalogue().folders.values()
        return [folder.code for folder in folders if folder.direction == "download"]

    def identities(self, actor: Actor, folder: str) -> list[str]:
        """Those that may be published for in it; 4501 where there is no such folder."""
        self._refuse(actor)
        with self._store.reading() as rows:
            held = rows.filers(download_folder(rows.catalogue(), folder).user_types)
        return [one.identity_code for one in held]

    def audiences(self, actor: Actor, folder: str) -> list[str]:
        """Everybody that may be published to in it at once, by the widest; 4501 where there is no such folder."""
        self._refuse(actor)
        with self._store.reading() as rows:
            held = rows.filers(download_folder(rows.catalogue(), folder).user_types)
        user_types = sorted({f"{USER_TYPE}{one.user_type}" for one in held})
        companies = sorted({f"{COMPANY}{one.company}" for one in held})
        return [EVERYONE, *user_types, *companies] if held else []

    def published(self, actor: Actor, folder: str, to: str) -> Iterator[list[Published]]:
        """What stands there for an identity, of the last 90 days, one a name, newest first, by pages; for many, what
        was published to just these and stands for any of them still.

        2001 for no such place; the gate is asked for each page.
        """

        def stretch(before: int | None) -> list[Published]:
            self._refuse(actor)
            since = self._clock.now() - SHOWN_FOR
            with self._store.reading() as rows:
                rule = download_folder(rows.catalogue(), folder)
                addressees(rows, rule, to)
                if audience(to).is_one:
                    found = rows.publications([(rule.code, to)], since, before, PAGE)
                else:
                    found = rows.addressed(rule.code, to, since, before, PAGE)
            return [published_of(row) for row in found]

        return one_a_name(stretch)

    def find(self, actor: Actor, folder: str, to: str, file_name: str) -> Published:
        """What stands under a name; 2001 where nothing does."""
        self._refuse(actor)
        with self._store.reading() as rows:
            rule = download_folder(rows.catalogue(), folder)
            addressees(rows, rule, to)
            return published_of(_standing(rows, rule, to, file_name))

    # ── publishing ───────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, actor: Actor, folder: str, to: str, file_name: str, staging: Staging | None = None) -> Upload:
        """Opens an upload, unless its bytes are staged already; under a temporary name nothing of it is judged yet."""
        self._keeping.refuse_closed()
        self._refuse(actor)
        claim, rule = self._claim(folder, to, file_name)
        staging = staging or self._stagings.open(actor.login_id)
        return Upload(claim, staging, self._clock.now(), rule.size_limit)

    def named(self, actor: Actor, draft: Upload, folder: str, to: str, file_name: str) -> Upload:
        """What arrived under a temporary name, under its own, which is judged now."""
        self._refuse(actor)
        claim, rule = self._claim(folder, to, file_name)
        return replace(draft, claim=claim, size_limit=rule.size_limit)

    def finish(self, actor: Actor, upload: Upload, size: int, *, notice: bool = False) -> Edition:
        """Publishes the upload of `size` bytes. Whoever has these bytes already keeps what they have.

        `notice` mails the accounts that can fetch it and could not before.
        """
        staging, claim = upload.staging, replace(upload.claim, size=size)
        try:
            refuse_incomplete(claim, staging)
            refuse_size(claim, size, upload.size_limit)
            sha256 = staging.sha256()
        except BaseException:
            staging.abandon()
            raise
        return self._keeping.keep(
            staging, lambda unit, key: self._publish(unit, actor, claim, Bytes(size, sha256, key), notice=notice)
        )

    def withdraw(self, actor: Actor, folder: str, to: str, file_name: str, reason: str) -> None:
        """None of those addressed finds it any more, of whatever day; its bytes are kept. 2001 where nothing stands."""

        def stands(unit: Unit) -> Sequence[ActivityRow]:
            rule = download_folder(unit.catalogue(), folder)
            codes = [one.identity_code for one in addressees(unit, rule, to)]
            if not audience(to).is_one:
                number = _standing(unit, rule, to, file_name).log_index
                codes = [row.identity_code or "" for row in unit.edition(number)]
            return unit.published_under(rule.code, codes, file_name)

        self._withdraw(actor, stands, reason)

    def withdraw_edition(self, actor: Actor, number: int, reason: str, identity_code: str | None = None) -> None:
        """A publication, for everybody it stands for or for one of them; 2001 where it stands for nobody such."""

        def stands(unit: Unit) -> Sequence[ActivityRow]:
            return [row for row in unit.edition(number) if identity_code in (None, row.identity_code)]

        self._withdraw(actor, stands, reason)

    def _withdraw(self, actor: Actor, stands: Callable[[Unit], Sequence[ActivityRow]], reason: str) -> None:
        def unit(unit: Unit) -> None:
            now_actor = self._current_actor(unit, actor)
            self._refuse(now_actor)
            rows = stands(unit)
            if not rows:
                raise Refused(NOT_FOUND)
            editions.withdraw(unit, self._ledger, now_actor, rows, shown(reason, LONGEST_REASON), self._clock.now())

        self._store.write(unit)

    def _publish(self, unit: Unit, actor: Actor, claim: Claim, kept: Bytes, *, notice: bool) -> Edition:
        now = self._clock.now()
        actor = self._current_actor(unit, actor)
        self._refuse(actor)
        rule = download_folder(unit.catalogue(), claim.folder)
        reached = addressees(unit, rule, claim.identity_code)
        codes = [one.identity_code for one in reached]
        day = input_date_of(rule, codes, claim.file_name, claim.input_date)  # as its rule is now
        done = editions.publish(unit, self._ledger, actor, replace(claim, input_date=day), kept, reached, now)
        if notice and done.new:
            return replace(done, notices=self._notices.published(unit, rule, done, now))
        return done

    def _refuse(self, actor: Actor) -> None:
        refuse_expired(actor, self._clock.now())
        refuse_to_publish(actor)

    def _claim(self, folder: str, to: str, file_name: str) -> tuple[Claim, FolderRule]:
        """Whom it is for stands in the claim in place of one identity."""
        today = self._calendar.today(self._clock.now())
        with self._store.reading() as rows:
            rule = download_folder(rows.catalogue(), folder)
            codes = [one.identity_code for one in addressees(rows, rule, to)]
        draft = temporary(file_name)
        day = today if draft else input_date_of(rule, codes, file_name, today)
        return Claim("", folder, to, day, file_name), rule


def _standing(rows: Rows, folder: FolderRule, to: str, file_name: str) -> ActivityRow:
    """What stands there under that name; 2001 where nothing does."""
    if audience(to).is_one:
        row = rows.publication_named((folder.code, to), file_name)
    else:
        row = rows.addressed_name(folder.code, to, file_name)
    if row is None:
        raise Refused(NOT_FOUND)
    return row
