"""Faults of signing in and of recovery: 1xxx."""

from __future__ import annotations

from backend.contract.faults.fault import Exit, Sftp
from backend.contract.faults.table import row

SIGN_IN_REFUSED = row(
    1001,
    "Sign-in refused",
    "Login ID, password and One-Time-Password do not belong together, or the One-Time-Password was used before.",
    "Check all three and wait for a new One-Time-Password: each code works once. Passwords of the existing ECP "
    "do not work here; your delegated administrators create Client Connect accounts.",
    401,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
EXISTING_REFUSED = row(
    1008,
    "Sign-in to the existing ECP refused",
    "Login and password do not belong together, or the account is closed.",
    "Type both once more, as the operator's support team gave them to you. Login IDs and passwords of Client Connect "
    "do not work here, as those of the existing ECP do not work in ECP 2.0.",
    401,
    Exit.NOT_SIGNED_IN,
)
FORM_NOT_OURS = row(
    1009,
    "The form was not this page's",
    "The form did not bear the key of your session: another site made it, or you signed in anew in another window.",
    "Go back to the page of the existing ECP, open it anew and fill in its form once more.",
    403,
    Exit.REFUSED,
)
LOCKED = row(
    1002,
    "Account locked",
    "There were 5 unsuccessful sign-ins within 30 minutes, or 20 in a row. Open sessions and SFTP keys go on.",
    "Use the code in the mail that was sent when it locked: F4 when signing in. Or ask your delegated administrators, "
    "who themselves ask the operator (Client Connect manual, 3.1).",
    423,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
SIGN_IN_EXPIRED = row(
    1003,
    "Sign-in expired",
    "The sign-in did not start at the landing page, or it waited longer than 5 minutes.",
    "Go to the landing page and choose Client Connect, or sign in to Client Connect and choose ECP in its menu.",
    410,
    Exit.NOT_SIGNED_IN,
)
OTP_USED = row(
    1004,
    "One-Time-Password already used",
    "This One-Time-Password was used before.",
    "Wait for the next one, at most 30 seconds, and type that: each code works once.",
    409,
    Exit.REFUSED,
)
SESSION_ENDED = row(
    1005,
    "Session ended",
    "Nobody is signed in here: there was no session yet, or it ended when idle, signed out or given other access.",
    "Sign in; the console then returns to where you were.",
    401,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
CONFIRM_WITH_OTP = row(
    1006,
    "Confirm with your One-Time-Password",
    "{what}",
    "Type the One-Time-Password that your authenticator shows now.",
    403,
    Exit.REFUSED,
)
TOO_MANY_ATTEMPTS = row(
    1007,
    "Too many attempts from here",
    "More sign-ins are waiting or were tried from this place than the server takes at once.",
    "Wait a minute, then sign in again.",
    429,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
CODE_INCOMPLETE = row(
    1010,
    "Code incomplete",
    "{what}",
    "Copy the whole code from the mail, all six groups of four, and paste it again.",
    422,
    Exit.USAGE,
)
CODE_EXPIRED = row(
    1011,
    "Code expired",
    "This code was good for {life} and ended at {ended}.",
    "{fix}",
    410,
    Exit.REFUSED,
)
CODE_REPLACED = row(
    1012,
    "Code replaced",
    "This code was replaced by the request of {replaced}.",
    "Use the newest mail: only its code works. Mails may lag; wait a few minutes before asking again.",
    410,
    Exit.REFUSED,
)
CODE_USED = row(
    1013,
    "Code used",
    "{what}",
    "{fix}",
    410,
    Exit.REFUSED,
)
PASSWORD_NOT_ACCEPTABLE = row(
    1014,
    "Password not acceptable",
    "{what}",
    "Choose 15 to 128 characters that nobody guesses, such as four words that do not belong together.",
    422,
    Exit.REFUSED,
)
INVITATION_ENDED = row(
    1015,
    "Invitation expired or used",
    "{what}",
    "Ask {ask} for a new invitation; it is good for 72 hours.",
    410,
    Exit.REFUSED,
)
SUSPENDED = row(
    1016,
    "Account suspended",
    "This account was suspended.",
    "Ask your delegated administrators, or the operator, why and by whom it can be lifted.",
    403,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
