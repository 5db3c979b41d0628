"""The table of clients: what each one's user sees. The tests hold the door to it, and docs/automate.md shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.clients.commands import Client
from tests.clients.curl import Curl
from tests.clients.lftp import Lftp, LftpTemporary
from tests.clients.openssh import Scp, Sftp, SyncedSftp
from tests.clients.putty import Pscp, Psftp
from tests.clients.python import Asyncssh, Paramiko
from tests.clients.rclone import CurrentRclone, Rclone


@dataclass(frozen=True, slots=True)
class Seen:
    """An exit status, and what is shown with it: one of these words."""

    code: int
    words: str = ""
    or_words: str = ""

    def __str__(self) -> str:
        shown = [f"`{words}`" for words in (self.words, self.or_words) if words]
        return f"{self.code}, {' or '.join(shown) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Row:
    """One client. `cut` is what it says when its connection ends in the middle of a put."""

    title: str
    tried: str
    client: Client
    wrong_name: Seen
    bad_content: Seen
    cut: Seen
    goes_on_with_a_put: str = "–"
    goes_on_with_a_get: str = "–"

    def __str__(self) -> str:
        return self.title.replace("`", "")


_4505: Final = "4505 Name, identity and input date disagree"
_4514: Final = "4514 Content not acceptable"

MATRIX: Final = (
    Row(
        "OpenSSH `sftp -b`",
        "9.2",
        Sftp(),
        wrong_name=Seen(1, "dest open … Failure"),
        bad_content=Seen(1, "close remote: Failure"),
        cut=Seen(255, "Broken pipe", "Connection reset"),
        goes_on_with_a_put="`reput`",
        goes_on_with_a_get="`reget`",
    ),
    Row(
        "OpenSSH `sftp`, `put -f`",
        "9.2",
        SyncedSftp(),
        wrong_name=Seen(1, "dest open … Failure"),
        bad_content=Seen(1, "close remote: Failure"),
        cut=Seen(255, "Broken pipe", "Connection reset"),
        goes_on_with_a_put="`reput -f`",
        goes_on_with_a_get="`reget`",
    ),
    Row(
        "OpenSSH `scp`",
        "9.2",
        Scp(),
        wrong_name=Seen(1, "dest open … Failure"),
        bad_content=Seen(1, "close remote: Failure"),
        cut=Seen(1, "lost connection"),
    ),
    Row(
        "`lftp`",
        "4.9",
        Lftp(),
        wrong_name=Seen(1, _4505),
        bad_content=Seen(1, _4514),
        cut=Seen(0),
        goes_on_with_a_put="by itself; `put -c`",
        goes_on_with_a_get="`get -c`",
    ),
    Row(
        "`lftp`, temporary names",
        "4.9",
        LftpTemporary(),
        wrong_name=Seen(1, _4505),
        bad_content=Seen(1, _4514),
        cut=Seen(0),
        goes_on_with_a_put="by itself; `put -c`",
    ),
    Row(
        "`rclone` of Debian 12",
        "1.60",
        Rclone(),
        wrong_name=Seen(1, _4505),
        bad_content=Seen(1, _4514),
        cut=Seen(0, "Attempt 2/3 succeeded"),
        goes_on_with_a_put="by itself, from the start",
    ),
    Row(
        "`rclone`",
        "1.75",
        CurrentRclone(),
        wrong_name=Seen(1, _4505),
        bad_content=Seen(1, _4514),
        cut=Seen(0, "Attempt 2/3 succeeded"),
        goes_on_with_a_put="by itself, from the start",
    ),
    Row(
        "`curl` with libssh2",
        "7.88, 1.10",
        Curl(),
        wrong_name=Seen(79, "Upload failed: Operation failed"),
        bad_content=Seen(0),
        cut=Seen(79, "Error in the SSH layer"),
        goes_on_with_a_put="`-C -`",
        goes_on_with_a_get="`-C -`",
    ),
    Row(
        "PuTTY's `psftp -b`",
        "0.78",
        Psftp(),
        wrong_name=Seen(2, "open for write: failure"),
        bad_content=Seen(2, "error while closing: failure"),
        cut=Seen(1, "FATAL ERROR"),
        goes_on_with_a_put="`reput`",
        goes_on_with_a_get="`reget`",
    ),
    Row(
        "PuTTY's `pscp -sftp`",
        "0.78",
        Pscp(),
        wrong_name=Seen(1, "unable to open … failure"),
        bad_content=Seen(0),
        cut=Seen(1, "FATAL ERROR"),
    ),
    Row(
        "Python paramiko",
        "5.1",
        Paramiko(),
        wrong_name=Seen(1, f"OSError: {_4505}"),
        bad_content=Seen(1, "FileNotFoundError: [Errno 2] 2001 Not found"),
        cut=Seen(1, "EOFError", "Socket is closed"),
        goes_on_with_a_put='`open("ab")`',
        goes_on_with_a_get="`seek`",
    ),
    Row(
        "Python asyncssh",
        "2.24",
        Asyncssh(),
        wrong_name=Seen(1, f"SFTPFailure: {_4505}"),
        bad_content=Seen(1, f"SFTPFailure: {_4514}"),
        cut=Seen(1, "Connection…", "Broken pipe"),
        goes_on_with_a_put='`open("ab")`',
        goes_on_with_a_get="`seek`",
    ),
)


def table() -> str:
    """For the documentation."""
    head = ("Program", "Tried", "Wrong name", "Bad content", "Line cut", "Goes on with a put", "Goes on with a get")
    rows = (
        (one.title, one.tried, *map(str, (one.wrong_name, one.bad_content, one.cut)), *_resumes(one)) for one in MATRIX
    )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))


def _resumes(row: Row) -> tuple[str, str]:
    return row.goes_on_with_a_put, row.goes_on_with_a_get
