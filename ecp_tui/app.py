"""The console: its places, its pages and the session; it alone navigates."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.driver import Driver
from textual.filter import LineFilter

from backend.contract.faults import SESSION_ENDED, SUSPENDED, Refused
from ecp_tui.places import BUILT, BY_ID, OPEN, above, why_not
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.everywhere import KeyedApp
from ecp_tui.screens.landing import LandingScreen
from ecp_tui.screens.mishap import write_down
from ecp_tui.screens.recovery_page import RecoveryPage
from ecp_tui.screens.sign_in import SignInScreen
from ecp_tui.screens.transfers import TransfersScreen
from ecp_tui.widgets.filters import AsciiGlyphs, Exact256, NoColours, needs_ascii

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Me

FRONT: Final = "front"
_HERE: Final = Path(__file__).parent
_WATCH: Final = 20.0
"""Seconds between looks at the session."""


def page_of(module: str, name: str) -> EcpScreen:
    """A page whose module is loaded when somebody goes there, so that the first one is painted sooner."""
    found = getattr(import_module(f"ecp_tui.screens.{module}"), name)()
    assert isinstance(found, EcpScreen)  # noqa: S101  the names above and below say so
    return found


def first_place(me: Me) -> str:
    """Administrators without ECP functions begin where their work is; to ECP itself they are 2000 (FAQ Q5)."""
    return "client_connect" if me.services and not me.enters_ecp else "home"


_GONE: Final = 129
"""As a program that hangs up when its terminal does."""


class EcpApp(KeyedApp):
    """The console of one person: a mode a place, so that each keeps its page, row and draft."""

    TITLE = "ECP 2.0"
    CSS_PATH: ClassVar = [_HERE / "app.tcss", _HERE / "widgets" / "widgets.tcss"]
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE = FRONT
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-normal"), (100, "-wide")]  # noqa: RUF012  Textual declares it so
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012  Textual declares it so

    def __init__(
        self,
        context: Context,
        *,
        first: Callable[[], EcpScreen] | None = None,
        driver_class: type[Driver] | None = None,
        seen: Callable[[], bool] = lambda: True,
    ) -> None:
        """`first`: the page to begin at, on top of the landing page. `seen`: whether there still is a terminal."""
        super().__init__(context, driver_class=driver_class)
        self._first = first
        self._seen = seen
        self._lines: tuple[LineFilter, ...] = (
            Exact256(enabled=self.console.color_system == "256"),
            NoColours(enabled=self.no_color),
            AsciiGlyphs(enabled=needs_ascii(context.config.glyphs, os.environ)),
        )
        self._came_from = FRONT
        self._warned: datetime | None = None
        """The end that was warned of."""
        self.animation_level = "full" if context.config.animations else "none"
        self.add_mode(FRONT, LandingScreen)
        self._add_places()

    def _add_places(self) -> None:
        self.add_mode("client_connect", partial(page_of, "client_connect", "ClientConnectScreen"))
        self.add_mode("home", self._home)
        for place in BUILT:
            self.add_mode(place, partial(self._page, place))

    def _page(self, place: str) -> EcpScreen:
        if place == "submit" and not self.context.local:
            return page_of("submit_sent", "SubmitSentScreen")
        return page_of(place, BUILT[place])

    def _home(self) -> EcpScreen:
        me = self.context.me
        if me is not None and me.company is None:
            return page_of("staff_home", "StaffHomeScreen")
        enters = self.context.enters_ecp
        return page_of("home", "HomeScreen") if enters else page_of("no_access", "NoAccessScreen")

    def on_mount(self) -> None:
        self.set_class(self.console.color_system == "standard", "-sixteen")
        self.tell_problems()
        self.set_interval(1, self._tick)
        self.set_interval(_WATCH, self._watch)
        if self._first is not None:
            self.push_screen(self._first())

    def on_ready(self) -> None:
        self.call_after_refresh(self.context.painted.set)

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), *(one for one in self._lines if one.enabled)]

    def _tick(self) -> None:
        if not self._seen():  # its window was closed, and nobody was told
            self.exit(return_code=_GONE)
            return
        if self.screen_stack and isinstance(self.screen, EcpScreen):  # there is none while it closes
            self.screen.tick()
        ends = self.context.ends
        if ends is not None and self.context.last_minutes and (ends != self._warned or self.context.now() >= ends):
            self._watch()

    def _watch(self) -> None:
        """Asks who is signed in, without extending the session: its end is shown, and noticed, on every page."""
        if self.context.signed_in:
            self.run_worker(self._ask_who(), group="session", exclusive=True, exit_on_error=False)

    async def _ask_who(self) -> None:
        try:
            me = await self.context.client.me(background=True)
        except Refused as refused:
            if refused.fault in (SESSION_ENDED, SUSPENDED):
                await self._cover(refused)
        else:
            if self.context.signed_in:
                self.context.me = me
                self._warn(me)

    def _warn(self, me: Me) -> None:
        """Once, two minutes before the end: whether a key keeps the session, or nothing does."""
        ends = min(me.expires, me.idle_expires)
        if not self.context.last_minutes or ends == self._warned:
            return
        self._warned = ends
        at = f"{self.context.here(ends):%H:%M}"
        if me.idle_expires < me.expires:
            words = f"Nothing was asked for a while: your session ends at {at}. F5 keeps it.\n"
        else:
            words = f"Your session ends at {at} whatever you do: no session lasts longer.\n"
        self.notify(f"{words}What is on your pages is kept.", severity="warning", markup=False, timeout=20)

    # ── places and pages ─────────────────────────────────────────────────────────────────────────────────────

    async def on_ecp_screen_place_chosen(self, event: EcpScreen.PlaceChosen) -> None:
        again = event.place == self.current_mode and not event.wanted
        await self._go(event.place, event.wanted)
        if (event.at_top or again) and self.current_mode == event.place:
            await self._close_what_lies_on_top()

    async def _go(self, place: str, wanted: dict[str, str] | None = None) -> None:
        if why := why_not(place, self.context.me if self.context.signed_in else None):
            self.notify(f"{BY_ID[place].name}: {why}.", markup=False)
            return
        if place != self.current_mode and self.current_mode not in OPEN:
            self._came_from = self.current_mode
        if isinstance(self.screen, TransfersScreen):  # it is of no place: a digit opens the place itself
            await self.pop_screen()
        await self.switch_mode(place)
        if wanted:
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            if isinstance(self.screen, EcpScreen):
                self.screen.arrive(wanted)

    async def _close_what_lies_on_top(self) -> None:
        """Down to the first page of the place, or to a page that would be lost."""
        while len(self.screen_stack) > 1 and isinstance(self.screen, EcpScreen) and self.screen.left_freely:
            await self.pop_screen()

    async def on_ecp_screen_page_opened(self, event: EcpScreen.PageOpened) -> None:
        for _ in range(event.in_place_of):
            await self.pop_screen()
        await self.push_screen(event.page)

    async def on_ecp_screen_closed(self) -> None:
        """One step back: to the page below, from a place to Home or Operator, else to where the place was chosen."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        elif self.current_mode in OPEN:
            await self.switch_mode(self._came_from)
        elif self.current_mode not in (FRONT, "home"):
            first = first_place(self.context.me) if self.context.me is not None else FRONT
            await self.switch_mode(above(self.current_mode, self.context.me) or first)

    # ── the session ──────────────────────────────────────────────────────────────────────────────────────────

    async def on_sign_in_screen_signed_in(self, event: SignInScreen.SignedIn) -> None:
        """Goes Home; over a covered page, back to exactly what was there, if it is the same person."""
        before, self.context.me = self.context.me, event.me
        if self.current_mode != FRONT and before is not None and before.login_id == event.me.login_id:
            await self.pop_screen()
            if isinstance(self.screen, EcpScreen):
                self.screen.reload()
            return
        if before is not None:  # an upload of somebody else must not go on under this session
            self.context.transfers.forget()
            self.context.downloads.forget()
            self.context.folders = self.context.users = ()
            self.context.form = None
        await self._forget_pages()
        await self._go(first_place(event.me) if event.then == "home" else event.then)

    async def on_ecp_screen_session_ended(self, event: EcpScreen.SessionEnded) -> None:
        await self._cover(event.refused)

    async def _cover(self, refused: Refused) -> None:
        """Hides the page behind the sign-in form, which gives it back to the same person as it was."""
        if self.context.signed_in and self.context.me is not None:
            self.context.client.token = None
            self.end_words()
            await self.push_screen(SignInScreen(again=refused, login_id=self.context.me.login_id))

    async def on_recovery_page_recovered(self, event: RecoveryPage.Recovered) -> None:
        """Back to the sign-in page that was left for it, or to a new one; who is signed in stays where they are."""
        in_session = self.context.signed_in
        if self.current_mode in OPEN and not in_session:
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.switch_mode(self._came_from)
        while len(self.screen_stack) > 1 and not isinstance(self.screen, SignInScreen):
            await self.pop_screen()
        if in_session:
            self.notify(f"{event.login_id}: {event.words} ctrl+q signs you out first.", markup=False)
            return
        self.context.login_id = event.login_id
        if not isinstance(self.screen, SignInScreen):
            await self.push_screen(SignInScreen())
        if isinstance(self.screen, SignInScreen):
            self.screen.welcome(event.login_id, event.words)

    async def on_ecp_screen_granted(self) -> None:
        await self._forget_pages()
        await self._go("home")

    async def on_ecp_screen_signed_out(self) -> None:
        try:
            await self.context.client.sign_out()
        except Refused as refused:
            if refused.fault not in (SESSION_ENDED, SUSPENDED):
                self.notify("The session is forgotten here; on the server it ends by itself.", markup=False)
        self.context.forget()
        await self._forget_pages()

    async def _forget_pages(self) -> None:
        """Leaves no page of the one who was signed in: neither rows nor drafts."""
        await self.switch_mode(FRONT)
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        for place in ("client_connect", "home", *BUILT):
            await self.remove_mode(place)
        self._add_places()

    # ── what should not happen ───────────────────────────────────────────────────────────────────────────────

    def unexpected(self, error: BaseException) -> Refused:
        return write_down(error, self.context.config.state_dir / "console.log", self.context.clock())

    def _fatal_error(self) -> None:
        """Textual would print a traceback with locals, a password and a One-Time-Password among them."""
        self.panic(Text(str(self.unexpected(self._exception or RuntimeError("unknown")))))
