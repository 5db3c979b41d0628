"""One's own sessions: since when, from where and by what; one of them ended, or all others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import SessionRow
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words


class OwnSessionsScreen(EcpScreen):
    """The one that asks stands first and is named."""

    CSS_PATH: ClassVar = "own_sessions.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("reject",)
    HINTS: ClassVar[tuple[str, ...]] = ("reject", "refresh", "goto", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "sessions"
    where = "Profile › sessions"

    def __init__(self) -> None:
        super().__init__()
        self._sessions: dict[str, SessionRow] = {}

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled("Your sessions", "bold"), classes="title")
        columns = (
            Column("Since", 12),
            Column("Last seen", 12, 2),
            Column("From", 16),
            Column("By", 8, 1),
            Column("Ends at", 12, 3),
            Column("", 8, grows=True),
        )
        yield Table(columns, id="sessions", empty="Asking the server …")
        with Buttons():
            yield Button("End all others", id="others")

    def on_mount(self) -> None:
        self.query_one(Table).focus()

    async def load(self, background: bool) -> None:
        found = await self.context.client.sessions(background=background)
        found.sort(key=lambda one: (not one.own, -one.seen.timestamp()))
        self._sessions = {one.id: one for one in found}
        self.query_one(Table).show([self._row(one) for one in found])
        self.query_one("#others", Button).disabled = len(found) < 2  # noqa: PLR2004  this one, and another
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{wording.count(len(found), 'session')} · x ends one at once · all times {zone}")
        self.show_keys()

    def _row(self, one: SessionRow) -> Row:
        zone = self.context.zone
        times = [wording.when(moment, zone) for moment in (one.created, one.seen)]
        own = Content.styled("● this", "$success") if one.own else Content("")
        return row(one.id, *times, one.source, one.channel, wording.when(one.ends, zone), own)

    # ── ending ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _here(self) -> SessionRow | None:
        return self._sessions.get(self.query_one(Table).here_key)

    def reason(self, key: str) -> str:
        if key == "reject" and self._here is None:
            return "No session stands under the cursor."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "end" if key == "reject" else ""

    def on_table_opened(self, event: Table.Opened) -> None:
        self.run_worker(self.action_press("reject"))

    def action_reject(self) -> None:
        one = self._here
        if one is None:
            return
        if one.own:
            words = "It is the one you are working in: you are signed out."
            dialog = ConfirmDialog("End this session?", words, yes="Sign out", no="Keep it")
            self.app.push_screen(dialog, self._sign_out)
            return
        since = wording.when(one.created, self.context.zone).strip()
        words = f"Whoever works in it, since {since} from {one.source}, is signed out at once."
        dialog = ConfirmDialog("End the session?", words, yes="End the session", no="Keep it")
        self.app.push_screen(dialog, lambda sure: self._end(sure, one))

    def _sign_out(self, sure: bool | None) -> None:
        if sure:
            self.post_message(self.SignedOut())

    def _end(self, sure: bool | None, one: SessionRow) -> None:
        if sure:
            self.ask(self._ended(one), group="end")

    async def _ended(self, one: SessionRow) -> None:
        await self.context.client.end_session(one.id)
        self.notify(f"The session from {one.source} ended.", markup=False)
        await self.load(background=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        many = wording.count(len(self._sessions) - 1, "other session")
        words = f"Whoever works in one of {many} is signed out at once. This one stays."
        dialog = ConfirmDialog("End all others?", words, yes="End all others", no="Keep them")
        self.app.push_screen(dialog, self._end_others)

    def _end_others(self, sure: bool | None) -> None:
        if sure:
            self.ask(self._others_ended(), group="end")

    async def _others_ended(self) -> None:
        await self.context.client.end_other_sessions()
        self.notify("All other sessions ended.", markup=False)
        await self.load(background=False)
