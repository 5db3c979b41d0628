"""Every URL path, query name and header of the HTTP API, once."""

from __future__ import annotations

from typing import Final

VERSION: Final = "1"
PREFIX: Final = "/v1"

LANDING: Final = f"{PREFIX}/landing"
LOGIN_TRANSACTIONS: Final = f"{PREFIX}/login-transactions"
SIGN_IN: Final = f"{PREFIX}/sign-in"
SESSIONS: Final = f"{PREFIX}/sessions"
OWN_SESSION: Final = f"{PREFIX}/session"
HOME: Final = f"{PREFIX}/home"
FOLDERS: Final = f"{PREFIX}/folders"
CHECKS: Final = f"{PREFIX}/checks"
SUBMISSIONS: Final = f"{PREFIX}/submissions"
ACTIVITY: Final = f"{PREFIX}/activity"
RECEIPTS: Final = f"{PREFIX}/receipts"
OPENAPI: Final = f"{PREFIX}/openapi.json"
DEMO_PEOPLE: Final = f"{PREFIX}/demo/people"
DEMO_WORLD: Final = f"{PREFIX}/demo/world"

VERSION_HEADER: Final = "ecp-version"
CLIENT_HEADER: Final = "ecp-client"
"""`console` from the console and its commands; anything else counts as the HTTP channel."""
BACKGROUND_HEADER: Final = "ecp-background"
"""Set on polling that must not extend the idle limit."""
PROBLEM_TYPE: Final = "application/problem+json"


def submission(submission_id: str) -> str:
    return f"{SUBMISSIONS}/{submission_id}"


def activity(log_index: int) -> str:
    return f"{ACTIVITY}/{log_index}"


def receipt(log_index: int) -> str:
    return f"{RECEIPTS}/{log_index}"


def demo_credentials(login_id: str) -> str:
    return f"{DEMO_PEOPLE}/{login_id}/credentials"
