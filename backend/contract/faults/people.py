"""Faults of people, their rights, keys and addresses: 2xxx, 3xxx and 5xxx."""

from __future__ import annotations

from backend.contract.faults.fault import Exit, Sftp
from backend.contract.faults.table import row

NO_ECP_FUNCTION = row(
    2000,
    "No ECP function",
    "{reason}",
    "Ask {ask} to grant you the ECP functions you need; appendix 7.4 lists them.",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
NOT_FOUND = row(
    2001,
    "Not found",
    "There is nothing of that name here, or it is not yours to see.",
    "Check the name, or refresh the list it came from.",
    404,
    Exit.REFUSED,
    Sftp.NO_SUCH_FILE,
)
NOT_ALLOWED = row(
    2002,
    "Not allowed for this role",
    "{what}",
    "Ask someone whose role allows it; the user guide, section 5.3, says who may do what.",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
TERMINAL_NOT_SUPPORTED = row(
    2003,
    "Terminal or browser not supported",
    "The console needs an interactive terminal, or Chrome or Edge from version 88 on a PC; here {found}.",
    "Run ecp in a terminal with TERM set to something like xterm-256color, open the page in Chrome or Edge on a PC, or "
    "use the commands: ecp --help.",
    400,
    Exit.USAGE,
)
QUOTA_REACHED = row(
    3001,
    "Quota of 20 users reached",
    "{company} has {used} of {quota} users, delegated administrators and business users together.",
    "Close an account that is no longer needed, in Users (6), then try again.",
    409,
    Exit.REFUSED,
)
TWO_DAS = row(
    3002,
    "Fewer than two delegated administrators would remain",
    "{what}",
    "Name on the form at least two delegated administrators for each service, as maker and checker.",
    409,
    Exit.REFUSED,
)
MAKER_CANNOT_CHECK = row(
    3003,
    "Maker cannot check",
    "{what}",
    "Ask {ask} to check it: the checker is neither its maker nor the one it is about.",
    403,
    Exit.REFUSED,
)
CHANGED_SINCE = row(
    3004,
    "Changed since you opened it",
    "{what}",
    "Open the request again and read what it says now.",
    409,
    Exit.REFUSED,
)
EMAIL_REGISTERED = row(
    3005,
    "E-mail already registered",
    "{email} serves an account already; an address registered under one company cannot serve another.",
    "Give a different address: a group address, or a teammate's.",
    409,
    Exit.REFUSED,
)
SAME_PERSON = row(
    3006,
    "Same person",
    "{what}",
    "Ask somebody else: maker and checker are two people, with a telephone each.",
    403,
    Exit.REFUSED,
)
REQUEST_CLOSED = row(
    3007,
    "Request expired or closed",
    "{what}",
    "Make a new request if the change is still wanted.",
    409,
    Exit.REFUSED,
)
RANGE_TOO_WIDE = row(
    3008,
    "Address range too wide",
    "{network} holds more addresses than one registration may: at most a /24, or a /64 of IPv6.",
    "Register the addresses your computers really use, each by itself or as a small network.",
    422,
    Exit.REFUSED,
)
FOLDERS_REMAIN = row(
    3009,
    "Folders not yet migrated",
    "The existing ECP still serves {folders}.",
    "Go to Migration and plan a batch for each of them; decommission once all have moved.",
    409,
    Exit.REFUSED,
)
KEY_NOT_ACCEPTABLE = row(
    5001,
    "Key not acceptable",
    "{what}",
    "{fix}",
    422,
    Exit.REFUSED,
)
KEY_REGISTERED = row(
    5002,
    "Key already registered",
    "This key was registered before, here or for another account; a key serves one account, once.",
    "Make a new key pair with ssh-keygen -t ed25519 and register that.",
    409,
    Exit.REFUSED,
)
ADDRESS_NOT_REGISTERED = row(
    5003,
    "Address not registered",
    "SFTP connections of this account are not taken from {address}.",
    "Register it in SFTP access (5), for a delegated administrator to check (user guide, 4.5.3).",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
THREE_KEYS = row(
    5004,
    "Three keys already",
    "{login_id} has three live keys, and more there cannot be.",
    "Revoke one that is no longer used, in SFTP access (5), then register the new one.",
    409,
    Exit.REFUSED,
)
TOO_MANY_HANDLES = row(
    5005,
    "Too many connections or handles",
    "More files or connections are open, or more bytes on their way, than one account may hold.",
    "Finish or close some, then go on.",
    429,
    Exit.REFUSED,
)
KEY_REFUSED = row(
    5006,
    "Key refused",
    "{server} takes no connection of {login_id} with the key {fingerprint} from where this computer is.",
    "Look in SFTP access (5) whether this key is live and this computer's address is registered, and whether the "
    "account holds EU_ECPSFTP (user guide, 4.5).",
    403,
    Exit.NOT_SIGNED_IN,
    Sftp.PERMISSION_DENIED,
)
