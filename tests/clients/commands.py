"""What a client is to the matrix: the command lines by which its users put, get, resume and list."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a client goes, who it says it is, and the home it has."""

    port: int
    host_key: str
    fingerprint: str
    key: Path
    home: Path
    login_id: str = "CHAN01"

    @property
    def known_hosts(self) -> Path:
        path = self.home / ".ssh" / "known_hosts"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"[{HOST}]:{self.port} {self.host_key}\n")
        return path


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and what is typed into it."""

    argv: list[str]
    typed: str = ""
    environment: dict[str, str] = field(default_factory=dict)


class Client(Protocol):
    """`remote` of a put is a folder, of a get a file. None: the program has no such thing."""

    @property
    def programs(self) -> tuple[str, ...]: ...

    def put(self, server: Server, local: Path, remote: str) -> Command: ...

    def get(self, server: Server, remote: str, local: Path) -> Command: ...

    def resume_put(self, server: Server, local: Path, remote: str) -> Command | None: ...

    def resume_get(self, server: Server, remote: str, local: Path) -> Command | None: ...

    def list(self, server: Server, remote: str) -> Command | None: ...
