"""The SSH door: its listeners, everything that signs in through them, and how it closes."""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncssh
import structlog

from backend.contract.faults import GOING_DOWN, TOO_MANY_ATTEMPTS, TOO_MANY_HANDLES, Refused
from backend.core.actor import Actor
from backend.core.client_connect.source_limit import SourceLimit, source_of
from backend.core.figures import Figure, Measure
from backend.core.services import Services
from backend.doors.ssh.consoles import Consoles
from backend.doors.ssh.desk import Desk
from backend.doors.ssh.house import House
from backend.doors.ssh.line import listen
from backend.doors.ssh.people import People
from backend.doors.ssh.strangers import Strangers
from backend.doors.ssh.visit import KINDS, Visit
from backend.durable import write_once
from backend.listeners import SFTP, Listener
from backend.settings import SettingsError

MOST_VISITS: Final = 32
"""Of one account; all of them together have a quarter of the process's handles, as HTTP has."""
MOST_RECOVERING: Final = 16
MOST_RECOVERIES_A_MINUTE: Final = 6
_MOST_IN_ALL: Final = 4096
_OWN_KIND: Final = "ssh-ed25519"
_THREADS: Final = 16
_TIDY_SECONDS: Final = 60.0
_WAIT_SECONDS: Final = 0.02
_CONNECTIONS: Final = Measure("ecp_ssh_connections", "SSH connections that signed in, by what for.", "gauge", ("kind",))
_STRANGERS: Final = Measure("ecp_ssh_strangers", "SSH connections that have not signed in.")
_CONSOLES: Final = Measure("ecp_consoles_open", "Consoles and commands that run over SSH.")
T = TypeVar("T")
_log = structlog.get_logger(__name__)


