"""The drop box: files that come with a path and not a word more; what the name says becomes the claim."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final, NoReturn

from backend.contract.faults import INCOMPLETE_UPLOAD, NOT_FOUND, UNEXPECTED, Refused
from backend.contract.messages import Receipt
from backend.contract.rules.file_names import plain, read_name
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.claims import Claim, Upload
from backend.core.gate import folder_for
from backend.core.migration import as_of
from backend.core.ports import Clock, Store
from backend.core.submissions import Submissions

_TEMPORARY_ENDS: Final = (".filepart", ".partial", ".part", ".tmp")
_TEMPORARY_START: Final = ".in."


def temporary(file_name: str) -> bool:
    """Whether clients give this name to a file they are still writing: WinSCP, rclone, lftp and their like.

    Such a file is listed until it gets its own name, so it has to be one that can be shown.
    """
    marked = file_name.endswith(_TEMPORARY_ENDS) or file_name.startswith(_TEMPORARY_START)
    return marked and plain(file_name.removeprefix("."))


class DropBox:
    """Begins uploads from a path. Under a temporary name nothing is judged until the file gets its own."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar, submissions: Submissions) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._submissions = submissions

    def begin(self, actor: Actor, identity_code: str, folder: str, file_name: str) -> Upload:
        """An upload; refuses name, identity, date, function, cut-off and route at once."""
        if not temporary(file_name):
            return self._judged(actor, self._claim(identity_code, folder, file_name))
        rule = self._folder(actor, identity_code, folder)
        claim = self._claim(identity_code, folder, file_name)
        return Upload(claim, self._submissions.stagings.open(actor.login_id), self._clock.now(), rule.size_limit)

    def named(self, actor: Actor, draft: Upload, identity_code: str, folder: str, file_name: str) -> Upload:
        """What arrived under a temporary name, under its own: now everything is judged that `begin` judges.

        Under another temporary one, what `begin` judges of that.
        """
        if temporary(file_name):
            limit = self._folder(actor, identity_code, folder).size_limit
            return replace(draft, claim=self._claim(identity_code, folder, file_name), size_limit=limit)
        begun = self._judged(actor, self._claim(identity_code, folder, file_name))
        begun.staging.abandon()
        return replace(begun, staging=draft.staging, started=draft.started)

    def finish(self, actor: Actor, upload: Upload, size: int) -> Receipt:
        """Accepts the upload of `size` bytes, or refuses it and leaves word."""
        upload = replace(upload, claim=replace(upload.claim, size=size))
        try:
            return self._submissions.finish(actor, upload)
        except Refused as refused:
            if refused.fault is INCOMPLETE_UPLOAD:
                self.refuse(actor, upload, refused)
            raise

    def refuse(self, actor: Actor, upload: Upload, refused: Refused) -> NoReturn:
        """Ends an upload that was refused on the way, and leaves word, for many clients show no reason.

        An incomplete one is final: it will not be tried again under its submission id.
        """
        self._submissions.give_up(actor, upload, refused, final=refused.fault is INCOMPLETE_UPLOAD)

    def _folder(self, actor: Actor, identity_code: str, folder: str) -> FolderRule:
        """Where a file may come under a temporary name: as of now, and before its name is judged."""
        with self._store.reading() as rows:
            rule, identities = folder_for(actor, rows.catalogue(), folder)
            rule = as_of(rows, rule, self._clock.now())
        if rule.direction != "submission" or identity_code not in {identity.code for identity in identities}:
            raise Refused(NOT_FOUND)
        rule.refuse_elsewhere(actor.channel)
        return rule

    def _judged(self, actor: Actor, claim: Claim) -> Upload:
        begun = self._submissions.begin(actor, claim)
        if isinstance(begun, Receipt):  # a fresh submission id has no earlier outcome
            raise Refused(UNEXPECTED, reference=claim.submission)
        return begun

    def _claim(self, identity_code: str, folder: str, file_name: str) -> Claim:
        """The claim a path makes. A name that says no date is claimed for the date that is due: what refuses it says
        which name would be right."""
        with self._store.reading() as rows:
            rule = rows.catalogue().folders.get(folder)
            calendar = self._calendar.with_(rows.decided())
        now = self._clock.now()
        input_date = calendar.today(now)
        if rule is not None:
            reading = read_name(rule.names, file_name)
            said = reading.input_date if reading else None
            input_date = said or rule.default_input_date(now, calendar)
        return Claim(secrets.token_hex(16), folder, identity_code, input_date, file_name)
