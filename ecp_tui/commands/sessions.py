"""`ecp login`, `logout` and `whoami`: the session that commands share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import Me
from backend.contract.rules.receipts import instant_text
from ecp_tui.commands.call import Call, command
from ecp_tui.config import SavedSession, forget_session, save_session


@click.command()
@click.argument("login_id")
@click.option("--credentials-stdin", is_flag=True, help="Read password and One-Time-Password, one a line, from stdin.")
@command
async def login(call: Call, login_id: str, credentials_stdin: bool) -> Exit:
    """Sign in with login ID, password and One-Time-Password, and keep the session.

    The session's token lies in a file that only you can read; the password is never stored.

    \b
    Examples:
      ecp login CHAN01 --server https://ecp.example.org:8443
      printf '%s\\n' "$PASSWORD" "$OTP" |
        ecp login CHAN01 --server URL --credentials-stdin --json
    """
    password, otp = _credentials(call, credentials_stdin)
    async with call.client(signed_in=False) as client:
        transaction = await client.begin_sign_in()
        ticket = await client.sign_in(transaction.transaction, login_id.strip(), password, otp)
        me = await client.open_session(ticket.ticket)
        save_session(call.config, SavedSession(str(call.config.server), me.login_id, client.token or ""))
        call.answer(_me_data(me, client.server), _me_lines(me, client.server))
    return Exit.OK


@click.command()
@command
async def logout(call: Call) -> Exit:
    """End the session that login keeps, on the server and here.

    \b
    Examples:
      ecp logout
      ecp logout --server https://ecp.example.org:8443 --json
    """
    try:
        async with call.client() as client:
            await client.sign_out()
    except Refused as refused:
        if refused.fault.exit is not Exit.NETWORK:
            raise
        call.note(f"{refused} The session is forgotten here; on the server it ends by itself.")
    finally:
        forget_session(call.config)
    call.answer({"state": "signed-out", "server": call.config.server}, ["Signed out."])
    return Exit.OK


@click.command()
@command
async def whoami(call: Call) -> Exit:
    """Show who is signed in, with which functions and identities, and until when.

    \b
    Examples:
      ecp whoami
      ecp whoami --json
    """
    async with call.client() as client:
        me = await client.me()
        there = call.config.served
        server = client.server if there is None else f"ssh://{there.host}:{there.port}"
        call.answer(_me_data(me, server), _me_lines(me, server))
    return Exit.OK


def _credentials(call: Call, from_stdin: bool) -> tuple[str, str]:
    if from_stdin:
        lines = [sys.stdin.readline().rstrip("\r\n") for _ in range(2)]
        if not all(lines):
            raise Refused(NOT_UNDERSTOOD, what="Standard input must hold two lines: password, One-Time-Password.")
        return lines[0], _digits(lines[1])
    if call.no_input or not sys.stdin.isatty():
        what = "With --no-input, or without a terminal, the credentials come by --credentials-stdin."
        raise Refused(NOT_UNDERSTOOD, what=what)
    password = click.prompt("Password", hide_input=True, err=True)
    return password, _digits(click.prompt("One-Time-Password", err=True))


def _digits(otp: str) -> str:
    return "".join(otp.split())


def _me_data(me: Me, server: str) -> dict[str, Any]:
    return {"state": "signed-in", "server": server} | me.model_dump(mode="json")


def _me_lines(me: Me, server: str) -> Iterator[str]:
    yield f"{me.login_id}  {me.name}, {me.company_name}  ({me.kind})"
    yield f"  server      {server}"
    yield f"  until       {instant_text(min(me.expires, me.idle_expires))[:16]}Z"
    yield f"  functions   {', '.join(held.function for held in me.functions) or 'none'}"
    identities = ", ".join(f"{identity.identity_code} {identity.name}" for identity in me.identities)
    yield f"  identities  {identities or 'none'}"
    if not me.enters_ecp:
        ask = " or ".join(person.login_id for person in me.delegated_administrators)
        yield f"  ECP         not without ECP functions (2000){f'; ask {ask}' if ask else ''}"
