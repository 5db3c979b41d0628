"""What is published to many, as the store knows it: editions, whom they stand for, and who may fetch them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from backend.core.activity_row import ActivityRow


@dataclass(frozen=True, slots=True)
class Counted:
    """For how many identities an edition stands, and for how many of those somebody has fetched it."""

    stands: int
    fetched: int


@dataclass(frozen=True, slots=True)
class Holder:
    """An active account that holds a function for an identity."""

    account_id: int
    name: str
    email: str
    function: str
    identity_code: str
    sftp_folders: tuple[str, ...] | None
    """What `EU_ECPSFTP` was narrowed to; `None` means all it opens."""


class PublishedRows(Protocol):
    """What is read, in one snapshot."""

    def published_under(
        self, folder: str, identity_codes: Sequence[str], file_name: str, input_date: date | None = None
    ) -> list[ActivityRow]:
        """The publications that stand for these identities under that name; without a date, of whatever day."""
        ...

    def withdrawn_versions(
        self, folder: str, identity_codes: Sequence[str], input_date: date, file_name: str
    ) -> dict[str, int]:
        """By identity code: the highest version that was withdrawn under that key, where one was."""
        ...

    def edition(self, number: int) -> list[ActivityRow]:
        """What stands of it, by identity code."""
        ...

    def editions(self, folder: str | None, since: datetime, before: int | None, limit: int) -> list[ActivityRow]:
        """The first row of each that still stands for somebody, newest first, below log index `before`."""
        ...

    def counted(self, editions: Sequence[int]) -> dict[int, Counted]: ...

    def first_fetches(self, publications: Sequence[int]) -> dict[int, ActivityRow]:
        """By publication: the first act that fetched it, where there is one."""
        ...

    def names_of(self, identity_codes: Sequence[str]) -> dict[str, str]:
        """By identity code, whoever holds it or held it."""
        ...

    def addressed(self, folder: str, to: str, since: datetime, before: int | None, limit: int) -> list[ActivityRow]:
        """The first row of each edition that was published so and still stands for somebody, newest first."""
        ...

    def addressed_name(self, folder: str, to: str, file_name: str) -> ActivityRow | None:
        """The one of that name."""
        ...

    def audiences(self, editions: Sequence[int]) -> dict[int, list[str]]:
        """Whom each was published to, but for single identities."""
        ...

    def function_holders(self, functions: Sequence[str], identity_codes: Sequence[str]) -> list[Holder]: ...


class PublishedUnit(Protocol):
    """What one unit writes."""

    def address(self, folder: str, to: str, file_name: str, edition: int) -> None:
        """Notes that this is what was last published there to these under that name."""
        ...
