"""One visit in accessible mode: the client, who is signed in, and what is asked of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from backend.contract.faults import SESSION_ENDED, SUSPENDED, Refused
from backend.contract.messages import Landing, Me
from ecp_tui import wording
from ecp_tui.client import EcpClient
from ecp_tui.config import Config
from ecp_tui.plain.talk import Back, Talk

_P = ParamSpec("_P")
_T = TypeVar("_T")


class SignedOut(Exception):
    """Nobody is signed in any more, or somebody else is: it begins anew."""


def _now() -> datetime:
    return datetime.now(UTC)


class Visit:
    """Everything is asked in turn, so that a line is said only when it is true."""

    def __init__(
        self,
        talk: Talk,
        client: EcpClient,
        config: Config,
        runner: asyncio.Runner,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.talk, self.client, self.config = talk, client, config
        self.me: Me | None = None
        self.landing: Landing | None = None
        self.signs_in: Callable[[str], None] = lambda _: None
        """How somebody is asked to sign in again."""
        self._runner, self._clock = runner, clock

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, call: Callable[_P, Coroutine[Any, Any, _T]], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """The answer. Ctrl-C lets go of it, and goes one step back."""
        try:
            return self._runner.run(call(*args, **kwargs))
        except KeyboardInterrupt:
            self.talk.say("")
            raise Back from None

    def ask(self, call: Callable[_P, Coroutine[Any, Any, _T]], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """As `run`, for whoever is signed in: where the session has ended they sign in again, and go on here."""
        while True:
            try:
                return self.run(call, *args, **kwargs)
            except Refused as refused:
                if refused.fault not in (SESSION_ENDED, SUSPENDED):
                    raise
                self._again(refused)

    def _again(self, refused: Refused) -> None:
        before, self.client.token = self.me, None
        self.talk.fault(refused)
        if before is None or refused.fault is SUSPENDED:
            self.forget()
            raise SignedOut
        try:
            self.signs_in(before.login_id)
        except Back:
            self.forget()
            raise SignedOut from None
        if self.me is None or self.me.login_id != before.login_id:
            raise SignedOut
        self.talk.say("You go on where you were.")

    def look(self) -> Landing:
        """What the landing page says, asked once."""
        if self.landing is None:
            self.landing = self.run(self.client.landing)
        return self.landing

    def forget(self) -> None:
        self.me = self.client.token = None

    # ── who, where and when ──────────────────────────────────────────────────────────────────────────────────

    @property
    def here(self) -> bool:
        """Whether the files of whoever types are on this computer; over SSH they are not."""
        return self.config.served is None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.landing.timezone if self.landing else "UTC")

    def now(self) -> datetime:
        return self._clock().astimezone(self.zone)

    def when(self, instant: datetime, *, seconds: bool = False) -> str:
        """22 Nov 2026 15:41 HKT: each line says all of it, for each is heard alone."""
        moment = wording.when(instant, self.zone, seconds=seconds, year=True).strip()
        return f"{moment} {wording.zone_name(instant, self.zone)}"
