"""The form of a user: who it is. A new business user's functions stand on a page of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from pydantic import ValidationError
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import Refused
from backend.contract.messages import ChangeUser, CreateUser, Proposal, User
from ecp_tui.screens.grant_form import GrantScreen, wrong_on_first_page
from ecp_tui.screens.proposal_form import Kept, ProposalForm, Reviewing
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

PHONE_EXAMPLE: Final = "85221000000"
_WRONG: Final = {
    "login_id": "A–Z, 0–9; 4 to 20",
    "name": "1–80 characters",
    "email": "name@company.com",
    "phone": "8 to 15 digits",
    "note": "500 characters",
}
_KINDS: Final = (("operator", "operator"), ("auditor", "auditor: looks, changes nothing"))
_ADDRESSES: Final = (("personal", "personal: one person reads it"), ("group", "group: several people read it"))


class UserFormScreen(ProposalForm):
    """Makes or changes one user; `company` is `None` for the operator's own staff."""

    CSS_PATH: ClassVar = "user_form.tcss"
    HELP_TOPIC: ClassVar[str] = "user"

    def __init__(
        self,
        company: str | None,
        reviewing: Reviewing,
        *,
        user: User | None = None,
        asked: CreateUser | ChangeUser | None = None,
        kept: Kept | None = None,
    ) -> None:
        """`user`: the one to change; `asked`: what was asked for before, to be revised."""
        super().__init__(reviewing, kept or Kept())
        self._company, self._asked = company, asked
        self._login_id = user.login_id if user else asked.login_id if isinstance(asked, ChangeUser) else None
        self._start = _values(asked or user)
        self._grants = asked.grants if isinstance(asked, CreateUser) else ()
        self._note = asked.note if asked else ""
        self.where = f"Users › {self._login_id} › change" if self._login_id else "Users › new"

    @property
    def _new(self) -> bool:
        return self._login_id is None

    @property
    def _functions_follow(self) -> bool:
        return self._new and self._company is not None

    def body(self) -> Iterable[Widget]:
        title = "New user" if self._company else "New account of the operator's staff"
        yield Words(title if self._new else f"Change {self._login_id}", classes="title")
        with Form():
            if self._new and self._company is None:
                yield Field("Role", ChoiceField(_KINDS, id="account_kind"))
            if self._new:
                yield Field("Login ID", TextField(id="login_id", placeholder="such as KWOK03", max_length=20))
            yield Field("Name", TextField(id="name", max_length=80))
            yield Field("E-mail", TextField(id="email", placeholder="name@company.com", max_length=254))
            yield Field("Address is", ChoiceField(_ADDRESSES, id="email_kind"))
            yield Field("Telephone", TextField(id="phone", placeholder=PHONE_EXAMPLE, max_length=30)).add_class("close")
            yield Words(f"{PHONE_EXAMPLE}: country code first, no symbols or spaces", id="phone-example")
            if not self._functions_follow:
                yield Field("Note to the checker", TextField(self._note, id="note", max_length=500))
            with Buttons():
                yield Button("Functions" if self._functions_follow else "Review", id="review", primary=True)
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        for name, value in self._start.items():
            for control in self.query(f"#{name}").results(Widget):
                if isinstance(control, TextField | ChoiceField):
                    control.value = value
        self.query_one(Form).controls()[0].focus()
        self.say("nothing is asked for before the review")

    def hint_word(self, key: str) -> str:
        return "functions" if key == "check" and self._functions_follow else super().hint_word(key)

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _typed(self) -> dict[str, Any]:
        controls = self.query_one(Form).controls()
        return {str(one.id): (one.value or "").strip() for one in controls if isinstance(one, TextField | ChoiceField)}

    @property
    def edited(self) -> bool:
        return any(value != self._start.get(name, "") for name, value in self._typed.items() if name != "note")

    def proposal(self) -> CreateUser | ChangeUser | None:
        values = self._typed
        for field in self.query(Field):
            field.note = Content("")
        try:
            if self._new:
                return CreateUser.model_validate({"note": self._note, "grants": self._grants, **values})
            return ChangeUser.model_validate({"login_id": self._login_id, **values})
        except ValidationError as wrong:
            names = [str(error["loc"][0]) for error in wrong.errors()]
            self._show_wrong({name: _WRONG.get(name, "choose one") for name in names})
            return None

    def _show_wrong(self, words: dict[str, str]) -> None:
        """A cross beside each field that waits for the person; the cursor goes to the first."""
        fields = [field for field in self.query(Field) if field.control.id in words]
        for field in fields:
            field.note = Content.styled(f"✕ {words[field.control.id or '']}", "$error")
        if fields:
            fields[0].control.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._being_mended(event.input)

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        self._being_mended(event.field)

    def _being_mended(self, control: Widget) -> None:
        """What was wrong with a field is not said of what stands in it now."""
        for field in self.query(Field):
            if field.control is control:
                field.note = Content("")

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_check(self) -> None:
        proposal = self.proposal()
        if isinstance(proposal, CreateUser) and self._functions_follow and self._company is not None:
            self.open(GrantScreen(self._company, self.reviewing, kept=self.kept, new=proposal, back=self._taken_back))
        elif proposal is not None:
            self.ask(self._review(proposal), group="review")

    def _taken_back(self, proposal: Proposal, refused: Refused | None) -> None:
        """The page of functions was left: what was chosen there is kept for the next time."""
        if isinstance(proposal, CreateUser):
            self._grants, self._note = proposal.grants, proposal.note
        if refused is not None:
            self.show_fault(refused)

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        self._show_wrong(wrong_on_first_page(refused))


def _values(of: CreateUser | ChangeUser | User | None) -> dict[str, str]:
    """The fields as they begin."""
    if of is None:
        return {"account_kind": "operator", "email_kind": "personal"}
    kind = {"account_kind": of.account_kind} if isinstance(of, CreateUser) else {}
    phone = of.phone.removeprefix("+")
    fields = {"login_id": of.login_id, "name": of.name, "email": of.email, "email_kind": of.email_kind}
    return {**kind, **fields, "phone": phone}
