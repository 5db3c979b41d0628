"""Signing in, in accessible mode: login ID, password and One-Time-Password, one after the other."""

from __future__ import annotations

import asyncio

from backend.contract.faults import LOCKED, Refused
from backend.contract.messages import Me
from ecp_tui.plain.recovering import recover
from ecp_tui.plain.talk import Back, Option
from ecp_tui.plain.visit import Visit

_LOGIN_ID = (
    "the login ID of Client Connect, 4 to 20 letters and digits. Passwords of the existing ECP do not work here."
)
_OTP = "the 6 digits that your authenticator shows now; each code works once. A recovery code is taken as well."


def entrance(visit: Visit) -> None:
    """The start, until somebody is signed in; `Back` where they leave instead."""
    landing = visit.look()
    visit.talk.say(
        f"{landing.name}, run by {landing.operator}. Accessible mode: type a number, or ? for help, then Enter."
    )
    if visit.here and visit.client.fingerprint:
        visit.talk.say(f"The fingerprint of this server's certificate is {visit.client.fingerprint}")
    visit.talk.say(*(f"Notice: {notice}" for notice in landing.notices))
    demo = [Option("Sign in as one of the demo's people", lambda: _entered(visit, demo=True))] if landing.demo else []
    options = [
        Option("Client Connect: sign in", lambda: _entered(visit)),
        Option("Recover or unlock: use a code from a mail, or ask for one", lambda: recover(visit)),
        *demo,
    ]
    try:
        visit.talk.menu("Start", lambda: options, "Leave")
    except _Entered:
        return


class _Entered(Exception):
    """Somebody is signed in: the start is left."""


def _entered(visit: Visit, *, demo: bool = False) -> None:
    sign_in_for_demo(visit) if demo else sign_in(visit)
    raise _Entered


def sign_in(visit: Visit, login_id: str = "") -> None:
    """Until all three belong together; begun on the server when all are typed, so that nobody has to hurry."""
    talk = visit.talk
    with talk.at("Client Connect, sign in"):
        while True:
            known = f"Login ID, Enter for {login_id}?" if login_id else "Login ID?"
            login_id = talk.ask(known, _LOGIN_ID, default=login_id or None).upper()
            password = talk.secret("Password, not shown while you type?")
            try:
                enter(visit, login_id, password, one_time_password(visit, login_id))
            except Refused as refused:
                talk.fault(refused)
                if refused.fault is LOCKED:
                    talk.say("The code of that mail is taken at the start, number 2: Recover or unlock.")
            else:
                return


def sign_in_for_demo(visit: Visit) -> None:
    """The demo types password and One-Time-Password itself."""
    people = visit.run(visit.client.demo_people)
    lines = [f"{one.login_id}, {one.name}, {one.company}, {one.role}. To try: {one.to_try}" for one in people]
    chosen = people[visit.talk.pick("Who do you want to be, which number?", lines)]
    filled = visit.run(visit.client.demo_credentials, chosen.login_id)
    if not filled.password or not filled.otp:
        visit.talk.say(f"The demo does not know what {chosen.login_id} types any more: sign in by hand.")
        raise Back
    _wait(visit, filled.wait)
    enter(visit, chosen.login_id, filled.password, filled.otp)


def enter(visit: Visit, login_id: str, password: str, otp: str) -> None:
    """Opens the session, and says whose it is."""
    client = visit.client
    begun = visit.run(client.begin_sign_in)
    ticket = visit.run(client.sign_in, begun.transaction, login_id, password, otp)
    visit.me = visit.run(client.open_session, ticket.ticket)
    welcome(visit, visit.me)


def welcome(visit: Visit, me: Me) -> None:
    visit.look()
    visit.talk.say(
        f"Signed in as {me.login_id}, {me.name}, {me.company_name}. The session ends at {visit.when(me.expires)}, "
        f"or when nothing was asked until {visit.when(me.idle_expires)}."
    )
    if me.last_sign_in is not None:
        source = f" from {me.last_source}" if me.last_source else ""
        visit.talk.say(f"Your last sign-in was {visit.when(me.last_sign_in)}{source}.")


def one_time_password(visit: Visit, login_id: str) -> str:
    """As typed, without blanks; in the demo Enter alone stands for the one that its authenticator shows."""
    if visit.landing is None or not visit.landing.demo:
        return "".join(visit.talk.ask("One-Time-Password?", _OTP).split())
    typed = visit.talk.ask("One-Time-Password, in the demo Enter fills it in?", _OTP, default=" ")
    if typed.strip():
        return "".join(typed.split())
    filled = visit.run(visit.client.demo_credentials, login_id)
    _wait(visit, filled.wait)
    return filled.otp


def _wait(visit: Visit, seconds: float) -> None:
    if seconds > 0:
        visit.talk.say(f"Waiting {seconds:.0f} seconds for a new One-Time-Password.")
        visit.run(asyncio.sleep, seconds)


def sign_out(visit: Visit) -> None:
    """Ends the session on the server, if it answers."""
    try:
        visit.run(visit.client.sign_out)
        visit.talk.say("Signed out.")
    except Refused:
        visit.talk.say("Signed out here; on the server the session ends by itself.")
    finally:
        visit.forget()
