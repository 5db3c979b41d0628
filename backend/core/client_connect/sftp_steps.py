"""The five steps to SFTP (FAQ Q22): which are done, which comes next, and what to do for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from backend.contract.messages import ChangeRequest, RequestKind, SftpAddressRow, SftpKeyRow, SftpStep, StepState
from backend.core.accounts import Account
from backend.core.gate import SFTP_FUNCTION, may_use_sftp

_TITLES: Final = (
    ("Account identity setup", "5.3"),
    ("SFTP Key Registration", "4.5.1"),
    ("IP Address Registration", "4.5.3"),
    ("SFTP Connection to ECP", "5.5"),
    ("Folder structure", "5.7"),
)
ASKED_BY: Final[tuple[RequestKind, ...]] = ("grant-functions", "register-key", "register-address")
"""What the first three steps are asked for by."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the steps are told from. `seen`: the last connection; `line`: what makes one."""

    account: Account
    keys: Sequence[SftpKeyRow]
    addresses: Sequence[SftpAddressRow]
    requests: Sequence[ChangeRequest]
    tree: Sequence[str]
    seen: datetime | None
    line: str
    zone: tzinfo


def steps(setup: Setup) -> tuple[SftpStep, ...]:
    """Next is the first that is neither done nor waiting for a checker; nobody connects before the first three."""
    waiting = {request.kind for request in setup.requests if request.state == "submitted"}
    told = (_identity(setup), _keys(setup), _addresses(setup), _connection(setup), _folders(setup))
    shown: list[SftpStep] = []
    for at, ((title, section), (done, words)) in enumerate(zip(_TITLES, told, strict=True)):
        ready = at < len(ASKED_BY) or all(one.state == "done" for one in shown[: len(ASKED_BY)])
        state: StepState = "next" if ready and all(one.state != "next" for one in shown) else "later"
        if done:
            state = "done"
        elif at < len(ASKED_BY) and ASKED_BY[at] in waiting:
            state, words = "waiting", "A change request waits for a delegated administrator to check it."
        shown.append(SftpStep(number=at + 1, title=title, section=section, state=state, words=words))
    return tuple(shown)


def _identity(setup: Setup) -> tuple[bool, str]:
    codes = [code for grant in setup.account.grants if grant.function == SFTP_FUNCTION for code in grant.identity_codes]
    if not codes and may_use_sftp(setup.account):
        return True, "Operators publish and collect by SFTP; that needs no function."
    if not codes and setup.account.company is None:
        return False, f"{SFTP_FUNCTION} is for accounts of companies: auditors hold no functions."
    if not codes:
        return False, f"{SFTP_FUNCTION} is not granted yet: delegated administrators grant it, in Users (6)."
    narrowed = setup.account.sftp_folders
    only = "" if narrowed is None else f", narrowed to {', '.join(narrowed) or 'no folder'}"
    return True, f"{SFTP_FUNCTION} is granted for {', '.join(codes)}{only}."


def _keys(setup: Setup) -> tuple[bool, str]:
    live = [key for key in setup.keys if key.state in ("live", "expiring")]
    if not live:
        why = "No key is live any more" if setup.keys else "No key is registered"
        return False, f"{why}: register the public half of a key pair, for an administrator to check."
    soon = sum(key.state == "expiring" for key in live)
    return True, f"{_count(len(live), 'live key')}" + (f", {soon} of them expiring within 30 days." if soon else ".")


def _addresses(setup: Setup) -> tuple[bool, str]:
    if not setup.addresses:
        return False, "No address is registered, and none is taken: register those your computers come from."
    return True, f"{_count(len(setup.addresses), 'address')} registered."


def _connection(setup: Setup) -> tuple[bool, str]:
    if setup.seen is None:
        return False, f"Nobody has connected yet: {setup.line}"
    return True, f"Last connection {setup.seen.astimezone(setup.zone):%Y-%m-%d %H:%M}."


def _folders(setup: Setup) -> tuple[bool, str]:
    if setup.account.kind == "operator":
        return setup.seen is not None, "Put files into publish/, and fetch what was submitted from collect/."
    words = "Put files into submit/, read receipts/ for what became of them, and fetch from download/."
    return setup.seen is not None and bool(setup.tree), words


def _count(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
