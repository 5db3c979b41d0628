"""`ecp login`, `whoami` and `logout`."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.commands.conftest import SERVER, Ecp
from tests.world import World


def test_login_reads_two_lines_and_keeps_the_session_for_later_commands(ecp: Ecp, world: World, tmp_path: Path) -> None:
    typed = f"{world.people['CHAN01'].password}\n{world.fresh_otp('CHAN01')}\n"
    said = ecp("login", "chan01", "--server", SERVER, "--credentials-stdin", "--json", typed=typed)
    assert said.code == 0
    assert said.data["state"] == "signed-in"
    assert said.data["login_id"] == "CHAN01"
    (file,) = (tmp_path / "state").glob("session-*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert world.people["CHAN01"].password not in file.read_text()
    assert ecp("whoami", "--json").data["functions"][0]["function"].startswith("EU_")


def test_a_one_time_password_may_hold_a_space(ecp: Ecp, world: World) -> None:
    otp = world.fresh_otp("CHAN01")
    typed = f"{world.people['CHAN01'].password}\n{otp[:3]} {otp[3:]}\r\n"
    assert ecp("login", "CHAN01", "--server", SERVER, "--credentials-stdin", typed=typed).code == 0


def test_wrong_credentials_exit_3_with_1001_and_its_remedy(ecp: Ecp) -> None:
    said = ecp("login", "CHAN01", "--server", SERVER, "--credentials-stdin", typed="wrong\n123456\n")
    assert said.code == 3
    assert said.out == ""
    assert said.err.startswith("1001 Sign-in refused: ")
    assert "existing ECP" in said.err
    fault = ecp("login", "CHAN01", "--server", SERVER, "--credentials-stdin", "--json", typed="wrong\n1\n").data[
        "fault"
    ]
    assert set(fault) == {"number", "title", "what", "remedy", "details"}
    assert fault["number"] == 1001


def test_missing_lines_are_named_and_a_password_is_never_an_argument(ecp: Ecp) -> None:
    said = ecp("login", "CHAN01", "--server", SERVER, "--credentials-stdin", typed="only one\n")
    assert said.code == 2
    assert "two lines" in said.err
    assert ecp("login", "CHAN01", "secret", "--server", SERVER).code == 2
    assert ecp("login", "CHAN01", "--server", SERVER, "--no-input").code == 2


def test_without_a_terminal_nothing_is_asked_and_the_other_way_is_named(ecp: Ecp) -> None:
    said = ecp("login", "CHAN01", "--server", SERVER)
    assert said.code == 2
    assert "--credentials-stdin" in said.err


def test_whoami_shows_person_functions_and_identities(chan: Ecp) -> None:
    said = chan("whoami")
    assert said.code == 0
    assert "CHAN01  Chan Tai Man" in said.out
    assert "EU_SD1" in said.out
    assert "01234" in said.out


def test_logout_ends_the_session_on_the_server_and_here(chan: Ecp, tmp_path: Path) -> None:
    assert chan("logout", "--json").data["state"] == "signed-out"
    assert list((tmp_path / "state").glob("session-*.json")) == []
    said = chan("whoami")
    assert said.code == 3
    assert "ecp login LOGIN_ID" in said.err


def test_a_session_that_the_server_ended_is_forgotten(chan: Ecp, world: World, tmp_path: Path) -> None:
    world.clock.move(hours=13)
    said = chan("whoami", "--json")
    assert said.code == 3
    assert said.data["fault"]["number"] == 1005
    assert list((tmp_path / "state").glob("session-*.json")) == []


def test_an_account_without_functions_signs_in_and_is_told_of_2000(ecp: Ecp, world: World) -> None:
    typed = f"{world.people['WONGDA1'].password}\n{world.fresh_otp('WONGDA1')}\n"
    said = ecp("login", "WONGDA1", "--server", SERVER, "--credentials-stdin", typed=typed)
    assert said.code == 0
    assert "2000" in said.out
    refused = ecp("folders")
    assert refused.code == 4
    assert refused.err.startswith("2000 ")
