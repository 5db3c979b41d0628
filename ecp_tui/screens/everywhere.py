"""What every page has in common: its keys (help, menu, places, transfers, leaving, mouse), look and least size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import events, on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.message import Message

from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.demo_code import fill_in, of
from ecp_tui.screens.dialogs import Chooser
from ecp_tui.screens.leave import LeaveDialog
from ecp_tui.screens.palette import here, menu, places
from ecp_tui.screens.too_small import TooSmallScreen, too_small
from ecp_tui.screens.transfers import TransfersScreen
from ecp_tui.sheet import Sheet
from ecp_tui.theme import ECP_DARK, ECP_LIGHT
from ecp_tui.widgets.keys import FIRST, KEYS, bindings, remapped
from ecp_tui.widgets.password import OtpField


class KeyedApp(App[None]):
    """What the console's app does at a key; where that leads, it is told by messages like any page's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("help", "mouse", direct=True),
        *bindings(*sorted(FIRST), direct=True, priority=True),
        # Of the app, before any field: what comes behind a tab in one packet must find the next field in front.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(self, context: Context, *, driver_class: type[Driver] | None = None, **options: Any) -> None:
        super().__init__(driver_class=driver_class, **options)
        self.stylesheet = Sheet(variables=self.get_css_variables())
        self.context = context
        self._mouse = True
        for theme in (ECP_DARK, ECP_LIGHT):
            self.register_theme(theme)
        self.theme = f"ecp-{context.config.theme}"
        context.keys, clashes = remapped(context.config.keys)
        self._problems = (*context.config.problems, *clashes)
        self.set_keymap(context.keys)

    def tell_problems(self) -> None:
        """What the settings ask for and cannot be: the console starts all the same, without it."""
        if self._problems:
            self.notify("\n".join(self._problems), severity="warning", markup=False, timeout=10)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """`remapped` has settled clashes already, and told of them."""

    async def on_resize(self, event: events.Resize) -> None:
        covered = isinstance(self.screen, TooSmallScreen)
        if too_small(event.size) and not covered:
            await self.push_screen(TooSmallScreen())
        elif covered and not too_small(event.size):
            await self.pop_screen()

    def on_notify(self) -> None:
        """The newest words take the place of those before; Textual adds them after this."""
        self.clear_notifications()

    @on(EcpScreen.PlaceChosen)
    @on(EcpScreen.PageOpened)
    @on(EcpScreen.Closed)
    def end_words(self, event: Message | None = None) -> None:
        """What was said belongs to the page it was said on."""
        self.clear_notifications()
        if isinstance(event, EcpScreen.Closed) and event.said:
            self.notify(event.said, markup=False)

    @on(OtpField.CodeWanted)
    def fill_in_code(self, event: OtpField.CodeWanted) -> None:
        """Of whoever is signed in; a page that is about somebody else answers itself."""
        login_id = self.context.me.login_id if self.context.me else self.context.login_id
        fill_in(self, self.context, event.field, of(self.context, login_id))

    def action_help(self) -> None:
        self._choose(lambda screen: here(screen, self.context))

    def action_menu(self) -> None:
        self._choose(lambda screen: menu(screen, self.context))

    def action_goto(self) -> None:
        self._choose(lambda screen: places(self.context))

    def _choose(self, chooser: Callable[[EcpScreen], Chooser]) -> None:
        if isinstance(screen := self.screen, EcpScreen):
            self.end_words()
            self.push_screen(chooser(screen), lambda chosen: self._run(chosen, screen))

    async def _run(self, chosen: str | None, screen: EcpScreen) -> None:
        """What was chosen from a list: a place, a folder, a way to look, or a key of the page."""
        kind, _, what = (chosen or "").partition(":")
        if kind == "place":
            screen.go(what)
        elif kind == "folder":
            screen.go("submit", folder=what)
        elif kind == "user":
            company = next((one.company for one in self.context.users if one.login_id == what), None)
            own = self.context.me is None or company == self.context.me.company
            screen.go("users", login_id=what, **({} if own or company is None else {"company": company}))
        elif kind == "topic":
            screen.go("help", topic=what)
        elif kind == "theme":
            self.theme = what
        elif kind == "key" and hasattr(screen, f"action_{what}"):
            await screen.action_press(what)
        elif kind == "key":
            self.simulate_key(self.context.keys.get(what, KEYS[what].keys).partition(",")[0])

    def action_transfers(self) -> None:
        screen = self.screen
        if self.context.signed_in and isinstance(screen, EcpScreen) and not isinstance(screen, TransfersScreen):
            screen.open(TransfersScreen())

    def action_leave(self) -> None:
        if not any(isinstance(screen, LeaveDialog) for screen in self.screen_stack):
            self.end_words()
            self.push_screen(LeaveDialog(self.context), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "sign_out":
            self.post_message(EcpScreen.SignedOut())
        elif answer == "quit":
            self.exit()

    def action_mouse(self) -> None:
        """Textual has no public switch for it; a driver without one has no mouse."""
        self._mouse = not self._mouse
        switch = getattr(self._driver, "_enable_mouse_support" if self._mouse else "_disable_mouse_support", None)
        if switch is not None:
            switch()
        self.notify("The mouse is on." if self._mouse else "The mouse is off: the terminal selects text.", markup=False)

    def action_help_quit(self) -> None:
        """ctrl+c where nothing is selected."""
        self.notify("Nothing is selected to copy. ctrl+q leaves.", markup=False)
