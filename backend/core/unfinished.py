"""Unfinished uploads: what arrived before the line broke is kept a while, and another request goes on with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import itemgetter
from threading import Lock
from typing import Final, NoReturn

from backend.contract.faults import BEGUN_AGAIN, EXPLANATION_NEEDED, INCOMPLETE_UPLOAD, NOT_UNDERSTOOD, Refused
from backend.contract.messages import Receipt, SubmissionProgress
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.core.claims import Claim, Upload
from backend.core.ports import Clock
from backend.core.refusing import VERDICTS
from backend.core.submissions import Submissions

KEPT_FOR: Final = timedelta(hours=1)
MOST_OF_ACCOUNT: Final = 16
MOST_KEPT: Final = 128
"""Waiting for their line, whoever's: fewer than may be open, so that nobody is kept out by those who left."""
_OTHER_FILE: Final = (
    "This submission id began with another claim: folder, identity, input date, file name, size and SHA-256 stay "
    "the same, or the id is a new one."
)


class Line:
    """One request's part of an upload, of which nothing can write any more once it is off."""

    def __init__(self, key: tuple[str, str], upload: Upload) -> None:
        self.key = key
        self.upload = upload
        self.arrived = upload.staging.prefix
        self.off_since: datetime | None = None
        self._ending = False
        self._lock = Lock()

    @property
    def missing(self) -> Refused:
        """4515 with what is here: from there it goes on."""
        expected = self.upload.claim.size
        return Refused(INCOMPLETE_UPLOAD, received=self.arrived, expected="?" if expected is None else expected)

    def write(self, data: bytes) -> None:
        """Takes the next bytes; 4519 once another request has the upload, 4515 where there are more than were said."""
        with self._lock:
            self._refuse_off()
            size = self.upload.claim.size
            if size is not None and self.arrived + len(data) > size:
                raise self.missing
            self.upload.write(self.arrived, data)
            self.arrived += len(data)

    def cut(self, now: datetime, at: int | None = None) -> bool:
        """Off from here on, after the block that is being written; with `at` only if so much has arrived.

        `False` too where all is here and being judged.
        """
        with self._lock:
            if self._ending or at not in (None, self.arrived):
                return False
            self.off_since = self.off_since or now
            return True

    def end(self) -> None:
        """From here on nobody cuts it; 4519 where somebody did, 4515 where bytes are missing."""
        with self._lock:
            self._refuse_off()
            if self.upload.claim.size not in (None, self.arrived):
                raise self.missing
            self._ending = True

    def _refuse_off(self) -> None:
        if self.off_since is not None:
            raise Refused(BEGUN_AGAIN, file_name=shown(self.upload.claim.file_name, 60))


