"""What Help knows without a screen: the FAQ's questions, pages that they do not ask about, and every fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from backend.contract.faults import FAULTS, Fault


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of Help, and the page behind it."""

    id: str
    part: str
    """The heading it stands under."""
    mark: str
    title: str
    text: str

    def has(self, words: list[str]) -> bool:
        """Whether every word typed is in it somewhere; a number must be its own, such as 4505."""
        everything = f"{self.mark} {self.title} {self.text}".casefold()
        return all(word in everything for word in words)


def questions() -> Iterator[Entry]:
    """`# A. Group`, then `## 14. Question` and its lines."""
    source = files("ecp_tui.screens") / "help_texts" / "faq.md"
    if not source.is_file():
        return
    group = ""
    for part in re.split(r"^(?=#)", source.read_text("utf-8"), flags=re.MULTILINE):
        heading, _, text = part.partition("\n")
        if found := re.match(r"## (\d+)\. (.+)", heading):
            yield Entry(f"faq_{found[1]}", group, f"Q{found[1]}", found[2].strip(), text.strip())
        elif heading.startswith("# "):
            group = heading.removeprefix("# ").strip()


def pages() -> Iterator[Entry]:
    """`## Board. Question` and its lines."""
    text = (files("ecp_tui.screens") / "help_texts" / "pages.md").read_text("utf-8")
    for name, title, lines in re.findall(r"^## (\w+)\. (.+)\n((?:(?!#).*\n?)*)", text, flags=re.MULTILINE):
        yield Entry(f"page_{name.casefold()}", "Pages", name, title.strip(), lines.strip())


def faults() -> Iterator[Entry]:
    return map(_fault, FAULTS.values())


def _fault(fault: Fault) -> Entry:
    """A fault as a page; what is only known when it happens stands as …"""
    what, remedy = (re.sub(r"\{\w+\}", "…", words) for words in (fault.what, fault.remedy))
    text = "\n\n".join(words for words in (what, remedy) if words.strip("…. "))
    return Entry(f"fault_{fault.number}", "Faults", str(fault.number), fault.title, text or _SEE[fault.number])


_SEE: Final = {
    1013: "A code from a mail works once. It was used, it was tried five times, or the account was changed since.\n\n"
    "Ask for a new one: F4 when signing in, or whoever the page names.",
    4505: "The file's name, the identity and the input date chosen must say the same. The page that refuses names both "
    "values, what was in the name and what was chosen, and the key that takes the one for the other.\n\n"
    "Set the input date or identity to what the name says, or rename the file.",
    4513: "The folder takes files of certain dates, at certain times; Folders shows its rule.\n\n"
    "Read the rule in Folders, then choose a date it takes, or ask the operator.",
    4514: "The folder says how its files are written inside; the refusal names the lines that are not so.\n\n"
    "Mend those lines and submit the file again. ecp check finds all of them beforehand.",
    5001: "A public key is one line of OpenSSH's; the refusal says what is wrong with the one that was given.\n\n"
    "Make a key pair with ssh-keygen -t ed25519, and register the line in its .pub file.",
}
