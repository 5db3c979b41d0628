"""Words about the inbox: why a file comes once more, what was done with it, and what each act brings about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final, NamedTuple

from textual.content import Content

from backend.contract.messages import InboxFolder, InboxItem
from ecp_tui import wording
from ecp_tui.client.inbox import Handling
from ecp_tui.theme import SIGNS, Sign


class Act(NamedTuple):
    """What an operator does with a submission."""

    act: Handling
    question: str
    follows: str
    yes: str
    done: str


_ENDS: Final = "It stands no more and counts as not filed. Its submitter is told by mail, and reads the reason."
_AGAIN: Final = f"{_ENDS} They are asked to submit it again."
ACTS: Final = {
    "return": Act("return", "Return this file?", _AGAIN, "Return file", "Returned"),
    "reject": Act("withdraw", "Withdraw this file?", _ENDS, "Withdraw file", "Withdrew"),
    "replay": Act(
        "replay",
        "Have this file collected again?",
        "It waits once more: whoever collects next takes it again. Its submitter sees that in Activity.",
        "Replay file",
        "Waits again:",
    ),
}
"""By the key that begins it."""
AGAIN: Final = {
    "collected": ("resubmitted", "It was submitted again after the version before had been collected."),
    "replayed": ("replayed", "It was collected before and is to be collected again."),
    "returned": ("resubmitted", "It was submitted again after the version before had been returned."),
    "withdrawn": ("resubmitted", "It was submitted again after the version before had been withdrawn."),
}


COUNTED: Final = 1000
"""How far the server counts."""


def item_sign(item: InboxItem) -> Sign:
    """Collected; or that it waits, why once more, and whether it came late."""
    if item.collected_at is not None:
        return SIGNS["collected"]
    if item.again is not None:
        return Sign(SIGNS["attention"].glyph, AGAIN[item.again][0], SIGNS["attention"].style)
    return SIGNS["late" if came_late(item) else "waiting"]


def came_late(item: InboxItem) -> bool:
    """A correction makes nothing late."""
    return item.activity.late and item.activity.supersedes is None


def about(item: InboxItem, zone: tzinfo) -> Content:
    """The row under the cursor, in one or two sentences."""
    one = item.activity
    facts = [f"Version {one.version} of {one.identity_code}, {one.company}, by {one.login_id} ({one.channel})."]
    if item.collected_at is not None:
        facts.append(f"Collected by {item.collected_by}, {wording.when(item.collected_at, zone).strip()}.")
    if item.again is not None:
        facts.append(AGAIN[item.again][1])
    if came_late(item):
        facts.append("It came after its cut-off.")
    if one.findings:
        said = f': "{one.explanation}"' if one.explanation else ""
        facts.append(f"{wording.findings_word(one)}{said}. Enter shows all.")
    return Content(" ".join(facts))


def title(folders: Sequence[InboxFolder], filtered: str) -> Content:
    """How much waits in all, and what the list is narrowed to."""
    more = any(one.waiting >= COUNTED for one in folders)
    waiting, again = (sum(getattr(one, name) for one in folders) for name in ("waiting", "again"))
    facts = f"   {wording.count(waiting, more=more)} waiting" if waiting else "   nothing waits"
    facts += f", {wording.count(again)} of them once more" if again else ""
    facts += f"   {filtered}" if filtered else ""
    return Content.assemble(("Inbox", "bold"), (facts, "$muted not bold"))
