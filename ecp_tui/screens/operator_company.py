"""One company as the operator sees it: identity codes, delegated administrators, users, and closing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import CloseCompany, Company
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words


class CompanyScreen(EcpScreen):
    """Enter on its users opens them in Users; on an administrator, that account."""

    CSS_PATH: ClassVar = "companies.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("reject", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "reject", "copy", "back")
    HELP_TOPIC: ClassVar[str] = "operator"

    def __init__(self, company: Company, done: Callable[[], None]) -> None:
        super().__init__()
        self._company, self._done = company, done
        self.where = f"Operator › {company.code}"

    def body(self) -> Iterable[Widget]:
        one = self._company
        state = "" if one.state == "active" else f" · {one.state}"
        facts = f"   {one.code} · {one.used} of {one.quota} users{state}"
        yield Words(Content.assemble((one.name, "bold"), (facts, "$muted not bold")), classes="title")
        yield Table((Column("", 14), Column("", 30, grows=True)), id="company", titles=False)

    def on_mount(self) -> None:
        table = self.query_one("#company", Table)
        table.show(list(self._rows()))
        table.focus()
        das = f"{self._company.cc_das} for Client Connect, {self._company.ecp_das} for ECP"
        self.say(f"administrators: {das} · they change by form")

    def _rows(self) -> Iterable[Row]:
        one = self._company
        yield row("users", Content.assemble("  Users", (f"   {one.used} of {one.quota}", "$muted")), wide=True)
        yield row("gap/das", "", heading=True)
        yield row("heading/das", "Delegated administrators", heading=True)
        for who in one.administrators:
            yield row(f"user/{who.login_id}", f"  {who.login_id}", who.name)
        for user_type, identities in groupby(
            sorted(one.identities, key=lambda identity: (identity.user_type, identity.identity_code)),
            lambda identity: identity.user_type,
        ):
            yield row(f"gap/{user_type}", "", heading=True)
            yield row(f"heading/{user_type}", user_type, heading=True)
            for identity in identities:
                yield row(f"identity/{identity.identity_code}", f"  {identity.identity_code}", identity.name)

    def reason(self, key: str) -> str:
        if key == "reject":
            return why_not_close(self, self._company)
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "close company" if key == "reject" else ""

    def on_table_opened(self, event: Table.Opened) -> None:
        kind, _, which = event.row.key.partition("/")
        if kind == "users":
            self.go("users", company=self._company.code)
        elif kind == "user":
            self.go("users", company=self._company.code, login_id=which)

    def action_copy(self) -> None:
        _, _, which = self.query_one("#company", Table).here_key.partition("/")
        self.copy(which or self._company.code)

    def action_reject(self) -> None:
        close_company(self, self._company, self._done)


def why_not_close(screen: EcpScreen, company: Company) -> str:
    me = screen.context.me
    if me is None or me.kind != "operator":
        return "Auditors only look: operators propose it."
    return "It is closed." if company.state == "closed" else ""


def close_company(screen: EcpScreen, company: Company, done: Callable[[], None]) -> None:
    """Proposes it, after saying what it ends; another operator applies it."""

    async def propose() -> None:
        request = await screen.context.client.make_request(CloseCompany(company=company.code))
        screen.app.notify(f"Request {request.id}: another operator checks it.", markup=False)
        done()

    def answered(sure: bool | None) -> None:
        if sure:
            screen.ask(propose(), group="close")

    words = (
        f"{company.code}  {company.name}\n\n"
        f"Once another operator approves, its {wording.count(company.used, 'user')} cannot sign in any more "
        "and their SFTP keys are revoked. What was filed stays."
    )
    dialog = ConfirmDialog("Close the company?", words, yes="Propose closing it")
    screen.app.push_screen(dialog, answered)
