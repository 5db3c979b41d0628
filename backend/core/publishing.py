"""Publishing: operators put files into a download folder for one identity, and withdraw them. One person is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import Publication
from backend.core.activity import Ledger
from backend.core.activity_row import PUBLISHED, REPEATED, WITHDRAWN
from backend.core.actor import Actor
from backend.core.addressing import addressee, download_folder, input_date_of
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.claims import Claim, Upload, refuse_incomplete, refuse_size
from backend.core.drop_box import temporary
from backend.core.gate import refuse_expired, refuse_to_publish
from backend.core.keeping import Keeping, Standing
from backend.core.ports import Clock, Store
from backend.core.publications import PAGE, SHOWN_FOR, Published, one_a_name, published_of, shown_publication
from backend.core.rows import Rows, Unit
from backend.core.stagings import Stagings


class Publishing:
    """Published means durable bytes and one row, exactly once; otherwise neither. Content is never judged."""

    def __init__(
        self,
        store: Store,
        keeping: Keeping,
        stagings: Stagings,
        clock: Clock,
        calendar: Calendar,
        ledger: Ledger,
        current_actor: Callable[[Rows, Actor], Actor],
    ) -> None:
        self._store = store
        self._keeping = keeping
        self._stagings = stagings
        self._clock = clock
        self._calendar = calendar
        self._ledger = ledger
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
            return rows.holders(download_folder(rows.catalogue(), folder).user_types)

    def published(self, actor: Actor, folder: str, identity_code: str) -> Iterator[list[Published]]:
        """What stands there for an identity, of the last 90 days, one a name, newest first, by pages.

        2001 for no such place; the gate is asked for each page.
        """

        def stretch(before: int | None) -> list[Published]:
            self._refuse(actor)
            with self._store.reading() as rows:
                place, _ = addressee(rows, download_folder(rows.catalogue(), folder), identity_code)
                found = rows.publications([place], self._clock.now() - SHOWN_FOR, before, PAGE)
            return [published_of(row) for row in found]

        return one_a_name(stretch)

    def find(self, actor: Actor, folder: str, identity_code: str, file_name: str) -> Published:
        """What stands under a name; 2001 where nothing does."""
        self._refuse(actor)
        with self._store.reading() as rows:
            place, _ = addressee(rows, download_folder(rows.catalogue(), folder), identity_code)
            row = rows.publication_named(place, file_name)
        if row is None:
            raise Refused(NOT_FOUND)
        return published_of(row)

    def shown(self, *found: Published) -> tuple[Publication, ...]:
        """In the words of the wire."""
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
        return tuple(shown_publication(one, catalogue) for one in found)

    # ── publishing ───────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, actor: Actor, folder: str, identity_code: str, file_name: str) -> Upload:
        """Opens an upload; under a temporary name nothing of the name is judged yet."""
        self._keeping.refuse_closed()
        self._refuse(actor)
        claim, rule = self._claim(folder, identity_code, file_name)
        return Upload(claim, self._stagings.open(actor.login_id), self._clock.now(), rule.size_limit)

    def named(self, actor: Actor, draft: Upload, folder: str, identity_code: str, file_name: str) -> Upload:
        """What arrived under a temporary name, under its own, which is judged now."""
        self._refuse(actor)
        claim, rule = self._claim(folder, identity_code, file_name)
        return replace(draft, claim=claim, size_limit=rule.size_limit)

    def finish(self, actor: Actor, upload: Upload, size: int) -> Published:
        """Publishes the upload of `size` bytes. The bytes that stand already, once more, are the same publication."""
        staging, claim = upload.staging, replace(upload.claim, size=size)
        try:
            refuse_incomplete(claim, staging)
            refuse_size(claim, size, upload.size_limit)
            sha256 = staging.sha256()
        except BaseException:
            staging.abandon()
            raise
        stands = self._keeping.keep(
            staging, lambda unit, key: self._publish(unit, actor, claim, {"sha256": sha256, "object_key": key})
        )
        return published_of(stands.row)

    def withdraw(self, actor: Actor, folder: str, identity_code: str, file_name: str, reason: str = "") -> None:
        """Nobody finds it any more, of whatever day. Its bytes are kept, and the reason that was given with the entry.

        2001 where nothing stands under that name.
        """

        def unit(unit: Unit) -> None:
            now_actor = self._current_actor(unit, actor)
            self._refuse(now_actor)
            place, _ = addressee(unit, download_folder(unit.catalogue(), folder), identity_code)
            if unit.publication_named(place, file_name) is None:
                raise Refused(NOT_FOUND)
            while (row := unit.publication_named(place, file_name)) is not None:
                unit.supersede(row.log_index, by=unit.head().size)
                told = {name: getattr(row, name) for name in _TOLD}
                facts = told | _who(now_actor) | {"subject": str(row.log_index), "note": reason or None}
                self._ledger.record(unit, WITHDRAWN, self._clock.now(), actor.channel, **facts)

        self._store.write(unit)

    def _publish(self, unit: Unit, actor: Actor, claim: Claim, bytes_kept: dict[str, str]) -> Standing:
        catalogue, now = unit.catalogue(), self._clock.now()
        actor = self._current_actor(unit, actor)
        self._refuse(actor)
        rule = download_folder(catalogue, claim.folder)
        place, company = addressee(unit, rule, claim.identity_code)
        day = input_date_of(rule, claim.identity_code, claim.file_name, claim.input_date)  # as its rule is now
        claim = replace(claim, input_date=day)
        current = unit.publication(place, claim.input_date, claim.file_name)
        if current is not None and current.object_key == bytes_kept["object_key"]:
            return Standing(current, catalogue)  # this very unit, whose commit stood although its answer was lost
        if current is not None and current.sha256 == bytes_kept["sha256"]:
            facts = _who(actor) | {"company": company, "subject": str(current.log_index)}
            self._ledger.record(unit, REPEATED, now, actor.channel, **facts)
            return Standing(current, catalogue, replayed=True)
        if current is not None:
            unit.supersede(current.log_index, by=unit.head().size)
            before = current.version or 0
        else:
            before = unit.withdrawn_version(place, claim.input_date, claim.file_name)
        row = self._ledger.record(
            unit,
            PUBLISHED,
            now,
            actor.channel,
            **_who(actor) | bytes_kept,
            company=company,
            folder=claim.folder,
            identity_code=claim.identity_code,
            input_date=claim.input_date,
            file_name=claim.file_name,
            size=claim.size,
            version=before + 1,
            supersedes=current.log_index if current else None,
        )
        return Standing(row, catalogue)

    def _refuse(self, actor: Actor) -> None:
        refuse_expired(actor, self._clock.now())
        refuse_to_publish(actor)

    def _claim(self, folder: str, identity_code: str, file_name: str) -> tuple[Claim, FolderRule]:
        today = self._calendar.today(self._clock.now())
        with self._store.reading() as rows:
            rule = download_folder(rows.catalogue(), folder)
            addressee(rows, rule, identity_code)
        draft = temporary(file_name)
        day = today if draft else input_date_of(rule, identity_code, file_name, today)
        return Claim("", folder, identity_code, day, file_name), rule


def _who(actor: Actor) -> dict[str, Any]:
    return {"login_id": actor.login_id, "source": actor.source}


_TOLD = ("company", "folder", "identity_code", "input_date", "file_name", "size", "sha256", "version")
