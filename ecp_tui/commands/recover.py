"""`ecp recover`: what a code from a mail is for, in plain prompts: a new password, an unlock, an authenticator."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

import click

from backend.contract.faults import CONFIRM_WITH_OTP, NOT_UNDERSTOOD, PASSWORD_NOT_ACCEPTABLE, Exit, Refused
from backend.contract.messages import CodeFacts, Enrolment
from backend.contract.rules.codes import read_code
from ecp_tui import qr
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import moment
from ecp_tui.recovery_wording import ENROLS, MEANT, NEW, SAID, asked_lines

_DONE: Final = {"reset": "password-set", "unlock": "unlocked", "invitation": "enrolled", "enrolment": "enrolled"}
_INK_ON_PAPER: Final = "\x1b[38;5;16;48;5;231m{}\x1b[0m"
_FORMS: Final = 4
"""Columns that a terminal needs beside the code."""


@click.command()
@click.argument("code", required=False)
@click.option("--look", is_flag=True, help="Say what the code is for, and do nothing.")
@click.option("--login-id", metavar="LOGIN_ID", help="Ask for a code: a forgotten password of this account.")
@click.option("--phone", metavar="NUMBER", help="The registered phone, such as 85221000000, country code first.")
@click.option("--credentials-stdin", is_flag=True, help="Read password and One-Time-Password, one a line, from stdin.")
@command
async def recover(
    call: Call, code: str | None, look: bool, login_id: str | None, phone: str | None, credentials_stdin: bool
) -> Exit:
    """Use a code from a mail, or ask for one where the password is forgotten.

    The code leads: to a new password, to an unlocked account, or to a new authenticator with its QR code and ten
    recovery codes. Nothing is kept on this computer.

    \b
    Examples:
      ecp recover 7K2M-9QXA-4TDE-B0RW-M3NS-81HZ
      ecp recover --login-id CHAN01 --phone 85221000000
      printf '%s\\n' "$PASSWORD" "$OTP" |
        ecp recover "$CODE" --credentials-stdin --json
    """
    said = _Told(call, credentials_stdin)
    async with call.client(signed_in=False) as client:
        if code is None and login_id is None and said.may_ask:
            code = said.ask("Code from the mail (empty: none yet)", default="", show_default=False) or None
        if code is None:
            return await _asked(call, client, said, login_id, phone)
        typed = read_code(code)
        found = await client.look_at_code(typed)
        if look:
            call.answer(_data(found, "waiting"), [_about(found)])
            return Exit.OK
        call.note(_about(found))
        if found.purpose in ENROLS:
            return await _enrolled(call, client, said, typed, found)
        return await _used(call, client, said, typed, found)


class _Told:
    """Where password and One-Time-Password come from: prompts of a terminal, or lines of standard input."""

    def __init__(self, call: Call, from_stdin: bool) -> None:
        self._from_stdin = from_stdin
        self.may_ask = not from_stdin and not call.no_input and sys.stdin.isatty()

    def ask(self, words: str, **options: Any) -> str:
        if self.may_ask:
            return str(click.prompt(words, err=True, **options)).strip()
        raise Refused(NOT_UNDERSTOOD, what=f"{words} is needed, and there is no terminal to ask for it.")

    def password(self, new: bool) -> str:
        if self._from_stdin:
            return self._line()
        if not self.may_ask:
            what = "With --no-input, or without a terminal, the credentials come by --credentials-stdin."
            raise Refused(NOT_UNDERSTOOD, what=what)
        words = "New password, 15 to 128 characters" if new else "Password"
        return str(click.prompt(words, hide_input=True, confirmation_prompt=new, err=True))

    def otp(self, words: str = "One-Time-Password, or a recovery code") -> str:
        return "".join((self._line() if self._from_stdin else self.ask(words)).split())

    def _line(self) -> str:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise Refused(NOT_UNDERSTOOD, what="Standard input must hold two lines: password, One-Time-Password.")
        return line

    async def until_right(self, act: Callable[[], Awaitable[None]], call: Call, *faults: object) -> None:
        """A terminal is asked again after what can be typed better; a program is told."""
        while True:
            try:
                return await act()
            except Refused as refused:
                if not self.may_ask or refused.fault not in faults:
                    raise
                call.note(str(refused))


async def _asked(call: Call, client: EcpClient, said: _Told, login_id: str | None, phone: str | None) -> Exit:
    """The answer is the same whatever is true."""
    login_id = (login_id or said.ask("Login ID")).upper()
    phone = phone or said.ask("Registered phone, such as 85221000000")
    landing = await client.landing()
    await client.ask_recovery(login_id, phone)
    data = {"state": "asked", "login_id": login_id, "sender": landing.mail_sender, "subject": landing.mail_subject}
    call.answer(data, [*asked_lines(landing), "  ecp recover CODE"])
    return Exit.OK


async def _used(call: Call, client: EcpClient, said: _Told, code: str, found: CodeFacts) -> Exit:
    """A reset or an unlock: both want a One-Time-Password."""
    do = client.reset_password if found.purpose == "reset" else client.unlock

    async def act() -> None:
        await do(code, said.password(found.purpose in NEW), said.otp())

    await said.until_right(act, call, CONFIRM_WITH_OTP, PASSWORD_NOT_ACCEPTABLE)
    sign_in = f"Sign in: ecp login {found.login_id}"
    call.answer(_data(found, _DONE[found.purpose]), [SAID[found.purpose], sign_in])
    return Exit.OK


async def _enrolled(call: Call, client: EcpClient, said: _Told, code: str, found: CodeFacts) -> Exit:
    """Password, QR code, one One-Time-Password of it; then ten recovery codes."""
    begun: list[tuple[str, Enrolment]] = []

    async def begin() -> None:
        password = said.password(found.purpose in NEW)
        begun.append((password, await client.begin_enrolment(code, password)))

    async def confirm() -> None:
        otp = said.otp("One-Time-Password that it shows now")
        made = await client.confirm_enrolment(code, password, otp)
        lines = ["The authenticator counts. Ten recovery codes, shown this once:", *(f"  {one}" for one in made.codes)]
        sign_in = f"Sign in: ecp login {found.login_id}"
        call.answer(_data(found, _DONE[found.purpose]) | {"recovery_codes": list(made.codes)}, [*lines, sign_in])

    await said.until_right(begin, call, PASSWORD_NOT_ACCEPTABLE)
    password, enrolment = begun[-1]
    secret = " ".join(enrolment.secret[start : start + 4] for start in range(0, len(enrolment.secret), 4))
    shown = ["Add it to your authenticator: scan the code, or type the secret.", *_qr_code(enrolment.uri)]
    call.answer(
        _data(found, "enrolling") | {"secret": enrolment.secret, "uri": enrolment.uri}, [*shown, f"Secret  {secret}"]
    )
    sys.stdout.flush()
    await said.until_right(confirm, call, CONFIRM_WITH_OTP)
    return Exit.OK


def _qr_code(uri: str) -> list[str]:
    """The code black on white, where standard output is a terminal that can show it."""
    matrix = qr.modules(uri)
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ or "utf" not in (sys.stdout.encoding or "").lower():
        return []
    size = os.get_terminal_size(sys.stdout.fileno())
    quiet = qr.margin(matrix, size.columns, size.lines - _FORMS)
    return [] if quiet is None else [_INK_ON_PAPER.format(line) for line in qr.lines(matrix, quiet)]


def _about(found: CodeFacts) -> str:
    who = f"{found.login_id}, {found.name}, {found.company_name}"
    return f"The code {MEANT[found.purpose]} of {who}.\nIt is good until {moment(found.expires)}."


def _data(found: CodeFacts, state: str) -> dict[str, Any]:
    return {"state": state} | found.model_dump(mode="json")
