"""Letters: what a mail says, from one template for its text and its HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from backend.core.client_connect.mails import Mail, MailKind

_GAPS = re.compile(r"\n\s*\n")
_SUBJECTS: Final[dict[MailKind, str]] = {
    "invitation": "your invitation",
    "enrolment": "set up your authenticator",
    "unlock": "your account is locked",
    "notice": "notice",
    "checkpoint": "the log's checkpoint",
}


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes the mails of one deployment. A link leads to `public_url` and nowhere else."""

    sender: str
    brand: str
    reset_subject: str
    public_url: str = ""
    enquiries_url: str = ""
    terms_url: str = ""

    def write(self, mail: Mail, number: int, created: datetime) -> EmailMessage:
        """The message; `number` and `created` name it, so that one sent twice is the same message."""
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(self.brand, addr_spec=self.sender)
        letter["To"] = Address(addr_spec=mail.to)
        letter["Subject"] = self._subject(mail)
        letter["Date"] = format_datetime(created)
        letter["Message-ID"] = f"<{name_of(number, created)}@{self.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        text = _GAPS.sub("\n\n", self._said(_TEXT, mail)).strip()
        letter.set_content(text + "\n")
        letter.add_alternative(self._said(_HTML, mail), subtype="html")
        return letter

    def _subject(self, mail: Mail) -> str:
        if mail.kind == "reset":
            return self.reset_subject
        return f"{self.brand}: {mail.values.get('subject') or _SUBJECTS[mail.kind]}"

    def _said(self, medium: Environment, mail: Mail) -> str:
        code = mail.values.get("code", "")
        link = f"{self.public_url.rstrip('/')}/recover#{code}" if self.public_url and code else ""
        own = {"brand": self.brand, "enquiries_url": self.enquiries_url, "terms_url": self.terms_url, "link": link}
        return medium.get_template(f"{mail.kind}.j2").render({**mail.values, **own})


def name_of(number: int, created: datetime) -> str:
    """A name that sorts by time, and that no other mail has."""
    return f"{int(created.timestamp() * 1000):013d}-{number}"


def _environment(medium: str, *, escaped: bool) -> Environment:
    made = Environment(
        loader=PackageLoader("backend.adapters.mail"),
        autoescape=escaped,  # noqa: S701 - the one that does not writes plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["medium"] = medium
    return made


_TEXT: Final = _environment("text.j2", escaped=False)
_HTML: Final = _environment("html.j2", escaped=True)
