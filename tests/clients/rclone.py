"""rclone: the one that Debian 12 has, and today's. It lists, compares hashes, and tries again by itself."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.clients.commands import HOST, Command, Server


class Rclone:
    """Debian's, 1.60: it writes under the file's own name."""

    programs = ("rclone",)

    def put(self, server: Server, local: Path, remote: str) -> Command:
        return self._run("copy", str(local), self.at(server, remote))

    def get(self, server: Server, remote: str, local: Path) -> Command:
        return self._run("copyto", self.at(server, remote), str(local))

    def resume_put(self, server: Server, local: Path, remote: str) -> None:
        return None

    def resume_get(self, server: Server, remote: str, local: Path) -> None:
        return None

    def list(self, server: Server, remote: str) -> Command:
        return self._run("lsl", self.at(server, remote))

    def check(self, server: Server, local: Path, remote: str) -> Command:
        """Compares hashes of a file and of what was accepted."""
        return self._run("check", "--one-way", str(local.parent), self.at(server, remote), "--include", local.name)

    def at(self, server: Server, path: str) -> str:
        options = {
            "host": HOST,
            "port": server.port,
            "user": server.login_id,
            "key_file": server.key,
            "known_hosts_file": server.known_hosts,
        }
        return f":sftp,{','.join(f'{name}={value}' for name, value in options.items())}:{path}"

    def _run(self, *arguments: str) -> Command:
        return Command([*self.programs, "--config", "/dev/null", *arguments])


class CurrentRclone(Rclone):
    """From its wheel: it writes under a temporary name and renames."""

    programs = (str(Path(sys.executable).parent / "rclone"),)
