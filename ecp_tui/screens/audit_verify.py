"""Verifying the whole log, for the operator's staff: recomputed on this computer from every entry, as one looks on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.rules.evidence import Check
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.evidence import checked
from ecp_tui.screens.facts import NAME_CELLS, facts
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.save import keep
from ecp_tui.whole_log import Signed, recomputed, signed
from ecp_tui.widgets.words import Words

_BAR_CELLS: Final = 40
_MARGINS: Final = 6
"""Both edges of the page, and the indent of the facts."""
_ABOUT: Final = (
    "Every entry is read and hashed here, up to the newest checkpoint; what comes out must be what the exchange has "
    "signed. It says nothing of a log that was signed anew: for that, keep checkpoints (ecp checkpoint)."
)
_NOT_HERE: Final = (
    "And this console runs on the server's computer. On your own, trusting nobody: ecp audit export, ecp audit verify."
)


class AuditVerifyScreen(EcpScreen):
    """Begins at once; Esc stops it, F5 begins anew."""

    CSS_PATH: ClassVar = "audit.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("save",)
    HINTS: ClassVar[tuple[str, ...]] = ("save", "refresh", "back")
    HELP_TOPIC: ClassVar[str] = "audit"
    where = "Audit log › verify"

    def __init__(self) -> None:
        super().__init__()
        self._signed: Signed | None = None
        self._log: Check | None = None
        self._read = 0

    def body(self) -> Iterable[Widget]:
        yield Words("Verify the log", id="title")
        yield Words(id="facts")
        yield Words(id="verdict")
        about = _ABOUT if self.context.local else f"{_ABOUT} {_NOT_HERE}"
        yield Words(Content.styled(about, "$muted"), id="about")

    async def load(self, background: bool) -> None:
        self._signed, self._log, self._read = None, None, 0
        self.say(ASKING)
        self._show()
        self._signed = await signed(self.context.client)
        self._show()
        self._log = await recomputed(self.context.client, self._signed.checkpoint, self._heard)
        self._show()

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        self.say("stopped · F5 begins anew")

    def _heard(self, read: int) -> None:
        self._read = read
        self._show()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        within = self.app.size.width - _MARGINS
        self.query_one("#facts", Words).update(facts(self._facts(), within=within))
        self.query_one("#verdict", Words).update(self._verdict())
        self.show_keys()

    def _facts(self) -> Iterator[tuple[str, str | Content]]:
        if self._signed is None:
            return
        yield "Origin", self._signed.checkpoint.origin
        yield "Checkpoint", checked(self._signed.check)
        yield "Entries", checked(self._log) if self._log is not None else self._bar(self._signed.checkpoint.size)

    def _bar(self, size: int) -> Content:
        width = min(_BAR_CELLS, self.app.size.width - _MARGINS - NAME_CELLS - 5)
        full = width * self._read // max(1, size)
        part = f"  {wording.share(self._read, size)}"
        return Content.assemble(("█" * full, "$accent"), ("░" * (width - full), "$muted"), part)

    def _verdict(self) -> Content:
        if self._signed is None or self._log is None:
            if self._signed is not None:
                size = wording.count(self._signed.checkpoint.size)
                self.say(f"{wording.count(self._read)} of {size} entries read · Esc stops")
            return Content("")
        checks = (self._signed.check, self._log)
        if all(one.state == "ok" for one in checks):
            where = "this computer" if self.context.local else "the server's computer"
            self.say(f"verified on {where} · F5 verifies anew")
            return Content.styled("● VERIFIED   the log is the one that the exchange has signed", "bold $success")
        self.say("not verified · F5 verifies anew")
        return Content.styled("✕ NOT VERIFIED", "bold $error")

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key == "save" and self._signed is None:
            return "The checkpoint is not here yet."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"save": "save checkpoint", "refresh": "verify anew"}.get(key, "")

    def action_save(self) -> None:
        """For later: that the log of then begins with the one of now."""
        if self._signed is not None:
            name, text = f"log-{self._signed.checkpoint.size}.checkpoint", self._signed.text.encode("ascii")
            keep(self, "Save the signed checkpoint", name, lambda _: text, "checkpoint -o -")
