"""Registering an SFTP key: checked here first, then sent to a checker (user guide, 4.5.1)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import KEY_NOT_ACCEPTABLE, Refused
from backend.contract.messages import RegisterKey, SftpAccessPage
from backend.contract.rules.public_keys import PublicKey, fingerprint_end, read_public_key
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.browse import BrowseScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.sftp_connection import key_path
from ecp_tui.screens.sftp_fields import KeyField, LocalTextField
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_PAUSE = 0.2
_NO_BROWSING = "Browsing is for your own computer's files; over SSH, paste the text."
PRIVATE = Refused(
    KEY_NOT_ACCEPTABLE,
    what="This is the private key. It never leaves your computer; it was wiped here and sent nowhere.",
    fix="Treat it as known to others now: make a new key pair with ssh-keygen -t ed25519, and paste its .pub.",
)


def keygen(login_id: str) -> str:
    """Makes a key pair where the block for ~/.ssh/config expects it."""
    return f"ssh-keygen -t ed25519 -f {key_path(login_id)} -C {login_id}"


def checked_by(screen: EcpScreen, login_id: str) -> str:
    """Who may approve what one asks for an account."""
    me = screen.context.me
    known = me.delegated_administrators if me else ()
    others = [one for one in known if "ecp" in one.services and me and one.login_id not in (me.login_id, login_id)]
    return " or ".join(f"{one.name} ({one.login_id})" for one in others) or "another administrator"


def browse_keys(screen: EcpScreen, field: LocalTextField) -> None:
    """Opens the page that begins where keys are; the file chosen goes into the field."""

    def chosen(path: Path) -> None:
        field.put(path)
        field.focus()

    screen.open(BrowseScreen(screen.where, field.base, chosen))


class KeyPage(EcpScreen):
    """A page with a field for a public key: what is typed or pasted is read at once, and judged."""

    key: PublicKey | None = None
    _pause: Timer | None = None

    @property
    def field(self) -> KeyField:
        return self.query_one(KeyField)

    def on_key_field_private_met(self) -> None:
        self.key = None
        self.show_key(Content(""))
        self.show_fault(PRIVATE)
        self.say(("The field was wiped.", "bold $warning"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Looks once the typing pauses."""
        if event.input.id == "note":
            return
        self.key = None
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, lambda: self.ask(self.look(), group="look"))

    def send(self, work: Coroutine[Any, Any, None]) -> None:
        """In place of a look that is still to come."""
        if self._pause is not None:
            self._pause.stop()
        self.ask(work, group="look")

    async def read(self) -> str:
        """The text in the field or its file, read as a public key; empty while there is none yet."""
        text = ""
        try:
            text = await self.field.text()
        except Refused as refused:
            self.show_key(Content.styled(refused.what if self.field.value else "", "$muted"))
        self.key = self._judged(text) if text.strip() else None
        return text

    def _judged(self, text: str) -> PublicKey:
        try:
            return read_public_key(text)
        except Refused as refused:
            self.show_key(Content(""))
            if "private key" in refused.what:
                self.field.wipe()
                raise PRIVATE from refused
            raise

    async def look(self) -> None:
        await self.read()
        if self.key is not None:
            self.show_key(key_words(self.key))

    def show_key(self, words: Content) -> None:
        self.query_one("#key", Words).update(words)

    def reason(self, key: str) -> str:
        return _NO_BROWSING if key == "browse" and not self.context.local else super().reason(key)

    def on_form_completed(self) -> None:
        self.action_check()

    def action_check(self) -> None:
        """Subclasses send what the form says."""
        raise NotImplementedError


class RegisterKeyScreen(KeyPage):
    """One field, what is in it, and the line that makes a key."""

    CSS_PATH: ClassVar = "sftp_key.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "browse")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "browse", "back")
    HELP_TOPIC: ClassVar[str] = "SFTP"
    where = "SFTP access › new key"

    def __init__(self, page: SftpAccessPage, done: Callable[[int], None]) -> None:
        """`done` hears the number of the request."""
        super().__init__()
        self._page, self._done = page, done

    def body(self) -> Iterable[Widget]:
        yield Words("Register an SFTP key", classes="title")
        yield Words(Content(f"for {self._page.login_id}  {self._page.name}"), classes="facts")
        how = "paste it, or type its file" if self.context.local else "paste it"
        with Form():
            yield Field("Public key", KeyField(id="public_key", local=self.context.local, placeholder=how))
            yield Field("Note", TextField(id="note", placeholder="to the checker", max_length=500))
            with Buttons():
                yield Button("Send to the checker", id="send", primary=True)
                yield Button("Copy the command", id="copy-command")
        yield Words(id="key")
        yield Words(self._no_key_yet(), id="command")

    def on_mount(self) -> None:
        self.field.focus()
        self.say(f"applied once {checked_by(self, self._page.login_id)} approves it")

    def _no_key_yet(self) -> Content:
        return Content.assemble(
            ("No key yet? This makes one; its public key is the file that ends in .pub.\n", "$muted"),
            f"  {keygen(self._page.login_id)}",
        )

    def hint_word(self, key: str) -> str:
        return "send" if key == "check" else ""

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "copy-command":
            self.copy(keygen(self._page.login_id))

    def action_browse(self) -> None:
        browse_keys(self, self.field)

    def action_check(self) -> None:
        if not self.field.value.strip():
            self.say(("Paste the public key, or type the file that holds it.", "bold $warning"))
            self.field.focus()
            return
        self.send(self._send())

    async def _send(self) -> None:
        text = await self.field.text()
        key = self._judged(text)
        note = self.query_one("#note", TextField).value.strip()
        proposal = RegisterKey(login_id=self._page.login_id, public_key=key.line, note=note)
        request = await self.context.client.make_request(proposal)
        self._done(request.id)
        self.action_back()


def key_words(key: PublicKey) -> Content:
    """What was recognised, and what its checker will ask for."""
    sign = SIGNS["done"]
    rows = [
        ("Key", Content.assemble((f"{sign.glyph} ", sign.style), f"{key.type}  {key.comment}")),
        ("Fingerprint", Content(key.fingerprint)),
        ("", Content.assemble("tell your checker the last 8 characters: ", (fingerprint_end(key.fingerprint), "bold"))),
    ]
    return facts(rows, 14)
