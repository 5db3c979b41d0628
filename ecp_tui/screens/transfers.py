"""F7: the uploads and downloads of this session, their progress, and the way to cancel one or to try it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from backend.contract.faults import FILE_CHANGED
from ecp_tui import wording
from ecp_tui.downloads import Download
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.published import PublishedScreen
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
        yield Static("Uploads and downloads of this session. They go on whatever page you are on.", classes="facts")
        yield Table(_COLUMNS, id="transfers", empty="Nothing was sent or fetched in this session yet.")

    def on_mount(self) -> None:
        self.query_one(Table).focus()
        self._show()
        self.set_interval(0.5, self._show)

    @property
    def _items(self) -> list[Transfer | Download]:
        """Downloads above uploads, the latest of each first."""
        return [*reversed(self.context.downloads.items), *reversed(self.context.transfers.items)]

    @property
    def _here(self) -> Transfer | Download | None:
        here = self.query_one(Table).here
        return next((one for one in self._items if here and here.key == _key(one)), None)

    def _show(self) -> None:
        items = self._items
        self.query_one(Table).show([_row(one) for one in items])
        counted = f"{wording.count(len(items), 'transfer')} · {sum(one.running for one in items)} running"
        here = self._here
        self.say(here.progress if here is not None and here.state == "retrying" else counted)
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
        if isinstance(here, Download):
            return "copy the path" if here.state == "saved" else "fetch again"
        if here.published:
            return "who has it"
        return "receipt" if here.receipt else "check again" if _changed(here) else "send again"

    def on_table_opened(self) -> None:
        here = self._here
        if here is not None and here.running:
            self._ask_to_cancel(here)
        elif isinstance(here, Download):
            if here.state == "saved":
                self.copy(str(here.target))
            else:
                self.context.downloads.retry(here)
                self.clear_fault()
        elif here is not None and here.published is not None:
            self.open(PublishedScreen(here.published.publication))
        elif here is not None and here.receipt is not None:
            self.open(ReceiptScreen(here.receipt, fresh=True))
        elif here is not None and _changed(here):
            self.go("submit" if here.upload.to is None else "publish", path=str(here.upload.path))
        elif here is not None:
            self.context.transfers.retry(here)
            self.clear_fault()

    def _ask_to_cancel(self, here: Transfer | Download) -> None:
        what, kept = ("download", "kept") if isinstance(here, Download) else ("upload", _taken(here))
        words = Content(f"{here.words}\nNothing is {kept} by halves.")
        no = "Keep fetching" if isinstance(here, Download) else "Keep sending"
        dialog = ConfirmDialog(f"Cancel this {what}?", words, yes=f"Cancel {what}", no=no)
        self.app.push_screen(dialog, lambda yes: here.cancel() if yes else None)


def _key(moving: Transfer | Download) -> str:
    return moving.key if isinstance(moving, Download) else moving.upload.submission_id


def _taken(moving: Transfer) -> str:
    return "submitted" if moving.upload.to is None else "published"


def _changed(moving: Transfer) -> bool:
    """Its file is another one by now: sending it again would say the same."""
    return moving.fault is not None and moving.fault.fault is FILE_CHANGED


def _row(moving: Transfer | Download) -> Row:
    done = _arrived(moving) if isinstance(moving, Download) else _accepted(moving)
    state = done or Content.styled(f"◐ {moving.brief}", "$warning")
    if moving.fault is not None and not moving.running:
        state = Content.styled(f"✕ {moving.fault.number} {moving.fault.title}", "$error")
    elif moving.state == "cancelled":
        state = Content.styled("○ cancelled", "$muted")
    what = moving.wanted if isinstance(moving, Download) else moving.upload
    return row(_key(moving), what.file_name, what.folder, wording.size(what.size), state)


def _accepted(moving: Transfer) -> Content | None:
    sign = SIGNS["accepted" if moving.upload.to is None else "published"]
    return Content.styled(f"{sign.glyph} {sign.word}", sign.style) if moving.done else None


def _arrived(moving: Download) -> Content | None:
    return Content.styled("↓ saved", SIGNS["fetched"].style) if moving.state == "saved" else None
