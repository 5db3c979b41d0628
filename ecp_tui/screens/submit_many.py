"""Several files at once: one line each, checked first, sent together, each with an outcome of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from backend.contract.faults import DISAGREE, FILE_CHANGED, Refused
from backend.contract.messages import Check, Receipt
from backend.contract.rules.expectations import Unexpected, unexplained
from ecp_tui import config, wording
from ecp_tui.digest import Digest, digest, size_of
from ecp_tui.draft import Draft, propose
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.explaining import ExplanationDialog
from ecp_tui.screens.findings import FindingsScreen
from ecp_tui.screens.receipt import ReceiptScreen
from ecp_tui.transfers import Transfer, upload_of
from ecp_tui.widgets.table import Column, Row, Table, row

_COLUMNS = (
    Column("File", 24, grows=True),
    Column("Folder", 7, 3),
    Column("Identity", 8, 1),
    Column("Input date", 10, 2),
    Column("Size", 9, 4, right=True),
    Column("State", 26),
)


_MOST_NAMED = 6


@dataclass(slots=True)
class Line:
    """One of the files: what its name proposes, the verdict on it, and its upload."""

    path: Path
    draft: Draft | None = None
    found: Digest | None = None
    verdict: Check | None = None
    fault: Refused | None = None
    transfer: Transfer | None = None
    explanation: str = ""

    @property
    def unexplained(self) -> tuple[Unexpected, ...]:
        """What in it wants an explanation that nobody has typed yet."""
        return self.found.unexpected if self.ready and self.found is not None and not self.explanation else ()

    @property
    def ready(self) -> bool:
        new = self.verdict is not None and not self.verdict.unchanged
        return new and (self.transfer is None or self.transfer.state == "cancelled")

    @property
    def receipt(self) -> Receipt | None:
        return self.transfer.receipt if self.transfer else None

    @property
    def log_index(self) -> int | None:
        """Of the activity that holds these bytes, once there is one."""
        if self.receipt is not None:
            return self.receipt.activity.log_index
        same = self.verdict.replaces if self.verdict and self.verdict.unchanged else None
        return same.log_index if same else None

    @property
    def wrong(self) -> Refused | None:
        return self.transfer.fault if self.transfer and not self.transfer.running else self.fault

    @property
    def to_read(self) -> Refused | None:
        """All that was found in it: what is wrong, or what wants an explanation."""
        if self.wrong is not None:
            return self.wrong if self.wrong.findings else None
        return unexplained(self.unexplained) if self.unexplained else None


class SubmitManyScreen(EcpScreen):
    """The table; the line under the cursor explains itself below it."""

    CSS_PATH: ClassVar = "submit_many.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "open", "back")
    HELP_TOPIC: ClassVar[str] = "submit"
    where = "Submit › several files"

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._lines = [Line(path) for path in paths]

    def body(self) -> Iterable[Widget]:
        yield Static("File Submission", classes="title")
        words = "Folder, identity and input date are read from each name."
        yield Static(f"{wording.count(len(self._lines), 'file')}. {words}", classes="facts")
        yield Table(_COLUMNS, id="files")

    def on_mount(self) -> None:
        self.query_one(Table).focus()
        self._show()
        self.set_interval(0.25, self._show)

    # ── checking ─────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """Checks every line that has no upload yet, or whose file changed: here first, then by the server."""
        self.context.folders = tuple(await self.context.client.folders(background=background))
        for line in self._lines:
            if line.wrong is not None and line.wrong.fault is FILE_CHANGED:
                line.transfer = None
            if line.transfer is None:
                await self._check(line)
                self._show()
        good = next((line for line in self._lines if line.verdict), None)
        if good is not None:
            config.remember_folder(self.context.config, good.path.parent)

    async def _check(self, line: Line) -> None:
        line.fault = line.verdict = None
        try:
            line.draft = propose(line.path, self.context.folders)
            line.draft.request(await asyncio.to_thread(size_of, line.path))
            line.found = await digest(line.path, None, line.draft.content, line.draft.input_date)
            line.verdict = await self.context.client.check(line.draft.request(line.found.size, line.found.sha256))
        except Refused as refused:
            line.fault = refused

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _ready(self) -> list[Line]:
        return [line for line in self._lines if line.ready]

    def reason(self, key: str) -> str:
        if key == "check" and not self._ready:
            return "No file is ready to be sent."
        if key == "open" and (self._here is None or (self._here.log_index is None and not self._here.to_read)):
            return "The receipt comes with the acceptance."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        opens = "findings" if self._here is not None and self._here.to_read else "receipt"
        return {"check": f"submit {len(self._ready)}", "open": opens}.get(key, "")

    def action_check(self) -> None:
        """Asks once for all files that want an explanation: what is typed is said of each."""
        wanting = [line for line in self._lines if line.unexplained]
        if not wanting:
            self._confirm()
            return
        found = "\n".join(f"{line.path.name}: {line.unexplained[0].words}" for line in wanting[:_MOST_NAMED])
        more = f"\nand {len(wanting) - _MOST_NAMED} more" if len(wanting) > _MOST_NAMED else ""
        what = f"the findings in {wording.count(len(wanting), 'file')}"
        self.app.push_screen(ExplanationDialog(what, found + more), partial(self._explain, wanting))

    def _explain(self, wanting: Sequence[Line], words: str | None) -> None:
        if words is not None:
            for line in wanting:
                line.explanation = words
            self._confirm()

    def _confirm(self) -> None:
        replacing = [line for line in self._ready if line.verdict and line.verdict.replaces]
        if not replacing:
            self._send(True)
            return
        names = "\n".join(f"! {line.path.name}" for line in replacing[:_MOST_NAMED])
        more = f"\n  and {len(replacing) - _MOST_NAMED} more" if len(replacing) > _MOST_NAMED else ""
        title = f"Submit {wording.count(len(self._ready), 'file')} and replace {len(replacing)}?"
        words = Content(f"{names}{more}\nThe versions before stay as evidence.")
        self.app.push_screen(ConfirmDialog(title, words, yes="Submit and replace"), self._send)

    def _send(self, agreed: bool | None) -> None:
        for line in self._ready if agreed else ():
            if line.draft is not None and line.found is not None:
                line.transfer = self.context.transfers.start(
                    upload_of(line.draft, line.found, explanation=line.explanation)
                )
        self._show()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        self.query_one(Table).show([self._row(line) for line in self._lines])
        accepted = sum(line.receipt is not None for line in self._lines)
        wrong = sum(line.wrong is not None for line in self._lines)
        words = [f"{len(self._ready)} ready", f"{accepted} accepted", f"{wrong} not acceptable"]
        self.say(" · ".join([wording.count(len(self._lines), "file"), *words]))
        self.show_keys()

    def _row(self, line: Line) -> Row:
        draft = line.draft
        return row(
            str(line.path),
            line.path.name,
            draft.folder.folder if draft and draft.folder else "–",
            (draft.identity_code if draft else None) or "–",
            draft.input_date.isoformat() if draft and draft.input_date else "–",
            wording.size(line.found.size) if line.found else "–",
            _state(line),
        )

    @property
    def _here(self) -> Line | None:
        here = self.query_one(Table).here
        return next((line for line in self._lines if here and here.key == str(line.path)), None)

    def on_table_moved(self) -> None:
        self.clear_fault()
        self.show_keys()

    def clear_fault(self) -> None:
        """What is wrong with the line under the cursor stands below the table."""
        here = self._here
        if here is not None and here.wrong is not None:
            self.show_fault(here.wrong)
        else:
            super().clear_fault()

    def on_table_opened(self) -> None:
        here = self._here
        if here is not None and (found := here.to_read) is not None:
            self.open(FindingsScreen(here.path.name, found))
        elif here is not None and here.log_index is not None:
            self.open(ReceiptScreen(here.receipt, log_index=here.log_index, fresh=True))

    def action_back(self) -> None:
        """Esc asks first where files would be left unsent; uploads go on in any case."""
        if not self._ready:
            super().action_back()
            return
        words = f"{wording.count(len(self._ready), 'file')} checked, not sent."
        dialog = ConfirmDialog("Leave without sending?", words, yes="Leave", no="Stay")
        self.app.push_screen(dialog, self._leave)

    def _leave(self, agreed: bool | None) -> None:
        if agreed:
            super().action_back()


def _state(line: Line) -> Content:
    moving = line.transfer
    if line.receipt is not None:
        return Content.styled("● accepted", "$success")
    if moving is not None and moving.running:
        return Content.styled(f"◐ {moving.brief}", "$warning")
    if line.wrong is not None:
        words = line.wrong.values.get("reason", "").replace("_", " ") if line.wrong.fault is DISAGREE else ""
        words = wording.count(len(line.wrong.findings), "finding") if line.wrong.findings else words
        return Content.styled(f"✕ {line.wrong.number} {words}".rstrip(), "$error")
    if line.verdict is None:
        return Content.styled("○ checking", "$muted")
    if line.verdict.unchanged:
        return Content.styled("○ same as before", "$muted")
    wants = f"{wording.count(len(line.unexplained), 'finding')} to explain" if line.unexplained else ""
    replaces = f"replaces version {line.verdict.replaces.version}" if line.verdict.replaces else ""
    return Content.styled(f"! {wants or replaces}" if wants or replaces else "◐ ready", "$warning")
