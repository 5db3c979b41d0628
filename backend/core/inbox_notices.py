"""Who is told by mail of what becomes of a submission: its submitter of its end, the operators of what comes again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from backend.contract.rules.shown import shown
from backend.core.accounts import Account
from backend.core.activity_row import RETURNED, WITHDRAWN, ActivityRow
from backend.core.client_connect.mails import Mailer
from backend.core.rows import Rows, Unit

_ENDED: Final = {
    RETURNED: ("a file was returned to you", "was returned by the exchange"),
    WITHDRAWN: ("a file of yours was withdrawn", "was withdrawn by the exchange"),
}
_NAMED: Final = 80


class InboxNotices:
    """Queues in the unit of the act itself."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def ended(self, unit: Unit, row: ActivityRow, act: str, reason: str, now: datetime) -> None:
        """Whoever submitted it hears; where that account is gone, whoever administers the company."""
        subject, done = _ENDED[act]
        again = " Submit it again, corrected." if act == RETURNED else ""
        words = (
            f'{_named(row)} {done}. The reason: "{reason}". It does not count as filed any more.{again} '
            "The entry in the log is in Activity, place 4 of the console."
        )
        for account in _of_submitter(unit, row):
            self._mailer.notice(unit, account, subject, words, now)

    def resubmitted(self, unit: Unit, row: ActivityRow, now: datetime) -> None:
        """A version came after another one was collected: once each, for the next is collected or mailed of before."""
        words = (
            f"{_named(row)} was submitted again by {row.login_id} of {row.company} after it had been collected: "
            f"version {row.version} waits in Inbox of the console, and in /collect by SFTP."
        )
        for account in unit.accounts_of(None):
            if account.kind == "operator" and account.state == "active":
                self._mailer.notice(unit, account, "a collected file was submitted again", words, now)


def _of_submitter(rows: Rows, row: ActivityRow) -> list[Account]:
    account = rows.account(row.login_id or "")
    if account is not None and account.state == "active" and account.company == row.company:
        return [account]
    return [one for one in rows.accounts_of(row.company) if one.services and one.state == "active"]


def _named(row: ActivityRow) -> str:
    return f"{shown(row.file_name or '', _NAMED)} of {row.identity_code} in {row.folder}, for {row.input_date},"