class SshDoor:
    """Takes connections until it is closed. Its threads do what waits for disk or database."""

    def __init__(self, services: Services, own_key: asyncssh.SSHKey, consoles: Consoles | None = None) -> None:
        self.consoles = consoles
        self.tally = services.tally
        self._access = services.sftp_access
        self._own_key = own_key
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="ssh-door")
        self._desk = Desk()
        self.house = House.of(services, self._desk, self.run, lambda: self._open)
        self._recoveries = SourceLimit(services.clock, MOST_RECOVERIES_A_MINUTE)
        self.people = People(services, self.run, self.remember)
        self._strangers: Strangers[Visit] = Strangers()
        self._visits: set[Visit] = set()
        self._work: set[asyncio.Task[None]] = set()
        self._most_in_all = min(_MOST_IN_ALL, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)
        self._changes = 0
        self._open = True
        self._servers: list[asyncio.Server] = []
        self.listeners: list[Listener] = []
        self._unlisten = services.access_watch.listen(self._notice)
        self._tidying = self._loop.create_task(self._tidy())

    async def listen(self, listeners: Sequence[Listener]) -> None:
        """Opens all of them; `SettingsError` for the first that cannot be."""
        await self._learn_addresses()
        for one in listeners:
            try:
                server = await listen(one, self._own_key, partial(Visit, self, one.services))
            except OSError as error:
                raise SettingsError(
                    f"Cannot listen on {one.host} port {one.port}: {error.strerror}. Set ssh_port or ssh_listeners."
                ) from error
            self._servers.append(server)
            self.listeners.append(replace(one, port=server.sockets[0].getsockname()[1]))

    @property
    def port(self) -> int:
        """Where people are sent to."""
        return next(one.port for one in self.listeners if SFTP in one.services)

    @property
    def host_key(self) -> str:
        """The server's public key as `known_hosts` has it."""
        kind, key = self._own_key.export_public_key("openssh").decode().split()[:2]
        return f"{kind} {key}"

    @property
    def fingerprint(self) -> str:
        return self._own_key.get_fingerprint()

    def figures(self) -> Iterator[Figure]:
        kinds = Counter(visit.kind for visit in tuple(self._visits))
        yield Figure(_CONNECTIONS, {(kind,): kinds[kind] for kind in KINDS})
        yield Figure.of(_STRANGERS, len(self._strangers))
        yield Figure.of(_CONSOLES, self.consoles.open if self.consoles is not None else 0)

    async def close(self, grace: float = 10.0) -> None:
        """Takes nothing new, lets uploads that are under way end within `grace` seconds, then ends everything."""
        if not self._open:
            return
        self._open = False
        self._unlisten()
        self._tidying.cancel()
        for server in self._servers:
            server.close()
        for visit in self._visits:
            visit.going_down()
        until = self._loop.time() + grace
        while self._under_way() and self._loop.time() < until:
            await asyncio.sleep(_WAIT_SECONDS)
        for visit in [*self._visits, *self._strangers]:
            visit.refuse(Refused(GOING_DOWN))
        while self._visits or self._strangers or self._work:
            await asyncio.sleep(_WAIT_SECONDS)
        for draft in self._desk.clear():
            await self.run(draft.upload.staging.abandon)
        self._threads.shutdown()

    def _under_way(self) -> bool:
        return any(visit.uploading for visit in self._visits) or bool(self._visits and self._desk.about_to_be_named())

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        inside = copy_context().run  # so that the log knows whose work it is
        return await self._loop.run_in_executor(self._threads, partial(inside, work, *args))

    # ── what visits ask ──────────────────────────────────────────────────────────────────────────────────────

    async def admit(self, login_id: str, fingerprint: str, address: str) -> Actor:
        """The actor; asked again if rights were taken away meanwhile, so that no change falls between."""
        while True:
            seen = self._changes
            actor = await self.run(self._access.admit, login_id, fingerprint, address)
            if seen == self._changes:
                break
        self.refuse_crowd(actor.login_id)
        return actor

    def refuse_crowd(self, name: str) -> None:
        mine = sum(visit.name == name for visit in self._visits)
        if mine >= MOST_VISITS or len(self._visits) >= self._most_in_all:
            raise Refused(TOO_MANY_HANDLES)

    def refuse_recovering(self, source: str) -> None:
        """One from each source, so many a minute, and so many in all."""
        self._recoveries.refuse_beyond(source)
        here = [source_of(visit.source) for visit in self._visits if visit.recovering]
        if source_of(source) in here or len(here) >= MOST_RECOVERING:
            raise Refused(TOO_MANY_ATTEMPTS)

    def came(self, visit: Visit, address: str) -> bool:
        gone = self._strangers.came(visit, address) if self._open else visit
        if gone is not None and gone is not visit:
            gone.abort()
        return gone is not visit

    def signed_in(self, visit: Visit) -> None:
        self._strangers.left(visit)
        self._visits.add(visit)
        self.remember(self._loop.create_task(self._note(visit) if visit.by_key else self._ask_again(visit)))

    def left(self, visit: Visit) -> None:
        self._strangers.left(visit, visit.penalty)
        self._visits.discard(visit)

    def remember(self, work: asyncio.Task[None]) -> None:
        self._work.add(work)
        work.add_done_callback(self._work.discard)

    # ── while it is open ─────────────────────────────────────────────────────────────────────────────────────

    def _notice(self) -> None:
        """Called in the watch's thread."""
        self._loop.call_soon_threadsafe(self._rights_changed)

    def _rights_changed(self) -> None:
        self._changes += 1
        self._ask_everyone_again()

    def _ask_everyone_again(self) -> None:
        for visit in self._visits:
            self.remember(self._loop.create_task(self._ask_again(visit)))

    async def _ask_again(self, visit: Visit) -> None:
        try:
            if visit.by_key:
                visit.still(await self.run(self._access.still, visit.actor, visit.fingerprint))
            elif visit.seated is not None:
                await self.people.refuse_ended(visit.seated.seat)
        except Refused as refused:
            visit.refuse(refused)
        except Exception as error:  # the watch says when the database is gone; nothing new is taken then
            _log.error("rights could not be read again", login_id=visit.name, exc_info=error)

    async def _note(self, visit: Visit) -> None:
        try:
            await self.run(self._access.connected, visit.fingerprint)
        except Exception as error:  # nobody is kept out because it could not be written down
            _log.error("a connection could not be noted", login_id=visit.name, exc_info=error)

    async def _tidy(self) -> None:
        """Lets go of drafts that nobody named, of visits and tickets whose time is over; learns new addresses."""
        while True:
            await asyncio.sleep(_TIDY_SECONDS)
            self._ask_everyone_again()
            await self._learn_addresses()
            await self._expire_tickets()
            for draft in self._desk.expired():
                try:
                    await self.run(draft.upload.staging.abandon)
                except OSError as error:
                    _log.error("staged bytes could not be removed", exc_info=error)

    async def _expire_tickets(self) -> None:
        try:
            await self.run(self.house.tickets.expire)
        except Exception as error:  # asked again in a minute, and whenever one is used
            _log.error("tickets could not be looked through", exc_info=error)

    async def _learn_addresses(self) -> None:
        try:
            self._strangers.registered = await self.run(self._access.registered)
        except Exception as error:  # those learned before stay
            _log.error("registered addresses could not be read", exc_info=error)


async def start_ssh(
    services: Services, listeners: Sequence[Listener], host_key_path: Path, consoles: Consoles | None = None
) -> SshDoor:
    """Opens the door; port 0 means any free one, `SshDoor.listeners` say which. People need `consoles`."""
    logging.getLogger("asyncssh").setLevel(logging.WARNING)  # it logs names as they come, unescaped
    door = SshDoor(services, host_key(host_key_path), consoles)
    try:
        await door.listen(listeners)
        services.sftp_setup.opened(door.port, door.fingerprint)
    except BaseException:
        await door.close()
        raise
    return door


def host_key(path: Path) -> asyncssh.SSHKey:
    """The server's own key; an Ed25519 key is made where there is none."""
    if not path.exists():
        write_once(path, asyncssh.generate_private_key(_OWN_KIND).export_private_key("openssh"))
    try:
        key = asyncssh.read_private_key(path)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise SettingsError(
            f"{path} cannot be read: restore it from its backup, or remove it and tell your users of the new key."
        ) from error
    if key.get_algorithm() != _OWN_KIND:
        raise SettingsError(f"{path} is no Ed25519 key: remove it, and tell your users of the new one.")
    return key
