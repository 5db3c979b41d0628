"""An outbox that is a mail server, reached by SMTP: encrypted, unless it is on this machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import aiosmtplib

from backend.adapters.mail.letters import Letters
from backend.core.client_connect.mails import Mail, Undelivered

_PATIENCE: Final = 10.0
"""Seconds for each step of the conversation."""
_ALL_OF_IT: Final = 30.0


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where it is, and how it knows us. `tls` is `starttls`, `tls` or `none`."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)


class SmtpOutbox:
    """Meets the `Outbox` port."""

    def __init__(self, server: SmtpServer, letters: Letters) -> None:
        self._server = server
        self._letters = letters

    def send(self, mail: Mail, number: int, created: datetime) -> None:
        asyncio.run(self._send(mail, number, created))

    async def _send(self, mail: Mail, number: int, created: datetime) -> None:
        server = self._server
        letter = self._letters.write(mail, number, created)
        try:
            async with asyncio.timeout(_ALL_OF_IT):
                await aiosmtplib.send(
                    letter,
                    hostname=server.host,
                    port=server.port,
                    username=server.user or None,
                    password=server.password or None,
                    use_tls=server.tls == "tls",
                    start_tls=server.tls == "starttls",
                    timeout=_PATIENCE,
                )
        except (aiosmtplib.SMTPException, OSError) as error:
            code = getattr(error, "code", "")
            raise Undelivered(f"{type(error).__name__} {code}".strip()) from error
