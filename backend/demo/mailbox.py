"""The demo's mailbox: every mail its platform sent, whoever it was for."""

from __future__ import annotations

from datetime import UTC
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from backend.contract.messages import DemoMail
from backend.core.client_connect.mail_carrier import MailCarrier


class Mailbox:
    """Reads an outbox folder; what is queued is sent first, so that nobody waits for a mail."""

    def __init__(self, carrier: MailCarrier, folder: Path) -> None:
        self._carrier = carrier
        self._folder = folder

    def mails(self) -> list[DemoMail]:
        """Newest first."""
        while self._carrier.carry():
            pass  # it sends so many at once
        names = sorted((path.name for path in self._folder.glob("*.eml")), key=_age, reverse=True)
        return [_shown(self._folder / name) for name in names]


def _age(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.removesuffix(".eml").split("-"))


def _shown(path: Path) -> DemoMail:
    letter = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=default)
    body = letter.get_body(("plain",))
    return DemoMail(
        id=path.stem,
        at=letter["Date"].datetime.astimezone(UTC),
        sender=letter["From"].addresses[0].addr_spec,
        to=letter["To"].addresses[0].addr_spec,
        subject=letter["Subject"],
        text=body.get_content().replace("\r\n", "\n") if body is not None else "",
    )
