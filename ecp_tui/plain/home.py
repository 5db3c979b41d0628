"""Home in accessible mode: what needs me, a line each, and the number that leads there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from backend.contract.faults import NO_ECP_FUNCTION, Refused
from backend.contract.messages import Due, Home, Me
from ecp_tui import wording
from ecp_tui.plain.account import sftp_access
from ecp_tui.plain.activity import open_activity
from ecp_tui.plain.deciding import approvals
from ecp_tui.plain.drafting import Wanted
from ecp_tui.plain.fetching import fetch
from ecp_tui.plain.filing import submit
from ecp_tui.plain.talk import Option
from ecp_tui.plain.visit import Visit
from ecp_tui.request_wording import expiring, waiting
from ecp_tui.rights_wording import rights_rows


def home(visit: Visit) -> None:
    """Read anew; an account without ECP functions hears what it holds and whom to ask (FAQ Q5)."""
    visit.me = me = visit.ask(visit.client.me, background=False)
    options = list(_asks(visit, me))
    if me.company is not None:
        try:
            options += _home(visit, visit.ask(visit.client.home))
        except Refused as refused:
            if refused.fault is not NO_ECP_FUNCTION:
                raise
            visit.talk.fault(refused)
            visit.talk.say(*(f"{name}: {words}" for name, words in rights_rows(me)))
            visit.talk.say("Your Client Connect session stays valid.")
    if me.users is not None:
        visit.talk.say(f"Your company has {me.users} of {me.quota} users.")
    if options:
        visit.talk.menu("What needs you", lambda: options)
    else:
        visit.talk.say("Nothing needs you now.")


def _asks(visit: Visit, me: Me) -> Iterator[Option]:
    if me.waiting:
        yield Option(waiting(me.waiting), partial(approvals, visit))
    if me.keys_expiring:
        yield Option(expiring(me.keys_expiring), partial(sftp_access, visit))


def _home(visit: Visit, found: Home) -> Iterator[Option]:
    for due in found.due:
        if due.log_index is None:
            wanted = Wanted(due.folder, due.identity_code, due.input_date)
            yield Option(_due(visit, due), partial(submit, visit, wanted))
        else:
            yield Option(_due(visit, due), partial(open_activity, visit, due.log_index))
    for back in found.returned:
        words = f"{back.state.capitalize()} by the exchange: {back.file_name}, {back.reason}"
        yield Option(words, partial(open_activity, visit, back.log_index))
    for stands in found.unexplained:
        words = f"To explain: {wording.count(len(stands.findings), 'finding')} in {stands.file_name}"
        yield Option(words, partial(open_activity, visit, stands.log_index))
    for refused in found.refused:
        words = f"Refused: {refused.file_name or refused.folder}, {refused.fault} {refused.fault_title}"
        yield Option(words, partial(open_activity, visit, refused.log_index))
    for one in found.downloads:
        words = f"New to download: {one.file_name}, {one.folder}, {visit.when(one.at)}"
        yield Option(words, partial(fetch, visit, one))


def _due(visit: Visit, due: Due) -> str:
    what = f"{due.folder} {due.title}, identity {due.identity_code}, input date {wording.day(due.input_date)}"
    if due.received is not None:
        return f"{due.state.capitalize()}: {what}, {visit.when(due.received)}"
    why = f", {due.reason}" if due.reason else ""
    if due.state == "exempt":
        return f"Exempt: {what}{why}"
    left = (due.cut_off - visit.now()).total_seconds()
    countdown = f", {wording.duration(left)} left" if left > 0 else ""
    extended = f", extended{why}" if due.extended else ""
    return f"{due.state.capitalize()}: {what}, cut-off {visit.when(due.cut_off)}{extended}{countdown}"
