"""Every URL path, query name and header of the HTTP API, once."""

from __future__ import annotations

from typing import Final

VERSION: Final = "1"
PREFIX: Final = "/v1"

ALIVE: Final = "/healthz"
READY: Final = "/readyz"
"""Where programs that watch over servers look for them."""
LANDING: Final = f"{PREFIX}/landing"
LOGIN_TRANSACTIONS: Final = f"{PREFIX}/login-transactions"
SIGN_IN: Final = f"{PREFIX}/sign-in"
SESSIONS: Final = f"{PREFIX}/sessions"
OWN_SESSION: Final = f"{PREFIX}/session"
HOME: Final = f"{PREFIX}/home"
FOLDERS: Final = f"{PREFIX}/folders"
CHECKS: Final = f"{PREFIX}/checks"
SUBMISSIONS: Final = f"{PREFIX}/submissions"
TICKETS: Final = f"{PREFIX}/tickets"
TICKETED: Final = f"{PREFIX}/ticketed"
BOARD: Final = f"{PREFIX}/board"
OBLIGATIONS: Final = f"{PREFIX}/obligations"
ARRIVALS: Final = f"{PREFIX}/obligations/arrivals"
CALENDAR: Final = f"{PREFIX}/calendar"
ACTIVITY: Final = f"{PREFIX}/activity"
ALLOWED_SIGNERS: Final = f"{PREFIX}/allowed_signers"
REVOKED_KEYS: Final = f"{PREFIX}/revoked_keys"
CHECKPOINT: Final = f"{PREFIX}/checkpoint"
CONTINUITY: Final = f"{PREFIX}/continuity"
CONSISTENCY: Final = f"{PREFIX}/consistency"
LOG: Final = f"{PREFIX}/log"
LOG_EXPORTS: Final = f"{PREFIX}/log/exports"
RECEIPTS: Final = f"{PREFIX}/receipts"
PUBLICATIONS: Final = f"{PREFIX}/publications"
PUBLISHED: Final = f"{PREFIX}/published"
PUBLISH_OPTIONS: Final = f"{PUBLISHED}/options"
PUBLISH_CHECKS: Final = f"{PUBLISHED}/checks"
EDITIONS: Final = f"{PUBLISHED}/editions"
"""What was published at once, to one or to many."""
INBOX: Final = f"{PREFIX}/inbox"
RECOVERY_REQUESTS: Final = f"{PREFIX}/recovery/requests"
PASSWORD_RESETS: Final = f"{PREFIX}/recovery/password-resets"
UNLOCKS: Final = f"{PREFIX}/recovery/unlocks"
CODE_LOOKS: Final = f"{PREFIX}/recovery/looks"
ENROLMENTS: Final = f"{PREFIX}/enrolments"
ENROLMENT_CONFIRMATIONS: Final = f"{PREFIX}/enrolments/confirmations"
CONFIRMATIONS: Final = f"{PREFIX}/session/confirmations"
OWN_SESSIONS: Final = f"{PREFIX}/profile/sessions"
PROFILE: Final = f"{PREFIX}/profile"
OWN_PASSWORD: Final = f"{PREFIX}/profile/password"
OWN_OTP: Final = f"{PREFIX}/profile/otp"
OWN_OTP_CONFIRMATIONS: Final = f"{PREFIX}/profile/otp/confirmations"
OWN_RECOVERY_CODES: Final = f"{PREFIX}/profile/recovery-codes"
USERS: Final = f"{PREFIX}/users"
SUSPENSIONS: Final = f"{PREFIX}/suspensions"
CATALOGUE: Final = f"{PREFIX}/catalogue"
APPENDIX: Final = f"{PREFIX}/catalogue/appendix"
RULE_TRIALS: Final = f"{PREFIX}/catalogue/trials"
COMPANIES: Final = f"{PREFIX}/companies"
MIGRATION: Final = f"{PREFIX}/migration"
REQUESTS: Final = f"{PREFIX}/requests"
SFTP_ACCESS: Final = f"{PREFIX}/sftp-access"
KEY_REVOCATIONS: Final = f"{PREFIX}/sftp-access/key-revocations"
KEY_ROTATIONS: Final = f"{PREFIX}/sftp-access/key-rotations"
ADDRESS_REMOVALS: Final = f"{PREFIX}/sftp-access/address-removals"
FORM_CHECKS: Final = f"{PREFIX}/forms/checks"
OPENAPI: Final = f"{PREFIX}/openapi.json"
DEMO_PEOPLE: Final = f"{PREFIX}/demo/people"
DEMO_CODE: Final = f"{PREFIX}/demo/code"
DEMO_WORLD: Final = f"{PREFIX}/demo/world"
DEMO_MAILS: Final = f"{PREFIX}/demo/mails"

