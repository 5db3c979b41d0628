"""One's own account and SFTP access in accessible mode: how they stand, and what one may change oneself."""

from __future__ import annotations

from collections.abc import Iterator

from backend.contract.messages import SftpAccessPage, SftpKeyRow
from backend.contract.rules.public_keys import fingerprint_end
from ecp_tui import wording
from ecp_tui.plain.entering import one_time_password
from ecp_tui.plain.recovering import new_password, say_recovery_codes
from ecp_tui.plain.talk import Back, Option
from ecp_tui.plain.visit import Visit

_KINDS = {"business": "business user", "da": "delegated administrator"}


def profile(visit: Visit) -> None:
    """Facts, then what one may do."""
    options = [
        Option("Hear my account", lambda: _facts(visit)),
        Option("My open sessions", lambda: _sessions(visit)),
        Option("Change my password; it ends all other sessions", lambda: _password(visit)),
        Option("Ten new recovery codes; those before are worth nothing then", lambda: _codes(visit)),
    ]
    visit.talk.menu("Profile", lambda: options)


def _facts(visit: Visit) -> None:
    me, found = visit.ask(visit.client.me, background=False), visit.ask(visit.client.profile)
    visit.talk.say(
        f"Login ID: {found.login_id}, {found.name}, {_KINDS.get(found.kind, found.kind)} of {found.company_name}",
        f"E-mail: {found.email}{', a group address' if found.email_kind == 'group' else ''}",
        f"Phone: {found.phone}",
        f"Functions: {', '.join(one.function for one in me.functions) or 'none'}",
        f"Identities: {', '.join(f'{one.identity_code} {one.name}' for one in me.identities) or 'none'}",
        f"Authenticator: {f'since {visit.when(found.otp_since)}' if found.otp_since else 'set up'}",
        f"Recovery codes: {found.recovery_codes} left",
        "What is wrong here, your delegated administrators change.",
    )


def _sessions(visit: Visit) -> None:
    found = visit.ask(visit.client.sessions)
    visit.talk.say(f"{wording.count(len(found), 'open session')}.")
    for number, one in enumerate(found, 1):
        own = ", this one" if one.own else ""
        visit.talk.say(f"{number}. Since {visit.when(one.created)}, from {one.source}, by {one.channel}{own}.")
    if len(found) > 1 and visit.talk.yes("End all others?", "yes to sign all others out at once, no to go back."):
        visit.ask(visit.client.end_other_sessions)
        visit.talk.say("All other sessions ended.")


def _password(visit: Visit) -> None:
    password = visit.talk.secret("Password that stands, not shown?")
    new = new_password(visit)
    visit.ask(visit.client.change_password, password, new, _otp(visit))
    visit.talk.say("The new password stands. All other sessions ended.")


def _codes(visit: Visit) -> None:
    say_recovery_codes(visit, visit.ask(visit.client.new_recovery_codes, _otp(visit)).codes)


def _otp(visit: Visit) -> str:
    if visit.me is None:
        raise Back
    return one_time_password(visit, visit.me.login_id)


def sftp_access(visit: Visit) -> None:
    """The five steps, keys, addresses, requests and the connection (FAQ Q22)."""
    visit.talk.say(*_access(visit, visit.ask(visit.client.sftp_access)))


def _access(visit: Visit, page: SftpAccessPage) -> Iterator[str]:
    yield f"SFTP access of {page.login_id}, {page.name}, in five steps."
    for step in page.steps:
        yield f"{step.number}. {step.title}, {step.state}: {step.words} User guide, section {step.section}."
    yield f"Keys: {len(page.keys) or 'none'}."
    yield from (f"{number}. {_key(visit, one)}" for number, one in enumerate(page.keys, 1))
    yield f"Addresses: {', '.join(one.network for one in page.addresses) or 'none'}."
    covered = "is registered" if page.covered else "is not registered"
    yield f"You come from {page.your_address}, which {covered}."
    for one in page.requests:
        yield f"Request {one.id}, {one.state}: {one.title}."
    yield f"Connect: sftp -P {page.ssh_port} {page.login_id}@{page.ssh_host}"
    yield f"Host key: {page.host_key_fingerprint}"
    yield "Keys and addresses are registered by the commands ecp keys and ecp addresses."


def _key(visit: Visit, key: SftpKeyRow) -> str:
    until = "" if key.state == "revoked" else f", until {visit.when(key.expires)}"
    return f"{key.state}, {key.type}, fingerprint ends in {fingerprint_end(key.fingerprint)}{until}."
