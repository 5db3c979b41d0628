"""Commands over SSH: what its person may, nothing of the server's machine, and words where something is not there."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from structlog.testing import capture_logs

from backend.contract.served import Served
from backend.core.seats import SeatKind
from backend.doors.http.private import PrivateEntrance
from ecp_tui.__main__ import run
from ecp_tui.client import EcpClient
from ecp_tui.commands import call
from ecp_tui.commands.local import LocalFile
from tests.commands.conftest import Input, Outcome
from tests.commands.tree import leaves, words_for
from tests.publishing import publish
from tests.submitting import submitted
from tests.world import World

Ssh = Callable[..., Outcome]
NAME = "SD1_01234_20220520.csv"
CONTENT = b"account,amount\n1,2\n"
LINE = "ssh -p 2222 CHAN01@ecp.example.org"
OWN_COMPUTER = ("demo", "login", "logout", "profiles", "completion", "web")


def opening(token: str | None, seat: str = "x", page: str = "console") -> Served:
    facts = {"login_id": "CHAN01", "host": "ecp.example.org", "port": 2222, "fingerprint": "SHA256:x", "terminal": {}}
    return Served(server="http://127.0.0.1:1", seat=seat, token=token, page=page, tty=False, **facts)  # type: ignore[arg-type]  # each is of its type


OPENING = opening("x")


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The server's own settings and files: whoever reads one of them is found out."""
    config, state = tmp_path / "config.toml", tmp_path / "state"
    config.write_text("this is not [ TOML")
    state.mkdir()
    monkeypatch.setenv("ECP_CONFIG", str(config))
    monkeypatch.setenv("ECP_STATE_DIR", str(state))
    monkeypatch.setenv("ECP_SERVER", "https://evil.example.org")
    secret = tmp_path / NAME
    secret.write_bytes(b"the server's own")
    return secret


