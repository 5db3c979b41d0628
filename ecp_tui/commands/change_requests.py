"""Change requests as lines for people and data for programs, and how a command makes one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from backend.contract.faults import Exit
from backend.contract.messages import ChangeRequest, Line, Proposal, RequestPage
from backend.contract.rules.receipts import instant_text
from ecp_tui import wording
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call
from ecp_tui.commands.rows import table
from ecp_tui.request_wording import checkers, sentence

_WIDTH: Final = 80
_DEEP: Final = 6
_OPEN: Final = ("draft", "submitted", "returned")


async def propose(call: Call, client: EcpClient, proposal: Proposal) -> Exit:
    """Makes the request, and shows it as its checker will see it."""
    request = await client.make_request(proposal)
    who = "" if call.json else f"{sentence(checkers(request))} can check it, and is told by mail."
    call.answer(request_data(request), [*request_lines(request), "", *textwrap.wrap(who, _WIDTH)])
    return Exit.OK


def listed(call: Call, page: RequestPage) -> Exit:
    """First those that wait for the one who asks, then as the server orders them."""
    items = sorted(page.items, key=lambda one: "approve" not in one.acts)
    data = {"items": [request_data(one) for one in items], "waiting": page.waiting}
    data |= {"more": page.more, "cursor": page.cursor}
    call.answer(data, _table(items) if items else ())
    if not items:
        call.note("There is none.")
    elif not call.json:
        older = f" There are older ones: --cursor {page.cursor}" if page.more else ""
        call.note(f"{page.waiting} of {len(items)} {'waits' if page.waiting == 1 else 'wait'} for you.{older}")
    return Exit.OK


def told(request: ChangeRequest) -> list[str]:
    """All there is to see, and how it stands for the one who looks."""
    return [*request_lines(request), "", *textwrap.wrap(_standing(request), _WIDTH)]


def request_data(request: ChangeRequest) -> dict[str, Any]:
    return request.model_dump(mode="json")


def request_lines(request: ChangeRequest) -> Iterator[str]:
    """All there is to see before it is decided, its digest last."""
    yield f"Request {request.id}: {request.title}  ({request.state})"
    about = f"{request.subject} {request.subject_name}".strip()
    firm = f", {request.company_name}" if request.company_name not in ("", request.subject) else ""
    facts = [
        ("about", f"{about}{firm}"),
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


def _standing(request: ChangeRequest) -> str:
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
    return f"{request.why_not} {sentence(checkers(request))} can check it.".strip()


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
                head = " " * wording.cells(head)
    if any(line.weighs for line in lines):
        yield "  ! weighs: look twice."


def fact_lines(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names in one column, their values in the other."""
    facts = list(facts)
    width = max((len(name) for name, _ in facts), default=0)
    for name, value in facts:
        yield from _hanging(f"  {name:<{width}}  ", value)


def _table(requests: Iterable[ChangeRequest]) -> Iterator[str]:
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
        yield from (f"  {line}" for line in _table(found))


def moment(instant: datetime | None) -> str:
    return f"{instant_text(instant)[:16]}Z" if instant is not None else "–"


def _waits_for(request: ChangeRequest) -> str:
    if request.state == "submitted":
        return "you" if "approve" in request.acts else "others"
    return "its maker" if request.state in ("draft", "returned") else "–"


def _until(request: ChangeRequest) -> str:
    return f", expires {moment(request.expires)}" if request.state == "submitted" and request.expires else ""


def _hanging(head: str, value: str) -> Iterator[str]:
    """The value beside its head, broken at blanks; below the head what is too long to stand there in one piece."""
    indent = wording.cells(head)
    longest = max((wording.cells(word) for word in value.split()), default=0)
    if longest > _WIDTH - indent:
        if name := head.rstrip(" −+"):
            yield name
        head = f"{' ' * _DEEP}{head[-2:]}"
        indent = len(head)
    pieces = textwrap.wrap(value, _WIDTH - indent, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"{head}{pieces[0]}".rstrip()
    yield from (f"{' ' * indent}{piece}" for piece in pieces[1:])
