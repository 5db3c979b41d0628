"""The catalogue as the operator's staff reads and changes it, and what a rule would have done to past files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from backend.contract.messages.base import Ask, Direction, Message
from backend.contract.messages.platform_requests import FolderCode, RuleText
from backend.contract.messages.requests import Line
from backend.contract.messages.sign_in import UserType


class CatalogueFolder(Message):
    """One folder: its rule in words, and as the text that a change of it begins with."""

    folder: str
    title: str
    direction: Direction
    functions: tuple[str, ...]
    channels: tuple[str, ...]
    user_types: tuple[str, ...]
    in_words: str
    route: str
    batch: str | None = None
    sample: bool = False
    rule: str
    """Its table of `catalogue.toml`, without heading, route and batch."""


class CatalogueFunction(Message):
    """One function: where it counts, and which folders it opens there."""

    function: str
    title: str
    channels: tuple[str, ...]
    all_folders: bool = False
    folders: tuple[str, ...]
    rule: str


class CataloguePage(Message):
    """Everything; `revision` moves with whatever of it, or of the calendar, is changed."""

    revision: int
    folders: tuple[CatalogueFolder, ...]
    functions: tuple[CatalogueFunction, ...]
    user_types: tuple[UserType, ...]


class AppendixFolder(Message):
    """A folder as the appendices name it, whoever may enter it."""

    folder: str
    title: str
    direction: Direction
    functions: tuple[str, ...]
    user_types: tuple[str, ...]
    route: str
    batch: str | None = None


class AppendixFunction(Message):
    """A function, what it is called, and where it counts."""

    function: str
    title: str
    channels: tuple[str, ...]
    folders: tuple[str, ...]


class Appendix(Message):
    """Appendices 7.3 and 7.4: where folders are served, and which user types and functions open them."""

    folders: tuple[AppendixFolder, ...]
    functions: tuple[AppendixFunction, ...]
    user_types: tuple[UserType, ...]


class RuleTrial(Ask):
    """A rule to be tried, of a folder or function that is there or of a new one."""

    of: Literal["folder", "function"] = "folder"
    code: FolderCode
    rule: RuleText


class RuleError(Message):
    """What is wrong in a rule's text: where, and what is right. Without a line it is about the whole."""

    line: int | None = None
    column: int | None = None
    field: str = ""
    words: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column is not None else ""
        place = f"Line {self.line}{column}: " if self.line is not None else ""
        return f"{place}{self.field}: {self.words}" if self.field else f"{place}{self.words}"


class PastName(Message):
    """A file of the last 90 days that the rule judges otherwise; `why` is its refusal, as it was or would be."""

    file_name: str
    identity_code: str
    input_date: date
    at: datetime
    number: int
    why: str


class TriedRule(Message):
    """What a rule comes to: either what is wrong with it, or what it changes and what it had done to past files."""

    errors: tuple[RuleError, ...] = ()
    lines: tuple[Line, ...] = ()
    in_words: str = ""
    since: date | None = None
    stay: int = 0
    """How many accepted files would be accepted again."""
    refused: int = 0
    """How many accepted files would be refused."""
    admitted: int = 0
    """How many refused files would be accepted."""
    refused_names: tuple[PastName, ...] = ()
    admitted_names: tuple[PastName, ...] = ()
    more: bool = False
    """Whether only the newest files were looked at."""
