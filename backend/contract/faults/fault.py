"""What a fault is, and `Refused`, the one exception that carries one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from string import Formatter


class Exit(IntEnum):
    """Exit codes of `ecp` and `ecpd`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    REFUSED = 4
    NOT_ACCEPTABLE = 5
    NETWORK = 6
    CANCELLED = 130


class Sftp(IntEnum):
    """Status codes of SFTP version 3 that a refusal may answer with."""

    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    NO_CONNECTION = 6
    OP_UNSUPPORTED = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the catalogue; `what` and `remedy` are templates over the values a refusal carries."""

    number: int
    title: str
    what: str
    remedy: str
    http: int
    exit: Exit
    sftp: Sftp = Sftp.FAILURE


class Refused(Exception):
    """A numbered fault on its way to a person: the catalogue row, and the values its words name."""

    def __init__(self, fault: Fault, /, **values: object) -> None:
        super().__init__(fault.number)
        self.fault = fault
        self.values: dict[str, str] = {name: str(value) for name, value in values.items()}

    @property
    def number(self) -> int:
        return self.fault.number

    @property
    def title(self) -> str:
        return self.fault.title

    @property
    def what(self) -> str:
        return _filled(self.fault.what, self.values)

    @property
    def remedy(self) -> str:
        return _filled(self.fault.remedy, self.values)

    @property
    def findings(self) -> tuple[str, ...]:
        """All that was found wrong, a line each, where that is more than `what` says."""
        said = self.values.get("findings", "")
        return tuple(said.split("\n")) if said else ()

    def __str__(self) -> str:
        return f"{self.number} {self.title}: {self.what} {self.remedy}"


def _filled(template: str, values: Mapping[str, str]) -> str:
    fields = {name for _, name, _, _ in Formatter().parse(template) if name}
    return template.format_map({name: values.get(name, "—") for name in fields})
