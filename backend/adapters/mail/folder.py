"""An outbox that is a folder: each mail a file, for a mail system to fetch, or for a demo to show."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from backend.adapters.mail.letters import Letters, name_of
from backend.core.client_connect.mails import Mail, Undelivered
from backend.durable import make_folder, write_once


class FolderOutbox:
    """Meets the `Outbox` port. A mail that is there already is not written again."""

    def __init__(self, folder: Path, letters: Letters) -> None:
        self._folder = folder
        self._letters = letters

    def send(self, mail: Mail, number: int, created: datetime) -> None:
        letter = bytes(self._letters.write(mail, number, created))
        try:
            make_folder(self._folder)
            write_once(self._folder / f"{name_of(number, created)}.eml", letter)
        except OSError as error:
            raise Undelivered(type(error).__name__) from error