class Unfinished:
    """By account and submission id, in the memory of one process. A later request wins over an earlier one."""

    def __init__(self, submissions: Submissions, clock: Clock) -> None:
        self._submissions = submissions
        self._clock = clock
        self._lines: dict[tuple[str, str], Line] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._lines)

    def begin(self, actor: Actor, claim: Claim, offset: int = 0) -> Line | Receipt:
        """Begins anew, or goes on from `offset`, which is what is kept; all is judged again, and counts from now."""
        self.expire()
        key = (actor.login_id, claim.submission)
        if offset:
            return self._go_on(actor, claim, offset, self._lines.get(key))
        begun = self._submissions.begin(actor, claim)
        if isinstance(begun, Receipt):
            return begun
        line = Line(key, begun)
        with self._lock:
            before, self._lines[key] = self._lines.get(key), line
        if before is not None and before.cut(self._clock.now()):
            before.upload.staging.abandon()
        return line

    def finish(self, actor: Actor, line: Line) -> Receipt:
        """Accepts what has arrived; where bytes are missing, or an explanation, it is kept."""
        try:
            line.end()
        except Refused:
            self.leave(line)
            raise
        try:
            return self._submissions.finish(actor, line.upload)
        except Refused as refused:
            again = Line(line.key, line.upload)
            if refused.fault is EXPLANATION_NEEDED and self._removed(line, again):
                self.leave(again)
            raise
        finally:
            self._removed(line)

    def leave(self, line: Line) -> None:
        """The line broke: what arrived waits for another one, unless too much is waiting.

        Only where its SHA-256 was said, so that nobody ends up with the beginning of one file and the rest of another.
        """
        if line.off_since is None:
            line.cut(self._clock.now())
        if line.arrived == 0 or None in (line.upload.claim.size, line.upload.claim.sha256):
            self.drop(line)
        self._thin(line.key[0])

    def give_up(self, actor: Actor, line: Line, refused: Refused) -> NoReturn:
        """Ends an upload refused while its bytes arrived, unless another request has it."""
        if line.off_since is None and self._taken(line):
            self._submissions.give_up(actor, line.upload, refused)
        raise refused

    def drop(self, line: Line) -> None:
        if self._taken(line):
            line.upload.staging.abandon()

    def progress(self, actor: Actor, submission: str) -> SubmissionProgress:
        """The receipt, or how many bytes are kept; raises the refusal the id got."""
        line = self._lines.get((actor.login_id, submission))  # before the outcome: what ends meanwhile has one
        receipt = self._submissions.outcome(actor, submission)
        if receipt is not None:
            return SubmissionProgress(kept=receipt.activity.size or 0, receipt=receipt)
        return SubmissionProgress(kept=line.arrived if line is not None else 0)

    def let_go(self, actor: Actor, submission: str) -> SubmissionProgress:
        """Keeps nothing of it any more; what was accepted stands."""
        line = self._lines.get((actor.login_id, submission))
        if line is not None:
            self.drop(line)
        return self.progress(actor, submission)

    def expire(self) -> None:
        """Lets go of what has waited for too long."""
        before = self._clock.now() - KEPT_FOR
        for line in self._waiting():
            if line.off_since is not None and line.off_since <= before:
                self.drop(line)

    def close(self) -> None:
        for line in list(self._lines.values()):
            self.drop(line)

    def _go_on(self, actor: Actor, claim: Claim, offset: int, before: Line | None) -> Line | Receipt:
        if before is None:
            receipt = self._submissions.outcome(actor, claim.submission)
            if receipt is not None:
                return receipt
            raise Refused(INCOMPLETE_UPLOAD, received=0, expected=claim.size)
        if before.upload.claim != claim:
            raise Refused(NOT_UNDERSTOOD, what=_OTHER_FILE)
        try:
            begun = self._submissions.begin(actor, claim, before.upload.staging)
        except Refused as refused:
            if refused.fault in VERDICTS:
                self.drop(before)
            raise
        if isinstance(begun, Receipt):
            return begun
        line = Line(before.key, begun) if before.cut(self._clock.now(), at=offset) else None
        if line is None or not self._removed(before, line):
            raise before.missing
        return line

    def _removed(self, line: Line, after: Line | None = None) -> bool:
        """`False` where somebody else was faster; whoever removed it, alone, has its bytes."""
        with self._lock:
            if self._lines.get(line.key) is not line:
                return False
            del self._lines[line.key]
            if after is not None:
                self._lines[line.key] = after
            return True

    def _taken(self, line: Line) -> bool:
        return line.cut(self._clock.now()) and self._removed(line)

    def _waiting(self) -> list[Line]:
        """Those without a line, the longest first."""
        with self._lock:
            lines = [(line.off_since, line) for line in self._lines.values()]
        waiting = [(since, line) for since, line in lines if since is not None]
        return [line for _, line in sorted(waiting, key=itemgetter(0))]

    def _thin(self, login_id: str) -> None:
        waiting = self._waiting()
        mine = [line for line in waiting if line.key[0] == login_id]
        for line in {*waiting[:-MOST_KEPT], *mine[:-MOST_OF_ACCOUNT]}:
            self.drop(line)
