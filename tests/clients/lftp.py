"""lftp, which runs OpenSSH's ssh beneath; plain, and through temporary names."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.clients.commands import HOST, Command, Server
from tests.clients.openssh import options


class Lftp:
    """It shows what the server says."""

    programs = ("lftp", "ssh")
    settings: tuple[str, ...] = ()

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, f'put -O "{remote}" "{local}"')

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run(server, f'get "{remote}" -o "{local}"')

    def resume_put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run(server, f'put -c -O "{remote}" "{local}"')

    def resume_get(self, server: Server, remote: str, local: Path) -> Command | None:
        return self._run(server, f'get -c "{remote}" -o "{local}"')

    def list(self, server: Server, remote: str) -> Command:
        return self._run(server, f'cls -l "{remote}"')

    def _run(self, server: Server, line: str) -> Command:
        program = shlex.join(["ssh", "-a", "-x", *options(server)])
        lines = (
            f'set sftp:connect-program "{program}"',
            "set net:max-retries 2",
            "set net:reconnect-interval-base 1",
            *self.settings,
            f"open -u {server.login_id}, -p {server.port} sftp://{HOST}",
            line,
        )
        return Command(["lftp", "--norc", "-c", "; ".join(lines)])


class LftpTemporary(Lftp):
    """It puts `.in.NAME` and renames it."""

    settings = ("set xfer:use-temp-file yes", 'set xfer:temp-file-name ".in.*"')

    def resume_get(self, server: Server, remote: str, local: Path) -> None:
        """It goes on with its own temporary file alone."""
