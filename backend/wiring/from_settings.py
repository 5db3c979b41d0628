"""What settings alone decide: what the landing page says, and how mails get out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from importlib.metadata import version
from pathlib import Path
from typing import Final

from cryptography import x509

from backend import logs
from backend.adapters.database import (
    DatabaseStore,
)
from backend.adapters.mail import FolderOutbox, Letters, SmtpOutbox, SmtpServer
from backend.contract.messages import Landing, Service, SupportTeam, UserType
from backend.core.client_connect.mails import Outbox
from backend.core.figures import Figure, Measure, Source
from backend.core.services import Services
from backend.settings import Settings

_BUILD: Final = Measure("ecp_build_info", "Always 1, beside the version that runs.", "gauge", ("version",))
_CERTIFICATE: Final = Measure("ecp_certificate_expires_seconds", "Until the TLS certificate that is served ends.")
_LOGGED: Final = Measure("ecp_log_events", "Events in the log, by level.", "counter", ("level",))
_UPLOADS: Final = Measure("ecp_uploads_open", "Files on their way in.")


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


def own_figures(settings: Settings, services: Services) -> Source:
    """What stands for as long as the program runs, and what only it knows: version, certificate, log, uploads."""
    ends = certificate_ends(settings.tls_certificate) if settings.tls_certificate else None

    def figures() -> Iterator[Figure]:
        yield Figure(_BUILD, {(services.landing.version,): 1})
        if ends is not None:
            yield Figure.of(_CERTIFICATE, (ends - datetime.now(UTC)).total_seconds())
        yield Figure(_LOGGED, {(level,): logs.counted[level] for level in logs.LEVELS})
        yield Figure.of(_UPLOADS, len(services.submissions.stagings))

    return figures


def certificate_ends(path: Path) -> datetime:
    """When it ends; `OSError` or `ValueError` where that cannot be read."""
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
