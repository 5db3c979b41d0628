"""Compare: the SHA-256 that was received against a local file, or against a pasted hash → MATCH or DIFFERENT."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from ecp_tui import config, wording
from ecp_tui.digest import digest, size_of
from ecp_tui.pastes import find_hash
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.browse import browse
from ecp_tui.screens.facts import facts
from ecp_tui.screens.submit_path import PathField
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.field import Field
from ecp_tui.widgets.form import Form
from ecp_tui.widgets.words import Words

if TYPE_CHECKING:  # the first page does not wait for it
    from backend.contract.messages import Activity, FileTicketProgress

_LONG = 24
"""Hexadecimal digits from which on a text is taken for a hash rather than for a name."""


class EvidenceField(PathField):
    """Takes a path, or a paste with a SHA-256 in it, however a tool wrote it."""

    def on_paste(self, event: events.Paste) -> None:
        try:
            self.value = find_hash(event.text)
        except Refused:
            return
        event.prevent_default()
        event.stop()
        self.cursor_position = len(self.value)


class CompareScreen(EcpScreen):
    """Answers the FAQ's question: is what the exchange holds the file I have here?"""

    CSS_PATH: ClassVar = "compare.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "browse")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "browse", "back")
    HELP_TOPIC: ClassVar[str] = "SHA-256"
    where = "Activity › compare"

    def __init__(self, activity: Activity) -> None:
        super().__init__()
        self._activity = activity

    def body(self) -> Iterable[Widget]:
        moment = wording.when(self._activity.at, self.context.zone).strip()
        zone = wording.zone_name(self._activity.at, self.context.zone)
        version = f"version {self._activity.version}, " if self._activity.version else ""
        yield Words(Content(f"Compare with {self._activity.file_name}"), classes="title")
        yield Words(Content(f"{version}received {moment} {zone}"), classes="facts")
        with Form():
            local = self.context.local
            how = "a path, or paste a hash" if local else "paste a hash; with none, F8 sends the file"
            label = "File or SHA-256" if local else "SHA-256"
            yield Field(label, EvidenceField(id="evidence", placeholder=how, local=local))
        yield Words(id="verdict")
        yield Words(id="hashes")

    def on_mount(self) -> None:
        field = self.query_one(EvidenceField)
        if self.context.local:
            field.base = config.last_folder(self.context.config) or Path.cwd()
        field.focus()
        if self.context.local and self._activity.file_name:
            self.ask(self._offer(field), group="offer", quiet=True)
        self._show(None)
        self.say("paste what certutil, sha256sum, shasum or Get-FileHash wrote, all of it")

    async def _offer(self, field: EvidenceField) -> None:
        """The file of the same name, where it still lies where the last one came from."""
        near = field.base / (self._activity.file_name or "")
        if await asyncio.to_thread(near.is_file) and not field.value:
            field.put(near)
            field.select_all()

    def on_input_changed(self, _event: Input.Changed) -> None:
        self._show(None)
        self.clear_fault()
        if (typed := self.query_one(EvidenceField).value) and _like_a_hash(typed):
            self.action_check()

    def on_path_field_several_pasted(self) -> None:
        self.show_fault(Refused(NOT_UNDERSTOOD, what="That is neither one path nor one SHA-256 of 64 digits."))

    def on_form_completed(self) -> None:
        self.action_check()

    def reason(self, key: str) -> str:
        if key == "browse" and not self.context.local:
            return "Your files are on another computer: paste the hash, or F8 sends the file to be hashed."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "compare" if key == "check" else ""

    def action_browse(self) -> None:
        browse(self, self.query_one(EvidenceField))

    def action_check(self) -> None:
        if not self.context.local and not self.query_one(EvidenceField).value.strip():
            self._send_for()
        elif not self.query_one(EvidenceField).value.strip():
            self.say(("Choose a local file, or paste a SHA-256.", "bold"))
        else:
            self.ask(self._compare(), group="compare")

    def _send_for(self) -> None:
        """The file comes by a ticket; of what comes only the hash is taken."""
        from ecp_tui.screens.sending import SendingScreen  # loaded when somebody goes there

        name = self._activity.file_name or ""
        where = "Activity › compare › send the file"
        self.open(SendingScreen(where, name, "only its SHA-256 is taken", self._arrived, purpose="compare"))

    def _arrived(self, came: FileTicketProgress) -> None:
        self._show(came.sha256)
        self.say(f"{came.file_name or 'the file'}: {wording.size_exact(came.size or 0)}")

    async def _compare(self) -> None:
        field = self.query_one(EvidenceField)
        if _like_a_hash(field.value) or not self.context.local:
            self._show(find_hash(field.value))
            return
        path = field.path or Path()
        total = await asyncio.to_thread(size_of, path)
        found = await digest(path, lambda read: self.say(f"Reading the file … {wording.share(read, total)}"))
        self._show(found.sha256)
        self.say(f"{path.name}: {wording.size_exact(found.size)}")

    # ── the answer ───────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, own: str | None) -> None:
        theirs = self._activity.sha256 or ""
        verdict = Content("")
        if own is not None:
            sign = SIGNS["match" if own == theirs else "different"]
            words = "Yours is the file that was received." if own == theirs else "Yours is not the file received."
            verdict = Content.assemble((f"{sign.glyph} {sign.word}", f"bold {sign.style}"), f"   {words}")
        self.query_one("#verdict", Words).update(verdict)
        rows: list[tuple[str, str | Content]] = [*_two_lines("Received", theirs, theirs)]
        if own is not None:
            rows += [("", ""), *_two_lines("Yours", own, theirs)]
        self.query_one("#hashes", Words).update(facts(rows, 17))


def _like_a_hash(text: str) -> bool:
    digits = "".join(text.split())
    return len(digits) > _LONG and all(character in "0123456789abcdefABCDEF" for character in digits)


def _two_lines(name: str, sha256: str, other: str) -> Iterable[tuple[str, Content]]:
    """Four groups of 16, two a line; a group that differs is underlined, so that it shows without colour."""
    pairs = zip(wording.hash_groups(sha256), wording.hash_groups(other), strict=False)
    groups = [Content.styled(own, "bold" if own == theirs else "bold underline $error") for own, theirs in pairs]
    yield name, Content(" ").join(groups[:2])
    yield "", Content(" ").join(groups[2:])
