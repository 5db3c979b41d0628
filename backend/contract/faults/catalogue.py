"""Faults of files, folders, the server and the programs: 4xxx and 9xxx."""

from __future__ import annotations

from backend.contract.faults.fault import Exit, Sftp
from backend.contract.faults.table import row

UNKNOWN_FOLDER = row(
    4501,
    "Unknown folder",
    "There is no folder {folder} for you.",
    "Choose one of the folders listed for you; if one is missing, ask your delegated administrators for its function.",
    404,
    Exit.REFUSED,
    Sftp.NO_SUCH_FILE,
)
DISAGREE = row(
    4505,
    "Name, identity and input date disagree",
    "{what}",
    "{fix}",
    422,
    Exit.NOT_ACCEPTABLE,
)
SERVED_ELSEWHERE = row(
    4510,
    "Folder is served elsewhere",
    "Folder {folder} {served}.",
    "Submit it {where}; appendix 7.3 lists the folders that have moved.",
    409,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
EXISTING_ENDED = row(
    4526,
    "The existing ECP has ended",
    "The existing ECP was decommissioned: all folders have moved to ECP 2.0.",
    "Submit the file in ECP 2.0, signed in through Client Connect.",
    410,
    Exit.REFUSED,
)
TOO_LARGE = row(
    4511,
    "File too large",
    "The file has {size} bytes; folder {folder} takes at most {limit}.",
    "Choose the right file, or split it as the folder's rule allows.",
    413,
    Exit.NOT_ACCEPTABLE,
)
EMPTY = row(
    4512,
    "File is empty",
    "{file_name} has no bytes.",
    "Write the file again where it was made, then submit it.",
    422,
    Exit.NOT_ACCEPTABLE,
)
OUTSIDE_WINDOW = row(
    4513,
    "Outside the folder's window",
    "{what}",
    "{fix}",
    409,
    Exit.NOT_ACCEPTABLE,
)
WRONG_CONTENT = row(
    4514,
    "Content not acceptable",
    "{what}",
    "{fix}",
    422,
    Exit.NOT_ACCEPTABLE,
)
INCOMPLETE_UPLOAD = row(
    4515,
    "Incomplete upload",
    "{received} of {expected} bytes arrived; nothing was submitted.",
    "Submit the file again; over HTTP you can go on after those bytes.",
    400,
    Exit.NETWORK,
)
NO_ROOM = row(
    4516,
    "No room on the server",
    "The server could not store the file; the version before stands.",
    "Tell the operator, then submit the file again.",
    507,
    Exit.FAILED,
)
FILE_CHANGED = row(
    4517,
    "File changed after it was checked",
    "{what}",
    "Check the file again, then submit it.",
    422,
    Exit.NOT_ACCEPTABLE,
)
DAMAGED = row(
    4518,
    "Download damaged on the way",
    "The bytes of {file_name} that arrived are not those that were published; nothing was kept.",
    "Fetch it again; if it happens again, tell the operator.",
    502,
    Exit.NETWORK,
)
BEGUN_AGAIN = row(
    4519,
    "Begun again on another connection",
    "Your account began {file_name} again on another connection; nothing of this upload was submitted.",
    "Look at the receipt of the other one, and let one program at a time put a file.",
    409,
    Exit.REFUSED,
)
NO_READ_BACK = row(
    4520,
    "Submitted files cannot be read back",
    "A submitted file leaves the platform only to the exchange.",
    "Compare its SHA-256 in Activity Enquiry with your own file instead.",
    403,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
TICKET_ENDED = row(
    4521,
    "Ticket expired or used",
    "This ticket was used already, is older than 10 minutes, or never was one.",
    "Make a new one where you made it: F8 in the form.",
    410,
    Exit.REFUSED,
    Sftp.PERMISSION_DENIED,
)
NOT_STANDING = row(
    4523,
    "Not there to be handled so",
    "{what}",
    "Look at the inbox again: it shows what stands now.",
    409,
    Exit.REFUSED,
    Sftp.NO_SUCH_FILE,
)
EXPLANATION_NEEDED = row(
    4524,
    "Explanation needed",
    "{what}",
    "Write why the file is right all the same, in the review or by --explain; or correct it, and submit it again.",
    422,
    Exit.NOT_ACCEPTABLE,
)
NOT_TO_EXPLAIN = row(
    4525,
    "Nothing to be explained",
    "{what}",
    "Look at the file in Activity: it shows what was found, and which version stands.",
    409,
    Exit.REFUSED,
)
NOT_WITHIN = row(
    4522,
    "Not bytes of this file",
    "The file has {size} bytes; {wanted} is not one range of them.",
    "Fetch the file from its beginning.",
    416,
    Exit.FAILED,
)
UNEXPECTED = row(
    9000,
    "Unexpected",
    "Something failed that should not; nothing was accepted. Reference {reference}.",
    "Try again; if it happens again, tell the operator the reference.",
    500,
    Exit.FAILED,
)
UNREACHABLE = row(
    9001,
    "Cannot reach the server",
    "{server} does not answer: {why}.",
    "Try again in a moment: F5 in the console, where what you typed is kept. ecp --server URL names another server.",
    503,
    Exit.NETWORK,
    Sftp.NO_CONNECTION,
)
NOT_UNDERSTOOD = row(
    9002,
    "Request not understood",
    "{what}",
    "Correct what is named, then try again.",
    422,
    Exit.USAGE,
)
GOING_DOWN = row(
    9003,
    "Server going down",
    "The server is stopping, or cannot reach its database or the key it signs with; nothing new is taken.",
    "Try again in a minute: what was accepted stays accepted.",
    503,
    Exit.NETWORK,
    Sftp.NO_CONNECTION,
)
LOG_ROLLED_BACK = row(
    9101,
    "Audit log was rolled back",
    "An older database was put back: {anchor} entries were vouched for, {entries} are there.",
    "Ask the operator's staff, who must mend it first; keep your files and receipts, and submit afterwards.",
    503,
    Exit.REFUSED,
)
VERSIONS_DIFFER = row(
    9004,
    "Client and server versions differ",
    "This program speaks version {client}, the server version {server}.",
    "Install the version of ecp that the operator names.",
    426,
    Exit.NETWORK,
)
HOST_KEY_UNKNOWN = row(
    9005,
    "Host key not known",
    "{server} shows the host key {fingerprint}, which {why}. Nothing was sent.",
    "Compare it with the one that the operator names, and that SFTP access (5) shows; then give it by --host-key.",
    502,
    Exit.NETWORK,
)
