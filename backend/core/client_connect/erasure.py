"""What change requests say of somebody whose account was closed long ago: what was done, not who they were.

Kind, subject, digest, who decided and when stay. The digest is from then on that of something that was erased: it still
tells which request an entry of the audit log is about, and no longer that its words are those that were approved.
Notes and reasons are their writers' own words, and stay.
"""

from __future__ import annotations

from typing import Any, Final

ERASED: Final = "-"
_BLANKS: Final = {"name": ERASED, "email": "erased@invalid.example", "phone": "+99900000000"}
"""What reads as a name, an e-mail address and a telephone number, and is nobody's."""
_OF_AN_ACCOUNT: Final = frozenset({"Name", "E-mail", "Telephone", "By mail to", "Invitation to"})


def proposal_without(proposal: dict[str, Any], login_id: str) -> dict[str, Any]:
    """The proposal without who that account's owner was; still one that can be read."""
    if "form" not in proposal:
        return _without(proposal, login_id)
    form = proposal["form"]
    people = [_without(one, login_id) for one in form["administrators"]]
    return {**proposal, "form": {**form, "administrators": people}}


def lines_without(lines: list[dict[str, Any]], login_id: str, *, about_company: bool) -> list[dict[str, Any]]:
    """The lines without who that account's owner was; those about a company name its accounts in their labels."""
    if not about_company:
        return [_blank(line) if line["label"] in _OF_AN_ACCOUNT else line for line in lines]
    contacts = {f"{login_id}, {what}" for what in ("name", "e-mail", "telephone")}
    kept: list[dict[str, Any]] = []
    for line in lines:
        if line["label"] in contacts:
            kept.append(_blank(line))
        elif line["label"] == login_id:
            kept.append({**line, "before": _headed(line["before"]), "after": _headed(line["after"])})
        elif line["label"] == f"Account {login_id}":
            kept.append({**line, "before": ERASED})
        else:
            kept.append(line)
    return kept


def _without(person: dict[str, Any], login_id: str) -> dict[str, Any]:
    mine = person.get("login_id") == login_id
    return {key: _BLANKS.get(key, value) if mine else value for key, value in person.items()}


def _blank(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, **{side: ERASED for side in ("before", "after") if line[side]}}


def _headed(said: str) -> str:
    """What happened, which stands before the colon, without to whom."""
    head, colon, _ = said.partition(": ")
    return f"{head}{colon}{ERASED}" if colon else said
