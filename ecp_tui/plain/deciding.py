"""Approvals in accessible mode: change requests, each change a sentence, and deciding them (FAQ Q4, Q20)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from backend.contract.faults import CHANGED_SINCE, CONFIRM_WITH_OTP, OTP_USED, REQUEST_CLOSED, SIGN_IN_REFUSED, Refused
from backend.contract.messages import ChangeRequest, RequestAct
from backend.contract.rules.public_keys import fingerprint_end
from ecp_tui import wording
from ecp_tui.plain.entering import one_time_password
from ecp_tui.plain.talk import Back, Option
from ecp_tui.plain.visit import Visit
from ecp_tui.request_wording import DECIDING, changes, checkers, follows, sentence

_MISTYPED: Final = (CONFIRM_WITH_OTP, OTP_USED, SIGN_IN_REFUSED)
_LONGEST_REASON: Final = 500
_ACTS: Final[dict[RequestAct, str]] = {
    "approve": "Approve and apply it",
    "reject": "Reject it, with a reason",
    "return": "Return it to its maker, with a reason",
    "withdraw": "Withdraw it",
}


def approvals(visit: Visit) -> None:
    """First what waits for the one who looks."""

    def options() -> list[Option]:
        items = visit.ask(visit.client.requests).items
        ordered = sorted(items, key=lambda one: "approve" not in one.acts)
        return [Option(_line(visit, one), partial(_open, visit, one.id)) for one in ordered]

    if not options():
        visit.talk.say("There are no change requests.")
        return
    visit.talk.menu("Approvals", options)


def _line(visit: Visit, one: ChangeRequest) -> str:
    waits = "waits for you" if "approve" in one.acts else one.state
    return f"{sentence(waits)}: request {one.id}, {one.title}, by {one.maker}, {visit.when(one.made)}"


def _open(visit: Visit, number: int) -> None:
    """One request, until it is left."""
    now = [_told(visit, number)]

    def decide(act: RequestAct) -> None:
        """Where the request is another one by now, that is what is said next."""
        try:
            now[0] = _approved(visit, now[0]) if act == "approve" else _decided(visit, now[0], act)
        except Refused as refused:
            visit.talk.fault(refused)
            if refused.fault in (CHANGED_SINCE, REQUEST_CLOSED):
                now[0] = _told(visit, number)
            return
        after = f" {follows(now[0])}" if now[0].state == "applied" else ""
        visit.talk.say(f"Request {number} is {now[0].state}.{after}")

    def again() -> None:
        now[0] = _told(visit, number)

    def options() -> list[Option]:
        acts = ((act, words) for act, words in _ACTS.items() if act in now[0].acts)
        return [Option("Hear it again", again), *(Option(words, partial(decide, act)) for act, words in acts)]

    visit.talk.menu(f"Request {number}", options)


def _told(visit: Visit, number: int) -> ChangeRequest:
    request = visit.ask(visit.client.request, number)
    visit.talk.say(*_lines(visit, request))
    return request


def _lines(visit: Visit, one: ChangeRequest) -> Iterator[str]:
    """All there is to hear before it is decided."""
    about = ", ".join(word for word in (one.subject, one.subject_name, one.company_name) if word)
    yield f"Request {one.id}, {one.state}: {one.title}."
    yield f"About: {about}"
    yield f"Made by {one.maker_name} ({one.maker}), {visit.when(one.made)}, revision {one.rev}"
    if one.note:
        yield f"Note: {one.note}"
    yield from (f"{number}. {words}" for number, words in enumerate(changes(one.lines), 1))
    yield f"Digest of all this: {' '.join(wording.hash_groups(one.digest))}"
    yield _standing(visit, one)


def _standing(visit: Visit, one: ChangeRequest) -> str:
    """How it stands for the one who looks."""
    by = f" by {one.checker_name} ({one.checker})" if one.checker else ""
    when = f", {visit.when(one.decided)}" if one.decided else ""
    if one.state not in ("draft", "submitted"):
        return f"{sentence(one.state)}{by}{when}{f': {one.reason}' if one.reason else '.'}"
    if one.state == "draft":
        return "A draft: only its maker sees it."
    if one.stale:
        return f"{one.subject} has changed since: approving would void this request."
    if "approve" in one.acts:
        return "It waits for you. Approving applies it at once."
    return f"{one.why_not} {sentence(checkers(one))} can check it.".strip()


# ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _approved(visit: Visit, request: ChangeRequest) -> ChangeRequest:
    """Exactly what was said is approved: its revision and digest go along."""
    talk = visit.talk
    end = ""
    if request.needs_fingerprint:
        talk.say(
            f"Ask whoever owns the key of {request.subject}, by telephone for example, for its fingerprint: "
            "the last 8 characters are needed, and are not to be taken from here."
        )
        end = fingerprint_end(talk.ask("Last 8 characters of the fingerprint?", "them as its owner reads them."))
    if not talk.yes(f"Approve and apply request {request.id}?", f"yes to apply it. {follows(request)}"):
        raise Back
    try:
        return visit.ask(visit.client.approve, request, end)
    except Refused as refused:
        if refused.fault is not CONFIRM_WITH_OTP:
            raise
        talk.fault(refused)
    _confirm(visit)
    return visit.ask(visit.client.approve, request, end)


def _confirm(visit: Visit) -> None:
    """A One-Time-Password inside the session, once more after a wrong one."""
    while True:
        try:
            visit.ask(visit.client.confirm, one_time_password(visit, visit.me.login_id if visit.me else ""))
            return
        except Refused as refused:
            if refused.fault not in _MISTYPED:
                raise
            visit.talk.fault(refused)


def _decided(visit: Visit, request: ChangeRequest, act: RequestAct) -> ChangeRequest:
    question, after, _ = DECIDING[act]
    visit.talk.say(f"{request.title}. {after}")
    needed = act != "withdraw"
    helped = "the words that its maker reads." if needed else "why, or nothing."
    asked = "Reason?" if needed else "Reason, if there is one?"
    reason = visit.talk.ask(asked, helped, default=None if needed else "")[:_LONGEST_REASON]
    if not visit.talk.yes(question.format(id=request.id), f"yes to do it, no to go back. {after}"):
        raise Back
    return visit.ask(visit.client.decide, request, act, reason)
