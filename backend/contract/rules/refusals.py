"""Refusals as text: the document that SFTP shows as `NAME.refused.txt`, its one-line status, and reading both back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from backend.contract.faults import FAULTS, Refused, refusal
from backend.contract.rules.shown import shown

_HEAD: Final = re.compile(r"(?P<number>[0-9]{4}) (?P<title>[^:\n]+)", re.ASCII)
_LONGEST: Final = 2000
_MOST_FINDINGS: Final = 100


def refusal_text(refused: Refused, **facts: object) -> str:
    """Number and title, what, remedy, what was found, and then the facts: a paragraph each."""
    lines = [f"{refused.number} {refused.title}", "", refused.what, refused.remedy, ""]
    if refused.findings:
        lines += [*refused.findings, ""]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in facts.items()]
    return "\n".join([*lines, ""])


def read_refusal(text: str) -> Refused:
    """What `refusal_text` wrote, in its own words; raises `ValueError` if it is not that."""
    head, *paragraphs = text.split("\n\n")
    found = _HEAD.fullmatch(head)
    what, _, remedy = (paragraphs or [""])[0].partition("\n")
    if found is None or not remedy or "\n" in remedy:
        raise ValueError("this is not a refusal")
    findings = paragraphs[1:-1]
    return spoken(int(found["number"]), what, remedy, findings[0].split("\n") if findings else ())


def read_status(text: str) -> Refused | None:
    """The refusal that a status words as `str(Refused)`, or a disconnection by number and title; `None` for others."""
    found = _HEAD.match(text)
    fault = FAULTS.get(int(found["number"])) if found else None
    if found is None or fault is None or found["title"] != fault.title:
        return None
    said = text[found.end() :].removeprefix(":").strip()
    if not said:
        return refusal(fault.number, {})
    what = said.removesuffix(fault.remedy).strip()
    return spoken(fault.number, what, fault.remedy if what != said else "")


def spoken(number: int, what: str, remedy: str, findings: Iterable[str] = ()) -> Refused:
    """A refusal of which only the words are known, not the values in them; an unknown number is 9000 with it."""
    fault = FAULTS.get(number)
    if fault is None or (what, remedy) == (fault.what, fault.remedy):
        return refusal(number, {})
    found = "\n".join(shown(one, _LONGEST) for one in list(findings)[:_MOST_FINDINGS])
    words = {"what": shown(what, _LONGEST), "fix": shown(remedy, _LONGEST)}
    return Refused(replace(fault, what="{what}", remedy="{fix}"), **words, **({"findings": found} if found else {}))
