"""The functions of a user: each function a row, each identity code a column; and what EU_ECPSFTP is narrowed to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import EMAIL_REGISTERED, NOT_UNDERSTOOD, Refused
from backend.contract.messages import CreateUser, GrantFunctions, GrantWish, Proposal, User, Users
from ecp_tui.screens.proposal_form import Kept, ProposalForm, Reviewing
from ecp_tui.screens.receipt import ASKING
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.toggle_grid import Cell, GridRow, ToggleGrid
from ecp_tui.widgets.words import Words

SFTP_FUNCTION: Final = "EU_ECPSFTP"
_TAKEN: Final = re.compile("The login ID .* is taken")
_ALL: Final = "all"
_SFTP: Final = "SFTP"
Back = Callable[[Proposal, Refused | None], None]
"""Takes what was chosen back to the page of the user, with the refusal that has to be mended there."""


class GrantScreen(ProposalForm):
    """For a `new` user the second page of its form; for one that exists a form of its own."""

    CSS_PATH: ClassVar = "grant_form.tcss"
    HELP_TOPIC: ClassVar[str] = "function"

    def __init__(
        self,
        company: str,
        reviewing: Reviewing,
        *,
        kept: Kept | None = None,
        new: CreateUser | None = None,
        back: Back | None = None,
        login_id: str = "",
        asked: GrantFunctions | None = None,
    ) -> None:
        """Either `new`, with `back` to its first page, or the `login_id` of a user, with what was `asked` before."""
        super().__init__(reviewing, kept or Kept(), pages=2 if new else 1)
        self._company, self._new, self._back, self._asked = company, new, back, asked
        self._login_id = new.login_id if new else login_id
        self._users: Users | None = None
        self.where = "Users › new › functions" if new else f"Users › {self._login_id} › functions"

    def body(self) -> Iterable[Widget]:
        note = self._new.note if self._new else self._asked.note if self._asked else ""
        yield Words(f"Functions of {self._login_id}", classes="title", id="title")
        yield Words(ASKING, id="legend", classes="facts")
        with Form():
            yield ToggleGrid(id="functions")
            yield Words(id="sftp-title")
            yield ToggleGrid(id="sftp")
            yield Field("Note to the checker", TextField(note, id="note", max_length=500))
            with Buttons():
                yield Button("Review", id="review", primary=True)
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        self._grid.focus()
        self._show_sftp()

    @property
    def _grid(self) -> ToggleGrid:
        return self.query_one("#functions", ToggleGrid)

    @property
    def _sftp(self) -> ToggleGrid:
        return self.query_one("#sftp", ToggleGrid)

    # ── what can be chosen ───────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        first, self._users = self._users is None, await self.context.client.users(self._company, background=background)
        if first:
            self._fill(self._users)
            self.show_keys()
        self._describe(self._grid)

    def _fill(self, users: Users) -> None:
        user = next((one for one in users.users if one.login_id == self._login_id), None) if not self._new else None
        rows = [
            GridRow(one.function, one.function, one.title, frozenset(one.identity_codes)) for one in users.grantable
        ]
        held = _held(user)
        wishes = self._new.grants if self._new else self._asked.grants if self._asked else None
        self._grid.show(rows, [one.identity_code for one in users.identities], held)
        self._grid.chosen = held if wishes is None else _cells(wishes)
        self._fill_sftp(users, user)
        name = f"   {user.name}" if user else f"   {self._new.name}" if self._new else ""
        title = Content.assemble((f"Functions of {self._login_id}", "bold"), (name, "$muted not bold"))
        self.query_one("#title", Words).update(title)
        legend = "Space chooses · ● held  + to be added  − to be taken away  ○ not held"
        nothing = "There is nothing to grant: the company has no user type yet (ECP form)."
        self.query_one("#legend", Words).update(legend if rows else nothing)

    def _fill_sftp(self, users: Users, user: User | None) -> None:
        column = frozenset({_SFTP})
        rows = [GridRow(_ALL, "all folders", "that it opens, later ones too", column)]
        rows += [GridRow(folder, folder, "", column) for folder in users.sftp_folders]
        every = frozenset((one.key, _SFTP) for one in rows)
        before = every if user is None or user.sftp_folders is None else _folders(user.sftp_folders)
        wanted = self._asked.sftp_folders if self._asked else None
        after = before if self._asked is None else every if wanted is None else _folders(wanted)
        self._sftp.show(rows, [_SFTP], before)
        self._sftp.chosen = after
        self._show_sftp()

    def _show_sftp(self) -> None:
        """Narrowing belongs to EU_ECPSFTP; a new user has all that it opens until that is changed."""
        shown = self._new is None and any(function == SFTP_FUNCTION for function, _ in self._grid.chosen)
        self._sftp.display = shown
        title = self.query_one("#sftp-title", Words)
        title.display = shown
        title.update(Content.assemble((SFTP_FUNCTION, "bold"), (" opens, by SFTP alone:", "$muted")))

    # ── the person ───────────────────────────────────────────────────────────────────────────────────────────

    def on_toggle_grid_moved(self, event: ToggleGrid.Moved) -> None:
        self._describe(event.grid)

    def on_toggle_grid_changed(self, event: ToggleGrid.Changed) -> None:
        if event.grid is self._grid:
            self._show_sftp()
        elif event.grid.here is not None:
            self._settle_all(event.grid.here[0].key)

    def _settle_all(self, changed: str) -> None:
        """“all folders” stands for each of them: choosing it chooses every one, leaving one out leaves it."""
        chosen, all_ = self._sftp.chosen, (_ALL, _SFTP)
        folders = frozenset((row.key, _SFTP) for row in self._sftp.rows) - {all_}
        if changed == _ALL:
            self._sftp.chosen = folders | {all_} if all_ in chosen else frozenset()
        else:
            self._sftp.chosen = chosen - {all_}

    def _describe(self, grid: ToggleGrid) -> None:
        """Row 23 says what the cell under the cursor means."""
        if grid.here is None or self._users is None:
            return
        row, column = grid.here
        if grid is self._sftp:
            self.say(f"{row.name}: Space opens it for SFTP, or no longer")
            return
        identity = next((one for one in self._users.identities if one.identity_code == column), None)
        function = next(one for one in self._users.grantable if one.function == row.key)
        opens = ", ".join(function.folders) or "SFTP"
        if grid.possible(row, column):
            self.say(f"{column} {identity.name if identity else ''} · {row.name} opens {opens}")
        else:
            self.say(
                f"{row.name} is not for {column}: {identity.user_type if identity else 'its user type'} has no use"
            )

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    def _wishes(self) -> tuple[GrantWish, ...]:
        chosen = self._grid.chosen
        wanted = {
            row.key: tuple(code for code in self._grid.columns if (row.key, code) in chosen) for row in self._grid.rows
        }
        return tuple(GrantWish(function=name, identity_codes=codes) for name, codes in wanted.items() if codes)

    def _narrowed(self) -> tuple[str, ...] | None:
        if not self._sftp.display or (_ALL, _SFTP) in self._sftp.chosen:
            return None
        return tuple(row.key for row in self._sftp.rows if (row.key, _SFTP) in self._sftp.chosen)

    @property
    def edited(self) -> bool:
        return self._new is None and (self._grid.chosen != self._grid.held or self._sftp.chosen != self._sftp.held)

    def reason(self, key: str) -> str:
        if key == "check" and self._users is None:
            return "The company's functions are not here yet."
        return super().reason(key)

    def proposal(self) -> CreateUser | GrantFunctions | None:
        note = self.query_one("#note", TextField).value.strip()
        if self._new is not None:
            return self._new.model_copy(update={"grants": self._wishes(), "note": note})
        folders = self._narrowed()
        if folders == ():
            self._sftp.focus()
            self.say((f"Choose a folder for {SFTP_FUNCTION}, or take the function away.", "bold $warning"))
            return None
        return GrantFunctions(login_id=self._login_id, grants=self._wishes(), sftp_folders=folders, note=note)

    async def _review(self, proposal: Proposal) -> None:
        """What has to be mended on the first page is shown there."""
        try:
            await super()._review(proposal)
        except Refused as refused:
            if not wrong_on_first_page(refused) or self._back is None:
                raise
            self._back(proposal, refused)
            self.post_message(self.Closed())

    def action_back(self) -> None:
        if self._back is not None and (proposal := self.proposal()) is not None and self._users is not None:
            self._back(proposal, None)
        super().action_back()


def wrong_on_first_page(refused: Refused) -> dict[str, str]:
    """The field of the user's own page that a refusal is about, and what helps."""
    if refused.fault is EMAIL_REGISTERED:
        return {"email": "another address"}
    if refused.fault is NOT_UNDERSTOOD and _TAKEN.match(refused.what):
        return {"login_id": "another login ID"}
    return {}


def _held(user: User | None) -> frozenset[Cell]:
    functions = user.functions if user else ()
    return frozenset((one.function, code) for one in functions for code in one.identity_codes)


def _cells(wishes: Iterable[GrantWish]) -> frozenset[Cell]:
    return frozenset((one.function, code) for one in wishes for code in one.identity_codes)


def _folders(folders: Iterable[str]) -> frozenset[Cell]:
    return frozenset((folder, _SFTP) for folder in folders)
