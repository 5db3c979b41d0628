"""`--sftp`, and what goes with it: which commands have it, and where the SFTP endpoint is that they mean."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown
from ecp_tui.commands.local import LocalFile, served
from ecp_tui.config import KEY_PASSPHRASE, Config

if TYPE_CHECKING:
    from ecp_tui.client.ssh_line import Entrance

_PORT: Final = 2222
_KNOWN_HOSTS: Final = Path("~/.ssh/known_hosts")
_FLAGS: Final = frozenset({"--sftp", "--key", "--host-key", "--known-hosts"})
_FINGERPRINT: Final = len("SHA256:") + 43


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say of the SFTP endpoint; what they leave out stands in the profile."""

    key: Path | None
    login_id: str | None
    host: str | None
    port: int | None
    host_keys: tuple[str, ...]
    known_hosts: Path | None

    def entrance(self, config: Config) -> Entrance:
        """Refuses with words what nobody said."""
        from ecp_tui.client.ssh_line import Entrance  # it loads asyncssh

        ssh = config.ssh
        host = self.host or ssh.host or urlsplit(config.server or "").hostname
        login_id, key = self.login_id or ssh.login, self.key or ssh.key
        for said, flag, name in ((host, "--host", "host"), (login_id, "--login", "login"), (key, "--key", "key")):
            if not said:
                raise Refused(NOT_UNDERSTOOD, what=f"--sftp wants {flag}, or ssh_{name} in the profile.")
        host_keys = self.host_keys or ((ssh.host_key,) if ssh.host_key and not self.known_hosts else ())
        return Entrance(
            host=str(host),
            port=self.port or ssh.port or _PORT,
            login_id=str(login_id).strip().upper(),
            key=Path(str(key)).expanduser(),
            host_keys=tuple(map(_fingerprint, host_keys)),
            known_hosts=(self.known_hosts or ssh.known_hosts or _KNOWN_HOSTS).expanduser(),
            passphrase=os.environ.get(KEY_PASSPHRASE),
            agent=os.environ.get("SSH_AUTH_SOCK"),
        )


def by_sftp(run: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the way through the SFTP endpoint: its `door` is then what was asked for, else `None`."""

    @click.option("--sftp", is_flag=True, help="By SFTP with a registered key, for work that runs alone.")
    @click.option("--key", type=LocalFile(dash=False), metavar="FILE", help="With --sftp: the private key.")
    @click.option("--login", "login_id", metavar="LOGIN_ID", help="With --sftp: whose key it is.")
    @click.option("--host", metavar="HOST", help="With --sftp: where the endpoint is; else the server's host.")
    @click.option("--port", type=click.IntRange(1, 65535), help="With --sftp: its port.  [default: 2222]")
    @click.option("--host-key", "host_keys", multiple=True, metavar="SHA256:…", help="With --sftp: what it must show.")
    @click.option(
        "--known-hosts", type=LocalFile(dash=False), metavar="FILE", help="With --sftp: else who vouches for it."
    )
    @functools.wraps(run)
    def wrapped(*args: Any, sftp: bool, **kwargs: Any) -> None:
        asked = Asked(**{field.name: kwargs.pop(field.name) for field in fields(Asked)})
        if sftp and served() is not None:
            raise click.UsageError("--sftp is for a computer of your own; here you are on the server already.")
        if not sftp and any(getattr(asked, field.name) for field in fields(Asked)):
            raise click.UsageError("--key, --login, --host, --port, --host-key and --known-hosts go with --sftp.")
        run(*args, **kwargs, door=asked if sftp else None)

    return wrapped


def explanation(error: click.NoSuchOption) -> str:
    """Where another command was asked to go by SFTP: what it needs instead. Empty otherwise."""
    if error.option_name not in _FLAGS or error.ctx is None or served(error.ctx) is not None:
        return ""
    needed = "needs a signed-in session: ecp login LOGIN_ID. By SFTP go submit, ls and get alone."
    return f"{error.ctx.info_name} {needed}\n"


def _fingerprint(said: str) -> str:
    """Cleaned of what a paste brings."""
    found = said.strip().rstrip("=")
    if not found.startswith("SHA256:") or len(found) != _FINGERPRINT:
        what = f"{shown(said, 80)} is no fingerprint: it is SHA256: and 43 characters, as ssh-keygen -l writes it."
        raise Refused(NOT_UNDERSTOOD, what=what)
    return found
