"""The console as the host serves it."""

from __future__ import annotations

from tests.host.hosted import HostProgram


def test_whoever_signed_in_by_ssh_is_at_home(host: HostProgram) -> None:
    screen = host.console()
    screen.sees("Home", "CHAN01")


def test_a_command_answers_on_its_own_pipes(host: HostProgram) -> None:
    code, said, errors = host.command("whoami").run()
    assert (code, errors) == (0, "") and said.startswith("CHAN01")
