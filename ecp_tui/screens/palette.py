"""The lists behind F1, ^p and ^o: what can be done here, everything at all, and the places."""

from __future__ import annotations

from typing import Final

from textual.dom import DOMNode

from ecp_tui.places import BESIDES, PLACES, why_not
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.dialogs import Choice, Chooser
from ecp_tui.widgets.keys import KEYS

_NOT_LISTED: Final = frozenset({"help", "menu"})
_MOVES: Final = frozenset({"up", "down", "page_up", "page_down", "first", "last", "open", "back"})
"""What a list is moved by would stand before the places in the menu."""


def here(screen: EcpScreen, context: Context) -> Chooser:
    """F1: the keys that act on this page, and the help that belongs to it."""
    topics = [Choice(f"topic:{screen.HELP_TOPIC}", "9", "Read about it", "Questions and answers for this page")]
    title = "Help" if screen.where.startswith("Help") else f"Help for {screen.where}"
    return Chooser(title, [*_acts(screen), *(topics if screen.HELP_TOPIC else ())])


def menu(screen: EcpScreen, context: Context) -> Chooser:
    """^p: the page's acts, the places, the folders, the users and the look."""
    folders = [
        Choice(f"folder:{folder.folder}", "", folder.folder, f"Submit to {folder.title}")
        for folder in context.folders
        if folder.direction == "submission" and folder.route == "ecp2"
    ]
    users = [Choice(f"user:{user.login_id}", "", user.login_id, user.name) for user in context.users]
    looks = [
        Choice("theme:ecp-dark", "", "Dark", "Dark look"),
        Choice("theme:ecp-light", "", "Light", "Light look"),
    ]
    acts = [choice for choice in _acts(screen) if choice.id.removeprefix("key:") not in _MOVES]
    return Chooser("Menu", [*acts, *_places(context), *folders, *users, *looks])


def places(context: Context) -> Chooser:
    """^o: the places, chosen by their digit."""
    return Chooser("Go to", _places(context), by_key=True)


def _places(context: Context) -> list[Choice]:
    besides = [place for place in BESIDES if place.id not in ("demo", "mailbox") or context.demo]
    return [
        Choice(
            f"place:{place.id}",
            str(place.digit or ""),
            place.name,
            place.tooltip,
            why_not(place.id, context.me if context.signed_in else None),
        )
        for place in (*PLACES, *besides)
    ]


def _acts(screen: EcpScreen) -> list[Choice]:
    """Every key of the table that acts now, from the focused widget up to the app, each once."""
    found: dict[str, Choice] = {}
    nodes: list[DOMNode] = [*screen.focused.ancestors_with_self] if screen.focused else [screen, screen.app]
    ids = [binding.id for node in nodes for _, binding in node._bindings if binding.id not in _NOT_LISTED]
    for key in (KEYS[id_] for id_ in ids if id_ in KEYS):
        shown = screen.context.keys.get(key.id, key.shown)
        word = screen.hint_word(key.id) or key.word
        found[key.id] = Choice(f"key:{key.id}", shown, word, key.tooltip, screen.reason(key.id))
    ours = {id_: found[id_] for id_ in screen.ACTS if id_ in found}
    return list((ours | found).values())
