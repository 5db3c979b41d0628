"""One publication: whom it stands for, who has fetched it and when, and withdrawing it for one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import PublishedFile, Recipient, Withdrawal
from ecp_tui import wording
from ecp_tui.publishing_wording import all_of, fetched, identities
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.receipt import ASKING, ReceiptScreen
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (
    Column("Identity", 9),
    Column("Name", 20, 2, grows=True),
    Column("Company", 8, 3),
    Column("State", 13),
    Column("Fetched", 12, 1),
    Column("By", 9, 4),
)


class PublishedScreen(EcpScreen):
    """Those who have not fetched it come first; x withdraws it for the one under the cursor."""

    CSS_PATH: ClassVar = "publish.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("reject", "copy", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "reject", "copy", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "publish"
    where = "Operator › Publish › who has it"

    def __init__(self, one: PublishedFile) -> None:
        super().__init__()
        self._one = one
        self._recipients: tuple[Recipient, ...] = ()

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled(self._one.file_name, "bold"), classes="title")
        yield Words(id="about")
        yield Table(_COLUMNS, id="recipients", empty=ASKING)

    def on_mount(self) -> None:
        self._table.focus()
        self._show_about()

    @property
    def _table(self) -> Table:
        return self.query_one("#recipients", Table)

    @property
    def _here(self) -> Recipient | None:
        key = self._table.here_key
        return next((one for one in self._recipients if str(one.log_index) == key), None)

    async def load(self, background: bool) -> None:
        found = await self.context.client.edition(self._one.edition, background=background)
        self._one, self._recipients = found.publication, found.recipients
        self._show_about()
        self._table.show([self._row(one) for one in self._recipients])
        self.on_table_moved()

    def _show_about(self) -> None:
        one, zone = self._one, self.context.zone
        at = f"{wording.when(one.at, zone).strip()} by {one.login_id}, version {one.version}"
        rows = (
            ("Folder", f"{one.folder}  {one.folder_title}, {wording.day(one.input_date)}"),
            ("To", all_of(one.to)),
            ("Published", at),
            ("Fetched by", Content.styled(fetched(one.fetched, one.identities), "bold")),
        )
        self.query_one("#about", Words).update(facts(rows))

    def _row(self, one: Recipient) -> Row:
        sign = SIGNS[one.state]
        at = wording.when(one.fetched_at, self.context.zone) if one.fetched_at else "–"
        return row(
            str(one.log_index),
            one.identity_code,
            one.name,
            one.company,
            Content.styled(f"{sign.glyph} {sign.word}", sign.style),
            Content.styled(at, "$muted"),
            one.fetched_by or "–",
        )

    def on_table_moved(self) -> None:
        place = next((at for at, one in enumerate(self._recipients) if one is self._here), 0) + 1
        waiting = self._one.identities - self._one.fetched
        total = wording.count(len(self._recipients))
        self.say(f"{wording.count(place)} of {total} · {wording.count(waiting)} not fetched yet, they come first")
        self.show_keys()

    def hint_word(self, key: str) -> str:
        return {"open": "entry in the log", "reject": "withdraw here", "copy": "copy SHA-256"}.get(key, "")

    def reason(self, key: str) -> str:
        if key == "reject" and self.context.me is not None and self.context.me.kind == "auditor":
            return "Operators do this; auditors see that it was done."
        if key in {"reject", "copy_row"} and self._here is None:
            return "There is nobody here."
        return super().reason(key)

    def on_table_opened(self) -> None:
        if (here := self._here) is not None:
            self.open(ReceiptScreen(log_index=here.log_index))

    def action_reject(self) -> None:
        if (here := self._here) is not None:
            self.ask(withdraw(self, self._one, here.identity_code), group="act")

    def action_copy(self) -> None:
        self.copy(self._one.sha256)

    def action_copy_row(self) -> None:
        if (row_ := self._table.here) is not None:
            self.copy("\t".join(cell.plain.strip() for cell in row_.cells))


async def withdraw(page: EcpScreen, one: PublishedFile, identity_code: str | None) -> None:
    """Asks for the reason, and withdraws it: for one identity, or for everybody it stands for."""
    whose = f"identity {identity_code}" if identity_code else identities(one.identities)
    follows = f"{whose} will not find it any more, and read{'s' * (identity_code is not None)} the reason in Activity."
    words = Content.assemble((one.file_name, "bold"), f"\n{follows[0].upper()}{follows[1:]}")
    reason: str | None = await page.app.push_screen_wait(
        AskDialog("Withdraw this file?", words, yes="Withdraw file", label="Reason")
    )
    if reason is not None:
        await page.context.client.withdraw_edition(one.edition, Withdrawal(reason=reason, identity_code=identity_code))
        page.notify(f"Withdrew {one.file_name} for {whose}.", markup=False)
        page.reload(background=True)