_opened: list[str] = []
_watching: list[bool] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in {"open", "os.listdir", "os.scandir", "subprocess.Popen"}:
        _opened.append(str(arguments[0]))


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Every path that is opened or listed meanwhile."""
    if not getattr(sys, "_ecp_watch", False):
        sys.addaudithook(_watch)
        sys._ecp_watch = True  # type: ignore[attr-defined]  # a hook cannot be taken away: there is one
    _opened.clear()
    _watching.append(True)
    yield _opened
    _watching.clear()


def served_by(world: World, monkeypatch: pytest.MonkeyPatch, capfd: Any, kind: SeatKind, login_id: str) -> Ssh:
    entrance = PrivateEntrance(world.app, world.services.seats)
    seat = world.services.seats.open("127.0.0.1", login_id, kind)
    token = world.token(login_id) if kind == "person" else None
    served = opening(token, seat.token, "console" if kind == "person" else "recover")

    def client(server: str, *, token: str | None, ca_file: Path | None, seat: str | None) -> EcpClient:
        assert (server, ca_file) == (served.server, None)
        transport = httpx.ASGITransport(app=entrance, raise_app_exceptions=False)
        return EcpClient(server, token=token, seat=seat, transport=transport)

    monkeypatch.setattr(call, "EcpClient", client)

    def ssh(*words: str, typed: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", Input(typed))
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        with capture_logs():
            code = run(list(words), served)
        said = []
        for stream in (out, err):
            stream.flush()
            said.append(stream.buffer.getvalue().decode())
        return Outcome(code, *said)

    return ssh


@pytest.fixture
def ssh(world: World, poisoned: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ssh:
    return served_by(world, monkeypatch, capfd, "person", "CHAN01")


def test_every_command_that_takes_a_path_refuses_any_but_standard_input_and_opens_nothing(
    ssh: Ssh, poisoned: Path, opened: list[str]
) -> None:
    tried = 0
    for path in (
        str(poisoned),
        "relative.csv",
        "/etc/passwd",
        "~/.ssh/id_ed25519",
        "./-",
        "/dev/stdin",
        "C:\\x.csv",
        "",
    ):
        for name, command in leaves(OPENING):
            for words in words_for(command, LocalFile, path):
                said = ssh(*name, *words)
                assert said.code == 2 and said.out == "", (name, words, said)
                assert "ver SSH" in said.err and "root:" not in said.err, (name, words, said.err)
                tried += 1
        assert ssh("verify", path).code == 2
    assert tried > 100
    assert not [one for one in opened if one in {str(poisoned), "/etc/passwd"} or "config.toml" in one]


def test_every_path_in_the_tree_is_one_that_knows_where_it_runs() -> None:
    for name, command in leaves(OPENING):
        for parameter in command.params:
            assert not isinstance(parameter.type, (click.Path, click.File)), (name, parameter.name)
            if {"FILE", "PATH", "DIR"} & {str(parameter.metavar)}:
                assert isinstance(parameter.type, LocalFile), (name, parameter.name)


def test_the_words_name_the_line_that_works(ssh: Ssh) -> None:
    said = ssh("submit", f"C:\\out\\{NAME}").err
    assert f"{LINE} submit - --name {NAME} < {NAME}" in said
    assert f"{LINE} forms check - < form.txt" in ssh("forms", "check", "/home/me/form.txt").err
    assert f"{LINE} checkpoint --since - < log.checkpoint" in ssh("checkpoint", "--since", "a/log.checkpoint").err
    assert f"{LINE} get … > report.csv" in ssh("get", "1", "--output", "out/report.csv").err
    assert f"{LINE} verify - --name {NAME} < {NAME}" in ssh("verify", NAME).err


def test_no_other_server_no_settings_and_no_variable_of_the_machine(ssh: Ssh, opened: list[str]) -> None:
    for option in (("--server", "https://evil.example.org"), ("--ca-file", "x.pem"), ("--profile", "other")):
        for words in ((*option, "whoami"), ("whoami", *option)):
            said = ssh(*words)
            assert said.code == 2 and "no meaning over SSH" in said.err, words
    told = ssh("whoami", "--json").data
    assert (told["login_id"], told["server"]) == ("CHAN01", "ssh://ecp.example.org:2222"), "never the private entrance"
    assert ssh("submit", "-", "--name", NAME, "--sftp", typed=CONTENT).code == 2
    assert not [one for one in opened if "config" in one or "state" in one]


@pytest.mark.parametrize("name", OWN_COMPUTER)
def test_what_is_for_ones_own_computer_is_not_there_and_says_so(ssh: Ssh, name: str) -> None:
    said = ssh(name, "--help")
    assert said.code == 2 and f"ecp {name} is not there over SSH" in said.err
    assert f"  {name} " not in ssh("--help").out


def test_help_works_for_everything_that_is_there(ssh: Ssh) -> None:
    for name, _ in leaves(OPENING):
        said = ssh(*name, "--help")
        assert said.code == 0 and said.out.startswith(f"Usage: ecp {name[0]}"), name
        assert not any(f"\n  --{option} " in said.out for option in ("server", "ca-file", "profile")), name
    assert ssh().code == 2


def test_a_file_is_checked_submitted_verified_and_fetched_by_the_streams_alone(
    ssh: Ssh, world: World, opened: list[str]
) -> None:
    name = ("--name", NAME)
    assert ssh("check", "-", *name, "--json", typed=CONTENT).data["state"] == "acceptable"
    said = ssh("submit", "-", *name, "--json", typed=CONTENT).data
    assert (said["state"], said["channel"], said["submitter"]) == ("accepted", "console", "CHAN01")
    assert ssh("submit", "-", *name, "--input-date", "2022-05-19", typed=CONTENT).code == 5
    assert ssh("verify", "-", *name, typed=CONTENT).out.startswith("MATCH")
    assert ssh("receipts", "save", str(said["log_index"])).out == said["receipt"]
    signed = ssh("checkpoint", "--output", "-").out
    assert ssh("checkpoint", "--since", "-", typed=signed.encode()).out.startswith("CONSISTENT")
    assert ssh("checkpoint", "--since", "-", typed=signed.encode() + b"x" * (3 << 20)).code == 5
    one = publish(world, b"trade\n\xff")
    assert ssh("get", str(one.log_index), "--json").code == 2, "standard output is the file's"
    opened.clear()
    listed = ssh("ls")
    assert one.file_name in listed.out and not [path for path in opened if path.endswith(".csv")]


def test_an_operator_collects_a_file_by_standard_output_alone(
    world: World, poisoned: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], opened: list[str]
) -> None:
    one = submitted(world, world.actor("CHAN01"), CONTENT).activity
    ssh = served_by(world, monkeypatch, capfd, "person", "OPER01")
    said = ssh("collect", str(one.log_index), "--reason", "for the file of the day")
    assert (said.code, said.out) == (0, CONTENT.decode())
    assert ssh("inbox", "list", "--state", "collected", "--json").data["items"][0]["collected_by"] == "OPER01"
    assert ssh("collect", str(one.log_index), "--reason", "x", "-o", "out.csv").code == 2
    assert not [path for path in opened if path.endswith(".csv")]


def test_who_has_no_session_is_told_to_connect_with_a_password(
    world: World, poisoned: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ssh = served_by(world, monkeypatch, capfd, "person", "CHAN01")
    world.clock.move(hours=13)
    said = ssh("whoami", "--json")
    assert said.code == 3 and f"connect again with your password: {LINE}" in said.err
    assert "ecp login" not in said.err


def test_recover_is_for_its_own_way_in_and_that_for_nothing_else(
    ssh: Ssh, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    way = "ssh -p 2222 RECOVER@ecp.example.org recover CODE"
    said = ssh("recover", "--look", "x")
    assert said.code == 2 and way in said.err
    recovering = served_by(world, monkeypatch, capfd, "recovery", "")
    asked = recovering("recover", "--login-id", "CHAN01", "--phone", "85221000000", "--json")
    assert asked.code == 0 and asked.data["state"] == "asked"
    for name, _ in leaves(OPENING):
        said = recovering(*name)
        assert said.code == 2 and way in said.err, name


def test_what_nobody_foresaw_leaves_no_file_on_the_server(
    ssh: Ssh, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(call, "of_served", broken)
    said = ssh("whoami")
    assert said.code == 1 and said.err.startswith("9000 ")
    assert not (tmp_path / "elsewhere").exists()