VERSION_HEADER: Final = "ecp-version"
REFERENCE_HEADER: Final = "ecp-reference"
"""On every answer: what the server's log knows the request by."""
CLIENT_HEADER: Final = "ecp-client"
"""`console` from the console and its commands; anything else counts as the HTTP channel."""
BACKGROUND_HEADER: Final = "ecp-background"
"""Set on polling that must not extend the idle limit."""
SEAT_HEADER: Final = "ecp-seat"
"""The token of an SSH connection's seat, on the private entrance for consoles served there; nowhere else."""
TICKET_SCHEME: Final = "Ticket"
"""What stands before a one-time ticket in `Authorization`."""
PROBLEM_TYPE: Final = "application/problem+json"


def submission(submission_id: str) -> str:
    return f"{SUBMISSIONS}/{submission_id}"


def ticket(ticket_id: str) -> str:
    return f"{TICKETS}/{ticket_id}"


def ticket_check(ticket_id: str) -> str:
    return f"{TICKETS}/{ticket_id}/check"


def ticket_submission(ticket_id: str) -> str:
    return f"{TICKETS}/{ticket_id}/submission"


def ticket_publication(ticket_id: str) -> str:
    return f"{TICKETS}/{ticket_id}/publication"


def activity(log_index: int) -> str:
    return f"{ACTIVITY}/{log_index}"


def proof(log_index: int) -> str:
    return f"{ACTIVITY}/{log_index}/proof"


def log_entry(log_index: int) -> str:
    return f"{LOG}/{log_index}"


def log_proof(log_index: int) -> str:
    return f"{LOG}/{log_index}/proof"


def log_leaves(export: int) -> str:
    return f"{LOG_EXPORTS}/{export}/leaves"


def explanation(log_index: int) -> str:
    return f"{ACTIVITY}/{log_index}/explanation"


def receipt(log_index: int) -> str:
    return f"{RECEIPTS}/{log_index}"


def publication_content(log_index: int) -> str:
    return f"{PUBLICATIONS}/{log_index}/content"


def edition(number: int) -> str:
    return f"{EDITIONS}/{number}"


def edition_withdrawal(number: int) -> str:
    return f"{EDITIONS}/{number}/withdraw"


def inbox_content(log_index: int) -> str:
    return f"{INBOX}/{log_index}/content"


def inbox_act(log_index: int, act: str) -> str:
    """`act`: replay, withdraw or return."""
    return f"{INBOX}/{log_index}/{act}"


def demo_credentials(login_id: str) -> str:
    return f"{DEMO_PEOPLE}/{login_id}/credentials"


def own_session(session_id: str) -> str:
    return f"{OWN_SESSIONS}/{session_id}"


def user(login_id: str) -> str:
    return f"{USERS}/{login_id}"


def request(request_id: int) -> str:
    return f"{REQUESTS}/{request_id}"


def request_act(request_id: int, act: str) -> str:
    """`act`: approve, reject, return or withdraw."""
    return f"{REQUESTS}/{request_id}/{act}"
