"""Who is told by mail of what was published: every account that can fetch it, once, and nothing of what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from backend.contract.rules.contacts import email_key
from backend.contract.rules.shown import shown
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.client_connect.mails import Mailer
from backend.core.editions import Edition
from backend.core.gate import fetches, functions_opening
from backend.core.published import Holder
from backend.core.rows import Rows, Unit

_NAMED: Final = 80
_CODES: Final = 5
"""Identity codes that a mail names."""


class PublishingNotices:
    """Queues in the unit that publishes."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def published(self, unit: Unit, folder: FolderRule, edition: Edition, now: datetime) -> int:
        """How many accounts are told: those that can fetch it for an identity that did not have it before."""
        (one, *_) = edition.files
        where = f"in folder {folder.code}, {folder.title}, for {folder.input_date_meaning} {one.input_date}"
        told = told_of(unit, folder, edition.new)
        each = [
            (
                holder,
                f"{shown(one.file_name, _NAMED)} was published for {_listed(codes)} {where}. "
                "It waits at Home and in Folders of the console, and by SFTP in the folder's download/.",
            )
            for holder, codes in told.values()
        ]
        self._mailer.notices(unit, each, "a file was published for you", now)
        return len(each)


def _listed(codes: list[str]) -> str:
    return ", ".join(codes[:_CODES]) + (f" and {len(codes) - _CODES} more" if len(codes) > _CODES else "")


def told_of(rows: Rows, folder: FolderRule, codes: Iterable[str]) -> Mapping[str, tuple[Holder, list[str]]]:
    """By address: who can fetch what is published there for these identities, and for which of them."""
    catalogue: Catalogue = rows.catalogue()
    told: dict[str, tuple[Holder, list[str]]] = {}
    for holder in rows.function_holders(functions_opening(catalogue, folder), sorted(codes)):
        if fetches(catalogue, folder, holder.function, holder.sftp_folders):
            _, mine = told.setdefault(email_key(holder.email), (holder, []))
            if holder.identity_code not in mine:
                mine.append(holder.identity_code)
    return told
