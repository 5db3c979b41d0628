"""What every screen is given: the client, who is signed in, the server's zone and clock, and what this host allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from ecp_tui.config import Config
from ecp_tui.downloads import Downloads
from ecp_tui.draft import Upload
from ecp_tui.transfers import Answer, Transfers

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import DemoWorld, Folder, Landing, Me, User
    from ecp_tui.client import EcpClient
    from ecp_tui.links import Links
    from ecp_tui.screens.form_draft import FormDraft

Reach = Literal["here", "ssh", "browser"]
LAST_MINUTES: Final = timedelta(minutes=2)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Context:
    """One console session."""

    connect: Callable[[], EcpClient]
    """Makes the client, once, when the server is first asked."""
    config: Config
    reach: Reach = "here"
    """Where the person's files are: on this machine, or at the other end of an SSH line or a browser."""
    links: Links | None = None
    """How files come and go in a browser."""
    clock: Callable[[], datetime] = _now
    landing: Landing | None = None
    me: Me | None = None
    keys: dict[str, str] = field(default_factory=dict)
    """Keys that the settings remapped, by the id of what they do."""
    login_id: str = ""
    """What was last typed as login ID, so that no way in asks for it twice."""
    users: tuple[User, ...] = ()
    """The accounts that Users listed last, for the palette."""
    folders: tuple[Folder, ...] = ()
    """The folders as last answered, for the palette and for naming them."""
    world: DemoWorld | None = None
    """Where the demo keeps its files, once somebody wanted to know."""
    painted: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the first page is on the screen."""
    form: FormDraft | None = None
    """The application form being filled in: it outlives signing in, since it is begun without an account."""

    @property
    def local(self) -> bool:
        """Whether "this computer" is the person's own: elsewhere nothing of it is looked at, named or written."""
        return self.reach == "here"

    def line(self, words: str) -> str:
        """What the person types in a terminal of their own to run one command over SSH."""
        served = self.config.served
        return f"{served.line} {words}" if served is not None else f"ecp {words}"

    @property
    def server(self) -> str:
        """Its address, as it was named."""
        served = self.config.served
        return f"ssh://{served.host}:{served.port}" if served else (self.config.server or "").rstrip("/")

    @cached_property
    def client(self) -> EcpClient:
        return self.connect()

    async def load_client(self) -> None:
        """Loads what the client is made of beside the first page, once that is painted."""
        if "client" not in self.__dict__:
            await self.painted.wait()
            await asyncio.to_thread(import_module, "ecp_tui.client")

    @cached_property
    def transfers(self) -> Transfers:
        """The uploads of this session."""
        return Transfers(self._send, self.client.let_go)

    async def _send(self, upload: Upload, heard: Callable[[int], None] | None) -> Answer:
        """A file of this machine goes now; what came by a ticket is there already."""
        if upload.to is not None:
            return await self.client.publish_upload(upload, upload.to, heard)
        if upload.ticket is None:
            return await self.client.submit(upload, heard)
        return await self.client.submit_arrived(upload)

    @cached_property
    def downloads(self) -> Downloads:
        """The files that come the other way."""
        return Downloads(self.client.fetch)

    @property
    def running(self) -> list[str]:
        """Work going on, in words: what leaving would cut off."""
        form = self.form
        unsaved = [f"form not saved: {form.words}"] if form is not None and not (form.kept or form.empty) else []
        uploads = (one.words for one in self.transfers.running)
        return [*uploads, *(one.words for one in self.downloads.running), *unsaved]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.landing.timezone if self.landing else "UTC")

    def now(self) -> datetime:
        """Now, in the server's zone."""
        return self.clock().astimezone(self.zone)

    def here(self, instant: datetime) -> datetime:
        """An instant in the server's zone."""
        return instant.astimezone(self.zone)

    @property
    def ends(self) -> datetime | None:
        """When the session ends if nothing is done."""
        return min(self.me.expires, self.me.idle_expires) if self.me else None

    @property
    def last_minutes(self) -> bool:
        """Whether the session ends within two minutes."""
        return self.signed_in and self.ends is not None and self.ends - self.now() <= LAST_MINUTES

    @property
    def enters_ecp(self) -> bool:
        return self.me is not None and self.me.enters_ecp

    @property
    def staff(self) -> bool:
        """Whether the operator's own staff looks."""
        return self.me is not None and self.me.company is None

    @property
    def signed_in(self) -> bool:
        """Whether there is a session; where it ended, `me` still says whose pages are kept."""
        return self.me is not None and self.client.token is not None

    @property
    def demo(self) -> bool:
        return self.landing is not None and self.landing.demo

    def forget(self) -> None:
        """Nobody is signed in any more."""
        self.me = None
        self.folders = ()
        self.users = ()
        self.form = None
        self.transfers.forget()
        self.downloads.forget()
        self.client.token = None
