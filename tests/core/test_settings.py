"""ecpd's settings: who overrides whom, and what cannot be."""

from __future__ import annotations

from pathlib import Path
from socket import gethostname
from typing import Any

import pytest

from backend.listeners import SERVICES, Listener
from backend.settings import Settings, SettingsError, load
from backend.settings_file import write_new


def loaded(tmp_path: Path, text: str = "", environ: dict[str, str] | None = None, **flags: Any) -> Settings:
    (tmp_path / "ecpd.toml").write_text(text, "utf-8")
    return load({"data_dir": tmp_path, **flags}, environ or {})


def test_a_flag_goes_before_the_environment_before_the_file_before_the_default(tmp_path: Path) -> None:
    text, environ = "http_port = 1\nssh_port = 1\nname = 'file'", {"ECPD_HTTP_PORT": "2", "ECPD_SSH_PORT": "2"}
    settings = loaded(tmp_path, text, environ, http_port=3)
    assert (settings.http_port, settings.ssh_port, settings.name) == (3, 2, "file")
    assert settings.timezone == "Asia/Hong_Kong"


def test_a_flag_that_was_not_given_overrides_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, "http_port = 7", http_port=None).http_port == 7


@pytest.mark.parametrize(
    ("text", "environ", "said"),
    [
        ("htp_port = 1", {}, "htp_port"),
        ("http_port = 'x'", {}, "cannot be read"),
        ("http_port = ", {}, "not TOML"),
        ("timezone = 'Mars/Olympus'", {}, "cannot be read"),
        ("timezone = '../../etc/passwd'", {}, "cannot be read"),
        ("", {"ECPD_SSH_PORT": "many"}, "cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_is_said_and_nothing_starts(
    tmp_path: Path, text: str, environ: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        loaded(tmp_path, text, environ)


def test_a_settings_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "ecpd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not TOML"):
        load({"data_dir": tmp_path}, {})


def test_empty_paths_in_the_environment_are_no_paths(tmp_path: Path) -> None:
    settings = loaded(tmp_path, environ={"ECPD_TLS_CERTIFICATE": "", "ECPD_TLS_KEY": ""})
    assert settings.tls_certificate is None and settings.tls_key is None
    assert loaded(tmp_path, environ={"ECPD_RECEIPT_AGENT": ""}).receipt_agent is None
    assert loaded(tmp_path, "receipt_agent = '/run/ecp/agent'").receipt_agent == Path("/run/ecp/agent")
    settings.refuse_unsafe()


def test_yes_and_no_can_be_written_as_people_do(tmp_path: Path) -> None:
    for said in ("1", "true", "yes", "True"):
        assert loaded(tmp_path, environ={"ECPD_EVERY_DAY_TRADES": said}).every_day_trades
    for said in ("0", "false", "no", ""):
        assert not loaded(tmp_path, environ={"ECPD_EVERY_DAY_TRADES": said}).every_day_trades


def test_the_settings_written_for_a_new_folder_read_back_as_they_were(tmp_path: Path) -> None:
    settings = Settings(tmp_path, name='An "exchange"', notices=("One", "Two\nlines"), every_day_trades=True)
    path = write_new(settings)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load({"data_dir": tmp_path}, {}) == settings


def test_a_settings_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "ecpd.toml").write_text("name = 'mine'")
    write_new(Settings(tmp_path, name="another"))
    assert load({"data_dir": tmp_path}, {}).name == "mine"


def test_ssh_listens_in_one_place_or_in_several(tmp_path: Path) -> None:
    assert Settings(tmp_path).listeners == (Listener("127.0.0.1", 2222),)
    text = 'ssh_listeners = ["10.20.0.5:2222 sftp", "[2001:db8::5]:22"]'
    settings = loaded(tmp_path, text)
    assert settings.listeners == (Listener("10.20.0.5", 2222, ("sftp",)), Listener("2001:db8::5", 22, SERVICES))
    assert [str(one) for one in settings.listeners] == ["10.20.0.5:2222", "[2001:db8::5]:22"]
    assert settings.sftp_host == "10.20.0.5" and settings.sftp_listener.port == 2222
    environ = {"ECPD_SSH_LISTENERS": "sdnet.exchange.example:2022 sftp|127.0.0.1:0"}
    assert [one.port for one in loaded(tmp_path, environ=environ).listeners] == [2022, 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ssh_listeners = ["10.20.0.5"]', 'is no listener: write "ADDRESS:PORT sftp"'),
        ('ssh_listeners = ["2001:db8::5:22"]', "is no listener"),
        ('ssh_listeners = ["10.20.0.5:70000"]', "is no listener"),
        ('ssh_listeners = [":22"]', "is no listener"),
        ('ssh_listeners = ["10.20.0.5:22 telnet"]', "'telnet' is not served: write sftp, console or commands"),
        ('ssh_listeners = ["10.20.0.5:22", "10.20.0.5:22 sftp"]', "names 10.20.0.5:22 twice"),
        ('ssh_port = 22\nssh_listeners = ["10.20.0.5:22"]', "leave out ssh_host and ssh_port"),
    ],
)
def test_a_listener_that_cannot_be_is_said_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, text)
    assert said in str(refused.value)


