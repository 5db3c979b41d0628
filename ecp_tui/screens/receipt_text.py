"""The receipt itself: the log's leaf as plain text, what vouches for it, and how anybody verifies that."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from ecp_tui.evidence import Held
from ecp_tui.holdings import receipt_name
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.evidence import check_lines
from ecp_tui.screens.facts import facts
from ecp_tui.screens.save import SaveDialog, keep
from ecp_tui.widgets.words import Words

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Receipt

_MARGINS = 8
"""Both edges of the page, the indent of the text, and its scrollbar."""
_NOT_SIGNED = "This entry is not signed; its proof shows that the log has it: ecp receipts bundle."


class ReceiptTextScreen(EcpScreen):
    """Its text, from which anybody can recompute the leaf hash; then each check, and the line for any computer."""

    CSS_PATH: ClassVar = "receipt_text.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("save", "copy", "copy_row", "open")
    HINTS: ClassVar[tuple[str, ...]] = ("save", "copy", "open", "back")
    HELP_TOPIC: ClassVar[str] = "Receipt"
    where = "Activity › receipt"

    def __init__(self, receipt: Receipt, held: Held | None = None) -> None:
        super().__init__()
        self._receipt = receipt
        self._held = held

    @property
    def _is_receipt(self) -> bool:
        return self._receipt.activity.act == "accepted"

    @property
    def _line(self) -> str:
        """What verifies it once it is saved under its own name."""
        return self._held.line(f"{receipt_name(self._receipt)}.receipt") if self._held is not None else ""

    def body(self) -> Iterable[Widget]:
        yield Words("Receipt" if self._is_receipt else "Log entry", classes="title")
        with VerticalScroll(id="text"):
            yield Words(Content(self._receipt.receipt))
            if self._held is not None:
                yield Words(id="checks")
                if self._is_receipt:
                    where = "any computer" if self.context.local else "your own computer, which this console is not on"
                    yield Words(Content.styled(f"Verify it on {where}, with what w saves:", "$muted"))
                    yield Words(Content(self._line or _NOT_SIGNED))

    def on_mount(self) -> None:
        self.query_one("#text").focus()
        self.say(f"leaf hash {self._receipt.leaf_hash}")
        if self._held is not None:
            checks = facts(check_lines(self._held), within=self.app.size.width - _MARGINS)
            self.query_one("#checks", Words).update(Content.assemble(checks, "\n"))

    def reason(self, key: str) -> str:
        if key == "copy" and not self._line:
            return "There is no signature here to verify."
        return super().reason(key)

    def action_save(self) -> None:
        save_receipt(self, self._receipt, self._held)

    def action_copy(self) -> None:
        self.copy(self._line)

    def action_copy_row(self) -> None:
        self.copy(self._receipt.leaf_hash)

    def hint_word(self, key: str) -> str:
        return {"copy": "copy verify line", "copy_row": "copy leaf hash", "open": "receipt keys"}.get(key, "")

    def action_open(self) -> None:
        self.go("receipt_keys")


class SaveReceiptDialog(SaveDialog):
    """The receipt where it is asked for, and beside it its signature, its proof and the exchange's keys."""

    def __init__(self, screen: EcpScreen, name: str, held: Held) -> None:
        super().__init__(screen.context, "Save the receipt, with all that verifies it", name, lambda _: b"")
        self._held = held

    async def written(self, path: Path, *, replace: bool) -> Path:
        return self._held.write(path, replace=replace)

    def said(self, written: Path) -> str:
        words = "with signature, proof and allowed_signers. Verify it there with:"
        return f"Saved: {written}\n{words}\n{self._held.line(written.name)}"


def save_receipt(screen: EcpScreen, receipt: Receipt, held: Held | None) -> None:
    """With all that goes with it, once that has come; wherever there is no folder of the person's, as one file."""
    name = f"{receipt_name(receipt)}.receipt"
    if held is None or receipt.activity.act != "accepted":
        text = receipt.receipt.encode("ascii")
        keep(screen, "Save the receipt", name, lambda _: text, f"receipts show {receipt.activity.log_index}")
    elif screen.context.local:
        screen.app.push_screen(SaveReceiptDialog(screen, name, held))
    else:
        name, tar = held.tar(receipt)
        keep(screen, "Save the receipt", name, lambda _: tar, f"receipts bundle {receipt.activity.log_index}")
