"""Publishing a file that is not on this computer: it comes by a one-time ticket, and is looked at here."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from backend.contract.messages import FileTicketProgress
from ecp_tui.digest import Digest
from ecp_tui.publishing_wording import whom
from ecp_tui.screens.publish_form import PublishFormScreen
from ecp_tui.screens.sending import SendingScreen


class PublishSentScreen(PublishFormScreen):
    """The same form and rules; F8 waits for the file, then shows what came for review."""

    HINTS: ClassVar[tuple[str, ...]] = ("check", "from_name", "back")

    def __init__(self) -> None:
        super().__init__()
        self._came: FileTicketProgress | None = None
        self._came_as = ""

    @property
    def _known(self) -> bool:
        return self._form.file.path is not None

    async def _weigh(self, path: Path) -> None:
        """What came counts as long as the form names it."""
        came = self._came if path.name == self._came_as else None
        self._bytes = came.size if came is not None else None

    async def _review(self) -> None:
        """Everything that the name decides is judged before a byte is sent."""
        if not await self._complete():
            return
        path, came = self._form.file.path or Path(), self._came
        if self._bytes is not None and came is not None:
            found = Digest(came.size or 0, came.rows or 0, came.sha256 or "", 0)
            await self._judge(found)
            self._open_review(path, found, came)
            return
        await self._judge()
        self._show()
        if self._verdict is not None:
            facts = f"{self._request().folder} · for {whom(self._form.to or '')}"
            where = f"{self.where} › send it"
            self.open(SendingScreen(where, path.name, facts, self._arrived, purpose="publish"))

    def _arrived(self, came: FileTicketProgress) -> None:
        """By a browser another name may come than was typed: the one that came is the file's."""
        path = self._form.file.path or Path()
        if came.file_name and came.file_name != path.name:
            self._form.put(Path(came.file_name))
            self._form.propose()
        self._came, self._came_as = came, (self._form.file.path or path).name
        self.ask(self._review(), group="look")
