"""`ecp completion`: commands and options, completed by the shells themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sftp_world import installed

ECP = f'#!/bin/sh\nexec "{sys.executable}" -m ecp_tui "$@"\n'
BASH = """
eval "$(ecp completion bash)"
complete -p ecp >/dev/null || exit 1
COMP_WORDS=({words}) COMP_CWORD={at} COMPREPLY=()
_ecp_completion ecp
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
autoload -U compinit && compinit -D -u
compdef() {{ :; }}
eval "$(ecp completion zsh)"
_describe() {{ print -l -- ${{(P)3}}; }}
compadd() {{ print -l -- ${{(P)argv[-1]}}; }}
words=({words}); CURRENT={at}+1
_ecp_completion
"""
FISH = """
ecp completion fish | source
complete -C "{line}"
"""
SCRIPTS = {"bash": ([], BASH), "zsh": (["-f"], ZSH), "fish": (["--no-config"], FISH)}


@pytest.fixture
def path(tmp_path: Path) -> str:
    program = tmp_path / "ecp"
    program.write_text(ECP)
    program.chmod(0o700)
    return f"{tmp_path}:{os.environ['PATH']}"


@pytest.mark.parametrize("shell", SCRIPTS)
@pytest.mark.parametrize(
    ("line", "expected", "absent"),
    [
        ("ecp su", "submit", "folders"),
        ("ecp submit --id", "--identity", "--folder"),
        ("ecp users sus", "suspend", "grant"),
    ],
)
def test_a_shell_completes_commands_options_and_verbs(
    shell: str, line: str, expected: str, absent: str, path: str, tmp_path: Path
) -> None:
    program, (flags, script) = installed(shell), SCRIPTS[shell]
    words = line.split()
    lines = script.format(words=line, at=len(words) - 1, line=line)
    environment = {"PATH": path, "HOME": str(tmp_path), "TERM": "dumb", "LANG": "C.UTF-8"}
    ran = subprocess.run(
        [program, *flags, "-c", lines], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert expected in ran.stdout, ran.stderr
    assert absent not in ran.stdout


@pytest.mark.parametrize(
    ("line", "unloaded"),
    [
        ("ecp su", {"httpx", "pydantic", "textual", "rich", "asyncssh"}),
        ("ecp submit --", {"textual", "rich", "asyncssh"}),
    ],
)
def test_completing_loads_nothing_that_it_does_not_need(line: str, unloaded: set[str]) -> None:
    told = (
        "import atexit, sys\nloaded = lambda: [name for name, module in sys.modules.items() if module]\n"
        "atexit.register(lambda: print(*loaded()))\n"
        "from ecp_tui.__main__ import main\nmain()"
    )
    completing = {"_ECP_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    ran = subprocess.run(
        [sys.executable, "-c", told], env={**os.environ, **completing}, capture_output=True, text=True, timeout=60
    )
    *completed, loaded = ran.stdout.splitlines()
    assert completed, ran.stderr
    assert unloaded.isdisjoint(loaded.split())


def test_an_unknown_shell_is_a_usage_error() -> None:
    ran = subprocess.run([sys.executable, "-m", "ecp_tui", "completion", "tcsh"], capture_output=True, timeout=60)
    assert ran.returncode == 2
