"""File Submission where the file is not on this computer: it comes by a one-time ticket, and is looked at here."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from backend.contract.faults import DISAGREE, Refused
from backend.contract.messages import FileTicketProgress, TicketedFile
from ecp_tui import wording
from ecp_tui.digest import Digest
from ecp_tui.screens.sending import SendingScreen
from ecp_tui.screens.submit import SubmitScreen
from ecp_tui.screens.submit_review import ReviewScreen


class SubmitSentScreen(SubmitScreen):
    """The same form and rules; F8 waits for the file, then shows what came for review."""

    HINTS: ClassVar[tuple[str, ...]] = ("check", "from_name", "back")

    def __init__(self) -> None:
        super().__init__()
        self._came: FileTicketProgress | None = None
        """What came and is not submitted yet."""
        self._came_as = ""

    @property
    def _known(self) -> bool:
        return self._form.file.path is not None

    async def _weigh(self, path: Path) -> None:
        """What came counts as long as the form names it."""
        came = self._came if path.name == self._came_as else None
        self._bytes = came.size if came is not None else None

    def _about_the_file(self) -> str:
        state = "not sent yet" if self._bytes is None else f"{wording.size(self._bytes)} have come, not submitted yet"
        return f"{state}{self._form.about_the_name}"

    async def _review(self) -> None:
        """Everything that the name decides is judged before a byte is sent."""
        if not await self._complete():
            return
        draft = self._form.draft
        if self._bytes is None:
            self._verdict = await self.context.client.check(draft.request(None))
            folder, identity_code, input_date = draft.complete()
            facts = f"{folder.folder} {folder.title} · {identity_code} · {wording.day(input_date)}"
            self.open(SendingScreen("Submit › send the file", draft.file_name, facts, self._arrived))
        elif self._came is not None:
            await self._judge(self._came)

    def _arrived(self, came: FileTicketProgress) -> None:
        """By a browser another name may come than was typed: the one that came is the file's."""
        if came.file_name and came.file_name != self._form.draft.file_name:
            self._form.file.put(Path(came.file_name))
            self._form.propose()
        self._came, self._came_as = came, self._form.draft.file_name
        self.ask(self._judge(came), group="look")

    async def _judge(self, came: FileTicketProgress) -> None:
        """The verdict on exactly what came, its content included."""
        if not await self._complete():
            return
        draft = self._form.draft
        folder, identity_code, input_date = draft.complete()
        said = TicketedFile(
            folder=folder.folder, identity_code=identity_code, input_date=input_date, file_name=draft.file_name
        )
        try:
            self._verdict = await self.context.client.check_ticketed(came.id, said)
        except Refused as refused:
            if refused.fault is not DISAGREE:  # with other bytes it may be right: they have to come anew
                self._came = None
            self._wrong = refused if refused.findings else None
            self._show()
            self._open_findings()
            raise
        self._show()
        found = Digest(came.size or 0, came.rows or 0, came.sha256 or "", 0)
        self.open(ReviewScreen(draft, found, self._verdict, self._typed, came=came))

    def _several(self, paths: list[Path]) -> None:
        others = wording.count(len(paths) - 1, "more file")
        self.notify(f"Files go one after another: {paths[0].name} first, then {others}.", markup=False)

    def _sent(self) -> None:
        self._came = None
        super()._sent()
