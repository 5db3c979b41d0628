"""An application form as the document that is sent in: text a person reads and signs, and a program reads again.

Fields come in a fixed order, identities by code, administrators by login ID, telephones as E.164, LF at every end, so
that the same form always has the same SHA-256. Below the rule is room for signatures; nothing there is read.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from pydantic import ValidationError

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import Form, Service
from backend.contract.rules.contacts import e164
from backend.contract.rules.forms import TITLES
from backend.contract.rules.shown import shown

FORM: Final = "form-v1"
LARGEST_DOCUMENT: Final = 100_000
_HEAD: Final = ("company", "company-name")
_PARTS: Final = {
    "identity": ("identity-code", "user-type", "name"),
    "administrator": ("login-id", "name", "email", "phone"),
}
_LISTED: Final = {"identity": "identities", "administrator": "administrators"}
_RULE: Final = "-" * 72
_ROOM: Final = """
Signed for the company by two people who may sign for it:

Name, date, signature

Name, date, signature
"""


def form_document(form: Form) -> str:
    """The document; two forms that say the same give the same text."""
    lines = [TITLES[form.service], FORM, ""]
    lines += _fields(_HEAD, {"company": form.company, "company-name": form.company_name})
    for identity in sorted(form.identities, key=lambda one: one.identity_code):
        lines += ["", f"identity: {identity.action}", *_fields(_PARTS["identity"], _named(identity.model_dump()), "  ")]
    for who in sorted(form.administrators, key=lambda one: one.login_id):
        named = _named(who.model_dump()) | {"phone": e164(who.phone)}
        lines += ["", f"administrator: {who.action}", *_fields(_PARTS["administrator"], named, "  ")]
    return "\n".join([*lines, "", _RULE]) + "\n" + _ROOM


def form_sha256(form: Form) -> str:
    """The SHA-256 of its document, in hex."""
    return hashlib.sha256(form_document(form).encode()).hexdigest()


def is_document_of(form: Form, sha256: str) -> bool:
    """Whether this is the SHA-256 of its document, also with the line ends that mail gives a text."""
    text = form_document(form)
    return sha256 in {hashlib.sha256(one.encode()).hexdigest() for one in (text, text.replace("\n", "\r\n"))}


def form_file_name(form: Form) -> str:
    """What the document is called: by service, company and the first digits of its SHA-256."""
    service = {"client_connect": "CC", "ecp": "ECP"}[form.service]
    return f"{service}_FORM_{form.company}_{form_sha256(form)[:8]}.txt"


def read_form(text: str) -> Form:
    """The form that a document says; 9002 names the line and what is wrong with it.

    What mail does to a text is passed over: line ends, a byte order mark, blanks at the ends, empty lines.
    """
    if len(text) > LARGEST_DOCUMENT:
        raise _wrong(1, "this is larger than any form")
    lines = _Lines(text)
    facts: dict[str, Any] = {"service": _service(lines)}
    facts |= {key.replace("-", "_"): lines.field(key, (key,)) for key in _HEAD}
    facts |= {listed: [] for listed in _LISTED.values()}
    while (part := lines.part()) is not None:
        name, action = part
        listed = facts[_LISTED[name]]
        place: tuple[str | int, ...] = (_LISTED[name], len(listed))
        lines.places[*place, "action"] = lines.number
        listed.append({"action": action})
        listed[-1] |= {key.replace("-", "_"): lines.field(key, (*place, key)) for key in _PARTS[name]}
    try:
        return Form.model_validate(facts)
    except ValidationError as error:
        place = tuple(str(one).replace("_", "-") if isinstance(one, str) else one for one in error.errors()[0]["loc"])
        raise _wrong(lines.places.get(place, lines.number), f"{place[-1]} is not what it can be") from None


def _service(lines: _Lines) -> Service:
    title = lines.take()
    services = {title: service for service, title in TITLES.items()}
    if title not in services:
        raise _wrong(lines.number, "neither of the two forms begins like this")
    if lines.take() != FORM:
        raise _wrong(lines.number, f"{FORM} is missing")
    return services[title]


class _Lines:
    """The lines of a document that say something, each with its number."""

    def __init__(self, text: str) -> None:
        said = enumerate(text.removeprefix("\ufeff").split("\n"), start=1)
        self._lines: Iterator[tuple[int, str]] = ((number, line.strip()) for number, line in said if line.strip())
        self.number = 1
        self.places: dict[tuple[str | int, ...], int] = {}
        """The line that each field stands on, by where it is in the form."""

    def take(self) -> str:
        """The next line; an empty one at the end."""
        self.number, line = next(self._lines, (self.number, ""))
        return line

    def field(self, key: str, place: tuple[str | int, ...]) -> str:
        name, colon, value = self.take().partition(":")
        if name != key or not colon:
            raise _wrong(self.number, f"{key} is missing")
        self.places[place] = self.number
        return unquote(value.strip())

    def part(self) -> tuple[str, str] | None:
        """The name and action of the part that begins here; `None` at the line of dashes."""
        line = self.take()
        if re.fullmatch(r"-{3,}", line):
            return None
        name, colon, action = line.partition(":")
        if name not in _PARTS or not colon:
            raise _wrong(self.number, f"neither {', nor '.join(_PARTS)}, nor the line of dashes that ends the form")
        return name, action.strip()


def _fields(keys: tuple[str, ...], values: dict[str, str], indent: str = "") -> list[str]:
    return [f"{indent}{key}: {_written(values[key])}" for key in keys]


def _named(facts: dict[str, Any]) -> dict[str, str]:
    return {name.replace("_", "-"): str(value) for name, value in facts.items()}


def _written(value: str) -> str:
    """Readable as it is; a per cent sign, and what a terminal would obey or nobody sees, as %XX of UTF-8."""
    value = unicodedata.normalize("NFC", value)
    return "".join(
        "".join(f"%{byte:02X}" for byte in one.encode("utf-8", "replace")) if one == "%" or shown(one) != one else one
        for one in value
    )


def _wrong(line: int, what: str) -> Refused:
    return Refused(NOT_UNDERSTOOD, what=f"Line {line} of the form: {what}.")
