"""F7: the uploads of this session, their progress, and the way to cancel one or to send it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from backend.contract.faults import FILE_CHANGED
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.receipt import ReceiptScreen
from ecp_tui.theme import SIGNS
from ecp_tui.transfers import Transfer
from ecp_tui.widgets.table import Column, Row, Table, row

_COLUMNS = (
    Column("File", 24, grows=True),
    Column("Folder", 7, 2),
    Column("Size", 9, 1, right=True),
    Column("State", 36),
)


class TransfersScreen(EcpScreen):
    """A list that moves by itself; Enter does what its line allows."""

    CSS_PATH: ClassVar = "submit_many.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "back")
    where = "Transfers"

    def body(self) -> Iterable[Widget]:
        yield Static("Transfers", classes="title")
        yield Static("Uploads of this session. They go on whatever page you are on.", classes="facts")
        yield Table(_COLUMNS, id="transfers", empty="Nothing was sent in this session yet.")

    def on_mount(self) -> None:
        self.query_one(Table).focus()
        self._show()
        self.set_interval(0.5, self._show)

    @property
    def _items(self) -> list[Transfer]:
        return list(reversed(self.context.transfers.items))

    @property
    def _here(self) -> Transfer | None:
        here = self.query_one(Table).here
        return next((one for one in self._items if here and here.key == one.upload.submission_id), None)

    def _show(self) -> None:
        self.query_one(Table).show([_row(one) for one in self._items])
        running = len(self.context.transfers.running)
        self.say(f"{wording.count(len(self._items), 'upload')} · {running} running")
        self.show_keys()

    def on_table_moved(self) -> None:
        self.clear_fault()

    def clear_fault(self) -> None:
        here = self._here
        if here is not None and here.fault is not None and not here.running:
            self.show_fault(here.fault)
        else:
            super().clear_fault()

    def hint_word(self, key: str) -> str:
        here = self._here
        if key != "open" or here is None:
            return ""
        if here.running:
            return "cancel"
        return "receipt" if here.receipt else "check again" if _changed(here) else "send again"

    def on_table_opened(self) -> None:
        here = self._here
        if here is None:
            return
        if here.receipt is not None:
            self.open(ReceiptScreen(here.receipt, fresh=True))
        elif here.running:
            words = Content(f"{here.words}\nNothing is submitted by halves.")
            dialog = ConfirmDialog("Cancel this upload?", words, yes="Cancel upload", no="Keep sending")
            self.app.push_screen(dialog, lambda yes: here.cancel() if yes else None)
        elif _changed(here):
            self.go("submit", path=str(here.upload.path))
        else:
            self.context.transfers.retry(here)
            self.clear_fault()


def _changed(moving: Transfer) -> bool:
    """Its file is another one by now: sending it again would say the same."""
    return moving.fault is not None and moving.fault.fault is FILE_CHANGED


def _row(moving: Transfer) -> Row:
    state = Content.styled(f"◐ {moving.progress}", "$warning")
    if moving.receipt is not None:
        state = Content.styled(f"{SIGNS['accepted'].glyph} accepted", SIGNS["accepted"].style)
    elif moving.fault is not None and not moving.running:
        state = Content.styled(f"✕ {moving.fault.number} {moving.fault.title}", "$error")
    elif moving.state == "cancelled":
        state = Content.styled("○ cancelled", "$muted")
    return row(
        moving.upload.submission_id,
        moving.upload.file_name,
        moving.upload.folder,
        wording.size(moving.upload.size),
        state,
    )
