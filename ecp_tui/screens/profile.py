"""Profile: one's own account as Client Connect knows it, and what one may change oneself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Me, Profile, RecoveryCodes, SessionRow
from ecp_tui import wording
from ecp_tui.screens.ask import OtpDialog
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.own_password import ChangePasswordScreen, NewAuthenticatorScreen
from ecp_tui.screens.own_sessions import OwnSessionsScreen
from ecp_tui.screens.recovery_codes import RecoveryCodesScreen
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

FEW_CODES: Final = 2
_KINDS: Final = {"business": "business user", "da": "delegated administrator"}
_ACTS: Final = (
    ("password", "Change password", "ends all other sessions"),
    ("authenticator", "New authenticator", "in place of the one at hand"),
    ("codes", "New recovery codes", "those before are worth nothing then"),
    ("sessions", "Sessions", ""),
    ("sign_out", "Sign out", "ends this session"),
)


class ProfileScreen(EcpScreen):
    """Facts above, acts below, in one list; `c` copies a fact, Enter does an act."""

    CSS_PATH: ClassVar = "profile.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy",)
    HINTS: ClassVar[tuple[str, ...]] = ("open", "copy", "goto", "back")
    HELP_TOPIC: ClassVar[str] = "Client Connect"
    where = "Profile"

    def __init__(self) -> None:
        super().__init__()
        self._facts: dict[str, str] = {}

    def body(self) -> Iterable[Widget]:
        yield Words("", id="title", classes="title")
        yield Table((Column("", 18), Column("", 40, grows=True)), id="profile", titles=False)

    def on_mount(self) -> None:
        self.query_one(Table).focus()
        self.say("Asking the server …")

    async def load(self, background: bool) -> None:
        client = self.context.client
        me = self.context.me = await client.me(background=background)
        profile = await client.profile()
        self._show(me, profile, await client.sessions(background=background))

    def _show(self, me: Me, profile: Profile, sessions: list[SessionRow]) -> None:
        role = f"   {_KINDS.get(profile.kind, profile.kind)} of {profile.company_name}"
        self.query_one("#title", Words).update(Content.assemble((profile.name, "bold"), (role, "$muted not bold")))
        found = list(self._found(me, profile))
        self._facts = {name: words.plain for name, words in found}
        rows: list[Row] = [row(f"fact/{name}", Content.styled(name, "$muted"), words) for name, words in found]
        rows.append(row("gap", "", heading=True))
        count = wording.count(len(sessions), "open session")
        about = {"sessions": f"{count}, this one among them" if len(sessions) > 1 else "only this one is open"}
        rows += [
            row(f"act/{act}", Content.styled(name, "bold"), Content.styled(about.get(act, words), "$muted"))
            for act, name, words in _ACTS
        ]
        table = self.query_one(Table)
        first = not table.rows
        table.show(rows)
        if first:
            table.go_to("act/password")
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"What is wrong here, your delegated administrators change · all times {zone}")

    def _found(self, me: Me, profile: Profile) -> Iterator[tuple[str, Content]]:
        yield "Login ID", Content.styled(profile.login_id, "bold")
        yield "E-mail", Content(profile.email + (" (group)" if profile.email_kind == "group" else ""))
        yield "Phone", Content(profile.phone)
        services = {"client_connect": "Client Connect", "ecp": "ECP"}
        if me.services:
            yield "Administers", Content(", ".join(services[one] for one in me.services))
        yield "Functions", Content(", ".join(one.function for one in me.functions) or "none")
        yield "Identities", Content(", ".join(f"{one.identity_code} {one.name}" for one in me.identities) or "none")
        since = f"since {self._when(profile.otp_since)}" if profile.otp_since else "set up"
        yield "Authenticator", Content(since)
        yield "Recovery codes", _left(profile.recovery_codes)
        last = self._when(profile.last_sign_in) if profile.last_sign_in else "this is the first"
        yield "Last sign-in", Content(f"{last} from {profile.last_source}" if profile.last_source else last)

    def _when(self, instant: datetime) -> str:
        return wording.when(instant, self.context.zone, year=True).strip()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def on_table_moved(self, event: Table.Moved) -> None:
        self.show_keys()

    def on_table_opened(self, event: Table.Opened) -> None:
        kind, _, what = event.row.key.partition("/")
        if kind == "act":
            getattr(self, f"_do_{what}")()
        else:
            self.notify(f"{what}: ask your delegated administrators where it is wrong.", markup=False)

    def _do_password(self) -> None:
        self.open(ChangePasswordScreen())

    def _do_authenticator(self) -> None:
        self.open(NewAuthenticatorScreen())

    def _do_sessions(self) -> None:
        self.open(OwnSessionsScreen())

    def _do_sign_out(self) -> None:
        self.post_message(self.SignedOut())

    def _do_codes(self) -> None:
        self.run_worker(self._new_codes(), exclusive=True, group="codes")

    async def _new_codes(self) -> None:
        """Asked for with a One-Time-Password; what was refused stands in the dialog."""
        made: list[RecoveryCodes] = []

        async def make(otp: str) -> None:
            made.append(await self.context.client.new_recovery_codes(otp))

        dialog = OtpDialog("Ten new recovery codes are made. Those before are worth nothing then.", make)
        await self.app.push_screen_wait(dialog)
        if dialog.ended is not None:
            self.show_fault(dialog.ended)
        elif made:
            self.open(RecoveryCodesScreen(made[0], own=True))

    def on_screen_resume(self) -> None:
        left = self._left
        super().on_screen_resume()
        if left:
            self.reload()

    def reason(self, key: str) -> str:
        if key == "copy" and not self.query_one(Table).here_key.startswith("fact/"):
            return "Only what stands above the acts can be copied."
        return super().reason(key)

    def action_copy(self) -> None:
        self.copy(self._facts[self.query_one(Table).here_key.removeprefix("fact/")])


def _left(codes: int) -> Content:
    if codes > FEW_CODES:
        return Content(f"{codes} left")
    words = f"! {codes} left" if codes else "! none left"
    return Content.assemble((words, "bold $warning"), ": make new ones")
