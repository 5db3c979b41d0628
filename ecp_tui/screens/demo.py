"""The demo's page: the lines that reach its SFTP endpoint, and sample files, right and wrong ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import DemoWorld
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_TYPED: Final = "typed/"
_SOMEBODY: Final = "CHAN01"


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
        world = await self.context.client.demo_world()
        me = self.context.me
        self._show(world, me.login_id if me is not None else _SOMEBODY)

    def _show(self, world: DemoWorld, who: str) -> None:
        self._samples = world.samples
        self._values = {f"sftp/{place}": line for place, line in enumerate(world.sftp_lines)}
        self._values["ssh"] = f"ssh -p {world.ssh_port} {who}@{world.ssh_host}"
        self._values |= {"samples": world.samples, "host_key": world.host_key_fingerprint}
        self._values |= {f"file/{name}": f"{world.samples}/{name}" for name, _ in world.samples_listing}
        rows: list[Row] = [row("h1", "By SFTP, in another terminal", heading=True)]
        rows += [row(f"sftp/{place}", f"  {line}", wide=True) for place, line in enumerate(world.sftp_lines)]
        rows.append(row("host_key", f"  host key {world.host_key_fingerprint}", wide=True))
        rows += [row("g0", "", heading=True), row("h0", "The same console, over SSH", heading=True)]
        rows.append(row("ssh", f"  {self._values['ssh']}", wide=True))
        rows.append(row(f"{_TYPED}{who}", f"  what {who} types there", "Enter shows password and a fresh code"))
        rows += self._existing(world)
        rows += [row("g", "", heading=True), row("h2", "Sample files, made for today", heading=True)]
        rows += [row(f"file/{name}", f"  {name}", outcome) for name, outcome in world.samples_listing]
        rows.append(row("samples", f"  all in {world.samples}", wide=True))
        rows += [row("g2", "", heading=True), row("mailbox", "  Mailbox", "the mails that this demo sent")]
        self.query_one("#things", Table).show(rows)
        self.say("c copies the whole line · Enter on a file opens Submit with it")

    def _existing(self, world: DemoWorld) -> list[Row]:
        """The page that shrinks as folders move, and who signs in there."""
        if not world.existing_ecp:
            return []
        rows = [row("g1", "", heading=True), row("h3", "The existing ECP, in a browser", heading=True)]
        self._values["existing"] = world.existing_ecp
        rows.append(row("existing", f"  {world.existing_ecp}", "its folders move: see Migration"))
        for login, password, company in world.existing_accounts:
            self._values[f"existing/{login}"] = password
            rows.append(row(f"existing/{login}", f"  {login}  {password}", company, wide=True))
        return rows

    def on_table_moved(self, event: Table.Moved) -> None:
        self.query_one("#whole", Words).update(Content(self._values.get(event.row.key, "")))

    def on_table_opened(self, event: Table.Opened) -> None:
        if event.row.key.startswith("file/"):
            self.go("submit", path=self._values[event.row.key])
        elif event.row.key == "mailbox":
            self.go("mailbox")
        elif event.row.key.startswith(_TYPED):
            self.ask(self._tell(event.row.key.removeprefix(_TYPED)), group="tell")
        else:
            self.action_copy()

    async def _tell(self, who: str) -> None:
        """What an authenticator and a memory hold; the demo's people have neither."""
        known = await self.context.client.demo_credentials(who)
        self.query_one("#whole", Words).update(Content(f"password {known.password}   One-Time-Password {known.otp}"))

    def action_copy(self) -> None:
        if value := self._values.get(self.query_one("#things", Table).here_key):
            self.copy(value)
