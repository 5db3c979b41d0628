"""Fields for a public key and for a signature: pasted, or the file that holds it. A private key never stays in one."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from time import monotonic
from typing import Final

from textual import events
from textual.message import Message
from textual.widgets import Input

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.public_keys import looks_private
from backend.contract.rules.shown import shown
from ecp_tui.digest import content_of
from ecp_tui.screens.submit_path import PathField

LARGEST: Final = 20_000
"""Characters of the largest key or signature there is."""
_KEY: Final = re.compile(r"\s*(ssh-|ecdsa-|sk-|rsa-|----|\S+\s+AAAA)")
_ARMOUR: Final = re.compile(r"-----BEGIN SSH SIGNATURE-----(.*?)-----END SSH SIGNATURE-----", re.DOTALL)
_WIDTH: Final = 70
_STILL_PASTING: Final = 1.0
"""Seconds after a private key in which what comes is taken for the rest of it."""


class LocalTextField(PathField):
    """Holds a text that was pasted, or the path of the file that has it; without local files, the text alone."""

    def __init__(self, *, id: str, local: bool, placeholder: str = "") -> None:
        super().__init__(id=id, base=_ssh_folder() if local else None, placeholder=placeholder, local=local)
        self.max_length = LARGEST
        self._pasted = ("", "")
        """What the field shows of a paste, and the paste itself."""

    def holds_text(self) -> bool:
        """Whether what stands in it is the text itself, not a path."""
        raise NotImplementedError

    async def text(self) -> str:
        """What was pasted, or what the file holds; empty while there is nothing."""
        line, whole = self._pasted
        if self.value and self.value == line:
            return whole
        if self.holds_text() or not self.local:
            return self.value
        path = self.path
        if path is None:
            return ""
        return (await asyncio.to_thread(content_of, path.expanduser(), LARGEST)).decode("utf-8", "replace")

    def take(self, text: str) -> None:
        """Shows a text of several lines in the one there is."""
        line = shown(" ".join(text.split()), LARGEST)
        self._pasted = (line, text)
        self.value = line
        self.cursor_position = len(line)

    def wipe(self) -> None:
        """Leaves nothing of it, for undo neither."""
        self._pasted = ("", "")
        with self.prevent(self.Changed):
            self.value = ""
        self._before.clear()


def _ssh_folder() -> Path | None:
    ssh = Path.home() / ".ssh"
    return ssh if ssh.is_dir() else None


class KeyField(LocalTextField):
    """A public key as its owner has it: OpenSSH's line, PuTTYgen's block, or the file."""

    _wiped = 0.0

    class PrivateMet(Message):
        """It was a private key: refused, and wiped before anybody saw it."""

    def holds_text(self) -> bool:
        return _KEY.match(self.value) is not None

    def refuse_private(self) -> None:
        self.wipe()
        self._wiped = monotonic()
        self.post_message(self.PrivateMet())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Terminals that do not mark a paste type it line by line: the lines after the first are wiped as well."""
        if self.value and (looks_private(self.value) or monotonic() - self._wiped < _STILL_PASTING):
            event.stop()
            self.refuse_private()

    def on_paste(self, event: events.Paste) -> None:
        if looks_private(event.text):
            event.prevent_default()
            event.stop()
            self.refuse_private()
        elif _KEY.match(event.text) or not self.local:
            event.prevent_default()
            event.stop()
            self.take(event.text[:LARGEST])


class SignatureField(LocalTextField):
    """What `ssh-keygen -Y sign` wrote, in its armour."""

    def holds_text(self) -> bool:
        return _ARMOUR.search(self.value) is not None

    async def text(self) -> str:
        return armoured(await super().text())

    def on_paste(self, event: events.Paste) -> None:
        if _ARMOUR.search(event.text):
            event.prevent_default()
            event.stop()
            self.take(event.text[:LARGEST])


def armoured(text: str) -> str:
    """The signature with its lines as ssh-keygen writes them, whatever a paste did to them."""
    found = _ARMOUR.search(text)
    if found is None:
        raise Refused(
            NOT_UNDERSTOOD, what="This is no signature: it begins with -----BEGIN SSH SIGNATURE----- and ends alike."
        )
    body = "".join(found[1].split())
    lines = [body[start : start + _WIDTH] for start in range(0, len(body), _WIDTH)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])
