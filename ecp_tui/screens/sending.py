"""Sending a file from where this program cannot look: a one-time ticket, the line or link for it, what arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import NOT_FOUND, Refused, refusal
from backend.contract.messages import FileTicket, FileTicketProgress, TicketPurpose
from ecp_tui import wording
from ecp_tui.lines import Lines, lines
from ecp_tui.pace import Pace
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.words import Words

_LOOK: Final = 1.0
"""Seconds between looks at what has come."""
_OVER: Final = frozenset({"refused", "expired", "used"})


class SendingScreen(EcpScreen):
    """Waits for one file. By itself it submits nothing: what came goes back to the page that asked for it."""

    CSS_PATH: ClassVar = "sending.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("copy", "copy_row", "refresh", "back")
    HELP_TOPIC: ClassVar[str] = "ticket"

    def __init__(
        self,
        where: str,
        file_name: str,
        facts: str,
        arrived: Callable[[FileTicketProgress], None],
        *,
        purpose: TicketPurpose = "submit",
    ) -> None:
        """`facts`: a line about the file; `arrived` hears of it when this page has closed itself."""
        super().__init__()
        self.where = where
        self._file_name, self._about, self._arrived, self._purpose = file_name, facts, arrived, purpose
        self._ticket: FileTicket | None = None
        self._link = ""
        self._seen: FileTicketProgress | None = None
        self._pace = Pace(0)

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled(self._file_name, "bold"), classes="title")
        yield Words(self._about, classes="facts")
        yield Words("Asking for a ticket …", id="how")
        yield Words(id="state")

    def on_mount(self) -> None:
        self.say("nothing is submitted by sending: you look at it here first")
        self.set_interval(_LOOK, self._look)

    # ── the ticket ───────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """A ticket; another one where the first has come to nothing."""
        if self._ticket is not None and not self._is_over:
            await self._ask()
            return
        self._seen, self._pace = None, Pace(0)
        self._ticket = await self.context.client.make_ticket(self._purpose, self._file_name or None)
        self._link = self._opened(self._ticket)
        self.query_one("#how", Words).update(self._how())
        self._show()

    def _opened(self, ticket: FileTicket) -> str:
        links = self.context.links
        return links.upload(ticket.ticket, self._file_name) if links is not None else ""

    @property
    def _is_over(self) -> bool:
        return self._seen is not None and self._seen.state in _OVER

    @property
    def _lines(self) -> Lines:
        """The line for another terminal; in a browser the address."""
        if self._ticket is None or self._link:
            return Lines(self._link, "")
        served = self.context.config.served
        to = f"-p {served.port} {self._ticket.ticket}@{served.host}" if served is not None else self._ticket.ticket
        return lines(f"ssh {to}", "<", self._file_name or "FILE")

    def _how(self) -> Content:
        if self._link:
            words = "Your browser opens a page where you choose the file. Where it does not:"
            return Content.assemble((words, "$muted"), "\n\n  ", (self._link, "bold"))
        return Content.assemble(
            ("In another terminal, in the folder of the file:\n\n", "$muted"),
            ("  ", ""),
            (self._lines.shell, "bold"),
            ("\n\nIn Windows PowerShell:\n\n", "$muted"),
            f"  {self._lines.powershell}",
        )

    # ── what comes ───────────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        waits = self._ticket is not None and not self._is_over
        if self.is_current and waits and not self.loading_now and self.context.signed_in:
            self.reload(background=True)

    async def _ask(self) -> None:
        if self._ticket is None:
            return
        try:
            self._seen = await self.context.client.ticket_progress(self._ticket.id)
        except Refused as refused:
            if refused.fault is not NOT_FOUND:
                raise
            self._ticket = None  # the server was started anew, and its tickets are gone
            self.say(("That ticket is no more: here is another.", "bold $warning"))
            self.call_later(self.reload)
            return
        if self._seen.state == "arrived":
            seen, self._ticket = self._seen, None
            self.post_message(self.Closed())
            self.app.call_later(self._arrived, seen)
            return
        self._pace.heard(self._seen.received)
        self._show()
        if self._seen.fault is not None and self._seen.state != "expired":
            raise refusal(self._seen.fault.number, self._seen.fault.values)

    def _show(self) -> None:
        self.query_one("#how").display = not self._is_over
        self.query_one("#state", Words).update(self._state())
        self.show_keys()

    def _state(self) -> Content:
        seen = self._seen
        if self._ticket is None:
            return Content("")
        if seen is None or seen.state == "waiting":
            until = f"{self.context.here(self._ticket.expires):%H:%M}"
            facts = f"   good for one file until {until}, at most {wording.size(self._ticket.most)}"
            return Content.assemble(("◐ waiting for the file", "bold $warning"), (facts, "$muted"))
        if seen.state == "receiving":
            rate = f", {wording.rate(self._pace.rate)}" if self._pace.rate else ""
            return Content.assemble(
                ("◐ receiving", "bold $accent"), f"   {wording.size(seen.received)} have come{rate}"
            )
        again = ("   F5 asks for another ticket", "$muted")
        if seen.state == "expired":
            return Content.assemble(("✕ the ticket ran out", "bold $error"), again)
        return Content.assemble(("✕ nothing was kept", "bold $error"), again)

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def hint_word(self, key: str) -> str:
        if key == "copy":
            return "copy address" if self._link else "copy line"
        if key == "copy_row":
            return "for PowerShell"
        return ("another ticket" if self._is_over else "look") if key == "refresh" else ""

    def reason(self, key: str) -> str:
        if key == "copy_row" and self._link:
            return "In a browser there is no line to type."
        if key in {"copy", "copy_row"} and not self._lines.shell:
            return "The ticket is not here yet."
        return super().reason(key)

    def action_copy(self) -> None:
        self.copy(self._lines.shell)

    def action_copy_row(self) -> None:
        self.copy(self._lines.powershell)

    def on_unmount(self) -> None:
        """A ticket that nobody waits for any more is withdrawn; the server lets it run out in any case."""
        if self._ticket is not None and not self._is_over and self.context.signed_in:
            self.app.run_worker(self._withdraw(self._ticket.id), exit_on_error=False)

    async def _withdraw(self, ticket_id: str) -> None:
        try:
            await self.context.client.drop_ticket(ticket_id)
        except Refused:
            return
