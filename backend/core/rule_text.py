"""One rule as somebody types it: read, or everything that is wrong with it, each with its line and what is right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import RuleError
from backend.contract.rules.content import Column, ContentRule
from backend.contract.rules.expectations import Expectation
from backend.contract.rules.shown import shown
from backend.core.catalogue import Catalogue, FolderRule, Function
from backend.core.catalogue_text import CODE, MOVED, folder_of
from backend.core.rule_checks import RIGHT, Wrong, wrong_in_folder, wrong_in_function

_PLACE: Final = re.compile(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_HEADINGS: Final = ("folders", "functions")
_MOST: Final = 20
_MOST_DOTS: Final = 200
"""On a line: names within names beyond that take reading without end."""
_BEYOND: Final = RuleError(words="a name, a number or a list in it is beyond all measure")
_KEY: Final = re.compile(r"[a-z_]+(\.[a-z_]+|\[\d+\])*")
_NAMED: Final = 40
_FOLDER: Final = TypeAdapter(FolderRule)
_FUNCTION: Final = TypeAdapter(Function)


class WrongRule(Exception):
    """All that is wrong with a rule; at least one error."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        super().__init__("wrong rule")
        self.errors = tuple(errors)[:_MOST]

    def refused(self, code: str) -> Refused:
        """9002 whose words say the first, its values all of them."""
        first, *others = self.errors
        more = f" And {len(others)} more." if others else ""
        lines = "\n".join(map(str, self.errors))
        return Refused(NOT_UNDERSTOOD, what=f"The rule of {shown(code, _NAMED)}: {first}.{more}", findings=lines)


def read_folder(code: str, text: str, catalogue: Catalogue) -> FolderRule:
    """The folder's rule as it shall be; what its migration decides stays as it stands. Raises `WrongRule`."""
    row = _table(code, text)
    stands = catalogue.folders.get(code)
    moved = {name: getattr(stands, name) for name in MOVED} if stands else {"route": "ecp2", "batch": None}
    for name in MOVED:
        stays = moved.get(name)
        if name in row and row.pop(name) != stays:
            _fail(text, Wrong(name, f"leave it out: a migration batch decides it, and it is {stays or 'none'}"))
    _refuse_unknown(text, row, FolderRule)
    rule: FolderRule = _validated(text, _FOLDER, row | moved | {"code": code}, row)
    try:
        rule = folder_of(code, row | {name: one for name, one in moved.items() if one is not None})
    except ValueError as error:
        _fail(text, *_wrong_content(error, rule, catalogue))
    _fail(text, *wrong_in_folder(rule, catalogue))
    return rule


def read_function(code: str, text: str) -> Function:
    """The function as it shall be. Raises `WrongRule`."""
    row = _table(code, text)
    _refuse_unknown(text, row, Function)
    function: Function = _validated(text, _FUNCTION, row | {"code": code}, row)
    _fail(text, *wrong_in_function(function))
    return function


def _table(code: str, text: str) -> dict[str, Any]:
    """The table in the text, which says nothing of other folders."""
    if not CODE.fullmatch(code):
        words = f"{shown(code, _NAMED)} is no code: 2 to 20 letters, digits, _ and -, such as SD-1"
        raise WrongRule([RuleError(words=words)])
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise WrongRule([_BEYOND])
    try:
        row = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongRule([_syntax(str(error), text)]) from error
    except (ValueError, RecursionError) as error:  # digits without end, brackets within brackets
        raise WrongRule([_BEYOND]) from error
    for name in _HEADINGS:
        if isinstance(row.get(name), dict):
            _fail(text, Wrong(name, f"only the lines of {code} itself, without a heading such as [{name}.{code}]"))
    return row


def _syntax(said: str, text: str) -> RuleError:
    """TOML's own words, its place apart from them."""
    found = _PLACE.fullmatch(said)
    if found is None:
        return RuleError(words=shown(said, 200))
    words, line, column = found.groups()
    if line is None:
        return RuleError(line=max(1, len(text.splitlines())), words=f"{shown(words, 200)}; the text ends there")
    return RuleError(line=int(line), column=int(column), words=shown(words, 200))


def _refuse_unknown(text: str, row: Mapping[str, Any], kind: type[FolderRule | Function]) -> None:
    """Fields that nobody knows, each with the nearest that is one."""
    known = [one.name for one in fields(kind) if one.name != "code"]
    wrong = []
    for name in row:
        if name not in known:
            near = get_close_matches(name, known, 1)
            help_ = f"did you mean {near[0]}?" if near else f"the fields are {', '.join(known)}"
            wrong.append(Wrong(name, f"there is no such field; {help_}"))
    _fail(text, *wrong)


def _validated(text: str, kind: TypeAdapter[Any], values: Mapping[str, Any], row: Mapping[str, Any]) -> Any:
    """The values in the types of their fields."""
    try:
        return kind.validate_python(values)
    except ValidationError as error:
        wrong: dict[str, Wrong] = {}
        for one in error.errors():
            name, field = str(one["loc"][0]), _dotted(one["loc"])
            above = "" if "." in field else RIGHT.get(name)
            right = RIGHT.get(field) or above or one["msg"].removeprefix("Input should be ")
            missing = "it is missing: " if one["type"] == "missing" and name not in row else ""
            wrong.setdefault(field, Wrong(field, f"{missing}{right}"))
        _fail(text, *wrong.values())


def _dotted(location: tuple[int | str, ...]) -> str:
    """Where in the table: content.columns[2].kind."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)[1:]


def _wrong_content(error: ValueError, rule: FolderRule, catalogue: Catalogue) -> Iterable[Wrong]:
    """What the content rule or a template says of itself, in `key: words`; and whatever else is wrong."""
    words = str(error).removeprefix(f"catalogue: folder {rule.code}: ")
    found = list(wrong_in_folder(rule, catalogue))
    key, colon, said = words.partition(": ")
    if colon and _KEY.fullmatch(key):
        return [Wrong(key, _nearest(key) if said == "unknown key" else said), *found]
    return found or [Wrong("patterns", words)]


def _nearest(key: str) -> str:
    """The key of a content rule that was meant, perhaps."""
    known = [one.name for kind in (ContentRule, Column, Expectation) for one in fields(kind)]
    near = get_close_matches(key.rpartition(".")[2], known, 1)
    return f"there is no such key{f'; did you mean {near[0]}?' if near else ''}"


def _fail(text: str, *wrong: Wrong) -> None:
    if wrong:
        raise WrongRule(
            RuleError(line=line_of(text, one.field), field=shown(one.field, _NAMED), words=one.words) for one in wrong
        )


def line_of(text: str, field: str) -> int | None:
    """Where the field is given its value: the innermost name that begins a line."""
    names = re.sub(r"\[\d+\]", "", field).split(".")
    for depth in range(len(names), 0, -1):
        inner = re.escape(names[depth - 1])
        begins = re.compile(rf'^[ \t]*(?:\[+[ \t]*)?(?:[\w.-]+\.)?["\']?{inner}["\']?[ \t]*(?:[.=\]])')
        for number, line in enumerate(text.splitlines(), 1):
            if begins.match(line):
                return number
    return None
