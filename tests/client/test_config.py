"""A flag goes before a variable, a variable before the profile, the profile before the default."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from ecp_tui import config as settings
from ecp_tui.commands.profiles import save_server
from ecp_tui.config import Config, SavedSession, load

SERVER = "https://ecp.example.org:8443"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"ECP_CONFIG": str(tmp_path / "config.toml"), "ECP_STATE_DIR": str(tmp_path / "state")}


def test_a_flag_beats_a_variable_beats_the_profile_beats_the_default(tmp_path: Path, environ: dict[str, str]) -> None:
    assert load(environ=environ).server is None
    (tmp_path / "config.toml").write_text(
        'theme = "light"\n[profiles.default]\nserver = "https://file"\n[profiles.test]\nserver = "https://test"\n'
    )
    assert load(environ=environ).server == "https://file"
    assert load(environ=environ).theme == "light"
    assert load(environ=environ, profile="test").server == "https://test"
    assert load(environ={**environ, "ECP_PROFILE": "test"}).server == "https://test"
    assert load(environ={**environ, "ECP_SERVER": "https://variable"}).server == "https://variable"
    assert load(environ={**environ, "ECP_SERVER": "https://variable"}, server="https://flag").server == "https://flag"
    assert load(environ={**environ, "ECP_THEME": "dark"}).theme == "dark"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("theme =", "cannot be read"),
        ("profiles = 3", "profiles must be a table"),
        ("[profiles.default]\nserver = 3", "server must be text in quotes"),
    ],
)
def test_settings_that_cannot_be_understood_are_named(
    tmp_path: Path, environ: dict[str, str], text: str, words: str
) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(Refused) as refused:
        load(environ=environ)
    assert words in refused.value.what


def test_a_look_that_does_not_exist_is_told_with_its_file_and_stops_nothing(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    (tmp_path / "config.toml").write_text('theme = "purple"\n')
    config = load(environ={**environ, "ECP_GLYPHS": "runes"})
    assert (config.theme, config.glyphs) == ("dark", "auto")
    assert config.problems == (
        f"theme in {tmp_path / 'config.toml'} is purple; it can be dark or light.",
        "ECP_GLYPHS is runes; it can be auto or unicode or ascii.",
    )


def test_saving_a_server_keeps_the_owners_own_lines(tmp_path: Path, environ: dict[str, str]) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\ntheme = "light"  # bright room\n')
    save_server(load(environ=environ), SERVER, Path("/etc/ca.pem"))
    assert "# mine" in file.read_text()
    assert "# bright room" in file.read_text()
    assert load(environ=environ).server == SERVER
    assert load(environ=environ).ca_file == Path("/etc/ca.pem")


def test_a_session_lies_in_a_file_that_only_its_owner_reads(tmp_path: Path, environ: dict[str, str]) -> None:
    config = load(environ=environ, server=SERVER)
    settings.save_session(config, SavedSession(SERVER, "CHAN01", "secret"))
    (file,) = (tmp_path / "state").glob("session-*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert settings.read_session(config) == SavedSession(SERVER, "CHAN01", "secret")


def test_a_session_lies_below_the_runtime_directory_where_there_is_one(tmp_path: Path, environ: dict[str, str]) -> None:
    config = load(environ={**environ, "XDG_RUNTIME_DIR": str(tmp_path)}, server=SERVER)
    settings.save_session(config, SavedSession(SERVER, "CHAN01", "secret"))
    assert len(list((tmp_path / "ecp").glob("session-*.json"))) == 1


def test_a_token_is_never_read_for_another_server(environ: dict[str, str]) -> None:
    config = load(environ=environ, server=SERVER)
    settings.save_session(config, SavedSession(SERVER, "CHAN01", "secret"))
    assert settings.read_session(replace(config, server="https://other.example.org")) is None


def test_the_server_signed_in_to_last_is_meant_when_none_is_named(environ: dict[str, str]) -> None:
    settings.save_session(load(environ=environ, server=SERVER), SavedSession(SERVER, "CHAN01", "secret"))
    assert load(environ=environ).server == SERVER
    settings.forget_session(load(environ=environ))
    assert settings.read_session(load(environ=environ)) is None


def test_the_ca_file_of_a_sign_in_serves_later_commands_to_that_server_alone(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    own = tmp_path / "ca.pem"
    settings.save_session(load(environ=environ, server=SERVER, ca_file=own), SavedSession(SERVER, "CHAN01", "secret"))
    assert load(environ=environ).ca_file == own
    assert load(environ=environ, server="https://other.example.org").ca_file is None


def test_the_folder_a_file_was_last_taken_from_is_remembered_while_it_exists(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    config = load(environ=environ, server=SERVER)
    assert settings.last_folder(config) is None
    folder = tmp_path / "returns"
    folder.mkdir()
    settings.remember_folder(config, folder)
    assert settings.last_folder(config) == folder
    folder.rmdir()
    assert settings.last_folder(config) is None


def test_a_broken_state_file_is_no_obstacle(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.json").write_text("[1, 2")
    config = load(environ=environ, server=SERVER)
    assert settings.last_folder(config) is None
    settings.remember_folder(config, tmp_path)
    assert settings.last_folder(config) == tmp_path


def test_a_disk_that_takes_no_more_never_stops_a_filing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    settings.remember_folder(Config(blocked, blocked / "state", blocked), tmp_path)


def test_remapped_keys_are_read(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "config.toml").write_text('[keys]\ncompare = "V"\n')
    assert load(environ=environ).keys == (("compare", "V"),)
