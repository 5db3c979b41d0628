"""The catalogue: one row a fault. A number is never reused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.contract.faults.fault import Exit, Fault, Refused, Sftp

FAULTS: Final[dict[int, Fault]] = {}


def _row(number: int, title: str, what: str, remedy: str, http: int, code: Exit, sftp: Sftp = Sftp.FAILURE) -> Fault:
    if number in FAULTS:
        raise ValueError(f"fault {number} is in the catalogue already")
    FAULTS[number] = Fault(number, title, what, remedy, http, code, sftp)
    return FAULTS[number]


SIGN_IN_REFUSED = _row(
    1001,
    "Sign-in refused",
    "Login ID, password and One-Time-Password do not belong together, or the One-Time-Password was used before.",
    "Check all three and wait for a new One-Time-Password: each code works once. Passwords of the existing ECP "
    "do not work here; your delegated administrators create Client Connect accounts.",
    401,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
LOCKED = _row(
    1002,
    "Account locked",
    "There were 5 unsuccessful sign-ins within 30 minutes, or 20 in a row. Open sessions and SFTP keys go on.",
    "Ask your delegated administrators; section 3.1 of the Client Connect manual says how an account is unlocked.",
    423,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
SIGN_IN_EXPIRED = _row(
    1003,
    "Sign-in expired",
    "The sign-in did not start at the landing page, or it waited longer than 5 minutes.",
    "Go to the landing page and choose Client Connect, or sign in to Client Connect and choose ECP in its menu.",
    410,
    Exit.NOT_SIGNED_IN,
)
SESSION_ENDED = _row(
    1005,
    "Session ended",
    "Nobody is signed in here: there was no session yet, or it ended when idle, signed out or given other access.",
    "Sign in; the console then returns to where you were.",
    401,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
TOO_MANY_ATTEMPTS = _row(
    1007,
    "Too many attempts from here",
    "More sign-ins are waiting or were tried from this place than the server takes at once.",
    "Wait a minute, then sign in again.",
    429,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
SUSPENDED = _row(
    1016,
    "Account suspended",
    "This account was suspended.",
    "Ask your delegated administrators, or the operator, why and by whom it can be lifted.",
    403,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
NO_ECP_FUNCTION = _row(
    2000,
    "No ECP function",
    "{reason}",
    "Ask {ask} to grant you the ECP functions you need; appendix 7.4 lists them.",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
NOT_FOUND = _row(
    2001,
    "Not found",
    "There is nothing of that name here, or it is not yours to see.",
    "Check the name, or refresh the list it came from.",
    404,
    Exit.REFUSED,
    Sftp.NO_SUCH_FILE,
)
NOT_ALLOWED = _row(
    2002,
    "Not allowed for this role",
    "{what}",
    "Ask someone whose role allows it; the user guide, section 5.3, says who may do what.",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
TERMINAL_NOT_SUPPORTED = _row(
    2003,
    "Terminal not supported",
    "The console needs an interactive terminal; here {found}.",
    "Run ecp in a terminal with TERM set to something like xterm-256color, or use the commands: ecp --help.",
    400,
    Exit.USAGE,
)
UNKNOWN_FOLDER = _row(
    4501,
    "Unknown folder",
    "There is no folder {folder} for you.",
    "Choose one of the folders listed for you; if one is missing, ask your delegated administrators for its function.",
    404,
    Exit.REFUSED,
    Sftp.NO_SUCH_FILE,
)
DISAGREE = _row(
    4505,
    "Name, identity and input date disagree",
    "{what}",
    "{fix}",
    422,
    Exit.NOT_ACCEPTABLE,
)
SERVED_ELSEWHERE = _row(
    4510,
    "Folder is served elsewhere",
    "Folder {folder} has not moved to ECP 2.0 yet.",
    "Submit it via the existing ECP; appendix 7.3 lists the folders that have moved.",
    409,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
TOO_LARGE = _row(
    4511,
    "File too large",
    "The file has {size} bytes; folder {folder} takes at most {limit}.",
    "Choose the right file, or split it as the folder's rule allows.",
    413,
    Exit.NOT_ACCEPTABLE,
)
EMPTY = _row(
    4512,
    "File is empty",
    "{file_name} has no bytes.",
    "Write the file again where it was made, then submit it.",
    422,
    Exit.NOT_ACCEPTABLE,
)
OUTSIDE_WINDOW = _row(
    4513,
    "Outside the folder's window",
    "{what}",
    "{fix}",
    409,
    Exit.NOT_ACCEPTABLE,
)
INCOMPLETE_UPLOAD = _row(
    4515,
    "Incomplete upload",
    "{received} of {expected} bytes arrived; nothing was submitted.",
    "Submit the file again.",
    400,
    Exit.NETWORK,
)
NO_ROOM = _row(
    4516,
    "No room on the server",
    "The server could not store the file; the version before stands.",
    "Tell the operator, then submit the file again.",
    507,
    Exit.FAILED,
)
FILE_CHANGED = _row(
    4517,
    "File changed after it was checked",
    "{what}",
    "Check the file again, then submit it.",
    422,
    Exit.NOT_ACCEPTABLE,
)
NO_READ_BACK = _row(
    4520,
    "Submitted files cannot be read back",
    "A submitted file leaves the platform only to the exchange.",
    "Compare its SHA-256 in Activity Enquiry with your own file instead.",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
ADDRESS_NOT_REGISTERED = _row(
    5003,
    "Address not registered",
    "SFTP connections of this account are not taken from {address}.",
    "Ask your delegated administrators to register it; section 4.5.3 of the user guide says how.",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
TOO_MANY_HANDLES = _row(
    5005,
    "Too many connections or handles",
    "More files or connections are open than one account may hold.",
    "Close some, then go on.",
    429,
    Exit.REFUSED,
)
UNEXPECTED = _row(
    9000,
    "Unexpected",
    "Something failed that should not; nothing was accepted. Reference {reference}.",
    "Try again; if it happens again, tell the operator the reference.",
    500,
    Exit.FAILED,
)
UNREACHABLE = _row(
    9001,
    "Cannot reach the server",
    "{server} does not answer: {why}.",
    "Try again in a moment: F5 in the console, where what you typed is kept. ecp --server URL names another server.",
    503,
    Exit.NETWORK,
    Sftp.NO_CONNECTION,
)
NOT_UNDERSTOOD = _row(
    9002,
    "Request not understood",
    "{what}",
    "Correct what is named, then try again.",
    400,
    Exit.USAGE,
)
GOING_DOWN = _row(
    9003,
    "Server going down",
    "The server is stopping or cannot reach its database; nothing new is taken.",
    "Try again in a minute: what was accepted stays accepted.",
    503,
    Exit.NETWORK,
    Sftp.NO_CONNECTION,
)
VERSIONS_DIFFER = _row(
    9004,
    "Client and server versions differ",
    "This program speaks version {client}, the server version {server}.",
    "Install the version of ecp that the operator names.",
    426,
    Exit.NETWORK,
)


def refusal(number: int, values: Mapping[str, object]) -> Refused:
    """The `Refused` of a fault number that came over the wire; an unknown number is shown as 9000 with it."""
    fault = FAULTS.get(number)
    if fault is None:
        return Refused(UNEXPECTED, reference=f"number {number}")
    return Refused(fault, **{str(name): value for name, value in values.items()})
