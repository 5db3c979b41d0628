"""The data folder as the system sees it: who may read it, how much room it has, and what kind of disk it lies on."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from backend.contract.findings import Finding
from backend.core.stagings import RESERVE
from backend.settings import Settings

_LITTLE: Final = 16 * RESERVE
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SECRETS: Final = ("seed_key", "throttle_key", "ssh_host_key")
_OF_A_NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.s3fs"}
)
_MOUNTS: Final = Path("/proc/mounts")


def data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    if not folder.is_dir():
        yield Finding("data folder", "problem", f"{folder} is not there", "Run ecpd init, or name the --data-dir.")
        return
    yield _kept("data folder", folder, [folder], [*folder.iterdir()])


def secrets(settings: Settings) -> Iterator[Finding]:
    folder = settings.secrets
    missing = [name for name in _SECRETS[:2] if not (folder / name).is_file()]
    if missing:
        remedy = "Restore the secrets folder from its backup; on a new platform run ecpd init."
        yield Finding("secrets", "problem", f"{', '.join(missing)} not in {folder}", remedy)
        return
    keys = [*folder.iterdir()]
    yield _kept("secrets", folder, [folder, *keys], keys)


def room(settings: Settings) -> Iterator[Finding]:
    if not settings.data_dir.is_dir():
        return
    free = shutil.disk_usage(settings.data_dir).free
    said = f"{free / 1e9:,.1f} GB free"
    if free < RESERVE:
        yield Finding("room", "problem", f"{said}: nothing is taken any more (4516)", "Make room on this disk.")
    elif free < _LITTLE:
        yield Finding("room", "warning", said, "Make room on this disk: uploads end above a reserve.")
    else:
        yield Finding("room", "ok", said)


def aside(settings: Settings) -> Iterator[Finding]:
    """A few are what crashes leave; many are a sign of an older database."""
    folder = settings.data_dir / "vault-orphans"
    count = sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
    if count:
        said = f"{count:,} files put aside, on which no entry stands"
        remedy = "See that this is no older database (ecpd check); remove them only when you are certain."
        yield Finding("put aside", "warning", said, remedy)


def file_system(settings: Settings) -> Iterator[Finding]:
    """SQLite's locks and syncs are worth what those of the disk are."""
    if settings.database_url or sys.platform != "linux":
        return
    kind = kind_of(settings.data_dir, _MOUNTS.read_text("utf-8", "surrogateescape"))
    if kind in _OF_A_NETWORK:
        remedy = "Move the data folder to a disk of this machine, or set database_url to PostgreSQL."
        yield Finding("disk", "problem", f"SQLite on {kind}, a file system of a network", remedy)
    else:
        yield Finding("disk", "ok", f"SQLite on {kind or 'a disk'}")


def kind_of(folder: Path, mounts: str) -> str:
    """The kind of the file system that a folder lies on, by the longest mount point above it."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ") if len(fields) > 2 else ""  # noqa: PLR2004 - device, point, kind
        if point and folder.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def _kept(name: str, folder: Path, closed: Iterable[Path], owned: Iterable[Path]) -> Finding:
    """Whether those to be closed are their owner's alone, and all below the folder one owner's."""
    owner = folder.stat().st_uid
    for path in owned:
        if (user := path.lstat().st_uid) != owner:
            said = f"{path} belongs to user {user}, {folder} to user {owner}"
            return Finding(name, "problem", said, f"Run chown -R {owner} {path}, if that is the user of ecpd.")
    for path in closed:
        if (mode := path.stat().st_mode) & _OTHERS:
            said = f"others may use {path} ({stat.filemode(mode)})"
            return Finding(name, "problem", said, f"Run chmod -R go= {folder}")
    if os.geteuid() not in (owner, 0):
        return Finding(name, "warning", f"{folder} belongs to another user", "Run ecpd doctor as the user of ecpd.")
    return Finding(name, "ok", f"{folder}, for its owner alone")
