"""curl with libssh2."""

from __future__ import annotations

from pathlib import Path

from tests.clients.commands import HOST, Command, Server


class Curl:
    """It hears no answer to a CLOSE."""

    programs = ("curl",)

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, f"{remote}/", "-T", str(local))

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run(server, remote, "-o", str(local))

    def resume_put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, f"{remote}/", "-C", "-", "-T", str(local))

    def resume_get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run(server, remote, "-C", "-", "-o", str(local))

    def list(self, server: Server, remote: str) -> Command:
        return self._run(server, f"{remote}/")

    def _run(self, server: Server, path: str, *arguments: str) -> Command:
        home = server.known_hosts.parent.parent
        who = ["-u", f"{server.login_id}:", "--key", str(server.key)]
        return Command(
            ["curl", "-sS", *who, *arguments, f"sftp://{HOST}:{server.port}{path}"], environment={"HOME": str(home)}
        )
