"""What a pair of operators changes of the platform itself: the calendar, its folders, and their migration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Ask, Day, Hash, IdentityCode, Moment, Name, Words

FolderCode = Annotated[str, StringConstraints(to_upper=True, strip_whitespace=True, max_length=40)]
BatchCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z]{1,8}$")]
Reason = Annotated[Words, Field(min_length=1)]
"""What firms read beside what was decided about them."""
RuleText = Annotated[str, StringConstraints(max_length=60_000)]
"""One table of `catalogue.toml`, without its heading."""


class PlatformProposal(Ask):
    note: Words = ""
    """The maker's words to the checker."""


class Holiday(Ask):
    """A day on which nothing trades, as the year's list says."""

    day: Day
    name: Name


class SetHolidays(PlatformProposal):
    """All holidays of one year as they shall be; closures stand beside them."""

    kind: Literal["set-holidays"] = "set-holidays"
    year: Annotated[int, Field(ge=2000, le=2200)]
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=366)]


class CloseMarket(PlatformProposal):
    """A day that does not trade after all: a typhoon, a rainstorm. `reopen` takes such a closure back."""

    kind: Literal["close-market"] = "close-market"
    day: Day
    reopen: bool = False
    reason: Reason


class ExtendCutOff(PlatformProposal):
    """One cut-off, later than its rule says: for all who file there, or for some identities only."""

    kind: Literal["extend-cut-off"] = "extend-cut-off"
    folder: FolderCode
    input_date: Day
    until: Moment
    identity_codes: Annotated[tuple[IdentityCode, ...], Field(max_length=500)] = ()
    reason: Reason


class Exempt(PlatformProposal):
    """Identities that need not file for one input date."""

    kind: Literal["exempt"] = "exempt"
    folder: FolderCode
    input_date: Day
    identity_codes: Annotated[tuple[IdentityCode, ...], Field(min_length=1, max_length=500)]
    reason: Reason


class PlanBatch(PlatformProposal):
    """One migration batch: which folders move together, and when; without `at`, in due course."""

    kind: Literal["plan-batch"] = "plan-batch"
    batch: BatchCode
    folders: Annotated[tuple[FolderCode, ...], Field(min_length=1, max_length=100)]
    at: Moment | None = None


class Decommission(PlatformProposal):
    """The existing ECP ends, for good; only once every folder has moved."""

    kind: Literal["decommission"] = "decommission"


class AcceptLoss(PlatformProposal):
    """That the log lacks what its anchor vouches for, for good; both heads as the server found them, roots in hex."""

    kind: Literal["accept-loss"] = "accept-loss"
    anchor_size: Annotated[int, Field(ge=1)]
    anchor_root: Hash
    size: Annotated[int, Field(ge=0)]
    root: Hash
    reason: Reason


class ChangeFolder(PlatformProposal):
    """A folder's rule as it shall be, one that is there or a new one, in the words of `catalogue.toml`."""

    kind: Literal["change-folder"] = "change-folder"
    folder: FolderCode
    rule: RuleText


class ChangeFunction(PlatformProposal):
    """A function as it shall be: title, channels; which folders it opens is said by the folders."""

    kind: Literal["change-function"] = "change-function"
    function: FolderCode
    rule: RuleText