def test_where_sftp_listens_everywhere_it_is_found_by_the_machines_own_name(tmp_path: Path) -> None:
    assert Settings(tmp_path, ssh_host="10.0.0.7").sftp_host == "10.0.0.7"
    assert Settings(tmp_path, ssh_host="sftp.exchange.example").sftp_host == "sftp.exchange.example"
    for everywhere in ("0.0.0.0", "::"):  # noqa: S104 - the case in question
        named = Settings(tmp_path, ssh_host=everywhere, public_url="https://ecp.exchange.example:8443/x")
        assert named.sftp_host == "ecp.exchange.example"
        assert Settings(tmp_path, ssh_host=everywhere).sftp_host == gethostname()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("smtp_tls = 'maybe'", "smtp_tls"),
        ("mail_sender = 'nobody'", "mail_sender"),
        ("mail_sender = 'a@b.example\\r\\nBcc: x@y.example'".replace("'", '"'), "mail_sender"),
        ('mail_subject = "One\\nBcc: x@y.example"', "one line"),
        ("public_url = 'http://ecp.exchange.example'", "public_url"),
        ("public_url = 'https://ecp.exchange.example/#x'", "public_url"),
        ("public_url = 'javascript:alert(1)'", "public_url"),
        ("smtp_password = 'secret'", "smtp_password_file"),
    ],
)
def test_a_setting_for_mails_that_cannot_be_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        loaded(tmp_path, text)


def test_the_mail_servers_password_comes_from_a_file_or_the_environment_and_is_never_written_or_shown(
    tmp_path: Path,
) -> None:
    by_variable = loaded(tmp_path, environ={"ECPD_SMTP_PASSWORD": "let-me-send"})
    assert by_variable.smtp_secret == "let-me-send" and "let-me-send" not in repr(by_variable)
    (tmp_path / "password").write_text("from a file\n")
    by_file = loaded(tmp_path, environ={"ECPD_SMTP_PASSWORD_FILE": str(tmp_path / "password")})
    assert by_file.smtp_secret == "from a file"
    (tmp_path / "ecpd.toml").unlink()
    assert "let-me-send" not in write_new(by_variable).read_text()
    with pytest.raises(SettingsError, match="smtp_password_file"):
        _ = loaded(tmp_path, f"smtp_password_file = '{tmp_path / 'missing'}'").smtp_secret


def test_mails_leave_this_machine_by_tls_alone(tmp_path: Path) -> None:
    Settings(tmp_path, smtp_host="127.0.0.1", smtp_tls="none").refuse_unsafe()
    Settings(tmp_path, smtp_host="mail.exchange.example").refuse_unsafe()
    with pytest.raises(SettingsError, match="smtp_tls"):
        Settings(tmp_path, smtp_host="mail.exchange.example", smtp_tls="none").refuse_unsafe()


# ── where figures are served ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:0", ("::1", 0)),
        ("10.20.0.5:9464", ("10.20.0.5", 9464)),
        ("[fd00::5]:9464", ("fd00::5", 9464)),
        ("", None),
    ],
)
def test_figures_are_served_on_this_machine_or_a_private_network(
    tmp_path: Path, place: str, told: tuple[str, int] | None
) -> None:
    assert loaded(tmp_path, environ={"ECPD_METRICS_LISTEN": place}).metrics == told


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("0.0.0.0:9464", "whoever reaches 0.0.0.0 would be told"),
        ("[::]:9464", "whoever reaches ::"),
        ("203.0.113.5:9464", "name 127.0.0.1, or a private address"),
        ("169.254.169.254:80", "would be told"),
        ("[::ffff:203.0.113.5]:9464", "would be told"),
        ("localhost:9464", "write the address of localhost"),
        ("metrics.example:9464", "not its name"),
        ("127.0.0.1", "no place"),
        ("127.0.0.1:99999", "no place"),
        (":9464", "no place"),
        ("127.0.0.1:9464 sftp", "no place"),
    ],
)
def test_figures_are_served_to_no_stranger_and_why_is_said(tmp_path: Path, place: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        loaded(tmp_path, environ={"ECPD_METRICS_LISTEN": place})


@pytest.mark.parametrize("setting", ["log_format", "log_level", "smtp_tls"])
def test_a_word_that_is_none_of_a_settings_is_answered_with_those_that_are(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match=f"{setting} is loud: write one of"):
        loaded(tmp_path, f'{setting} = "loud"')


@pytest.mark.parametrize(
    "said", ["8444", "ecp.example", "127.0.0.1:99999", "127.0.0.1:8444 sftp", "http://127.0.0.1:1"]
)
def test_a_place_of_the_existing_ecp_that_cannot_be_is_said(tmp_path: Path, said: str) -> None:
    with pytest.raises(SettingsError, match="existing_ecp_listen"):
        loaded(tmp_path, existing_ecp_listen=said)


def test_the_existing_ecp_shows_no_password_to_the_network(tmp_path: Path) -> None:
    for place in ("0.0.0.0:8444", "192.0.2.1:8444", "[2001:db8::5]:8444"):
        with pytest.raises(SettingsError, match="existing ECP"):
            loaded(tmp_path, existing_ecp_listen=place).refuse_unsafe()
        loaded(tmp_path, existing_ecp_listen=place, trusted_proxy="10.0.0.1").refuse_unsafe()
    for place in ("127.0.0.1:8444", "[::1]:0", ""):
        loaded(tmp_path, existing_ecp_listen=place).refuse_unsafe()
    with pytest.raises(SettingsError, match="existing_ecp"):
        loaded(tmp_path, existing_ecp="javascript:alert(1)")
