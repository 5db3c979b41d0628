"""What somebody says they submit, and what is wrong with it before anything else is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from backend.contract.faults import DISAGREE, EMPTY, FILE_CHANGED, INCOMPLETE_UPLOAD, TOO_LARGE, Refused
from backend.contract.rules.companions import refuse_full
from backend.contract.rules.content import ContentRule, refuse_content
from backend.contract.rules.content_check import ContentCheck
from backend.contract.rules.expectations import Unexpected
from backend.contract.rules.file_names import best_template, write_name
from backend.contract.rules.shown import shown
from backend.core.accounts import Identity
from backend.core.actor import Actor
from backend.core.catalogue import FolderRule
from backend.core.ports import Staging

_BLOCK: Final = 1 << 16
"""Read and judged at once: small enough that others get their turn in between."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says they submit; `size` and `sha256` are `None` where the channel cannot say them before."""

    submission: str
    folder: str
    identity_code: str
    input_date: date
    file_name: str
    size: int | None = None
    sha256: str | None = None
    explanation: str | None = field(default=None, compare=False)
    """Why the file is right although something in it is not as expected; words that no file needs are not kept."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What arrived: its SHA-256, and what in it is not as the folder expects."""

    sha256: str
    findings: tuple[Unexpected, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A submission whose bytes are arriving. `size_limit` in bytes; `started` is the receipt's received-start."""

    claim: Claim
    staging: Staging
    started: datetime
    size_limit: int
    content: ContentRule | None = None

    def write(self, offset: int, data: bytes) -> None:
        """Takes bytes at an offset; refuses with 4511 before it grows beyond the folder's limit."""
        self.refuse_beyond(offset + len(data))
        self.staging.write(offset, data)

    def judged(self) -> Judged:
        """All of what arrived; refuses it incomplete, changed on the way, empty, or not as the folder wants it."""
        claim, staging, content = self.claim, self.staging, self.content
        refuse_incomplete(claim, staging)
        sha256 = staging.sha256()
        if claim.sha256 is not None and claim.sha256 != sha256:
            name = shown(claim.file_name, 60)
            raise Refused(FILE_CHANGED, what=f"The bytes of {name} are not those that were checked.")
        refuse_size(claim, staging.size, self.size_limit)
        found = refuse_staged(staging, content, claim.input_date) if content is not None else ()
        return Judged(sha256, found)

    def refuse_beyond(self, size: int) -> None:
        """4511 where the file would be longer than the folder's limit."""
        if size > self.size_limit:
            refuse_size(self.claim, size, self.size_limit)


def refuse_identity(folder: FolderRule, identities: tuple[Identity, ...], claim: Claim) -> None:
    codes = [identity.code for identity in identities]
    if claim.identity_code in codes:
        return
    chosen = shown(claim.identity_code, 20)
    raise Refused(
        DISAGREE,
        reason="identity_code",
        in_name=shown(claim.file_name, 60),
        chosen=chosen,
        right_name=write_name(best_template(folder.names, claim.file_name), codes[0], claim.input_date),
        what=f"Identity {chosen} is not one you submit for in {folder.code}.",
        fix=f"Choose identity {' or '.join(codes)}.",
    )


def refuse_size(claim: Claim, size: int, limit: int) -> None:
    """4511 and 4512; a limit of nothing is that of a companion, which is empty or refused with 4514."""
    if limit == 0:
        refuse_full(claim.file_name, size)
    elif size == 0:
        raise Refused(EMPTY, file_name=shown(claim.file_name, 80))
    if size > limit:
        raise Refused(TOO_LARGE, size=f"{size:,}", folder=claim.folder, limit=f"{limit:,}")


def refuse_incomplete(claim: Claim, staging: Staging) -> None:
    """4515 where bytes are missing, at the end or in between."""
    expected = claim.size if claim.size is not None else staging.size
    if staging.size != expected or not staging.contiguous:
        raise Refused(INCOMPLETE_UPLOAD, received=staging.size, expected=expected)


def refuse_staged(staging: Staging, rule: ContentRule, input_date: date) -> tuple[Unexpected, ...]:
    """4514 where what arrived is not what the rule wants; returns what is only not as it expects.

    Reads it from the beginning, whatever order it came in.
    """
    check, at = ContentCheck(rule, input_date), 0
    while not check.ended and (block := staging.read(at, _BLOCK)):
        check.feed(block)
        at += len(block)
    refuse_content(check.finish())
    return check.unexpected


def facts_of(actor: Actor, claim: Claim) -> dict[str, Any]:
    return {
        "channel": actor.channel,
        "company": actor.company,
        "login_id": actor.login_id,
        "source": actor.source,
        "folder": claim.folder,
        "identity_code": shown(claim.identity_code, 20),
        "input_date": claim.input_date,
        "file_name": shown(claim.file_name, 200),
        "submission": claim.submission,
    }
