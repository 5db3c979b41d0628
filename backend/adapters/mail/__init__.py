"""Mails on their way out: written as text and HTML, sent by SMTP or put into a folder."""

from backend.adapters.mail.folder import FolderOutbox
from backend.adapters.mail.letters import Letters
from backend.adapters.mail.smtp import SmtpOutbox, SmtpServer

__all__ = ["FolderOutbox", "Letters", "SmtpOutbox", "SmtpServer"]
