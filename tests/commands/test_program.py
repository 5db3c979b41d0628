"""`ecp` as a program: quick to start, no Textual without a screen, one line where there is no terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ecp_tui.__main__ import run
from ecp_tui.commands import ecp

COMMANDS = (
    *("demo", "login", "logout", "whoami", "folders", "check", "submit", "activity"),
    *("users", "approvals", "keys", "addresses", "forms", "profile", "recover"),
)


def verbs() -> list[str]:
    """Each verb of each noun: users show."""
    context = click.Context(ecp)
    nouns = [(name, ecp.get_command(context, name)) for name in COMMANDS]
    return [f"{name} {verb}" for name, noun in nouns if isinstance(noun, click.Group) for verb in noun.commands]


def program(tmp_path: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    own = {"ECP_CONFIG": str(tmp_path / "config.toml"), "ECP_STATE_DIR": str(tmp_path / "state"), **environ}
    return subprocess.run(
        [sys.executable, "-m", "ecp_tui", *arguments],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--version"], ("textual", "httpx", "pydantic", "tomlkit")),
        (["--help"], ("textual", "httpx", "pydantic", "tomlkit")),
        (["activity", "--json", "--server", "http://127.0.0.1:1"], ("textual", "tomlkit")),
        (["submit", "x.csv", "--server", "http://127.0.0.1:1"], ("textual", "tomlkit")),
        (["users", "--server", "http://127.0.0.1:1"], ("textual", "tomlkit")),
        (["approvals", "--server", "http://127.0.0.1:1"], ("textual", "tomlkit")),
        (["keys", "--server", "http://127.0.0.1:1"], ("textual", "tomlkit")),
        (["addresses", "--server", "http://127.0.0.1:1"], ("textual", "tomlkit")),
        (["forms", "--server", "http://127.0.0.1:1"], ("textual", "tomlkit")),
    ],
)
def test_a_command_never_loads_what_only_screens_need(
    tmp_path: Path, arguments: list[str], absent: tuple[str, ...]
) -> None:
    source = (
        "import sys\nfrom ecp_tui.__main__ import run\n"
        f"run({arguments!r})\nprint([name for name in {absent!r} if name in sys.modules], file=sys.stderr)"
    )
    environ = {**os.environ, "ECP_CONFIG": str(tmp_path / "none"), "ECP_STATE_DIR": str(tmp_path)}
    seen = subprocess.run([sys.executable, "-c", source], env=environ, capture_output=True, text=True, timeout=60)
    assert seen.stderr.splitlines()[-1] == "[]"


def test_without_a_terminal_one_line_names_what_is_needed_and_the_exit_code_is_2(tmp_path: Path) -> None:
    """FAQ Q2."""
    seen = program(tmp_path)
    assert seen.returncode == 2
    assert seen.stdout == ""
    (line,) = seen.stderr.splitlines()
    assert line.startswith("2003 Terminal or browser not supported:")


def test_a_dumb_terminal_gets_the_same_line(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ecp_tui"],
        env={**os.environ, "TERM": "dumb", "ECP_CONFIG": str(tmp_path / "none"), "ECP_STATE_DIR": str(tmp_path)},
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, error = process.communicate(timeout=60)
    os.close(terminal)
    os.close(controller)
    assert process.returncode == 2
    assert "TERM is dumb" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_and_its_help_gives_two_examples(name: str) -> None:
    command = ecp.get_command(click.Context(ecp), name)
    assert command is not None
    text = command.get_help(click.Context(command, info_name=f"ecp {name}"))
    assert text.count(f"ecp {name}") >= 3
    assert "--json" in text


@pytest.mark.parametrize("called", verbs())
def test_every_verb_says_what_it_does_in_one_line_and_gives_two_examples(called: str) -> None:
    name, verb = called.split()
    noun = ecp.get_command(click.Context(ecp), name)
    assert isinstance(noun, click.Group)
    command = noun.commands[verb]
    context = click.Context(command, info_name=f"ecp {called}")
    text = command.get_help(context)
    assert text.count(f"ecp {called if verb != noun_default(noun) else name}") >= 3
    assert "--json" in text.partition("Options:")[0]
    assert not command.get_short_help_str(62).endswith("...")
    assert all(len(line) <= 80 for line in text.splitlines())


def noun_default(noun: click.Group) -> str:
    return str(getattr(noun, "DEFAULT", ""))


def test_a_server_out_of_reach_exits_6(tmp_path: Path) -> None:
    typed = program(tmp_path, "login", "CHAN01", "--server", "http://127.0.0.1:1", "--no-input")
    assert typed.returncode == 2
    seen = subprocess.run(
        [sys.executable, "-m", "ecp_tui", "login", "CHAN01", "--server", "http://127.0.0.1:1", "--credentials-stdin"],
        env={**os.environ, "ECP_CONFIG": str(tmp_path / "none"), "ECP_STATE_DIR": str(tmp_path)},
        input="password\n123456\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert seen.returncode == 6
    assert seen.stderr.startswith("9001 ")


def test_plain_http_to_another_host_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    seen = program(tmp_path, "whoami", "--server", "http://ecp.example.org")
    assert seen.returncode == 2
    assert "https://" in seen.stderr


def test_a_ca_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    seen = program(tmp_path, "whoami", "--server", "https://ecp.example.org", "--ca-file", str(tmp_path / "absent.pem"))
    assert seen.returncode == 2
    assert "absent.pem" in seen.stderr


def test_what_nobody_foresaw_is_a_9000_with_a_log_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret value")

    monkeypatch.setattr(ecp, "main", broken)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert run([]) == 1
    seen = capsys.readouterr()
    assert seen.err.startswith("9000 Unexpected")
    assert "Traceback" not in seen.err
    (log,) = (tmp_path / "ecp").glob("error-*.log")
    assert "ZeroDivisionError" in log.read_text()


def test_an_interrupted_command_exits_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ecp, "main", interrupted)
    assert run([]) == 130
