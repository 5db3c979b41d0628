"""The console of one browser: told by a pipe whose it is, shown by its driver, gone with its page."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from backend.contract.faults import Refused
from backend.contract.messages import Publication
from ecp_tui.app import EcpApp
from ecp_tui.client import EcpClient
from ecp_tui.config import Config
from ecp_tui.screens.context import Context
from ecp_tui.screens.sign_in import SignInScreen
from ecp_tui.web.driver import BrowserDriver
from ecp_tui.web.packets import read_told
from ecp_tui.web.sizes import bounded

_HEAD: Final = 5
_LARGEST_OPENING: Final = 64 * 1024


class BrowserApp(EcpApp):
    """The console in a page: signed in when it begins, and over when nobody is."""

    CSS_PATH: ClassVar = ["../app.tcss", "../widgets/widgets.tcss"]

    def on_mount(self) -> None:
        self.run_worker(self._enter(), exit_on_error=True)

    async def _enter(self) -> None:
        self.context.landing = await self.context.client.landing()
        me = await self.context.client.me(background=False)
        self.post_message(SignInScreen.SignedIn(me, "home"))

    async def on_ecp_screen_signed_out(self) -> None:
        self.exit()

    def tell(self, **words: Any) -> None:
        """Says something to the server of the page."""
        if isinstance(self._driver, BrowserDriver):
            self._driver.tell(words)


class BrowserLinks:
    """One-time links, made here, opened by the page."""

    def __init__(self, app: BrowserApp, public_url: str) -> None:
        self._app = app
        self._public_url = public_url

    def upload(self, ticket: str, file_name: str = "") -> str:
        return self._made("upload", ticket=ticket, file_name=file_name)

    def download(self, publication: Publication) -> str:
        token = self._app.context.client.token
        return self._made("download", token=token, publication=publication.model_dump(mode="json"))

    def save(self, file_name: str, content: bytes) -> str:
        return self._made("save", file_name=file_name, content=base64.b64encode(content).decode())

    def _made(self, kind: str, **words: Any) -> str:
        key = secrets.token_urlsafe(18)
        self._app.tell(type="link", kind=kind, key=key, **words)
        return f"{self._public_url}/{'upload' if kind == 'upload' else 'download'}/{key}"


def main() -> int:
    """Runs the console until it is left, and ends the session that it was in."""
    opening = _opening()
    config = Config(
        file=Path(opening["state_dir"]) / "config.toml",
        state_dir=Path(opening["state_dir"]),
        session_dir=Path(opening["state_dir"]),
        server=opening["server"],
        ca_file=Path(opening["ca_file"]) if opening["ca_file"] else None,
        theme=opening["theme"],
        animations=False,
    )
    connect = partial(EcpClient, opening["server"], ca_file=config.ca_file, source=opening["source"])
    context = Context(partial(connect, token=opening["token"]), config, local=False)
    app = BrowserApp(context, driver_class=BrowserDriver)
    links = BrowserLinks(app, opening["public_url"])  # noqa: F841
    app.run(size=bounded(*opening["size"]))
    asyncio.run(_sign_out(connect(token=context.client.token)))
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
