"""PuTTY's psftp and pscp."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clients.commands import HOST, Command, Server


def options(server: Server) -> list[str]:
    ppk = server.home / "key.ppk"
    if not ppk.exists():
        subprocess.run(["puttygen", str(server.key), "-O", "private", "-o", str(ppk)], check=True, capture_output=True)
    return ["-batch", "-hostkey", server.fingerprint, "-P", str(server.port), "-i", str(ppk)]


class Psftp:
    """Its requests are FileZilla's, too, which is built on it."""

    programs = ("psftp", "puttygen")

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._batch(server, f'put "{local}" "{remote}/{local.name}"')

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._batch(server, f'get "{remote}" "{local}"')

    def resume_put(self, server: Server, local: Path, remote: str) -> Command:
        return self._batch(server, f'reput "{local}" "{remote}/{local.name}"')

    def resume_get(self, server: Server, remote: str, local: Path) -> Command:
        return self._batch(server, f'reget "{remote}" "{local}"')

    def list(self, server: Server, remote: str) -> Command:
        return self._batch(server, f'ls "{remote}"')

    def _batch(self, server: Server, line: str) -> Command:
        batch = server.home / "batch"
        batch.write_text(f"{line}\n")
        where = ["-b", str(batch), f"{server.login_id}@{HOST}"]
        return Command(["psftp", *options(server), *where], environment={"HOME": str(server.home)})


class Pscp:
    """In its SFTP mode; it cannot resume."""

    programs = ("pscp", "puttygen")

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, str(local), f"{server.login_id}@{HOST}:{remote}/")

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run(server, f"{server.login_id}@{HOST}:{remote}", str(local))

    def resume_put(self, server: Server, local: Path, remote: str) -> None:
        return None

    def resume_get(self, server: Server, remote: str, local: Path) -> None:
        return None

    def list(self, server: Server, remote: str) -> Command:
        return self._run(server, "-ls", f"{server.login_id}@{HOST}:{remote}")

    def _run(self, server: Server, *arguments: str) -> Command:
        argv = ["pscp", "-q", "-sftp", *options(server), *arguments]
        return Command(argv, environment={"HOME": str(server.home)})
