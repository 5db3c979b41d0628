"""Serves the demo's world in a child of its own as often as asked, with faults that a file switches on.

Everything is loaded once: a start is a fork, so that hundreds of kills fit a few minutes. What runs in the child is
ecpd itself. The file `fault` beside the data folder names what goes wrong: `kill STEP` kills the process there,
`fail STEP NUMBER` raises that `OSError` instead of the step.
"""

from __future__ import annotations

import errno
import functools
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from backend.__main__ import main
from backend.adapters.vault import local
from backend.adapters.vault.local import LocalStaging, LocalVault
from backend.core.activity import Ledger
from backend.core.keeping import Keeping
from backend.core.submissions import Submissions
from backend.demo import running
from backend.doors.ssh.submitting import Submitting
from backend.settings import Settings

STEPS = (
    *("opening", "opened", "writing", "staged", "closing", "judging", "judged", "fsyncing", "fsynced"),
    *("renaming", "renamed", "unit begun", "recorded", "committing", "committed", "answering"),
)
"""Between the OPEN and the reply to the CLOSE, in their order."""


class Faults:
    """What the file says is to go wrong, asked at every step."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def at(self, step: str) -> None:
        try:
            how, _, what = self._file.read_text().partition(" ")
        except FileNotFoundError:
            return
        if how == "kill" and what == step:
            os.kill(os.getpid(), signal.SIGKILL)
        name, _, number = what.rpartition(" ")
        if how == "fail" and name == step:
            raise _error(step, int(number))

    def around(self, owner: object, name: str, before: str | None, after: str | None = None) -> None:
        """Puts steps before and after a function; its owner keeps everything else."""
        does: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(does)
        def stepped(*args: Any, **values: Any) -> Any:
            if before:
                self.at(before)
            result = does(*args, **values)
            if after:
                self.at(after)
            return result

        setattr(owner, name, stepped)

    def install(self) -> None:
        self.around(LocalVault, "stage", "opening", "opened")
        self.around(local, "_write_all", "writing", "staged")
        self.around(Submitting, "close", "closing")
        self.around(Submissions, "_judged", "judging", "judged")
        self.around(LocalStaging, "keep", "fsyncing", "renamed")
        self.around(LocalVault, "_shelf", "fsynced")
        self.around(local, "sync_folder", "renaming")
        self.around(Submissions, "_accept", "unit begun")
        self.around(Ledger, "record", None, "recorded")
        self.around(SQLiteDialect_pysqlite, "do_commit", "committing", "committed")
        self.around(PGDialect_psycopg, "do_commit", "committing", "committed")
        self.around(Keeping, "keep", None, "answering")


def _error(step: str, number: int) -> Exception:
    if step != "committing":
        return OSError(number, os.strerror(number))
    failed = sqlite3.OperationalError("database or disk is full")
    failed.sqlite_errorcode = sqlite3.SQLITE_FULL if number == errno.ENOSPC else sqlite3.SQLITE_IOERR
    return failed


def serve(data_dir: Path, database_url: str) -> None:
    if database_url:
        running.Settings = functools.partial(Settings, database_url=database_url)  # type: ignore[attr-defined,assignment]  # it is called as the class would be
    Faults(data_dir.with_name(f"{data_dir.name}.fault")).install()
    main(["demo", "--json", "--data-dir", str(data_dir)])


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            serve(Path(sys.argv[1]), "".join(sys.argv[2:]))
            os._exit(0)
        print(json.dumps({"pid": child}), flush=True)  # noqa: T201 - its answer
