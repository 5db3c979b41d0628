"""The demo's page: the lines that reach its SFTP endpoint, and sample files, right and wrong ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import DemoWorld
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words


class DemoScreen(EcpScreen):
    """Everything on it can be copied; the whole line under the cursor stands below the list."""

    CSS_PATH: ClassVar = "demo.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy",)
    HINTS: ClassVar[tuple[str, ...]] = ("open", "copy", "goto", "back")
    HELP_TOPIC: ClassVar[str] = "sftp"
    where = "Demo"

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, str] = {}
        self._samples = ""

    def body(self) -> Iterable[Widget]:
        yield Table((Column("", 28), Column("", 30, grows=True)), id="things", titles=False)
        yield Words("", id="whole")

    async def load(self, background: bool) -> None:
        self._show(await self.context.client.demo_world())

    def _show(self, world: DemoWorld) -> None:
        self._samples = world.samples
        self._values = {f"sftp/{place}": line for place, line in enumerate(world.sftp_lines)}
        self._values |= {"samples": world.samples, "host_key": world.host_key_fingerprint}
        self._values |= {f"file/{name}": f"{world.samples}/{name}" for name, _ in world.samples_listing}
        rows: list[Row] = [row("h1", "By SFTP, in another terminal", heading=True)]
        rows += [row(f"sftp/{place}", f"  {line}", wide=True) for place, line in enumerate(world.sftp_lines)]
        rows.append(row("host_key", f"  host key {world.host_key_fingerprint}", wide=True))
        rows += [row("g", "", heading=True), row("h2", "Sample files, made for today", heading=True)]
        rows += [row(f"file/{name}", f"  {name}", outcome) for name, outcome in world.samples_listing]
        rows.append(row("samples", f"  all in {world.samples}", wide=True))
        rows += [row("g2", "", heading=True), row("mailbox", "  Mailbox", "the mails that this demo sent")]
        self.query_one("#things", Table).show(rows)
        self.say("c copies the whole line · Enter on a file opens Submit with it")

    def on_table_moved(self, event: Table.Moved) -> None:
        self.query_one("#whole", Words).update(Content(self._values.get(event.row.key, "")))

    def on_table_opened(self, event: Table.Opened) -> None:
        if event.row.key.startswith("file/"):
            self.go("submit", path=self._values[event.row.key])
        elif event.row.key == "mailbox":
            self.go("mailbox")
        else:
            self.action_copy()

    def action_copy(self) -> None:
        if value := self._values.get(self.query_one("#things", Table).here_key):
            self.copy(value)
