"""Users in accessible mode: the accounts of a company, one a line; changes are made by command or in the console."""

from __future__ import annotations

from ecp_tui.plain.talk import numbered
from ecp_tui.plain.visit import Visit


def users(visit: Visit) -> None:
    """Closed ones last, as the server orders them."""
    found = visit.ask(visit.client.users)
    quota = f", {found.used} of {found.quota} places taken" if found.quota is not None else ""
    visit.talk.say(f"Users of {found.company_name or 'the operator'}: {len(found.users)}{quota}.")
    lines = (
        f"{one.login_id}, {one.name}, {one.kind}, {one.state}{', locked' if one.locked else ''}, "
        f"functions: {', '.join(held.function for held in one.functions) or 'none'}."
        for one in found.users
    )
    visit.talk.say(*numbered(lines))
    visit.talk.say("Changes are asked for by the command ecp users, or in the console.")
