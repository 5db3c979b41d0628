"""The receipt itself: the log's leaf as plain text, to be read and saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from ecp_tui.saving import file_name
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.save import keep
from ecp_tui.widgets.words import Words

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Receipt


class ReceiptTextScreen(EcpScreen):
    """Its text; from it anybody can recompute the leaf hash."""

    CSS_PATH: ClassVar = "receipt_text.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("save", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("save", "copy", "back")
    where = "Activity › receipt"

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self._receipt = receipt

    def body(self) -> Iterable[Widget]:
        yield Words("Receipt", classes="title")
        with VerticalScroll(id="text"):
            yield Words(Content(self._receipt.receipt))

    def on_mount(self) -> None:
        self.query_one("#text").focus()
        self.say(f"leaf hash {self._receipt.leaf_hash}")

    def action_save(self) -> None:
        save_receipt(self, self._receipt)

    def action_copy(self) -> None:
        self.copy(self._receipt.leaf_hash)

    def hint_word(self, key: str) -> str:
        return "copy leaf hash" if key == "copy" else ""


def save_receipt(screen: EcpScreen, receipt: Receipt) -> None:
    name = file_name(f"{receipt.activity.file_name or receipt.activity.act}.receipt")
    text = receipt.receipt.encode("ascii")
    keep(screen, "Save the receipt", name, lambda _: text, f"receipts show {receipt.activity.log_index}")
