"""The console of one browser: told by a pipe whose it is, shown by its driver, gone with its page."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import on

from backend.contract.faults import UNEXPECTED, Refused
from backend.contract.messages import Fetchable
from ecp_tui.app import EcpApp, first_place
from ecp_tui.client import EcpClient
from ecp_tui.config import Config
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.web.driver import BrowserDriver
from ecp_tui.web.packets import read_told
from ecp_tui.web.sizes import bounded

_HEAD: Final = 5
_LARGEST_OPENING: Final = 64 * 1024


class BrowserApp(EcpApp):
    """The console in a page: signed in when it begins, and over when nobody is. This machine is the server's: nothing
    of it is opened, written or shown."""

    CSS_PATH: ClassVar = ["../app.tcss", "../widgets/widgets.tcss"]

    @on(EcpScreen.SignedOut)
    def leave(self, event: EcpScreen.SignedOut) -> None:
        """The page goes back to its own sign-in form."""
        event.prevent_default()
        self.exit()

    def tell(self, **words: Any) -> None:
        """Says something to the server of the page."""
        if isinstance(self._driver, BrowserDriver):
            self._driver.tell(words)

    def unexpected(self, error: BaseException) -> Refused:
        """The log, and where it lies, is the server's."""
        written = super().unexpected(error)
        return Refused(UNEXPECTED, reference=written.values["reference"].partition(",")[0])

    def action_suspend_process(self) -> None:
        """Nobody could wake it."""

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """It would be a file of the server's."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Links are one-time links."""

    def deliver_text(self, *_: Any, **__: Any) -> None:
        """Files go by one-time links."""

    def deliver_binary(self, *_: Any, **__: Any) -> None:
        """Files go by one-time links."""


class AtMenu(BrowserApp):
    """Begins at Client Connect's own menu."""

    DEFAULT_MODE: ClassVar[str] = "client_connect"


class AtHome(BrowserApp):
    """Begins at Home."""

    DEFAULT_MODE: ClassVar[str] = "home"


class BrowserLinks:
    """One-time links, made here, opened by the page."""

    def __init__(self, app: BrowserApp, public_url: str) -> None:
        self._app = app
        self._public_url = public_url

    def upload(self, ticket: str, file_name: str = "") -> str:
        return self._made("upload", ticket=ticket, file_name=file_name)

    def download(self, wanted: Fetchable) -> str:
        token = self._app.context.client.token
        return self._made("download", token=token, wanted=wanted.model_dump(mode="json"))

    def save(self, file_name: str, content: bytes) -> str:
        return self._made("save", file_name=file_name, content=base64.b64encode(content).decode())

    def _made(self, kind: str, **words: Any) -> str:
        key = secrets.token_urlsafe(18)
        self._app.tell(type="link", kind=kind, key=key, **words)
        return f"{self._public_url}/{'upload' if kind == 'upload' else 'download'}/{key}"


def main() -> int:
    """Runs the console until it is left, and ends the session that it was in."""
    return asyncio.run(_run(_opening()))


async def _run(opening: Mapping[str, Any]) -> int:
    folder, ca_file = Path(opening["state_dir"]), opening["ca_file"]
    config = Config(
        file=folder / "config.toml",
        state_dir=folder,
        session_dir=folder,
        server=opening["server"],
        ca_file=Path(ca_file) if ca_file else None,
        theme=opening["theme"],
        animations=False,
    )
    client = EcpClient(opening["server"], token=opening["token"], ca_file=config.ca_file, source=opening["source"])
    context = Context(lambda: client, config, reach="browser", login_id=opening["login_id"])
    try:
        context.landing, me = await asyncio.gather(client.landing(), client.me(background=False))
        context.me = me
        kind = AtHome if first_place(me) == "home" else AtMenu
        app = kind(context, driver_class=BrowserDriver)
        context.links = BrowserLinks(app, opening["public_url"])
        await app.run_async(size=bounded(*opening["size"]))
    finally:
        await _sign_out(client)
    return app.return_code or 0


async def _sign_out(client: EcpClient) -> None:
    """Of the session as it is now, which need not be the one that it began with."""
    with suppress(Refused):
        if client.token is not None:
            await client.sign_out()
    await client.close()


def _opening() -> dict[str, Any]:
    """The first packet, and not a byte more: what follows is the driver's."""
    length = int.from_bytes(_exactly(_HEAD)[1:], "big")
    if length > _LARGEST_OPENING:
        raise ValueError("that is no opening")
    return dict(read_told(_exactly(length)))


def _exactly(size: int) -> bytes:
    taken = b""
    while len(taken) < size:
        if not (more := os.read(0, size - len(taken))):
            raise EOFError("nobody opened this console")
        taken += more
    return taken
