"""`ecpd check`: what lies on disk against the database. Reads only, and whether ecpd runs or not."""

from __future__ import annotations

from collections.abc import Iterator

from backend.adapters.clock import SystemClock
from backend.adapters.vault import LocalVault
from backend.contract.findings import Finding
from backend.core.checking import Checked, check
from backend.settings import Settings
from backend.wiring.keys import opened_store

_RESTORE = "Restore database and vault from one backup; do not serve before that."


def verify(settings: Settings, *, contents: bool = True) -> list[Finding]:
    """Every accepted and published file by its size and SHA-256, the log by its root, and what no entry stands on."""
    with opened_store(settings) as store:
        return list(_told(check(store, LocalVault(settings.data_dir), SystemClock(), contents=contents), contents))


def _told(found: Checked, contents: bool) -> Iterator[Finding]:
    if found.log:
        yield Finding("log", "problem", " ".join(found.log), _RESTORE)
    else:
        yield Finding("log", "ok", f"{found.entries:,} entries make the root that its head has")
    how = "by size and SHA-256" if contents else "by size alone"
    if found.damaged:
        wrong = len(found.damaged) + found.more
        yield Finding("files", "problem", f"{wrong:,} of {found.files:,} are damaged, {how}", _RESTORE)
    else:
        yield Finding("files", "ok", f"{found.files:,} files, {found.bytes:,} bytes, {how}")
    for words in found.damaged:
        yield Finding("file", "problem", words, _RESTORE)
    strangers = f"{found.orphans:,} in the vault without an entry, {found.aside:,} put aside"
    if found.aside:
        remedy = "Ask whether the database is an older one than the files; nothing was deleted (vault-orphans)."
        yield Finding("orphans", "warning", strangers, remedy)
    else:
        yield Finding("orphans", "ok", strangers)
