"""Recovery in accessible mode: a code from a mail leads to a new password, an unlocked account or an authenticator."""

from __future__ import annotations

from typing import Final

from backend.contract.faults import CONFIRM_WITH_OTP, PASSWORD_NOT_ACCEPTABLE, Refused
from backend.contract.messages import CodeFacts
from backend.contract.rules.codes import read_code
from ecp_tui.pastes import code_in
from ecp_tui.plain.talk import Option
from ecp_tui.plain.visit import Visit
from ecp_tui.recovery_wording import ENROLS, MEANT, NEW, SAID, asked_lines

_LONG: Final = 4
_CODE = "the code of the newest mail, six groups of four characters. The whole line or link of the mail will do."
_OTP = "the 6 digits that your authenticator shows now, or a recovery code."


def recover(visit: Visit) -> None:
    """Both ways, until somebody goes back."""
    options = [
        Option("Use a code from a mail", lambda: _use(visit)),
        Option("Forgotten password: ask for a mail with a code", lambda: _ask_for_mail(visit)),
    ]
    visit.talk.menu("Recover", lambda: options)


def _ask_for_mail(visit: Visit) -> None:
    talk, landing = visit.talk, visit.look()
    login_id = talk.ask("Login ID?", "the login ID of Client Connect, 4 to 20 letters and digits.").upper()
    phone = talk.ask("Registered phone?", "its digits, country code first, such as 85221000000.")
    visit.run(visit.client.ask_recovery, login_id, phone)
    talk.say(" ".join(" ".join(asked_lines(landing)).split()))
    talk.say("Then choose 1 here: use a code from a mail.")


def _use(visit: Visit) -> None:
    talk = visit.talk
    with talk.at("a code from a mail"):
        code = read_code(code_in(talk.ask("Code from the mail?", _CODE)))
        found = visit.run(visit.client.look_at_code, code)
        talk.say(
            f"The code {MEANT[found.purpose]} of {found.login_id}, {found.name}, {found.company_name}. "
            f"It is good until {visit.when(found.expires)}."
        )
        if found.purpose in ENROLS:
            enrol(visit, code, found)
        else:
            _reset_or_unlock(visit, code, found)


def _reset_or_unlock(visit: Visit, code: str, found: CodeFacts) -> None:
    """Again after what can be typed better."""
    do = visit.client.reset_password if found.purpose == "reset" else visit.client.unlock
    while True:
        password = new_password(visit) if found.purpose in NEW else visit.talk.secret("Password, not shown?")
        otp = "".join(visit.talk.ask("One-Time-Password?", _OTP).split())
        try:
            visit.run(do, code, password, otp)
        except Refused as refused:
            if refused.fault not in (CONFIRM_WITH_OTP, PASSWORD_NOT_ACCEPTABLE):
                raise
            visit.talk.fault(refused)
        else:
            visit.talk.say(f"{SAID[found.purpose]} Sign in as {found.login_id} with a new One-Time-Password.")
            return


def enrol(visit: Visit, code: str, found: CodeFacts) -> None:
    """Password, the secret for an authenticator, one of its codes; then ten recovery codes."""
    talk = visit.talk
    while True:
        password = new_password(visit) if found.purpose in NEW else talk.secret("Password, not shown?")
        try:
            enrolment = visit.run(visit.client.begin_enrolment, code, password)
            break
        except Refused as refused:
            if refused.fault is not PASSWORD_NOT_ACCEPTABLE:
                raise
            talk.fault(refused)
    secret = enrolment.secret
    groups = " ".join(secret[start : start + _LONG] for start in range(0, len(secret), _LONG))
    talk.say(
        "Add the account to your authenticator with this secret.", f"Secret: {groups}", f"Address: {enrolment.uri}"
    )
    while True:
        otp = "".join(talk.ask("One-Time-Password that it shows now?", _OTP).split())
        try:
            made = visit.run(visit.client.confirm_enrolment, code, password, otp)
            break
        except Refused as refused:
            if refused.fault is not CONFIRM_WITH_OTP:
                raise
            talk.fault(refused)
    talk.say("The authenticator counts.")
    say_recovery_codes(visit, made.codes)
    talk.say(f"Sign in as {found.login_id}.")


def say_recovery_codes(visit: Visit, codes: tuple[str, ...]) -> None:
    """Each on a line of its own, with its number first."""
    visit.talk.say("Ten recovery codes follow, said this once. Each stands for one One-Time-Password.")
    visit.talk.say(*(f"{number}. {one}" for number, one in enumerate(codes, 1)))


def new_password(visit: Visit) -> str:
    """Typed twice, the same both times."""
    while True:
        typed = visit.talk.secret("New password, 15 to 128 characters, not shown?")
        if visit.talk.secret("The same password again?") == typed:
            return typed
        visit.talk.say("The two are not the same: type both again.")
