"""What a folder's files usually hold: where one does not, it may be right all the same, and its submitter says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from backend.contract.faults import EXPLANATION_NEEDED, NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown

MOST_EXPECTATIONS: Final = 20
LARGEST_BOUND: Final = 10**15
SHORTEST_EXPLANATION: Final = 3
LONGEST_EXPLANATION: Final = 500


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that can be seen in the file alone: how many `rows` there are, or what stands in one column.

    `range` is about its numbers, `input_date` wants each date to be the submission's, `filled` no empty value.
    """

    check: Literal["rows", "range", "input_date", "filled"]
    column: str = ""
    least: int | float | None = None
    most: int | float | None = None

    @property
    def code(self) -> str:
        """The same in every file of the folder."""
        return f"{self.check}.{self.column}" if self.column else self.check

    @property
    def bounds(self) -> str:
        """In words: 1 to 50,000."""
        if self.least is None:
            return f"at most {self.most:,}"
        return f"at least {self.least:,}" if self.most is None else f"{self.least:,} to {self.most:,}"

    @property
    def words(self) -> str:
        """What is expected."""
        if self.check == "rows":
            return f"{self.bounds} rows"
        if self.check == "range":
            return f"{self.column} {self.bounds}"
        return f"{self.column} {'the input date' if self.check == 'input_date' else 'never empty'}"


@dataclass(frozen=True, slots=True)
class Unexpected:
    """One thing that is not as expected, in words; `code` says which expectation it is about."""

    code: str
    words: str


def refuse_unexplained(found: Sequence[Unexpected]) -> None:
    """4524 where anything was found."""
    if found:
        raise unexplained(found)


def unexplained(found: Sequence[Unexpected]) -> Refused:
    """The 4524 for it: its words say the first, its values all of them."""
    more = len(found) - 1
    counted = f" And {more} more finding{'s' * (more > 1)}." if more else ""
    return Refused(
        EXPLANATION_NEEDED,
        what=f"{found[0].words}.{counted}",
        findings="\n".join(one.words for one in found),
        codes=",".join(one.code for one in found),
    )


def explanation_of(typed: str) -> str:
    """An explanation as somebody typed it; 9002 where it is too short, too long or cannot be shown."""
    words = typed.strip()
    if not SHORTEST_EXPLANATION <= len(words) <= LONGEST_EXPLANATION or shown(words) != words:
        most = f"{SHORTEST_EXPLANATION} to {LONGEST_EXPLANATION}"
        raise Refused(NOT_UNDERSTOOD, what=f"An explanation is one line of {most} characters.")
    return words
