"""The store's two sides: rows to read in one snapshot, and a unit of work to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from backend.contract.messages import ActivityFilter, LogFilter, Person
from backend.contract.rules.merkle import Head, Node
from backend.core.accounts import Account, Company, Identity, Known
from backend.core.activity_row import ActivityRow
from backend.core.actor import LogScope, Scope
from backend.core.calendar import Decided
from backend.core.catalogue import Catalogue, FolderRule, Function
from backend.core.client_connect.ports import ClientConnectRows, ClientConnectUnit
from backend.core.deadlines import DeadlineRows, DeadlineUnit
from backend.core.figures import ActCount, Standing
from backend.core.incoming import IncomingRows, IncomingUnit
from backend.core.log import LogRows, LogUnit
from backend.core.migrating import MigrationRows, MigrationUnit
from backend.core.outgoing import OutgoingRows, OutgoingUnit
from backend.core.published import PublishedRows, PublishedUnit
from backend.core.trials import PastFile


@dataclass(frozen=True, slots=True)
class Throttle:
    """The throttle row of one login ID, known or not."""

    locked: datetime | None
    failures: int
    """In a row, at any pace."""
    pending: int
    failed: int


class Rows(
    ClientConnectRows, LogRows, OutgoingRows, PublishedRows, IncomingRows, MigrationRows, DeadlineRows, Protocol
):
    """What can be read, in one snapshot."""

    def account(self, login_id: str) -> Account | None: ...

    def account_by_id(self, account_id: int) -> Account | None: ...

    def known(self, login_id: str) -> Known | None: ...

    def company(self, code: str) -> Company | None: ...

    def identities(self, company: str) -> dict[str, Identity]: ...

    def administrators(self, company: str) -> list[Person]:
        """The company's delegated administrators that are active."""
        ...

    def access_epoch(self) -> int: ...

    def catalogue(self) -> Catalogue: ...

    def decided(self) -> Decided:
        """Of days, cut-offs and who need not file; read anew with the catalogue's revision."""
        ...

    def catalogue_revision(self) -> int: ...

    def head(self) -> Head: ...

    def activity(self, log_index: int) -> ActivityRow | None: ...

    def entries(self, start: int, limit: int) -> list[ActivityRow]:
        """Entries of the log from there on, in its order."""
        ...

    def activities(
        self,
        wanted: ActivityFilter,
        scope: Scope,
        days: tuple[datetime | None, datetime | None],
        before: int | None,
        limit: int,
    ) -> list[ActivityRow]:
        """File acts, newest first, below log index `before`; `days` is the half-open span of `at`."""
        ...

    def count_activities(
        self, wanted: ActivityFilter, scope: Scope, days: tuple[datetime | None, datetime | None], most: int
    ) -> int:
        """How many, counted to `most`."""
        ...

    def outcome(self, login_id: str, submission: str) -> ActivityRow | None:
        """What became of this submission id."""
        ...

    def current(self, folder: str, identity_code: str, input_date: date, file_name: str) -> ActivityRow | None:
        """The current version under that key."""
        ...

    def received(
        self, folders: Sequence[str], identity_codes: Sequence[str], input_dates: Sequence[date]
    ) -> list[ActivityRow]:
        """The current versions of these folders, identities and input dates."""
        ...

    def first_received(self, log_indexes: Sequence[int]) -> dict[int, tuple[datetime, datetime]]:
        """By current version: when the first version under its key began to come, and when it was received."""
        ...

    def repeated(self, log_indexes: Sequence[int]) -> dict[int, int]:
        """By version: the log index of the latest act that submitted its bytes once more, where there is one."""
        ...

    def acts_of(self, account: Account, before: int | None, limit: int) -> list[ActivityRow]:
        """Acts by or about an account but those on files, newest first, below log index `before`.

        Forms of its company are about each of its delegated administrators.
        """
        ...

    def trail(
        self,
        wanted: LogFilter,
        scope: LogScope,
        days: tuple[datetime | None, datetime | None],
        before: int | None,
        limit: int,
        called: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
    ) -> list[ActivityRow]:
        """Entries of all kinds, newest first, below log index `before`. `called` are the acts, and the kinds of
        requests, that `wanted.text` says in words."""
        ...

    def open_refusals(self, scope: Scope, since: datetime, limit: int) -> list[ActivityRow]:
        """The latest refusals since then that no acceptance of the same name has followed, newest first.

        The bytes of the current version, submitted once more, are an acceptance too.
        """
        ...

    def explanations(self, log_index: int) -> list[ActivityRow]:
        """What was said of its findings after it was accepted, newest first; of many the latest 100."""
        ...

    def unexplained(self, scope: Scope, since: datetime, limit: int) -> list[ActivityRow]:
        """Submissions that stand with something found in them that nobody explained, newest first."""
        ...

    def refusals_of(self, login_id: str, folder: str, since: datetime) -> int: ...

    def folder_figures(self, company: str, since: datetime) -> dict[str, tuple[int, datetime]]:
        """By folder: current versions received since then (counted to 1,000), and the instant of the latest."""
        ...

    def holds_files(self, folder: str) -> bool:
        """Whether anything was ever accepted or published in it."""
        ...

    def past_files(self, folder: str, since: datetime, most: int) -> list[PastFile]:
        """What stands of the files that came or were published since then, and what was refused; the newest first."""
        ...

    def known_objects(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that an activity stands on."""
        ...

    def acts_between(self, start: int, until: int) -> list[ActCount]:
        """What the entries of folders are, from log index `start` up to and without `until`."""
        ...

    def standing(self, now: datetime) -> Standing: ...


class Unit(
    Rows, ClientConnectUnit, LogUnit, OutgoingUnit, PublishedUnit, IncomingUnit, MigrationUnit, DeadlineUnit, Protocol
):
    """One unit of work: all of it is committed, or none."""

    def append(
        self, rows: Sequence[ActivityRow], leaves: Sequence[bytes], completed: Sequence[Node], head: Head
    ) -> None:
        """The next rows of the log, their leaf hashes, the subtrees that these complete, and the head it then has."""
        ...

    def supersede(self, log_index: int, by: int, ended: str | None = None) -> None:
        """It stands no more: by its next version or, where nothing takes its place, by the act `ended`."""
        ...

    def supersede_all(self, by: Mapping[int, int], ended: str | None = None) -> None:
        """None of these log indexes stands any more: each by what its value names."""
        ...

    def explain(self, log_index: int, words: str) -> None:
        """Its latest explanation, from now on."""
        ...

    def throttle(self, login: bytes, now: datetime, account_id: int | None) -> Throttle:
        """The throttle row as of now: old attempts forgotten, stale pending ones counted as failed.

        It is made where there is none, in as many statements, and notes whose it is, if anybody's: what was counted
        before it was anybody's is forgotten.
        """
        ...

    def kept(self, really: bool) -> AbstractContextManager[None]:
        """What is done inside is undone at the end unless `really`: the same work, whoever it is for."""
        ...

    def stand_in(self, account_id: int | None) -> Account | None:
        """The account, or for `None` any other one, for work that is not kept."""
        ...

    def reserve(self, login: bytes, now: datetime) -> int:
        """Inserts a pending attempt and returns its number."""
        ...

    def fail(self, attempt: int) -> bool:
        """Marks a pending attempt failed and counts the failure; false if it is gone or was counted."""
        ...

    def drop(self, attempt: int) -> None: ...

    def lock(self, login: bytes, now: datetime) -> bool:
        """False where it was locked before."""
        ...

    def forgive(self, login: bytes) -> int:
        """Forgets all attempts, pending ones too, and the failures in a row; returns how many those were."""
        ...

    def spend_step(self, account_id: int, step: int) -> bool:
        """False where this step, or a later one, was used before."""
        ...

    def use_transaction(self, nonce: bytes, expires: datetime, now: datetime) -> bool:
        """False where it was used before; forgets expired ones."""
        ...

    def add_ticket(self, key: bytes, account_id: int, expires: datetime) -> None: ...

    def use_ticket(self, key: bytes, now: datetime) -> int | None:
        """The account id, once; `None` if unknown, used or expired."""
        ...

    def bump_access_epoch(self) -> None: ...

    def put_folder(self, folder: FolderRule) -> None:
        """In place of the one of its code, or after all others; moves the revision."""
        ...

    def put_function(self, function: Function) -> None: ...

    def bump_catalogue_revision(self) -> None:
        """Whatever is read with the catalogue is read anew, here and in all processes."""
        ...

    def count_refusal(self, login_id: str, folder: str) -> None: ...

    def take_refusal_count(self, login_id: str, folder: str) -> int:
        """The refusals counted and not yet listed, which are then none."""
        ...

    def forget_old(self, now: datetime) -> None:
        """Removes expired tickets, transactions and sessions, old attempts, and throttles that hold nothing back."""
        ...
