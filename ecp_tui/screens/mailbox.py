"""The demo's mailbox: every mail that its platform sent, since nobody in the demo has a mail program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import DemoMail
from ecp_tui import wording
from ecp_tui.pastes import find_code
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.recovering import recover_page
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_NO_CODE = "There is no code in this mail."
_NO_MAIL = "There is no mail yet. Ask for one: F4 on the landing page."


class MailboxScreen(EcpScreen):
    """The list, and below or beside it the beginning of the mail under the cursor."""

    CSS_PATH: ClassVar = "mailbox.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy",)
    HINTS: ClassVar[tuple[str, ...]] = ("open", "copy", "goto", "back")
    HELP_TOPIC: ClassVar[str] = "mail"
    where = "Mailbox"

    def __init__(self) -> None:
        super().__init__()
        self._mails: dict[str, DemoMail] = {}

    def body(self) -> Iterable[Widget]:
        columns = (Column("At", 12), Column("To", 15, 1, grows=True), Column("Subject", 45))
        yield Table(columns, id="mails", empty="Asking the server …")
        yield Words(id="reading")

    def on_mount(self) -> None:
        self.query_one(Table).focus()
        self.set_interval(5, self._look)  # nobody need be signed in here, so `POLL` would not ask

    def _look(self) -> None:
        if self.is_current and not self.loading_now:
            self.reload(background=True)

    async def load(self, background: bool) -> None:
        mails = await self.context.client.demo_mails(background=background)
        self._mails = {mail.id: mail for mail in mails}
        table = self.query_one(Table)
        table.empty = _NO_MAIL
        table.show([self._row(mail) for mail in mails])
        self._read()
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{wording.count(len(mails), 'mail')} that this demo sent · all times {zone}")

    def _row(self, mail: DemoMail) -> Row:
        return row(mail.id, wording.when(mail.at, self.context.zone), mail.to, mail.subject)

    @property
    def _here(self) -> DemoMail | None:
        return self._mails.get(self.query_one(Table).here_key)

    def _read(self) -> None:
        mail = self._here
        self.query_one("#reading", Words).update(Content(mail.text if mail else ""))
        self.show_keys()

    def on_table_moved(self, event: Table.Moved) -> None:
        self._read()

    def on_table_opened(self, event: Table.Opened) -> None:
        if (mail := self._here) is not None:
            self.open(MailScreen(mail))

    def reason(self, key: str) -> str:
        if key == "copy" and (self._here is None or find_code(self._here.text) is None):
            return _NO_CODE
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "copy the code" if key == "copy" else ""

    def action_copy(self) -> None:
        if self._here is not None:
            self.copy(find_code(self._here.text) or "")


class MailScreen(EcpScreen):
    """One mail as its reader sees it; its code is one key away from where it is used."""

    CSS_PATH: ClassVar = "mailbox.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("open", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "copy", "back")
    HELP_TOPIC: ClassVar[str] = "mail"
    where = "Mailbox › mail"

    def __init__(self, mail: DemoMail) -> None:
        super().__init__()
        self._mail, self._code = mail, find_code(mail.text)

    def body(self) -> Iterable[Widget]:
        mail = self._mail
        rows = (
            ("From", mail.sender),
            ("To", mail.to),
            ("Subject", Content.styled(mail.subject, "bold")),
        )
        yield Words(facts(rows, 9), id="head")
        with VerticalScroll(id="text"):
            yield Words(Content(mail.text))
        with Buttons():
            yield Button("Use this code", id="use", primary=True)
            yield Button("Copy the code", id="copy")

    def on_mount(self) -> None:
        self.query_one(Buttons).display = self._code is not None
        self.query_one("#text").focus()
        self.say(f"Sent {wording.when(self._mail.at, self.context.zone).strip()}")

    def reason(self, key: str) -> str:
        if key in ("open", "copy") and self._code is None:
            return _NO_CODE
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"open": "use this code", "copy": "copy the code"}.get(key, "")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "use":
            self.action_open()
        else:
            self.action_copy()

    def action_open(self) -> None:
        self.open(recover_page(self._code or ""))

    def action_copy(self) -> None:
        self.copy(self._code or "")
