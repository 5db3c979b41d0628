"""Mails by SMTP, received by a real server on this machine: with TLS, with a login, and while it is down."""

from __future__ import annotations

import gc
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from backend.adapters.mail import Letters, SmtpOutbox, SmtpServer
from backend.core.client_connect.mail_carrier import MailCarrier
from backend.core.client_connect.mails import Mail, Undelivered
from backend.core.figures import Tally
from backend.settings import Settings
from backend.wiring import initialise, open_platform
from tests.adapters.recovering import later
from tests.doors.http.test_tls import certificate_in
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NOW = datetime(2022, 5, 20, 8, 0, tzinfo=UTC)
LETTERS = Letters("no-reply@exchange.example", "Exchange Connect", "Exchange Connect: reset your password")
MAIL = Mail("reset", "chan01@acme.example", NOW + timedelta(hours=2), {"code": "ABCD-EFGH"})
PASSWORD = "let-me-send"


@dataclass
class Received:
    """What a mail server got; `answer` is what it says to each."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
            self.recipients += envelope.rcpt_tos
        return self.answer

    def authenticator(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        return AuthResult(success=data.password == PASSWORD.encode())


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def mail_server(received: Received, port: int, **options: Any) -> Iterator[None]:
    server = Controller(received, hostname="127.0.0.1", port=port, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a login without TLS, which some of these tests are about
        server.start()
    try:
        yield
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """A mail server that is stopped leaves its last connections to the collector, which would say so later."""
    yield
    gc.collect()


@pytest.fixture
def received() -> Received:
    return Received()


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SSLContext:
    """A server's own, trusted by everybody here."""
    certificate, key = certificate_in(tmp_path, "mail")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def outbox(port: int, tls: str = "none", user: str = "", password: str = "") -> SmtpOutbox:
    return SmtpOutbox(SmtpServer("127.0.0.1", port, tls, user, password), LETTERS)


def send(outbox: SmtpOutbox) -> None:
    outbox.send(MAIL, 1, NOW)


def test_a_mail_arrives_with_its_text_and_its_html(received: Received) -> None:
    port = free_port()
    with mail_server(received, port):
        send(outbox(port))
    (message,) = received.messages
    assert received.recipients == ["chan01@acme.example"]
    assert message["Subject"] == "Exchange Connect: reset your password"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None and "ecp recover ABCD-EFGH" in body.get_content()


def test_starttls_is_asked_for_and_nothing_is_sent_without_it(received: Received, tls: SSLContext) -> None:
    port = free_port()
    with mail_server(received, port, tls_context=tls, require_starttls=True):
        send(outbox(port, "starttls"))
        assert len(received.messages) == 1
        with pytest.raises(Undelivered):
            send(outbox(port))
    with mail_server(received, port), pytest.raises(Undelivered):
        send(outbox(port, "starttls"))
    assert len(received.messages) == 1


def test_a_server_whose_certificate_nobody_trusts_gets_nothing(
    received: Received, tls: SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    port = free_port()
    with mail_server(received, port, tls_context=tls), pytest.raises(Undelivered):
        send(outbox(port, "starttls"))
    assert received.messages == []


def test_a_login_is_given_to_a_server_that_wants_one(
    received: Received, tls: SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.adapters.mail.smtp._PATIENCE", 1.0)  # this server says nothing to a second try
    port = free_port()
    options = {"authenticator": received.authenticator, "auth_required": True, "tls_context": tls}
    with mail_server(received, port, **options):
        send(outbox(port, "starttls", "ecp", PASSWORD))
        for wrong in (outbox(port, "starttls", "ecp", "wrong"), outbox(port, "starttls")):
            with pytest.raises(Undelivered):
                send(wrong)
    assert len(received.messages) == 1 and received.users == ["ecp", "ecp"]


@pytest.mark.parametrize("answer", ["451 try later", "550 no such user", "554 refused"])
def test_what_a_server_refuses_is_not_delivered_and_the_log_learns_no_address(received: Received, answer: str) -> None:
    port, received.answer = free_port(), answer
    with mail_server(received, port), pytest.raises(Undelivered) as found:
        send(outbox(port))
    assert answer[:3] in str(found.value) and "@" not in str(found.value)


def test_a_server_that_is_not_there_is_no_delivery() -> None:
    with pytest.raises(Undelivered):
        send(outbox(free_port()))


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.adapters.mail.smtp._PATIENCE", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Undelivered):
            send(outbox(silent.getsockname()[1]))


def test_mails_of_a_time_when_the_server_is_down_arrive_when_it_is_up_again(world: World, received: Received) -> None:
    world.platform.mail.stop()
    port = free_port()
    carrier = MailCarrier(world.platform.store, world.clock, world.platform.mailer, outbox(port), Tally())
    code = world.issue("CHAN01", "reset")
    assert carrier.carry() == 0
    later(world, minutes=1)
    with mail_server(received, port):
        assert carrier.carry() == 1 and carrier.carry() == 0
    (message,) = received.messages
    body = message.get_body(("plain",))
    assert body is not None and code[:4] in body.get_content()


def test_the_settings_lead_to_the_server(tmp_path: Path, received: Received, tls: SSLContext) -> None:
    port, secret = free_port(), tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    settings = Settings(tmp_path / "data", smtp_host="127.0.0.1", smtp_port=port, smtp_tls="starttls", smtp_user="ecp")
    settings = replace(settings, smtp_password_file=secret)
    initialise(settings)
    platform = open_platform(settings)
    try:
        platform.mail.stop()
        options = {"authenticator": received.authenticator, "auth_required": True, "tls_context": tls}
        with mail_server(received, port, **options):
            platform.mail._outbox.send(MAIL, 1, NOW)
    finally:
        platform.close()
    assert received.users == ["ecp"] and not (settings.data_dir / "mails").exists()
    assert PASSWORD not in repr(platform)
