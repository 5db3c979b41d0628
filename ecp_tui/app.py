"""The console: its places, the keys that work everywhere, and the session; it alone navigates."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Final

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter

from backend.contract.faults import Refused
from ecp_tui.screens.activity import ActivityScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.client_connect import ClientConnectScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.demo import DemoScreen
from ecp_tui.screens.dialogs import Chooser
from ecp_tui.screens.folders import FoldersScreen
from ecp_tui.screens.help import HelpScreen
from ecp_tui.screens.home import HomeScreen
from ecp_tui.screens.landing import LandingScreen
from ecp_tui.screens.leave import LeaveDialog
from ecp_tui.screens.mishap import write_down
from ecp_tui.screens.no_access import NoAccessScreen
from ecp_tui.screens.palette import here, menu, places
from ecp_tui.screens.places import BY_ID, why_not
from ecp_tui.screens.sign_in import SignInScreen
from ecp_tui.screens.submit import SubmitScreen
from ecp_tui.screens.too_small import TooSmallScreen, too_small
from ecp_tui.screens.transfers import TransfersScreen
from ecp_tui.theme import ECP_DARK, ECP_LIGHT
from ecp_tui.widgets.filters import AsciiGlyphs, Exact256, needs_ascii
from ecp_tui.widgets.keys import KEYS, bindings

FRONT: Final = "front"
BUILT: Final[dict[str, Callable[[], EcpScreen]]] = {
    "folders": FoldersScreen,
    "submit": SubmitScreen,
    "activity": ActivityScreen,
    "help": HelpScreen,
    "demo": DemoScreen,
}
"""The places that are built, besides Home: what makes the first page of each."""


class EcpApp(App[None]):
    """The console of one person: a mode a place, so that each keeps its page, row and draft."""

    TITLE = "ECP 2.0"
    CSS_PATH: ClassVar = ["app.tcss", "widgets/widgets.tcss"]
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE = FRONT
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-normal"), (100, "-wide")]  # noqa: RUF012  Textual declares it so
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012  Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("help", "menu", "goto", "transfers", direct=True),
        *bindings("leave", direct=True, priority=True),
    ]

    def __init__(self, context: Context, *, at_sign_in: bool = False, driver_class: type[Driver] | None = None) -> None:
        """`at_sign_in`: begin at the sign-in page without the landing page, as a bookmark would (1003)."""
        super().__init__(driver_class=driver_class)
        self.context = context
        self._at_sign_in = at_sign_in
        self._exact = Exact256()
        self._ascii = AsciiGlyphs(enabled=needs_ascii(context.config.glyphs, os.environ))
        self._came_from = FRONT
        self.animation_level = "full" if context.config.animations else "none"
        for theme in (ECP_DARK, ECP_LIGHT):
            self.register_theme(theme)
        self.theme = f"ecp-{context.config.theme}"
        self.set_keymap(dict(context.config.keys))
        self.add_mode(FRONT, LandingScreen)
        self._add_places()

    def _add_places(self) -> None:
        self.add_mode("client_connect", ClientConnectScreen)
        self.add_mode("home", lambda: HomeScreen() if self.context.enters_ecp else NoAccessScreen())
        for place, make in BUILT.items():
            self.add_mode(place, make)

    def on_mount(self) -> None:
        self.set_class(self.console.color_system == "standard", "-sixteen")
        self.set_interval(1, self._tick)
        if self._at_sign_in:
            self.push_screen(SignInScreen(bookmarked=True))

    async def on_resize(self, event: events.Resize) -> None:
        covered = isinstance(self.screen, TooSmallScreen)
        if too_small(event.size) and not covered:
            await self.push_screen(TooSmallScreen())
        elif covered and not too_small(event.size):
            await self.pop_screen()

    def get_line_filters(self) -> list[LineFilter]:
        ours = [self._exact] if self.console.color_system == "256" else []
        return [*super().get_line_filters(), *ours, *([self._ascii] if self._ascii.enabled else [])]

    def _tick(self) -> None:
        if isinstance(self.screen, EcpScreen):
            self.screen.tick()

    # ── places and pages ─────────────────────────────────────────────────────────────────────────────────────

    async def on_ecp_screen_place_chosen(self, event: EcpScreen.PlaceChosen) -> None:
        await self._go(event.place, event.wanted)

    async def _go(self, place: str, wanted: dict[str, str] | None = None) -> None:
        if why := why_not(place, self.context.me):
            self.notify(f"{BY_ID[place].name}: {why}.", markup=False)
            return
        if place != self.current_mode and self.current_mode not in ("help", "demo"):
            self._came_from = self.current_mode
        await self.switch_mode(place)
        if wanted:
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            if isinstance(self.screen, EcpScreen):
                self.screen.arrive(wanted)

    async def on_ecp_screen_page_opened(self, event: EcpScreen.PageOpened) -> None:
        await self.push_screen(event.page)

    async def on_ecp_screen_closed(self) -> None:
        """One step back: to the page below, from a place to Home, from help to where it was asked for."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        elif self.current_mode in ("help", "demo"):
            await self.switch_mode(self._came_from)
        elif self.current_mode not in (FRONT, "home"):
            await self.switch_mode("home")

    # ── the session ──────────────────────────────────────────────────────────────────────────────────────────

    async def on_sign_in_screen_signed_in(self, event: SignInScreen.SignedIn) -> None:
        """Goes Home; over a covered page, back to exactly what was there, if it is the same person."""
        before, self.context.me = self.context.me, event.me
        if self.current_mode != FRONT and before is not None and before.login_id == event.me.login_id:
            await self.pop_screen()
            if isinstance(self.screen, EcpScreen):
                self.screen.reload()
            return
        await self._forget_pages()
        await self._go(event.then)

    async def on_ecp_screen_session_ended(self, event: EcpScreen.SessionEnded) -> None:
        self.context.client.token = None
        if self.context.me is None or any(isinstance(screen, SignInScreen) for screen in self.screen_stack):
            return
        await self.push_screen(SignInScreen(again=event.refused, login_id=self.context.me.login_id))

    async def on_ecp_screen_signed_out(self) -> None:
        await self._sign_out()

    async def on_ecp_screen_granted(self) -> None:
        await self._forget_pages()
        await self._go("home")

    async def _sign_out(self) -> None:
        with suppress(Refused):  # an unreachable server ends the session by itself; here it is forgotten at once
            await self.context.client.sign_out()
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

    # ── keys that work everywhere ────────────────────────────────────────────────────────────────────────────

    def action_help(self) -> None:
        self._choose(lambda screen: here(screen, self.context))

    def action_menu(self) -> None:
        self._choose(lambda screen: menu(screen, self.context))

    def action_goto(self) -> None:
        self._choose(lambda screen: places(self.context))

    def _choose(self, chooser: Callable[[EcpScreen], Chooser]) -> None:
        if isinstance(screen := self.screen, EcpScreen):
            self.push_screen(chooser(screen), lambda chosen: self._run(chosen, screen))

    async def _run(self, chosen: str | None, screen: EcpScreen) -> None:
        """What was chosen from a list: a place, a way to look, or a key of the page."""
        kind, _, what = (chosen or "").partition(":")
        if kind == "place":
            await self._go(what)
        elif kind == "folder":
            await self._go("submit", {"folder": what})
        elif kind == "theme":
            self.theme = what
        elif kind == "topic":
            await self._go("help", {"topic": what})
        elif kind == "key":
            if hasattr(screen, f"action_{what}"):
                await screen.action_press(what)
            else:
                self.simulate_key(KEYS[what].keys.partition(",")[0])

    def action_transfers(self) -> None:
        if self.context.me is not None and not isinstance(self.screen, TransfersScreen):
            self.push_screen(TransfersScreen())

    def action_leave(self) -> None:
        if not any(isinstance(screen, LeaveDialog) for screen in self.screen_stack):
            self.push_screen(LeaveDialog(self.context), self._leave)

    async def _leave(self, answer: str | None) -> None:
        if answer == "sign_out":
            await self._sign_out()
        elif answer == "quit":
            self.exit()

    def action_help_quit(self) -> None:
        """ctrl+c where nothing is selected."""
        self.notify("Nothing is selected to copy. ctrl+q leaves.", markup=False)

    # ── what should not happen ───────────────────────────────────────────────────────────────────────────────

    def unexpected(self, error: BaseException) -> Refused:
        return write_down(error, self.context.config.state_dir / "console.log", self.context.clock())

    def _fatal_error(self) -> None:
        """Textual would print a traceback with locals, a password and a One-Time-Password among them."""
        self.panic(Text(str(self.unexpected(self._exception or RuntimeError("unknown")))))
