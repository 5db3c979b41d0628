"""What mails say: the FAQ's words to the letter, in text and in HTML, and nothing that a name or a host smuggles in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.mail import FolderOutbox, Letters
from backend.contract.rules.codes import code_of, grouped
from backend.core.client_connect.mails import Mail, MailKind, Undelivered

NOW = datetime(2022, 5, 20, 8, 0, tzinfo=UTC)
CODE = grouped(code_of(bytes(range(20))))
FAQ = Letters(
    "noreply_connect@hkex.com.hk",
    "HKEX Client Connect",
    "HKEX Client Connect: Forgotten password email",
    enquiries_url="https://exchange.example/enquiries",
    terms_url="https://exchange.example/terms",
)
OWN = Letters("no-reply@exchange.example", "Exchange Connect", "Exchange Connect: reset your password")
LINKED = Letters("no-reply@exchange.example", "Exchange Connect", "Reset", public_url="https://ecp.exchange.example/")
VALUES = {
    "login_id": "CHAN01",
    "name": "Chan Tai Man",
    "company": "Acme Securities",
    "ask": "your delegated administrators",
    "code": CODE,
    "life": "72 hours",
    "until": "16:00 on 23 May 2022",
    "words": "Somebody was invited at the server itself.",
}
TO_THE_LETTER = (
    "HKEX Client Connect",
    "Dear user,",
    "We have received your request to reset your password. Please click 'Reset password' or copy and paste the link "
    "below to your browser to complete the process. The link will be effective for 2 hours.",
    "If this reset password is not initiated by you, please delete this email and be alert!",
    "Reset password",
    "For enquiries, please contact us via link.",
    "Please do not reply this e-mail as this is system generated.",
    "View the Terms and Conditions of HKEX Client Connect",
    "Disclaimer",
    "The information contained in this email is intended only for the use of the individual or entity",
)
"""FAQ Q19, the mail it shows."""
KINDS: tuple[MailKind, ...] = ("reset", "invitation", "enrolment", "unlock", "notice")


def letter(letters: Letters, kind: MailKind, **other: str) -> EmailMessage:
    """As it comes out of the wire."""
    mail = Mail(kind, other.pop("to", "chan01@acme.example"), NOW + timedelta(hours=2), {**VALUES, **other})
    return message_from_bytes(bytes(letters.write(mail, 7, NOW)), _class=EmailMessage, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    text: str = found.get_content()
    return text.replace("\r\n", "\n")


def read(message: EmailMessage, kind: str) -> list[str]:
    """Its lines as a person sees them, without addresses behind links."""
    text = part(message, kind)
    if kind == "html":
        text = unescape(re.sub(r"<[^>]+>", "", re.sub(r"<head>.*</head>", "", text, flags=re.DOTALL)))
    lines = (re.sub(r" <https://[^>]+>", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_forgotten_password_mail_is_the_faqs_to_the_letter(kind: str) -> None:
    message = letter(FAQ, "reset")
    assert message["From"].addresses[0].addr_spec == "noreply_connect@hkex.com.hk"
    assert message["Subject"] == "HKEX Client Connect: Forgotten password email"
    lines = iter(read(message, kind))
    for said in TO_THE_LETTER:
        assert any(line.startswith(said) for line in lines), f"{said} is missing, or not in its place"
    assert f"ecp recover {CODE}" in read(message, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_has_text_and_html_that_say_the_same(kind: MailKind) -> None:
    message = letter(FAQ, kind)
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    assert read(message, "plain") == read(message, "html")
    assert (CODE in part(message, "plain")) == (kind != "notice")


@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_of_another_deployment_names_the_exchange_of_the_faq(kind: MailKind) -> None:
    message = letter(OWN, kind)
    assert "hkex" not in message.as_string().lower()
    assert "Exchange Connect" in message["Subject"] and message["From"].addresses[0].display_name == "Exchange Connect"


def test_a_notice_says_in_its_subject_what_it_is_about_and_nobody_else_writes_there() -> None:
    said = letter(OWN, "notice", subject="change request 3 waits for you", words="Subject: forged\r\nBcc: all")[
        "Subject"
    ]
    assert said == "Exchange Connect: change request 3 waits for you"
    assert letter(OWN, "notice")["Subject"] == "Exchange Connect: notice", "queued before an upgrade"


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_public_url_there_is_no_link_at_all(kind: MailKind) -> None:
    message = letter(OWN, kind)
    assert "http" not in part(message, "plain") and "href" not in part(message, "html")


def test_a_link_leads_to_the_public_url_with_the_code_in_its_fragment() -> None:
    message = letter(LINKED, "reset")
    link = f"https://ecp.exchange.example/recover#{CODE}"
    assert f"\n{link}\n" in part(message, "plain")
    assert f'<a href="{link}"><strong>Reset password</strong></a>' in part(message, "html")
    assert f"<p>{link}</p>" in part(message, "html"), "to copy and paste"


def test_a_name_is_shown_as_it_is_and_never_becomes_markup() -> None:
    message = letter(OWN, "invitation", name="<script>alert(1)</script>", company="A & B <b>Ltd</b>")
    assert "<script>" not in part(message, "html") and "<b>" not in part(message, "html")
    assert "A &amp; B &lt;b&gt;Ltd&lt;/b&gt; made an account" in part(message, "html")
    assert "A & B <b>Ltd</b> made an account" in part(message, "plain")


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nBcc: x@y.example", "a@b.example\nX: y", "a@b.example, c@d.example", "", "a"]
)
def test_an_address_never_becomes_a_header_or_a_second_address(to: str) -> None:
    with pytest.raises((ValueError, IndexError, HeaderParseError)):
        letter(OWN, "reset", to=to)


def test_the_same_mail_sent_twice_is_the_same_message() -> None:
    assert (
        letter(OWN, "reset")["Message-ID"] == letter(OWN, "reset")["Message-ID"] == "<1653033600000-7@exchange.example>"
    )
    assert letter(OWN, "reset")["Auto-Submitted"] == "auto-generated"


def test_no_line_on_the_wire_is_longer_than_mail_may_have() -> None:
    mail = Mail("invitation", "chan01@acme.example", NOW, {**VALUES, "name": "陳大文" * 26, "company": "x" * 80})
    assert max(map(len, bytes(OWN.write(mail, 1, NOW)).split(b"\r\n"))) <= 998


# ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────────


def sent(folder: Path, **other: Any) -> None:
    mail = Mail("reset", "chan01@acme.example", NOW, {**VALUES, **other})
    FolderOutbox(folder, OWN).send(mail, 7, NOW)


def test_a_folder_keeps_each_mail_once_for_its_owner_alone(tmp_path: Path) -> None:
    sent(tmp_path / "a" / "mails")
    (path,) = (tmp_path / "a" / "mails").iterdir()
    first = path.read_bytes()
    sent(tmp_path / "a" / "mails", code="another")
    assert path.name == "1653033600000-7.eml" and path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_is_no_delivery(tmp_path: Path) -> None:
    (tmp_path / "mails").write_text("a file")
    with pytest.raises(Undelivered):
        sent(tmp_path / "mails")
