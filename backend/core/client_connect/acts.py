"""Entries of the audit log in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from backend.contract.messages import Act
from backend.core.activity_row import ActivityRow

_WORDS: Final = {
    "signed-in": "signed in",
    "signed-out": "signed out",
    "sign-in-refused": "sign-in refused",
    "locked": "locked after {count} unsuccessful sign-ins",
    "unlocked": "unlocked by the code from the mail",
    "suspended": "suspended",
    "session-ended": "ended a session",
    "sessions-ended": "ended all other sessions",
    "confirmed": "confirmed with a One-Time-Password",
    "confirmation-refused": "session ended after {count} wrong One-Time-Passwords",
    "recovery-requested": "asked for a new password",
    "password-reset": "reset the password by mail",
    "password-changed": "changed the password",
    "otp-begun": "began to enrol another authenticator",
    "otp-changed": "enrolled another authenticator",
    "recovery-codes-made": "made new recovery codes",
    "enrolled": "enrolled an authenticator",
    "activated": "activated the account",
    "recovery-refused": "recovery refused",
    "key-revoked": "SFTP key revoked",
    "key-rotated": "SFTP key rotated",
    "address-removed": "SFTP address removed",
    "operator-invited": "invited at the server itself",
    "sources-erased": "source addresses erased, {count} up to log index {object}",
    "receipt-key-rotated": "receipts signed by another key, {object}",
    "receipt-key-revoked": "receipt key revoked",
    "exported": "exported the audit log",
    "existing-account-added": "account of the existing ECP made",
    "existing-account-closed": "account of the existing ECP closed",
    "batch-switched": "batch {subject} moved to ECP 2.0: {object}",
}
_REQUESTS: Final = {
    "request-drafted": "drafted {title}",
    "request-requested": "requested {title}",
    "request-revised": "revised {title}",
    "request-applied": "approved {title}, which is applied",
    "request-rejected": "rejected {title}",
    "request-returned": "returned {title}",
    "request-withdrawn": "withdrew {title}",
    "request-expired": "{title} expired",
    "request-voided": "{title} is void",
}
_KINDS: Final = {
    "create-user": "the new account",
    "change-user": "the change of details",
    "grant-functions": "the change of functions",
    "close-user": "the closing",
    "unlock-user": "the unlocking",
    "reset-otp": "the reset of the One-Time-Password",
    "reinvite": "the new invitation",
    "lift-suspension": "the end of the suspension",
    "register-key": "the SFTP key",
    "register-address": "the SFTP address",
    "apply-form": "the form",
    "close-company": "the closing of the company",
    "set-holidays": "the holidays",
    "close-market": "the trading day",
    "extend-cut-off": "the cut-off",
    "exempt": "the exemption",
    "plan-batch": "the migration batch",
    "decommission": "the end of the existing ECP",
    "change-folder": "the folder",
    "change-function": "the function",
    "accept-loss": "the loss of entries",
}
_HOLE: Final = re.compile(r"\{\w+\}")


def called(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The acts, and the kinds of requests, in whose words this stands; none for no text."""
    wanted = text.casefold()

    def of(table: Mapping[str, str]) -> frozenset[str]:
        return frozenset(name for name, words in table.items() if wanted and wanted in _HOLE.sub("", words).casefold())

    return of(_WORDS | _REQUESTS), of(_KINDS)


def shown_act(row: ActivityRow, *, with_source: bool) -> Act:
    """`with_source`: whether the one who asks may see where it came from."""
    words = _WORDS.get(row.act) or _REQUESTS.get(row.act) or row.act.replace("-", " ")
    if row.act == "signed-in" and row.object:
        words += " with a recovery code"
    if row.act == "signed-in" and row.count:
        words += ", after {count} refused"
    title = f"{_KINDS.get(row.kind or '', 'the request')} (request {row.request})"
    return Act(
        log_index=row.log_index,
        at=row.at,
        act=row.act,
        words=words.format(
            title=title, count=row.count or "several", subject=row.subject or "–", object=row.object or "no folder"
        ),
        login_id=row.login_id,
        subject=row.subject,
        object=row.object,
        request=row.request,
        kind=row.kind,
        fault=row.fault,
        count=row.count,
        channel=row.channel,
        source=row.source if with_source else None,
        note=row.note,
    )
