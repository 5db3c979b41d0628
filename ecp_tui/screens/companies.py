"""Companies: every firm with its users, administrators and forms, for the operator's own staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import ApplyForm, ChangeRequest, Company
from ecp_tui import wording
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.form_draft import FORM_NAMES
from ecp_tui.screens.operator_company import CompanyScreen, close_company, why_not_close
from ecp_tui.screens.receipt import ASKING
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (
    Column("Code", 10),
    Column("Company", 20, grows=True),
    Column("Users", 8, right=True),
    Column("DAs", 12, 2),
    Column("Identities", 10, 3, right=True),
    Column("Forms", 6, 1, right=True),
)


class CompaniesScreen(EcpScreen):
    """One list: companies, and the forms that wait to be decided."""

    CSS_PATH: ClassVar = "companies.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "submit", "reject", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "operator"
    where = "Operator › Companies"

    def __init__(self) -> None:
        super().__init__()
        self._companies: tuple[Company, ...] = ()
        self._forms: tuple[ChangeRequest, ...] = ()

    def body(self) -> Iterable[Widget]:
        yield Words("Companies", id="title", classes="title")
        yield Table(_COLUMNS, id="companies", empty=ASKING)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#companies", Table)

    @property
    def _here(self) -> Company | None:
        kind, _, code = self._table.here_key.partition("/")
        return next((one for one in self._companies if kind == "company" and one.code == code), None)

    async def load(self, background: bool) -> None:
        client = self.context.client
        self._companies = tuple(await client.companies(background=background))
        forms = await client.requests(state="open", kind="apply-form", background=background)
        self._forms = forms.items
        self._show()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        facts = f"   {_companies(len(self._companies))}, {wording.count(len(self._forms), 'form')} to decide"
        self.query_one("#title", Words).update(Content.assemble(("Companies", "bold"), (facts, "$muted not bold")))
        rows = [self._company(one) for one in self._companies]
        if self._forms:
            rows += [row("gap/forms", "", heading=True), row("heading/forms", "Forms to decide", heading=True)]
            rows += [self._form(one) for one in self._forms]
        self._table.show(rows)
        self._show_whole()

    def _company(self, one: Company) -> Row:
        few = min(one.cc_das, one.ecp_das)
        return row(
            f"company/{one.code}",
            one.code,
            one.name,
            f"{one.used} of {one.quota}",
            f"{one.cc_das} CC, {one.ecp_das} ECP" if few != one.cc_das or few != one.ecp_das else f"{few} of each",
            str(len(one.identities)),
            str(one.forms) if one.forms else "–",
            dim=one.state == "closed",
        )

    def _form(self, one: ChangeRequest) -> Row:
        sign = SIGNS[one.state]
        form = FORM_NAMES[one.proposal.form.service] if isinstance(one.proposal, ApplyForm) else one.title
        line = Content.assemble(
            (f"  {sign.glyph} {sign.word:<10}", sign.style),
            f" {one.id}  {one.subject}  {form}",
            (f"   keyed in by {one.maker}", "$muted"),
        )
        return row(f"req/{one.id}", line, wide=True)

    def on_table_moved(self) -> None:
        self._show_whole()

    def _show_whole(self) -> None:
        company, key = self._here, self._table.here_key
        words = ""
        if company is not None:
            das = ", ".join(f"{one.name} ({one.login_id})" for one in company.administrators) or "none"
            closed = " It is closed." if company.state == "closed" else ""
            words = f"{company.name}: {company.used} of {company.quota} users.{closed}\nAdministrators: {das}"
        elif key.startswith("req/"):
            words = next((one.why_not for one in self._forms if f"req/{one.id}" == key), "") or "You can check it."
        self.query_one("#whole", Words).update(Content(words))
        full = sum(one.used >= one.quota for one in self._companies)
        self.say(f"{wording.count(full)} at the quota · Enter opens one" if full else "Enter opens one")
        self.show_keys()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key in ("reject", "copy") and self._here is None:
            return "There is no company here."
        if key == "reject" and self._here is not None:
            return why_not_close(self, self._here)
        if key == "submit" and (self.context.me is None or self.context.me.kind != "operator"):
            return "Auditors only look: operators key forms in."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"submit": "key in a form", "reject": "close"}.get(key, "")

    def on_table_opened(self, event: Table.Opened) -> None:
        key = event.row.key
        if (company := self._here) is not None:
            self.open(CompanyScreen(company, self.reload))
        elif key.startswith("req/"):
            self.open(ApprovalScreen(int(key.partition("/")[2])))

    def action_submit(self) -> None:
        self.go("forms")

    def action_reject(self) -> None:
        if (company := self._here) is not None:
            close_company(self, company, self.reload)

    def action_copy(self) -> None:
        if (company := self._here) is not None:
            self.copy(company.code)


def _companies(number: int) -> str:
    return "1 company" if number == 1 else f"{wording.count(number)} companies"
