"""`ecp profiles`: several servers, a session and a CA for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import SERVER, Ecp
from tests.world import World

OTHER = "http://127.0.0.1:9443"


def login(ecp: Ecp, world: World, login_id: str, *options: str) -> int:
    typed = f"{world.people[login_id].password}\n{world.fresh_otp(login_id)}\n"
    return ecp("login", login_id, "--credentials-stdin", *options, typed=typed).code


def test_two_profiles_have_each_a_server_and_a_session(ecp: Ecp, world: World, tmp_path: Path) -> None:
    assert "There is none" in ecp("profiles").err
    one = ecp("profiles", "add", "live", "--server", SERVER, "--json").data
    assert (one["state"], one["server"], one["in_force"]) == ("added", SERVER, False)
    assert ecp("profiles", "add", "second", "--server", SERVER).code == 0
    assert ecp("profiles", "use", "live", "--json").data["in_force"] is True
    assert login(ecp, world, "CHAN01") == 0 and login(ecp, world, "LEE02", "--profile", "second") == 0
    assert ecp("whoami", "--json").data["login_id"] == "CHAN01"
    assert ecp("whoami", "--profile", "second", "--json").data["login_id"] == "LEE02", "of the same server"
    listed = {item["name"]: item["signed_in"] for item in ecp("profiles", "--json").data["items"]}
    assert listed == {"live": "CHAN01", "second": "LEE02"}
    assert ecp("profiles").out.splitlines()[1].startswith("*")
    gone = ecp("profiles", "remove", "second", "--json")
    assert gone.data["state"] == "removed" and len(list((tmp_path / "state").glob("session-*.json"))) == 1
    assert ecp("profiles", "remove", "live").code == 0
    assert ecp("profiles", "use", "live").code == 4


def test_the_settings_file_keeps_what_its_owner_wrote(ecp: Ecp, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\ntheme = "light"\n\n[profiles.live]\nserver = "https://a.example"  # the real one\n')
    assert ecp("profiles", "add", "test", "--server", OTHER).code == 0
    assert ecp("profiles", "use", "test").code == 0
    text = file.read_text()
    assert "# mine" in text and "# the real one" in text and 'profile = "test"' in text
    assert ecp("profiles", "remove", "test").code == 0
    assert "test" not in file.read_text() and "# the real one" in file.read_text()


@pytest.mark.parametrize(
    "words",
    [
        ("add", "test"),
        ("add", "te st", "--server", OTHER),
        ("add", "../x", "--server", OTHER),
        ("add", "test", "--server", "http://ecp.example.org"),
        ("add", "test", "--server", OTHER, "--ca-file", "absent.pem"),
        ("use",),
    ],
)
def test_what_is_no_profile_is_not_written(ecp: Ecp, tmp_path: Path, words: tuple[str, ...]) -> None:
    said = ecp("profiles", *words)
    assert said.code == 2 and said.err and not (tmp_path / "config.toml").exists()


def test_a_file_that_is_no_toml_is_left_alone(ecp: Ecp, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("this is not [ TOML")
    assert ecp("profiles", "add", "test", "--server", OTHER).code == 2
    assert (tmp_path / "config.toml").read_text() == "this is not [ TOML"
