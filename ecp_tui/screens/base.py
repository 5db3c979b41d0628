"""The frame of every screen: three lines, one place for faults, background work, and the ways out of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, Final, Protocol, cast
from weakref import finalize

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from backend.contract.faults import SESSION_ENDED, SUSPENDED, Refused
from ecp_tui.places import PLACES
from ecp_tui.screens.context import Context
from ecp_tui.widgets.fault_panel import FaultPanel
from ecp_tui.widgets.form import Form
from ecp_tui.widgets.keys import bindings, place_bindings
from ecp_tui.widgets.lines import Hint, KeyLine, StatusLine, TopLine
from ecp_tui.widgets.words import same

_ACTS_OF_OTHERS: Final = frozenset({"submit", "change", "explain", "approve", "reject", "return"})


class Console(Protocol):
    """What a screen may ask of the app it runs in."""

    context: Context

    def unexpected(self, error: BaseException) -> Refused:
        """Writes the error down and gives the 9000 that carries its reference."""


class EcpScreen(Screen[None]):
    """A page. Subclasses give `where`, `body()`, `HINTS`, and `load()` if the server is to be asked."""

    ACTS: ClassVar[tuple[str, ...]] = ()
    """Ids of the keys this screen acts on, besides those that work everywhere; each needs an `action_ID`."""
    HINTS: ClassVar[tuple[str, ...]] = ()
    """Ids of the footer's middle: at most four."""
    POLL: ClassVar[float | None] = None
    """Seconds between background refreshes while the screen is in front."""
    HELP_TOPIC: ClassVar[str] = ""
    """What help is filtered by when it is opened from here."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "refresh"), *place_bindings()]
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Whatever has the focus, or had it, paints itself; Textual would paint the whole page for each step to a field."""
    where: str = ""
    _left = False
    """Whether another page has been in front since."""
    _loading: Worker[None] | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        if "ACTS" in cls.__dict__:
            cls.BINDINGS = [*cls.__dict__.get("BINDINGS", []), *bindings(*cls.ACTS)]
        super().__init_subclass__(**options)

    class PlaceChosen(Message):
        """The person goes to a place; `wanted` is what it should start with, `at_top` its first page if it may."""

        def __init__(self, place: str, wanted: Mapping[str, str] | None = None, *, at_top: bool = False) -> None:
            super().__init__()
            self.place, self.at_top = place, at_top
            self.wanted = dict(wanted or {})

    class PageOpened(Message):
        """A page is opened on top of this one, or in place of as many of those in front; Esc comes back."""

        def __init__(self, page: EcpScreen, in_place_of: int = 0) -> None:
            super().__init__()
            self.page = page
            self.in_place_of = in_place_of

    class Closed(Message):
        """This page was left by one step back; `said` is to be read on the page below."""

        def __init__(self, said: str = "") -> None:
            super().__init__()
            self.said = said

    class SessionEnded(Message):
        """The server no longer knows the session; the console covers itself and asks to sign in again."""

        def __init__(self, refused: Refused) -> None:
            super().__init__()
            self.refused = refused

    class SignedOut(Message):
        """The person signs out."""

    class Granted(Message):
        """The account holds ECP functions now; its pages are made anew."""

    # ── what it is made of ───────────────────────────────────────────────────────────────────────────────────

    @property
    def console(self) -> Console:
        return cast(Console, self.app)

    @property
    def context(self) -> Context:
        return self.console.context

    def body(self) -> Iterable[Widget]:
        """The widgets between the header and the status line."""
        return ()

    def compose(self) -> ComposeResult:
        yield TopLine()
        with Vertical(classes="body"):
            yield from self.body()
        yield FaultPanel()
        yield StatusLine()
        yield KeyLine()

    def on_mount(self) -> None:
        self.tick()
        self.show_keys()
        self.reload()
        if self.POLL is not None:
            self.set_interval(self.POLL, self._poll)

    def on_screen_suspend(self) -> None:
        self._left = True

    def on_screen_resume(self) -> None:
        self.tick()
        self.show_keys()
        if self._left and self.POLL is not None:
            self._poll()
        self._left = False

    # ── asking the server ────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """Asks the server for what the page shows; raises `Refused`."""

    def reload(self, *, background: bool = False) -> None:
        self._loading = self.ask(self.load(background), group="load", quiet=background)

    @property
    def loading_now(self) -> bool:
        """Whether the server has been asked and has not answered yet."""
        return self._loading is not None and not self._loading.is_finished

    def _poll(self) -> None:
        """Asks again, but never in place of a question that the server is slow to answer."""
        if self.is_current and self.context.signed_in and not self.loading_now:
            self.reload(background=True)

    def ask(self, work: Coroutine[Any, Any, None], *, group: str = "ask", quiet: bool = False) -> Worker[None]:
        """Runs `work` beside the screen. A refusal is shown here, whoever asked; success clears the one before."""
        guarded = partial(self._guarded, work, quiet=quiet)
        worker: Worker[None] = self.run_worker(guarded, group=group, exclusive=True, exit_on_error=False)
        finalize(worker, work.close)  # the next question may come before this one has begun
        return worker

    async def _guarded(self, work: Coroutine[Any, Any, None], *, quiet: bool) -> None:
        try:
            await self.context.load_client()
            await work
        except Refused as refused:
            self.show_fault(refused)
        except Exception as error:  # whatever it is, a person gets a number and keeps what was typed
            self.show_fault(self.console.unexpected(error))
        else:
            if not quiet:
                self.clear_fault()
        finally:
            work.close()  # the page may go while the client is loaded

    def show_fault(self, refused: Refused) -> None:
        """The one place where a refusal reaches a person."""
        if refused.fault in (SESSION_ENDED, SUSPENDED) and self.context.me is not None:
            self.post_message(self.SessionEnded(refused))
            return
        self.fault_panel.refused = refused

    def clear_fault(self) -> None:
        self.fault_panel.refused = None

    @property
    def fault_panel(self) -> FaultPanel:
        return self.query_one(FaultPanel)

    async def _stay(self) -> None:
        """Whatever the page asked: this extends the session, if it can be."""
        self.context.me = await self.context.client.me(background=False)

    # ── the three lines ──────────────────────────────────────────────────────────────────────────────────────

    def say(self, *words: str | tuple[str, str]) -> None:
        """Sets row 23; a pair is a text and its style."""
        line, text = self.query_one(StatusLine), Content.assemble(*words)
        if not same(text, line.text):
            line.text = text

    def tick(self) -> None:
        """Brings the header up to the clock; the app calls it once a second, it paints only what changed."""
        for line in self.query(TopLine):  # none while the page is being opened or closed
            line.where, line.demo = self.where, self.context.demo
            line.who, line.urgent = self._who()

    def _who(self) -> tuple[tuple[str, ...], bool]:
        me, ends = self.context.me, self.context.ends
        if me is None or ends is None or not self.context.signed_in:
            return (self.context.server.partition("://")[2],), False
        side = (me.company_name,) if me.company_name else ()
        if not self.context.last_minutes:
            return (*side, me.login_id, f"until {self.context.here(ends):%H:%M}"), False
        seconds = max(0, int((ends - self.context.now()).total_seconds()))
        return (*side, me.login_id, f"ends in {seconds} s"), True

    def show_keys(self) -> None:
        """Brings row 24 up to what can be done now."""
        keys = self.context.keys
        middle = [Hint(id_, not self.reason(id_), self.hint_word(id_), keys.get(id_, "")) for id_ in self.hints()]
        ends = (Hint("help", key=keys.get("help", "")), Hint("menu", key=keys.get("menu", "")))
        self.query_one(KeyLine).hints = (ends[0], *middle, ends[1])

    def hints(self) -> tuple[str, ...]:
        """The footer's middle as things stand; an auditor looks, and is offered no act."""
        me = self.context.me
        return (
            tuple(key for key in self.HINTS if key not in _ACTS_OF_OTHERS)
            if me and me.kind == "auditor"
            else self.HINTS
        )

    def hint_word(self, key: str) -> str:
        """The footer's word for a key where the table's does not fit this page."""
        return ""

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        """Why this key does nothing at present; empty where it acts."""
        return ""

    async def action_press(self, key: str) -> None:
        """Every key of the table comes through here: it acts, or says why it cannot."""
        if why := self.reason(key):
            self.notify(why, markup=False)
            return
        act: Callable[[], Any] = getattr(self, f"action_{key}")
        result = act()
        if isinstance(result, Awaitable):
            await result
        if key == "refresh" and self.context.last_minutes:
            self.ask(self._stay(), group="stay", quiet=True)

    def action_place(self, digit: int) -> None:
        if self.query(Form):  # a digit that misses its field would leave the form; ctrl+o goes from there
            return
        self.go(PLACES[digit - 1].id)

    def action_back(self) -> None:
        self.post_message(self.Closed())

    def action_refresh(self) -> None:
        self.reload()

    # ── ways out ─────────────────────────────────────────────────────────────────────────────────────────────

    def go(self, place: str, **wanted: str) -> None:
        self.post_message(self.PlaceChosen(place, wanted))

    def go_to_top(self, place: str) -> None:
        """To the list of the place, not to the page that was left open on it."""
        self.post_message(self.PlaceChosen(place, at_top=True))

    @property
    def left_freely(self) -> bool:
        """Whether nothing is lost or asked when this page is closed: it holds no form and Esc just leaves it."""
        return not self.query(Form) and type(self).action_back is EcpScreen.action_back

    def open(self, page: EcpScreen, *, in_place_of: int = 0) -> None:
        self.post_message(self.PageOpened(page, in_place_of))

    def arrive(self, wanted: Mapping[str, str]) -> None:
        """Somebody came here from another page and wants the page to start with these values."""

    def copy(self, value: str) -> None:
        """Sends a value to the terminal's clipboard, which cannot confirm it: so the value is shown as well."""
        self.app.copy_to_clipboard(value)
        self.notify(f"Sent to the terminal's clipboard:\n{value}", markup=False)
