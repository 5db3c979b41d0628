"""Programs in Python, of paramiko and of asyncssh, as somebody would write them."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.clients.commands import HOST, Command, Server

HERE = Path(__file__).parent


class Paramiko:
    """`with_paramiko.py`; like most, it lets an exception end it."""

    programs: tuple[str, ...] = ()
    script = HERE / "with_paramiko.py"

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, "put", str(local), f"{remote}/{local.name}")

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run(server, "get", remote, str(local))

    def resume_put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, "resume_put", str(local), f"{remote}/{local.name}")

    def resume_get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run(server, "resume_get", remote, str(local))

    def list(self, server: Server, remote: str) -> Command:
        return self._run(server, "names", remote)

    def _run(self, server: Server, *arguments: str) -> Command:
        where = [HOST, str(server.port), server.login_id, str(server.key), str(server.known_hosts)]
        return Command([sys.executable, str(self.script), *where, *arguments])


class Asyncssh(Paramiko):
    """`with_asyncssh.py`."""

    script = HERE / "with_asyncssh.py"
