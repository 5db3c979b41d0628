"""The table of exit codes in docs/automate.md, a case each; notes never on standard output."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from backend.contract.faults import FAULTS, Exit
from tests.commands.conftest import SERVER, Ecp

NAME = "SD1_01234_20220520.csv"
CASES: dict[int, tuple[str, ...]] = {
    0: ("whoami",),
    2: ("activity", "--limit", "0"),
    4: ("submit", NAME, "--folder", "BCAN"),
    5: ("submit", NAME, "--input-date", "2022-05-19"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_bytes(b"a,b\n1,2\n")
    return tmp_path


def test_the_table_has_every_exit_code_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "automate.md").read_text("utf-8").split("### Exit codes")[1]
    table = page.split("\n\n")[1]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == {int(code) for code in Exit}
    for code, numbers in re.findall(r"^\| (\d) \| .*?\(([0-9, –…]+)\)", table, re.MULTILINE):
        for number in re.findall(r"\d{4}", numbers):
            assert FAULTS[int(number)].exit == int(code), number


@pytest.mark.parametrize("code", CASES)
def test_each_exit_code_comes_of_its_kind_of_fault_alone(chan: Ecp, here: Path, code: int) -> None:
    for json in ((), ("--json",)):
        said = chan(*CASES[code], *json)
        assert said.code == code
        assert bool(said.out) == (code == 0 or (bool(json) and code != 2))
        assert bool(said.err) == (code != 0 and not (json and code != 2))


def test_1_is_a_failure_of_the_server(chan: Ecp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> httpx.Response:
        return httpx.Response(500, text="a proxy's words")

    monkeypatch.setattr(httpx.ASGITransport, "handle_async_request", broken)
    said = chan("whoami", "--json")
    assert (said.code, said.data["fault"]["number"]) == (1, 9000) and "proxy" not in said.out


def test_3_is_nobody_signed_in(ecp: Ecp) -> None:
    said = ecp("whoami", "--server", SERVER, "--json")
    assert (said.code, said.data["fault"]["number"]) == (3, 1005)


def test_6_is_the_network_and_130_a_cancelled_command(chan: Ecp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cut(*_: object) -> httpx.Response:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(httpx.ASGITransport, "handle_async_request", cut)
    said = chan("whoami", "--json")
    assert (said.code, said.data["fault"]["number"]) == (6, 9001)

    async def interrupted(*_: object) -> httpx.Response:
        raise KeyboardInterrupt

    monkeypatch.setattr(httpx.ASGITransport, "handle_async_request", interrupted)
    said = chan("whoami", "--json")
    assert (said.code, said.out) == (130, "")


def test_nothing_is_asked_where_nobody_answers(ecp: Ecp) -> None:
    said = ecp("login", "CHAN01", "--server", SERVER, "--no-input", answers="secret\n123456\n")
    assert said.code == 2 and not said.out and "--credentials-stdin" in said.err
