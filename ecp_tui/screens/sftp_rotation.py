"""One SFTP key, and its successor: a new key that this one has signed needs no checker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.messages import SftpAccessPage, SftpKeyRow
from ecp_tui.screens.sftp_connection import key_path
from ecp_tui.screens.sftp_fields import KeyField, SignatureField
from ecp_tui.screens.sftp_key import KeyPage, browse_keys, key_words
from ecp_tui.screens.sftp_rows import day_of
from ecp_tui.screens.sftp_taking import revoke
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words


def rotation_commands(login_id: str) -> tuple[str, str]:
    """Make a new key; sign it with the old one."""
    old = key_path(login_id)
    return (
        f"ssh-keygen -t ed25519 -f {old}_new -C {login_id}",
        f"ssh-keygen -Y sign -n sftp-key@ecp -f {old} {old}_new.pub",
    )


class RotateKeyScreen(KeyPage):
    """The key's facts; below them, while it is live, the new key and its signature."""

    CSS_PATH: ClassVar = "sftp_rotation.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "browse")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "browse", "back")
    HELP_TOPIC: ClassVar[str] = "SFTP"
    where = "SFTP access › key"

    def __init__(self, page: SftpAccessPage, fingerprint: str, done: Callable[[], None]) -> None:
        super().__init__()
        self._page, self._done = page, done
        self._old: SftpKeyRow = next(key for key in page.keys if key.fingerprint == fingerprint)

    @property
    def _live(self) -> bool:
        return self._old.state in ("live", "expiring")

    def body(self) -> Iterable[Widget]:
        sign = SIGNS[self._old.state]
        title = Content.assemble(("SFTP key", "bold"), (f"   {sign.glyph} {sign.word}", f"not bold {sign.style}"))
        yield Words(title, classes="title")
        yield Words(Content(f"{self._old.fingerprint}\n{self._said()}"), classes="facts")
        local = self.context.local
        with Form():
            yield Words(self._how(), id="how")
            yield Field("New key", KeyField(id="public_key", local=local, placeholder="its .pub file, or paste it"))
            signature = SignatureField(id="signature", local=local, placeholder="its .pub.sig file, or paste it")
            yield Field("Signature", signature)
            with Buttons():
                yield Button("Replace", id="send", primary=True)
                yield Button("Copy the commands", id="copy-commands")
                yield Button("Revoke", id="revoke")
        yield Words(id="key")

    def on_mount(self) -> None:
        for part in self.query("#how, Field, #send, #copy-commands"):
            part.display = self._live
        self.query_one("#revoke").display = self._old.state != "revoked"
        if self._live:
            self.field.focus()
        elif self._old.state != "revoked":
            self.query_one("#revoke").focus()
        over = "it is over: n in the list registers another"
        self.say("the old key goes on until it is revoked or expires" if self._live else over)

    def _said(self) -> str:
        dates = f" · until {day_of(self.context, self._old.expires)}"
        if self._old.registered is not None:
            dates = f" · registered {day_of(self.context, self._old.registered)}{dates}"
        return f"{self._old.type} {self._old.comment}".strip() + dates

    def _how(self) -> Content:
        make, sign = rotation_commands(self._page.login_id)
        signed = sign.replace(" -f ", " \\\n    -f ")
        words = "Replace it: a new key that this one signs needs no checker.\n"
        return Content.assemble((words, "$muted"), f"  {make}\n  {signed}")

    def reason(self, key: str) -> str:
        if key in ("check", "browse") and not self._live:
            return "Only a live key can sign its successor."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "replace" if key == "check" else ""

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "public_key":
            super().on_input_changed(event)
        else:
            self.clear_fault()

    async def look(self) -> None:
        await super().look()
        if self.key is not None:
            self.show_key(Content("\n").join(key_words(self.key).split("\n")[:2]))
            self._offer_signature()

    def _offer_signature(self) -> None:
        """The signature lies beside the key, as ssh-keygen writes it."""
        signature, path = self.query_one(SignatureField), self.field.path
        if self.context.local and not self.field.holds_text() and path is not None and not signature.value:
            beside = Path(f"{path.expanduser()}.sig")
            if beside.is_file():
                signature.base = self.field.base
                signature.put(beside)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "copy-commands":
            self.copy("\n".join(rotation_commands(self._page.login_id)))
        elif event.button.id == "revoke":
            revoke(self, self._old.fingerprint, lambda: self._over("Revoked; its connections are cut."))

    def _over(self, words: str) -> None:
        self._done()
        self.post_message(self.Closed(words))

    def action_browse(self) -> None:
        signature = self.query_one(SignatureField)
        browse_keys(self, signature if signature.has_focus else self.field)

    def action_check(self) -> None:
        missing = next((one for one in (self.field, self.query_one(SignatureField)) if not one.value.strip()), None)
        if missing is not None:
            missing.focus()
            self.say(
                ("Both are needed: the new key, and the signature that the old one made over it.", "bold $warning")
            )
            return
        self.send(self._send())

    async def _send(self) -> None:
        text = await self.field.text()
        self._judged(text)
        signature = await self.query_one(SignatureField).text()
        await self.context.client.rotate_key(self._page.login_id, text, signature)
        self._over("Registered. Revoke the old key once nothing uses it any more.")
