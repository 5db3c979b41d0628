"""Lines: asyncssh's connections with bounds that it has no public way to set, by its private names."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any, Final

import asyncssh
from asyncssh import SSHKey, SSHServerChannel, SSHServerConnectionOptions
from asyncssh.packet import SSHPacket

from backend.doors.ssh import algorithms
from backend.doors.ssh.quick import QuickLine
from backend.doors.ssh.terminals import acceptable
from backend.doors.ssh.visit import Visit
from backend.listeners import Listener
from backend.logs import under_reference

LOGIN_GRACE: Final = 30
PROMPT_GRACE: Final = 120
"""Seconds until somebody has to be signed in, and from the first prompt on: people type."""
KEEPALIVE: Final = 15
MOST_UNANSWERED: Final = 3
"""A peer that vanished is gone within a minute."""
MOST_EXCHANGES: Final = 60
MOST_EARLY_EXCHANGES: Final = 3
"""Key exchanges within a minute, and those of them before sign-in: each costs the server more than the client."""
_MINUTE: Final = 60.0
EXCHANGE_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 1.0
_MOST_DEFERRED: Final = 1000
"""How long an exchange may last, how often it is looked at, and how many answers may wait for its end."""
_REKEY_BYTES: Final = 8 << 30
"""Sent bytes after which the server asks for new keys: AES and ChaCha20 bear more."""
_BACKLOG: Final = 1024


class Line(QuickLine):
    """Serves nothing to a peer that does not listen, and gives up one that exchanges keys again and again."""

    def __init__(self, loop: asyncio.AbstractEventLoop, options: SSHServerConnectionOptions) -> None:
        super().__init__(loop, options)
        self._exchanges: deque[float] = deque(maxlen=MOST_EXCHANGES)
        self._unread = False
        self._prompted = False
        with under_reference() as reference:  # whatever is done for this line is known by it in the log
            self._context = copy_context()
        self.set_extra_info(reference=reference)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._context.run(super().connection_made, transport)

    def data_received(self, data: bytes, datatype: int | None = None) -> None:
        self._context.run(super().data_received, data, datatype)

    # ── who does not listen ──────────────────────────────────────────────────────────────────────────────────

    def pause_writing(self) -> None:
        """More waits than the peer takes. asyncssh would go on reading, and keep every answer in memory."""
        if self._transport is not None:
            self._transport.pause_reading()
            self._unread = True
            self._choke_or_not()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()
            self._unread = False
            self._choke_or_not()

    def _choke_or_not(self) -> None:
        if self._visit is not None:
            self._visit.choke(self._unread or not self._kex_complete)

    # ── exchanging keys ──────────────────────────────────────────────────────────────────────────────────────

    def _send_kexinit(self) -> None:
        """Begins an exchange; the first one follows the client's version. Until it ends, answers wait in memory."""
        client = str(self.get_extra_info("client_version", ""))
        self._enc_algs, self._mac_algs = algorithms.ciphers(client), algorithms.macs(client)
        super()._send_kexinit()
        if self._session_id:
            self._choke_or_not()
            self._watch_exchange(self._loop.time() + EXCHANGE_SECONDS)

    def send_newkeys(self, k: bytes, h: bytes) -> None:
        """Ends one, whoever asked for it."""
        now = time.monotonic()
        most = MOST_EXCHANGES if self._visit is not None and self._visit.signed_in else MOST_EARLY_EXCHANGES
        if len(self._exchanges) >= most and now - self._exchanges[-most] < _MINUTE:
            raise asyncssh.ProtocolError("Too many key exchanges")
        self._exchanges.append(now)
        super().send_newkeys(k, h)
        self._choke_or_not()

    def _watch_exchange(self, until: float) -> None:
        if self._kex_complete or self._visit is None:
            return
        if self._loop.time() >= until or len(self._deferred_packets) > _MOST_DEFERRED:
            self._visit.drop("a key exchange does not end")
        else:
            self._loop.call_later(_LOOK_SECONDS, self._watch_exchange, until)

    # ── what is not kept ─────────────────────────────────────────────────────────────────────────────────────

    async def reload_config(self) -> None:
        """Nothing is configured by login ID; asyncssh would read all options again, in a thread, for each sign-in."""

    def create_server_channel(self, *args: Any, **kwargs: Any) -> SSHServerChannel[Any]:
        """One that takes a terminal's variables and no other: asyncssh would keep as many as a client sends."""
        channel = super().create_server_channel(*args, **kwargs)
        channel._process_env_request = partial(_kept, channel._env)  # type: ignore[method-assign]  # of this channel
        return channel

    # ── who types ────────────────────────────────────────────────────────────────────────────────────────────

    async def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        """Prompts; the first of them give people the time that they need."""
        if not self._prompted and self._login_timer is not None:
            self._prompted = True
            self._login_timer.cancel()
            self._login_timer = self._loop.call_later(PROMPT_GRACE, self._login_timer_callback)
        return await super().get_kbdint_challenge(username, lang, submethods)

    @property
    def _visit(self) -> Visit | None:
        return self._owner if isinstance(self._owner, Visit) else None


def _kept(variables: dict[bytes, bytes], packet: SSHPacket) -> bool:
    name, value = packet.get_string(), packet.get_string()
    packet.check_end()
    known = acceptable(name, value)
    if known:
        variables[name] = value
    return known


async def listen(listener: Listener, own_key: SSHKey, visit: Callable[[], Visit]) -> asyncio.Server:
    """Takes lines there, each with a visit of its own."""
    loop, options = asyncio.get_running_loop(), _options(own_key, visit)
    return await loop.create_server(lambda: Line(loop, options), listener.host, listener.port, backlog=_BACKLOG)


def _options(own_key: SSHKey, visit: Callable[[], Visit]) -> SSHServerConnectionOptions:
    return SSHServerConnectionOptions(
        server_factory=visit,
        server_host_keys=[own_key],
        server_version="ECP_2.0",
        config=None,
        kex_algs=algorithms.KEY_EXCHANGES,
        encryption_algs=algorithms.CIPHERS,
        mac_algs=algorithms.MACS,
        compression_algs=None,
        signature_algs=algorithms.SIGNATURES,
        public_key_auth=True,
        password_auth=False,
        kbdint_auth=True,
        host_based_auth=False,
        gss_host=None,
        allow_pty=True,
        agent_forwarding=False,
        x11_forwarding=False,
        line_editor=False,
        encoding=None,
        rekey_bytes=_REKEY_BYTES,
        login_timeout=LOGIN_GRACE,
        keepalive_interval=KEEPALIVE,
        keepalive_count_max=MOST_UNANSWERED,
    )
