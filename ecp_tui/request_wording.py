"""Words about change requests: what each kind is called, who can check it, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from backend.contract.messages import ChangeRequest, Line, RequestAct, RequestKind

_MOST_NAMED: Final = 3
KIND_WORDS: Final[dict[RequestKind, str]] = {
    "create-user": "create user",
    "change-user": "change user",
    "grant-functions": "grant functions",
    "close-user": "close user",
    "unlock-user": "unlock user",
    "reset-otp": "reset OTP",
    "reinvite": "invite again",
    "lift-suspension": "lift suspension",
    "register-key": "SFTP key",
    "register-address": "SFTP address",
    "apply-form": "apply form",
    "close-company": "close company",
    "set-holidays": "set holidays",
    "close-market": "close market",
    "extend-cut-off": "extend cut-off",
    "exempt": "exempt",
    "plan-batch": "plan batch",
    "decommission": "decommission",
    "change-folder": "change folder",
    "change-function": "change function",
    "accept-loss": "accept loss",
}
DECIDING: Final[dict[RequestAct, tuple[str, str, str]]] = {
    "reject": ("Reject request {id}?", "It ends here; its maker reads the reason.", "Reject"),
    "return": ("Return request {id}?", "Its maker reads the reason, and can revise it.", "Return to its maker"),
    "withdraw": ("Withdraw request {id}?", "It ends here, and nothing changes.", "Withdraw"),
}
"""The question, what follows, and the button that does it."""
_FOLLOWS: Final[dict[RequestKind, str]] = {
    "create-user": "{subject} is invited by mail for 72 h.",
    "change-user": "It holds at once.",
    "grant-functions": "It holds at once, in open sessions too.",
    "close-user": "Sessions, SFTP and keys end; a place is free.",
    "unlock-user": "{subject} can sign in, same password.",
    "reset-otp": "{subject} gets a mail to enrol anew.",
    "reinvite": "{subject} is invited anew for 72 h.",
    "lift-suspension": "{subject} can sign in again.",
    "register-key": "{subject} can use SFTP with this key.",
    "register-address": "{subject} can use SFTP from there.",
    "apply-form": "All of it is as the form says.",
    "close-company": "All its accounts are closed.",
    "set-holidays": "All input dates and cut-offs follow it.",
    "close-market": "Nothing is due for it; later cut-offs move.",
    "extend-cut-off": "Files until then are in time.",
    "exempt": "They need not file for that input date.",
    "plan-batch": "Its folders move at that instant.",
    "decommission": "The existing ECP takes nothing any more.",
    "change-folder": "It holds for the next file.",
    "change-function": "It holds at once, in open sessions too.",
    "accept-loss": "ECP goes on; lost entries stay lost.",
}


def follows(request: ChangeRequest) -> str:
    """What applying it brings about."""
    return _FOLLOWS[request.kind].format(subject=request.subject)


def checkers(request: ChangeRequest) -> str:
    """Who can check it, in words."""
    names = [f"{one.name} ({one.login_id})" for one in request.checkers]
    if len(names) > _MOST_NAMED:
        names = [*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1} others"]
    if names:
        return " or ".join(names)
    if request.side == "operator":
        return "another operator"
    return "a third delegated administrator, appointed by form"


def sentence(words: str) -> str:
    """Words as a sentence begins."""
    return words[:1].upper() + words[1:]


def waiting(requests: int) -> str:
    """3 requests wait for you."""
    return f"{requests:,} {'request waits' if requests == 1 else 'requests wait'} for you"


def expiring(keys: int) -> str:
    return f"{keys:,} SFTP {'key of yours expires' if keys == 1 else 'keys of yours expire'} within 30 days"


def changes(lines: Iterable[Line]) -> Iterator[str]:
    """Before and after as sentences, for whoever hears them."""
    for line in lines:
        look = "Look twice: " if line.weighs else ""
        if line.before == line.after:
            yield f"{look}{line.label} is {line.after}, and stays."
        elif not line.before:
            yield f"{look}{line.label} becomes {line.after}; before there was none."
        elif not line.after:
            yield f"{look}{line.label} was {line.before}, and is removed."
        else:
            yield f"{look}{line.label} was {line.before}, becomes {line.after}."
