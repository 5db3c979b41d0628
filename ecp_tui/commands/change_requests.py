"""Change requests as lines for people and data for programs, and how a command makes one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from backend.contract.faults import Exit
from backend.contract.messages import ChangeRequest, Line, Me, Proposal
from backend.contract.rules.receipts import instant_text
from ecp_tui import wording
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call
from ecp_tui.commands.rows import table

_WIDTH: Final = 80
_GAP: Final = 2
_OPEN: Final = ("draft", "submitted", "returned")


async def propose(call: Call, client: EcpClient, proposal: Proposal) -> Exit:
    """Makes the request, and shows it as its checker will see it."""
    request = await client.make_request(proposal)
    told = "" if call.json else f"{sentence(checkers(request, await client.me()))} can check it, and is told by mail."
    call.answer(request_data(request), [*request_lines(request), "", told])
    return Exit.OK


def request_data(request: ChangeRequest) -> dict[str, Any]:
    return request.model_dump(mode="json")


def request_lines(request: ChangeRequest) -> Iterator[str]:
    """All there is to see before it is decided, its digest last."""
    yield f"Request {request.id}: {request.title}  ({request.state})"
    about = " ".join(one for one in (request.subject, request.subject_name) if one)
    facts = [
        ("about", ", ".join(one for one in (about, request.company_name) if one)),
        ("made by", f"{request.maker_name} ({request.maker}), {moment(request.made)}"),
        ("revision", f"{request.rev}{_until(request)}"),
    ]
    if request.note:
        facts.append(("note", request.note))
    yield from fact_lines(facts)
    yield ""
    yield from diff_lines(request.lines)
    yield ""
    yield from fact_lines([("digest", request.digest)])


def standing(request: ChangeRequest, me: Me) -> str:
    """How it stands for the one who looks."""
    by = f" by {request.checker_name} ({request.checker})" if request.checker else ""
    when = f" {moment(request.decided)}" if request.decided else ""
    if request.state not in _OPEN:
        return f"{sentence(request.state)}{when}{by}{f': {request.reason}' if request.reason else '.'}"
    if request.state == "returned":
        return f"Returned{when}{by}: {request.reason}"
    if request.state == "draft":
        return "A draft: only its maker sees it."
    if request.stale:
        return f"{request.subject} has changed since: approving would void this request."
    if "approve" in request.acts:
        return f"It waits for you: ecp approvals approve {request.id}"
    return f"{request.why_not} {sentence(checkers(request, me))} can check it.".strip()


def diff_lines(lines: Iterable[Line]) -> Iterator[str]:
    """Before with −, after with +; what stays has neither, and `!` marks what weighs."""
    lines = list(lines)
    label = max((wording.cells(line.label) for line in lines), default=0)
    for line in lines:
        sides = [("−", line.before), ("+", line.after)] if line.before != line.after else [(" ", line.after)]
        head = f"{'!' if line.weighs else ' ':>3} {line.label}{' ' * (label - wording.cells(line.label))}"
        for sign, value in sides:
            if value:
                yield from _hanging(f"{head}  {sign} ", value)
                head = " " * (label + 4)
    if any(line.weighs for line in lines):
        yield "  ! weighs: look twice."


def fact_lines(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names in one column, their values in the other."""
    facts = list(facts)
    width = max((len(name) for name, _ in facts), default=0)
    for name, value in facts:
        yield from _hanging(f"  {name:<{width}}  ", value)


def request_table(requests: Iterable[ChangeRequest]) -> Iterator[str]:
    """One line each; the titles at the end are as long as they are."""
    rows = [("ID", "STATE", "WAITS FOR", "MADE", "MAKER", "REQUEST")]
    rows += [
        (str(one.id), one.state, _waits_for(one), f"{one.made:%Y-%m-%d}", one.maker, one.title) for one in requests
    ]
    return table(rows)


def still_open(requests: Iterable[ChangeRequest]) -> list[ChangeRequest]:
    return [one for one in requests if one.state in _OPEN]


def open_lines(requests: Iterable[ChangeRequest]) -> Iterator[str]:
    """Those that are still open, below what they are about; nothing where there are none."""
    if found := still_open(requests):
        yield ""
        yield "Open requests"
        yield from (f"  {line}" for line in request_table(found))


def checkers(request: ChangeRequest, me: Me) -> str:
    """Who can check it, in words."""
    if request.side == "operator":
        return "another operator"
    people = [one for one in me.delegated_administrators if one.login_id not in (request.maker, request.subject)]
    names = [f"{one.name} ({one.login_id})" for one in people]
    return " or ".join(names) or f"another delegated administrator of {request.company_name}"


def moment(instant: datetime | None) -> str:
    return f"{instant_text(instant)[:16]}Z" if instant is not None else "–"


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _waits_for(request: ChangeRequest) -> str:
    if request.state == "submitted":
        return "you" if "approve" in request.acts else "others"
    return "its maker" if request.state in ("draft", "returned") else "–"


def _until(request: ChangeRequest) -> str:
    return f", expires {moment(request.expires)}" if request.state == "submitted" and request.expires else ""


def _hanging(head: str, value: str) -> Iterator[str]:
    """The value beside its head, broken at blanks where it is too long for one line."""
    indent = wording.cells(head)
    room = max(20, _WIDTH - indent)
    pieces = textwrap.wrap(value, room, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"{head}{pieces[0]}".rstrip()
    yield from (f"{' ' * indent}{piece}" for piece in pieces[1:])
