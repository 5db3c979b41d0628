"""SFTP access: five steps, each done, next or waiting; keys, addresses, and what is asked for (FAQ Q22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.widget import Widget

from backend.contract.messages import ChangeRequest, SftpAccessPage
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.save import keep
from ecp_tui.screens.sftp_address import RegisterAddressScreen
from ecp_tui.screens.sftp_connection import SftpConnectionScreen, ssh_config
from ecp_tui.screens.sftp_key import RegisterKeyScreen
from ecp_tui.screens.sftp_rotation import RotateKeyScreen
from ecp_tui.screens.sftp_rows import COLUMNS, AccessRows
from ecp_tui.screens.sftp_taking import remove, revoke, withdraw
from ecp_tui.widgets.table import Table
from ecp_tui.widgets.words import Words

_KEY, _ADDRESS, _CONNECTION, _FOLDERS = "2", "3", "4", "5"


class SftpAccessScreen(EcpScreen):
    """One account's page: one's own, or for delegated administrators that of a user of the company."""

    CSS_PATH: ClassVar = "sftp_access.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "copy", "save")
    HINTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "copy", "save")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "SFTP"
    where = "SFTP access"

    def __init__(self) -> None:
        super().__init__()
        self._login_id: str | None = None
        """Whose page was asked for; `None` means one's own."""
        self._page: SftpAccessPage | None = None
        self._stand_on = ""

    def body(self) -> Iterable[Widget]:
        yield Table(COLUMNS, id="access", empty=ASKING, titles=False)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#access", Table)

    def arrive(self, wanted: Mapping[str, str]) -> None:
        """`login_id`: the page of that account."""
        self._login_id = wanted.get("login_id")
        self._page = None
        self._table.show([])
        self.reload()

    async def load(self, background: bool) -> None:
        first = self._page is None
        if self.context.demo and self.context.world is None:
            self.context.world = await self.context.client.demo_world()
        self._page = page = await self.context.client.sftp_access(self._login_id, background=background)
        self.where = f"SFTP access › {page.login_id}" if self._login_id else "SFTP access"
        self._show()
        if first and not self._stand_on:
            step = next((one.number for one in page.steps if one.state in ("next", "waiting")), 1)
            self._stand_on = f"step/{step}"
        if self._stand_on:  # once the list has its room, or it would scroll for the room it had
            self.call_after_refresh(self._table.go_to, self._stand_on)
            self._stand_on = ""
        self._show_whole()

    def _show(self) -> None:
        if self._page is not None:
            self._table.show(AccessRows(self._page, self.context, self.app.size.width).rows())

    def on_resize(self) -> None:
        self._show()

    def _show_whole(self) -> None:
        if self._page is None:
            return
        self.query_one("#whole", Words).update(AccessRows(self._page, self.context).whole(self._table.here_key))
        done = sum(step.state == "done" for step in self._page.steps)
        said = "is" if self._page.covered else "is not"
        place = f"you come from {self._page.your_address}, which {said} registered"
        self.say(f"{done} of {len(self._page.steps)} steps done · {place}")
        self.show_keys()

    def on_table_moved(self) -> None:
        self._show_whole()

    # ── what the cursor stands on ────────────────────────────────────────────────────────────────────────────

    @property
    def _here(self) -> tuple[str, str]:
        """Kind and name of the row under the cursor."""
        kind, _, which = self._table.here_key.partition("/")
        return kind, which

    @property
    def _request(self) -> ChangeRequest | None:
        kind, which = self._here
        requests = self._page.requests if self._page else ()
        return next((one for one in requests if kind == "req" and str(one.id) == which), None)

    @property
    def _addresses_here(self) -> bool:
        return self._here[0] in ("net", "here") or self._here == ("step", _ADDRESS)

    @property
    def _revocable(self) -> bool:
        kind, which = self._here
        keys = self._page.keys if self._page else ()
        return any(kind == "key" and key.fingerprint == which and key.state != "revoked" for key in keys)

    def reason(self, key: str) -> str:
        if self._page is None and key in self.ACTS:
            return "The page is not here yet."
        kind = self._here[0]
        if key == "reject" and not (self._revocable or kind == "net"):
            if self._request is None:
                return "Choose a key to revoke, an address to remove or a request to withdraw."
            if "withdraw" not in self._request.acts:
                return "This request is not yours to withdraw, or is decided."
        if key == "save" and self.context.reach == "ssh":
            return "Over SSH there is no disk of yours here: c copies it."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        taken = {"key": "revoke", "net": "remove", "req": "withdraw"}
        words = {
            "submit": "new address" if self._addresses_here else "new key",
            "reject": taken.get(self._here[0], "revoke"),
            "save": "ssh config",
        }
        return words.get(key, "")

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def on_table_opened(self) -> None:
        page, (kind, which) = self._page, self._here
        if page is None:
            return
        if (kind, which) == ("step", _CONNECTION):
            self.open(SftpConnectionScreen(page))
        elif (kind, which) == ("step", _FOLDERS):
            self.open(SftpConnectionScreen(page, tree=True))
        elif kind == "key" and which:
            self.open(RotateKeyScreen(page, which, self.reload))
        elif kind == "req":
            self.open(ApprovalScreen(int(which)))
        elif (kind, which) in (("step", _KEY), ("key", "")) or self._addresses_here:
            self.action_submit()

    def action_submit(self) -> None:
        if self._page is None:
            return
        if self._addresses_here:
            self.open(RegisterAddressScreen(self._page, self._asked))
        else:
            self.open(RegisterKeyScreen(self._page, self._asked))

    def _asked(self, request_id: int) -> None:
        """A request was made: the list shows it, with who can check it."""
        self._stand_on = f"req/{request_id}"
        self.reload()

    def action_reject(self) -> None:
        kind, which = self._here
        if self._page is None:
            return
        if kind == "key":
            revoke(self, which, self.reload)
        elif kind == "net":
            remove(self, self._page.login_id, which, self.reload)
        elif (request := self._request) is not None:
            withdraw(self, request, self.reload)

    def action_copy(self) -> None:
        """A fingerprint, a network, a request's number; on a step, the block for ~/.ssh/config."""
        kind, which = self._here
        if kind in ("key", "net", "req") and which:
            self.copy(which)
        elif self._page is not None:
            self.copy(self._page.your_address if kind == "here" else ssh_config(self._page, self.context))

    def action_save(self) -> None:
        if self._page is not None:
            block = ssh_config(self._page, self.context).encode()
            keep(self, "Save the ssh configuration", "ecp.ssh", lambda _: block)

    def action_back(self) -> None:
        """From somebody else's page back to where their account is."""
        if self._login_id is None:
            super().action_back()
            return
        login_id, self._login_id, self._page = self._login_id, None, None
        self.reload()
        self.go("users", login_id=login_id)
