"""What settings alone decide: what the landing page says, and how mails get out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from importlib.metadata import version
from pathlib import Path

from backend.adapters.database import (
    DatabaseStore,
)
from backend.adapters.mail import FolderOutbox, Letters, SmtpOutbox, SmtpServer
from backend.contract.messages import Landing, Service, SupportTeam, UserType
from backend.core.client_connect.mails import Outbox
from backend.settings import Settings


def landing_of(settings: Settings, store: DatabaseStore, demo: bool) -> Landing:
    with store.reading() as rows:
        user_types = rows.catalogue().user_types
    return Landing(
        name=settings.name,
        operator=settings.operator,
        version=version("ecp-platform"),
        timezone=settings.timezone,
        now=datetime.now(UTC),
        demo=demo,
        notices=settings.notices,
        existing_ecp=settings.existing_ecp or None,
        mail_sender=settings.mail_sender,
        mail_subject=settings.mail_subject,
        support=tuple(_support(settings)),
        user_types=tuple(UserType(code=code, title=title) for code, title in user_types.items()),
    )


def outbox_of(settings: Settings, folder: Path) -> Outbox:
    letters = Letters(
        settings.mail_sender,
        settings.mail_name,
        settings.mail_subject,
        settings.public_url,
        settings.enquiries_url,
        settings.terms_url,
    )
    if not settings.smtp_host:
        return FolderOutbox(folder, letters)
    said = (settings.smtp_port, settings.smtp_tls, settings.smtp_user, settings.smtp_secret)
    return SmtpOutbox(SmtpServer(settings.smtp_host, *said), letters)


def _support(settings: Settings) -> Iterator[SupportTeam]:
    teams: dict[Service, str] = {"client_connect": settings.support_client_connect, "ecp": settings.support_ecp}
    for service, said in teams.items():
        name, email = parseaddr(said)
        if email:
            yield SupportTeam(service=service, name=name or email, email=email)
