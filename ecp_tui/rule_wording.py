"""A dry run in words: what is wrong with a rule, or what it changes and what it had done to past files."""

from __future__ import annotations

from collections.abc import Iterator

from backend.contract.messages import PastName, TriedRule
from ecp_tui import wording

MOST_SHOWN = 3


def past_sentence(tried: TriedRule) -> str:
    """Of the files of the last 90 days: how many stay, fall and come."""
    if not (tried.stay or tried.refused or tried.admitted):
        return "No file of the last 90 days to try it on."
    newest = "the newest of " if tried.more else ""
    said = [f"{wording.count(tried.stay)} stay accepted"]
    said += [f"{wording.count(tried.refused)} would be refused"] if tried.refused else []
    said += [f"{wording.count(tried.admitted)} refused then would be accepted"] if tried.admitted else []
    return f"Of {newest}the files of the last 90 days {', '.join(said)}."


def past_lines(tried: TriedRule, most: int = MOST_SHOWN) -> Iterator[tuple[str, str]]:
    """The sign and words of those judged otherwise, the newest first."""
    yield from _named("✕", tried.refused_names, tried.refused, most)
    yield from _named("+", tried.admitted_names, tried.admitted, most)


def _named(sign: str, names: tuple[PastName, ...], number: int, most: int) -> Iterator[tuple[str, str]]:
    for one in names[:most]:
        yield sign, f"{one.file_name}: {one.number} {one.why}"
    if number > min(most, len(names)):
        yield sign, f"and {wording.count(number - min(most, len(names)))} more"
