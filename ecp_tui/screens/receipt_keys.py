"""Receipt keys: who signs receipts, by whole fingerprints; and the two files that verify them, to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from ecp_tui import wording
from ecp_tui.holdings import SHOWS_KEYS, Signers, save_signers
from ecp_tui.receipt_keys import MEANINGS, ReceiptKey, receipt_keys
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.save import SaveDialog, keep
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (Column("State", 10), Column("Fingerprint", 50, grows=True), Column("Since", 11, 1))
_MARGINS: Final = 7
"""Both edges of the page, the indent of the facts, and their scrollbar."""
_COMPARE: Final = "All of the fingerprint, once, with the one that the exchange publishes elsewhere."


class ReceiptKeysScreen(EcpScreen):
    """Open to everybody, with an account or without: whoever holds a receipt may ask who signed it."""

    CSS_PATH: ClassVar = "receipt_keys.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("save", "copy", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("save", "copy", "back")
    HELP_TOPIC: ClassVar[str] = "receipts"
    where = "Receipt keys"

    def __init__(self) -> None:
        super().__init__()
        self._files: Signers | None = None
        self._keys: dict[str, ReceiptKey] = {}

    def body(self) -> Iterable[Widget]:
        yield Words("Receipt keys", id="title", classes="title")
        yield Table(_COLUMNS, id="keys", empty=ASKING)
        with VerticalScroll(id="whole"):
            yield Words(id="facts")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#keys", Table)

    @property
    def _here(self) -> ReceiptKey | None:
        return self._keys.get(self._table.here_key)

    async def load(self, background: bool) -> None:
        client = self.context.client
        self._files = Signers(await client.allowed_signers(), await client.revoked_keys())
        found = receipt_keys(self._files, self.context.now())
        self._keys = {f"{place}/{one.fingerprint}": one for place, one in enumerate(found)}
        origins = ", ".join(dict.fromkeys(one.signer.origin for one in found))
        about = f"   {origins} signs with them" if origins else ""
        self.query_one("#title", Words).update(Content.assemble(("Receipt keys", "bold"), (about, "$muted not bold")))
        self._table.empty = "This server shows no key: nothing that it says is signed."
        self._table.show([self._row(key, one) for key, one in self._keys.items()])
        self._show_here()
        self._say()

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        if self._files is None:
            self._table.empty = ""
            self.say("F5 asks again")

    def _say(self) -> None:
        signing = sum(one.state == "signs" for one in self._keys.values())
        zone = wording.zone_name(self.context.now(), self.context.zone)
        count = wording.count(len(self._keys), "key")
        signs = f"{count}, {signing} of them {'signs' if signing == 1 else 'sign'} today"
        self.say(f"{signs if self._keys else 'no key'} · times {zone}")

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _row(self, key: str, one: ReceiptKey) -> Row:
        sign = SIGNS[one.state]
        since = self.context.here(one.signer.after).date().isoformat() if one.signer.after else "–"
        state = Content.styled(f"{sign.glyph} {sign.word}", sign.style)
        return row(key, state, one.fingerprint, since, dim=one.state != "signs")

    def on_table_moved(self) -> None:
        self._show_here()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_here)

    def _show_here(self) -> None:
        one = self._here
        told = facts(self._told(one), within=self.app.size.width - _MARGINS) if one is not None else Content("")
        self.query_one("#facts", Words).update(told)
        self.show_keys()

    def _told(self, one: ReceiptKey) -> Iterator[tuple[str, str | Content]]:
        sign = SIGNS[one.state]
        yield "Fingerprint", Content.styled(one.fingerprint, "bold")
        yield "Signs", f"{one.uses} of {one.signer.origin}"
        yield "Since", self._at(one.signer.after) or "no start is set"
        yield "Until", self._at(one.signer.before) or "no end is set"
        yield "", Content.assemble((f"{sign.glyph} ", sign.style), MEANINGS[one.state])
        yield "", ""
        yield "Compare", _COMPARE
        yield "Saved ones", SHOWS_KEYS
        yield "Public key", one.signer.public_key

    def _at(self, instant: datetime | None) -> str:
        return wording.when(instant, self.context.zone, seconds=True, year=True).strip() if instant else ""

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key in ("save", "copy", "copy_row") and self._here is None:
            return "There is no key here."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"save": "save files", "copy": "copy fingerprint", "copy_row": "copy key"}.get(key, "")

    def action_copy(self) -> None:
        if (one := self._here) is not None:
            self.copy(one.fingerprint)

    def action_copy_row(self) -> None:
        if (one := self._here) is not None:
            self.copy(one.signer.public_key)

    def action_save(self) -> None:
        """Both files; to a browser the second where it holds anything, over SSH the line that gets the first."""
        if self._files is None:
            return
        if self.context.local:
            self.app.push_screen(SaveSignersDialog(self, self._files))
        else:
            self._give(ALLOWED_SIGNERS, self._files.allowed)
            if self._files.revoked and self.context.reach == "browser":
                self._give(REVOKED_KEYS, self._files.revoked)

    def _give(self, name: str, text: str) -> None:
        keep(self, "Save the receipt keys", name, lambda _: text.encode(), "receipts keys -o -")


class SaveSignersDialog(SaveDialog):
    """allowed_signers where it is asked for, and revoked_keys beside it."""

    def __init__(self, screen: EcpScreen, files: Signers) -> None:
        title = f"Save {ALLOWED_SIGNERS}, and {REVOKED_KEYS} beside it"
        super().__init__(screen.context, title, ALLOWED_SIGNERS, lambda _: b"")
        self._files = files

    async def written(self, path: Path, *, replace: bool) -> Path:
        return save_signers(path, self._files)

    def said(self, written: Path) -> str:
        return f"Saved: {written}\nwith {REVOKED_KEYS} beside it. Compare the fingerprints:\n{SHOWS_KEYS}"
