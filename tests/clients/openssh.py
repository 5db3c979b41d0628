"""OpenSSH's sftp and scp."""

from __future__ import annotations

from pathlib import Path

from tests.clients.commands import HOST, Command, Server


def options(server: Server) -> list[str]:
    said = {
        "UserKnownHostsFile": server.known_hosts,
        "IdentityFile": server.key,
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "BatchMode": "yes",
    }
    return ["-F", "none", *(part for name, value in said.items() for part in ("-o", f"{name}={value}"))]


class Sftp:
    """In batch mode, the commands on its standard input."""

    programs = ("sftp",)

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._batch(server, f'put "{local}" "{remote}/"')

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._batch(server, f'get "{remote}" "{local}"')

    def resume_put(self, server: Server, local: Path, remote: str) -> Command:
        return self._batch(server, f'reput "{local}" "{remote}/"')

    def resume_get(self, server: Server, remote: str, local: Path) -> Command:
        return self._batch(server, f'reget "{remote}" "{local}"')

    def list(self, server: Server, remote: str) -> Command:
        return self._batch(server, f'ls -l "{remote}"')

    def _batch(self, server: Server, line: str) -> Command:
        where = ["-P", str(server.port), "-b", "-", f"{server.login_id}@{HOST}"]
        return Command(["sftp", *options(server), *where], typed=f"{line}\n")


class SyncedSftp(Sftp):
    """With `-f`: it asks the server to write the file out before it closes it."""

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._batch(server, f'put -f "{local}" "{remote}/"')

    def resume_put(self, server: Server, local: Path, remote: str) -> Command:
        return self._batch(server, f'reput -f "{local}" "{remote}/"')


class Scp:
    """In its SFTP mode, which is the one it has by default; it can neither resume nor list."""

    programs = ("scp",)

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, str(local), f"{server.login_id}@{HOST}:{remote}/")

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run(server, f"{server.login_id}@{HOST}:{remote}", str(local))

    def resume_put(self, server: Server, local: Path, remote: str) -> None:
        return None

    def resume_get(self, server: Server, remote: str, local: Path) -> None:
        return None

    def list(self, server: Server, remote: str) -> None:
        return None

    def _run(self, server: Server, source: str, target: str) -> Command:
        return Command(["scp", *options(server), "-s", "-P", str(server.port), source, target])
