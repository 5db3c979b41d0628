"""`ecp` as a program: quick to start, no Textual without a screen, one line where there is no terminal."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ecp_tui.__main__ import run
from ecp_tui.commands import ecp
from ecp_tui.commands.answers import ANSWERS
from tests.commands.tree import leaves

COMMANDS = ecp.list_commands(click.Context(ecp))
NEITHER = {("demo",), ("web",), ("completion",)}
"""What answers with nothing of its own: it runs until it is ended, or prints for a shell."""


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


def test_every_command_of_the_plan_is_there() -> None:
    filing = "demo login logout whoami folders ls check submit get activity verify receipts publish"
    others = "keys addresses users approvals forms profile recover doctor completion"
    assert {*filing.split(), *others.split()} <= set(COMMANDS)


def test_every_help_fits_80_columns_and_gives_two_examples_that_parse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("web.pem", "web.key"):  # what ecp web is given has to be there
        (tmp_path / file).touch()
    monkeypatch.chdir(tmp_path)
    for name, command in leaves():
        context = click.Context(command, info_name=f"ecp {' '.join(name)}", max_content_width=80, terminal_width=80)
        text = command.get_help(context)
        assert all(len(line) <= 80 for line in text.splitlines()), name
        found = [words for words in examples(text) if words[1] == name[0]]
        assert len(found) >= 2, name
        for words in found:
            assert parses(words[1:]), words
        assert name in NEITHER or "--json" in text.partition("Options:")[0] or name == ("logout",), name
        assert len(name) == 1 or not command.get_short_help_str(62).endswith("..."), name


def test_the_help_of_every_noun_gives_two_examples_that_parse() -> None:
    nouns = [(name, ecp.get_command(click.Context(ecp), name)) for name in COMMANDS]
    for name, noun in nouns:
        if not isinstance(noun, click.Group):
            continue
        text = noun.get_help(click.Context(noun, info_name=f"ecp {name}", terminal_width=80, max_content_width=80))
        assert all(len(line) <= 80 for line in text.splitlines()), name
        found = [words for words in examples(text) if words[1] == name]
        assert len(found) >= 2 and all(parses(words[1:]) for words in found), name


def examples(text: str) -> list[list[str]]:
    """The calls of `ecp` in a help, as a shell would read them."""
    shown = text.partition("Examples:")[2].partition("Options:")[0].partition("Commands:")[0]
    lines = [line.strip() for line in shown.replace("\\\n", " ").splitlines()]
    calls = (re.split(r" (?:<|\||>>?) ", line[line.index("ecp ") :])[0] for line in lines if "ecp " in line)
    return [shlex.split(call.replace(" SHA256 ", f" {'0' * 64} ")) for call in calls]


def parses(words: list[str]) -> bool:
    """Whether click takes them, down to the verb; a wrong call raises. Nothing of it is run."""
    context = ecp.make_context("ecp", list(words))
    command: click.Command = ecp
    while isinstance(command, click.Group):
        _, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        context = found.make_context(found.name, rest, parent=context)
        command = found
    return True


def test_what_every_command_answers_with_json_is_documented() -> None:
    assert {" ".join(name) for name, _ in leaves() if name not in NEITHER} == set(ANSWERS)


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
