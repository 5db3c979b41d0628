"""A submission being put together: what its file's name proposes, and what is wrong before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from backend.contract.faults import (
    DISAGREE,
    EMPTY,
    NOT_UNDERSTOOD,
    TOO_LARGE,
    UNKNOWN_FOLDER,
    Refused,
)
from backend.contract.rules.companions import companion_of, refuse_full
from backend.contract.rules.content import ContentRule
from backend.contract.rules.file_names import agree, read_name
from backend.contract.rules.routes import elsewhere
from backend.contract.rules.shown import shown

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import CheckRequest, Folder


@dataclass(frozen=True, slots=True)
class Draft:
    """One file on the Submission page; what is not yet known is `None`."""

    path: Path
    folder: Folder | None = None
    identity_code: str | None = None
    input_date: date | None = None

    @property
    def file_name(self) -> str:
        return self.path.name

    @property
    def content(self) -> ContentRule | None:
        """What the file must hold."""
        return None if self.folder is None or self.companion else self.folder.content

    @property
    def companion(self) -> bool:
        """Whether it is an empty file that only says that another one has come."""
        return self.folder is not None and companion_of(self.file_name, self.folder.companions) is not None

    def complete(self) -> tuple[Folder, str, date]:
        """The three that every submission needs; refuses with the name of the first one that is missing."""
        if self.folder is None:
            raise Refused(NOT_UNDERSTOOD, what=f"Name the folder that {shown(self.file_name, 60)} is for.")
        if self.identity_code is None:
            raise Refused(NOT_UNDERSTOOD, what=f"Name the identity that {shown(self.file_name, 60)} is for.")
        if self.input_date is None:
            meaning = self.folder.input_date_meaning
            raise Refused(NOT_UNDERSTOOD, what=f"Name the input date ({meaning}) of {shown(self.file_name, 60)}.")
        return self.folder, self.identity_code, self.input_date

    def request(self, size: int | None, sha256: str | None = None) -> CheckRequest:
        """What the server is asked; refuses here already what the file's name and, where it is known, size decide."""
        from backend.contract.messages import CheckRequest  # the first page does not wait for it

        self._refuse_a_foreign_identity()
        folder, identity_code, input_date = self.complete()
        agree(folder.folder, folder.patterns, self.file_name, identity_code, input_date)
        weigh(folder, self.file_name, size)
        return CheckRequest(
            folder=folder.folder,
            identity_code=identity_code,
            input_date=input_date,
            file_name=self.file_name,
            size=size,
            sha256=sha256,
        )

    def _refuse_a_foreign_identity(self) -> None:
        """With several identities nothing is chosen for a name that bears somebody else's."""
        if self.folder is None or self.identity_code is not None:
            return
        reading = read_name(self.folder.patterns, self.file_name)
        if reading is not None and reading.identity_code and not _holds_identity(self.folder, self.file_name):
            own = ", ".join(one.identity_code for one in self.folder.identities)
            raise Refused(
                DISAGREE,
                reason="identity_code",
                in_name=reading.identity_code,
                chosen="–",
                what=f"The name says identity {reading.identity_code}, which is not one of yours here: {own}.",
                fix="Choose another file, or rename it for the identity that you file for.",
            )


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way: where its bytes are, what they are said to be, and under which id."""

    submission_id: str
    folder: str
    identity_code: str
    input_date: date
    file_name: str
    path: Path
    size: int
    sha256: str
    modified: int | None = None
    """When the file had been written last as its SHA-256 was taken, in nanoseconds; `None` if nobody looked."""
    again: bool = False
    """Whether it was tried before: then the server is asked first how much of it is kept."""
    ticket: str | None = None
    """The id of the one-time ticket that its bytes came by: they are on the server already."""
    explanation: str | None = None
    """Why it is right although something in it is not as its folder expects."""
    to: str | None = None
    """Whom it is published to; `None` where it is submitted."""
    notice: bool = False
    """Whether those who can fetch it are told by mail."""


def weigh(folder: Folder, file_name: str, size: int | None) -> None:
    """Refuses what the folder will not take before a byte is read: not moved yet (4510), empty (4512), too large.
    Where nobody knows the size yet, only the first.

    A companion is empty, or refused with 4514.
    """
    if folder.route == "existing":
        raise elsewhere(folder.folder, moved=False)
    if size is None:
        return
    if companion_of(file_name, folder.companions) is not None:
        refuse_full(file_name, size)
    elif size == 0:
        raise Refused(EMPTY, file_name=shown(file_name, 60))
    if size > folder.size_limit:
        raise Refused(TOO_LARGE, size=f"{size:,}", folder=folder.folder, limit=f"{folder.size_limit:,}")


def takers(folders: Iterable[Folder], file_name: str) -> list[Folder]:
    """The submission folders whose patterns the name fits; of those, the ones that hold its identity come alone."""
    fitting = [folder for folder in folders if folder.direction == "submission" and _fits(folder, file_name)]
    own = [folder for folder in fitting if _holds_identity(folder, file_name)]
    return own or fitting


def from_name(draft: Draft) -> Draft:
    """The same file with identity and date as its name says, for the folder it has (F6)."""
    if draft.folder is None:
        return draft
    reading = read_name(draft.folder.patterns, draft.file_name)
    if reading is None:
        return draft
    return replace(
        draft,
        identity_code=reading.identity_code or draft.identity_code,
        input_date=reading.input_date or draft.input_date,
    )


def propose(
    path: Path,
    folders: Iterable[Folder],
    *,
    folder: str | None = None,
    identity_code: str | None = None,
    input_date: date | None = None,
) -> Draft:
    """What was named stands; the rest comes from the file's name, then from the folder's defaults."""
    chosen = _named(folders, folder) if folder is not None else _taker(folders, path.name)
    drafted = from_name(Draft(path, chosen))
    only = chosen.identities[0].identity_code if len(chosen.identities) == 1 else None
    return replace(
        drafted,
        identity_code=identity_code or drafted.identity_code or only,
        input_date=input_date or drafted.input_date or chosen.default_input_date,
    )


def _named(folders: Iterable[Folder], code: str) -> Folder:
    for folder in folders:
        if folder.folder.casefold() == code.casefold() and folder.direction == "submission":
            return folder
    raise Refused(UNKNOWN_FOLDER, folder=shown(code, 40))


def _taker(folders: Iterable[Folder], file_name: str) -> Folder:
    found = takers(folders, file_name)
    if len(found) == 1:
        return found[0]
    name = shown(file_name, 60)
    if found:
        codes = ", ".join(folder.folder for folder in found)
        raise Refused(NOT_UNDERSTOOD, what=f"{name} fits several folders ({codes}): name one of them.")
    raise Refused(
        DISAGREE,
        reason="file_name",
        in_name=name,
        chosen="–",
        what=f"The name {name} is not one that any of your folders takes.",
        fix="Rename the file as its folder's rule says, or choose another file.",
    )


def _fits(folder: Folder, file_name: str) -> bool:
    return read_name(folder.patterns, file_name) is not None


def _holds_identity(folder: Folder, file_name: str) -> bool:
    reading = read_name(folder.patterns, file_name)
    code = reading.identity_code if reading else None
    return code is None or any(identity.identity_code == code for identity in folder.identities)
