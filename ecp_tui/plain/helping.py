"""Help in accessible mode: the questions of the FAQ, pages and every fault, found by a word or a number."""

from __future__ import annotations

from typing import Final

from ecp_tui.help_entries import Entry, faults, pages, questions
from ecp_tui.plain.talk import Option
from ecp_tui.plain.visit import Visit

_WORDS: Final = "a word, or the number of a fault such as 4505. Enter lists the questions."


def helped(visit: Visit) -> None:
    """What is found, then one of it."""
    with visit.talk.at("Help"):
        words = visit.talk.ask("Help about?", _WORDS, default="").casefold().split()
        found = [one for one in (*questions(), *pages(), *(faults() if words else ())) if one.has(words)]
    if found:
        visit.talk.menu("Help", lambda: [_option(visit, one) for one in found])
    else:
        visit.talk.say("Nothing was found. Choose Help again, with another word.")


def _option(visit: Visit, one: Entry) -> Option:
    def read() -> None:
        visit.talk.say(f"{one.mark}, {one.title}")
        visit.talk.say(*(" ".join(part.split()) for part in one.text.split("\n\n")))

    return Option(f"{one.mark}, {one.title}", read)
