"""The servers that SFTP is compared on, each with a configuration of its own on a free port of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncssh
from sqlalchemy import insert, select

from backend.adapters.database import tables
from backend.contract.messages import Channel
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue
from backend.core.catalogue_text import parse, shipped
from backend.core.client_connect.standing import actor_of
from backend.wiring import Platform
from benchmarks.measure import children_of, process_cpu
from benchmarks.people import Filer, add_account
from benchmarks.served import ecpd, free_port, wait_for
from benchmarks.submissions import today

SSHD: Final = "/usr/sbin/sshd"
PROFTPD: Final = "/usr/sbin/proftpd"
_DAYS: Final = 250
_IDENTITIES: Final = 4
_ENDING_SECONDS: Final = 3.0
_OPERATOR: Final = "BENCHOP"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: who signs in, where its files are put and read, and what CPU it has used."""

    name: str
    port: int
    user: str
    pid: int
    put_path: Callable[[int], str]
    get_path: Callable[[int], str]
    """Of the small files; the large one is number -1."""
    users: tuple[str, ...]
    """Who may hold sessions open, each with the key of the same place."""

    def cpu(self) -> float:
        """Seconds, once all sessions have ended and are counted."""
        end = time.monotonic() + _ENDING_SECONDS
        while children_of(self.pid) and time.monotonic() < end:
            time.sleep(0.01)
        return process_cpu(self.pid, children=True)


@contextmanager
def ours(folder: Path, keys: Sequence[asyncssh.SSHKey], large: Path | None, small: list[Path]) -> Iterator[Server]:
    """ecpd, with a filer for each key, and the files to be read published for the first."""

    def prepare(platform: Platform) -> None:
        _register(platform, keys)
        operator = _operator(platform)
        for number, path in enumerate([*([large] if large else []), *small], -1 if large else 0):
            _publish(platform, operator, number, path)

    with ecpd(folder, len(keys), prepare=prepare, catalogue=_catalogue()) as served:
        users = tuple(filer.login_id for filer in served.filers)
        yield Server("ecpd", served.ssh_port, users[0], served.pid, _submit(served.filers[0]), _download, users)


@contextmanager
def sshd(folder: Path, public_key: Path, large: Path | None, small: list[Path]) -> Iterator[Server]:
    """OpenSSH's sshd with its internal-sftp."""
    theirs, host_key, port = _their_folder(folder, large, small), folder / "host_key", free_port()
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(host_key))
    host_key.chmod(0o600)
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": host_key,
        "AuthorizedKeysFile": public_key,
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "PermitRootLogin": "yes",
        "MaxStartups": 1000,
        "Subsystem": "sftp internal-sftp",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    os.makedirs("/run/sshd", exist_ok=True)
    with _running([SSHD, "-D", "-e", "-f", str(folder / "config")], port) as process:
        yield Server("sshd", port, _me(), process.pid, *theirs, (_me(),))


@contextmanager
def proftpd(folder: Path, key: asyncssh.SSHKey, large: Path | None, small: list[Path]) -> Iterator[Server]:
    """ProFTPD with mod_sftp."""
    theirs, port = _their_folder(folder, large, small), free_port()
    keygen = ["ssh-keygen", "-q", "-t", "rsa", "-b", "3072", "-m", "PEM", "-N", "", "-f", str(folder / "host_key")]
    subprocess.run(keygen, check=True)
    key.write_public_key(str(folder / "keys"), "rfc4716")
    users = folder / "users"
    users.write_text(f"{_me()}:*:{os.getuid()}:{os.getgid()}::{folder}:/bin/sh\n")
    users.chmod(0o600)
    (folder / "config").write_text(
        f"""
ModulePath /usr/lib/proftpd
LoadModule mod_sftp.c
ServerType standalone
DefaultAddress 127.0.0.1
Port {port}
User {_me()}
Group {_me()}
RootLogin on
RequireValidShell off
UseFtpUsers off
TransferLog none
UseReverseDNS off
UseIPv6 off
MaxInstances 400
AuthOrder mod_auth_file.c
AuthUserFile {users}
PidFile {folder}/pid
ScoreboardFile {folder}/scoreboard
DelayTable none
WtmpLog off
SystemLog {folder}/log
SFTPEngine on
SFTPHostKey {folder}/host_key
SFTPAuthMethods publickey
SFTPAuthorizedUserKeys file:{folder}/keys
AllowOverwrite on
AllowStoreRestart on
"""
    )
    with _running([PROFTPD, "-n", "-q", "-c", str(folder / "config")], port) as process:
        yield Server("proftpd", port, _me(), process.pid, *theirs, (_me(),))


@contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait()


def _me() -> str:
    return os.environ.get("USER", "root")


def _their_folder(
    folder: Path, large: Path | None, small: list[Path]
) -> tuple[Callable[[int], str], Callable[[int], str]]:
    """A folder on the same disk, with the files to be read in it."""
    for name in ("in", "out"):
        (folder / name).mkdir(mode=0o755, parents=True)
    if large is not None:
        shutil.copyfile(large, folder / "out" / "-1")
    for number, path in enumerate(small):
        shutil.copyfile(path, folder / "out" / str(number))
    return (lambda number: f"{folder}/in/{number}"), (lambda number: f"{folder}/out/{number}")


# ── what ecpd is given ───────────────────────────────────────────────────────────────────────────────────────────


def _catalogue() -> Catalogue:
    """As shipped, but with room for so many different names."""
    catalogue = parse(shipped())
    folders = dict(catalogue.folders)
    folders["SD-1"] = replace(folders["SD-1"], trading_days_back=_DAYS + 10)
    return replace(catalogue, folders=folders)


def _day(number: int) -> date:
    return today() - timedelta(days=number // _IDENTITIES % _DAYS)


def _submit(filer: Filer) -> Callable[[int], str]:
    def path(number: int) -> str:
        code = filer.identity_codes[number % _IDENTITIES]
        return f"/{code}/SD-1/submit/SD1_{code}_{_day(max(0, number)):%Y%m%d}.csv"

    return path


def _published_name(number: int) -> str:
    code = f"000{max(0, number) % _IDENTITIES:02d}"
    kind = "TRDAM" if number < 0 else "TRD"
    return f"{kind}_{code}_{_day(max(0, number)):%Y%m%d}.csv"


def _download(number: int) -> str:
    return f"/000{max(0, number) % _IDENTITIES:02d}/RPT-TRD/download/{_published_name(number)}"


def _register(platform: Platform, keys: Sequence[asyncssh.SSHKey]) -> None:
    """Gives each filer a key, from this machine."""
    expires = datetime.now(UTC) + timedelta(days=1)
    with platform.store.engine.connect() as connection, connection.begin():
        for number, key in enumerate(keys):
            account = tables.accounts.c.login_id == f"FILER{number:03d}"
            facts = {"account_id": connection.execute(select(tables.accounts.c.id).where(account)).scalar_one()}
            public = key.export_public_key().decode().strip()
            registered = {"fingerprint": key.get_fingerprint(), "public_key": public, "expires": expires}
            connection.execute(insert(tables.sftp_keys).values(**facts, **registered))
            connection.execute(insert(tables.sftp_addresses).values(**facts, network="127.0.0.1/32"))


def _operator(platform: Platform) -> Actor:
    channel: Channel = "console"
    with platform.store.engine.connect() as connection, connection.begin():
        add_account(connection, _OPERATOR, "operator", None)
    with platform.store.reading() as rows:
        account = rows.account(_OPERATOR)
        assert account is not None
        return actor_of(rows, account, channel, "127.0.0.1")


def _publish(platform: Platform, operator: Actor, number: int, path: Path) -> None:
    publishing, code = platform.services.publishing, f"000{max(0, number) % _IDENTITIES:02d}"
    upload = publishing.begin(operator, "RPT-TRD", code, _published_name(number))
    offset = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            upload.write(offset, block)
            offset += len(block)
    publishing.finish(operator, upload, offset)
