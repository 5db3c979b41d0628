"""ecpd's settings: flag > environment (`ECPD_…`) > TOML file > default. The only reader of os.environ."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from socket import gethostname
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from backend.listeners import COMMANDS, CONSOLE, SFTP, Listener, listeners, place, private_place
from backend.logs import FORMATS, LEVELS

SETTINGS_FILE: Final = "ecpd.toml"
_HIGHEST_PORT: Final = 65535
_NUMBERS: Final = {"http_port": _HIGHEST_PORT, "ssh_port": _HIGHEST_PORT, "smtp_port": _HIGHEST_PORT, "consoles": 1000}
_DATABASES: Final = ("sqlite:///", "postgresql+psycopg://")
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - to be told apart, not to be listened on
_WORDS: Final = {"smtp_tls": ("starttls", "tls", "none"), "log_format": FORMATS, "log_level": LEVELS}
_WEB: Final = re.compile(r"|https://[^\s#?<>\"']+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s#?<>\"']*)?")


class SettingsError(Exception):
    """A setting that cannot be; `str()` says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything ecpd can be told. Ports 0 mean any free one."""

    data_dir: Path
    database_url: str = ""
    """Empty means `DATA_DIR/ecp.db` by SQLite; else `postgresql+psycopg://…`."""
    http_host: str = "127.0.0.1"
    http_port: int = 8443
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    trusted_proxy: str = ""
    """Address or network of the proxy that ends TLS; forwarded headers are believed from it alone."""
    ssh_host: str = "127.0.0.1"
    ssh_port: int = 2222
    ssh_listeners: tuple[str, ...] = ()
    """Instead of the two above where SSH listens in several places, or for some services only."""
    console_user: str = ""
    """Whom of this machine's users consoles and commands over SSH run as, where ecpd is root; empty: `nobody`."""
    consoles: int = 64
    """How many of them may run at once; none means that SSH serves SFTP alone."""
    metrics_listen: str = ""
    """Where figures for Prometheus are served: an address of this machine or of a private network, and a port."""
    log_format: str = "auto"
    log_level: str = "info"
    name: str = "ECP 2.0"
    operator: str = "The operator"
    origin: str = "ecp.local"
    """The log's name, as it stands in every receipt."""
    receipt_agent: Path | None = None
    """The socket of an ssh-agent that holds the receipt key; else it lies in the secrets folder."""
    timezone: str = "Asia/Hong_Kong"
    notices: tuple[str, ...] = ()
    existing_ecp: str = ""
    existing_ecp_listen: str = ""
    """Where ecpd itself serves the existing ECP: an address and a port."""
    existing_ecp_end: str = ""
    """When the existing ECP is planned to end, in words."""
    every_day_trades: bool = False
    support_client_connect: str = ""
    """Where the Client Connect form goes: "Team <address>", or the address alone."""
    support_ecp: str = ""
    mail_sender: str = "no-reply@localhost"
    mail_name: str = "Client Connect"
    mail_subject: str = "Client Connect: reset your password"
    """Of the mail about a forgotten password: people look for it in a junk filter."""
    checkpoint_mail_to: tuple[str, ...] = ()
    """Addresses that get the log's signed checkpoint once a day."""
    smtp_host: str = ""
    """Empty puts mails into a folder of the data folder."""
    smtp_port: int = 587
    smtp_tls: str = "starttls"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    smtp_password: str = field(default="", repr=False)
    """From the environment alone."""
    public_url: str = ""
    """Where a browser reaches the platform; links in mails lead there and nowhere else."""
    enquiries_url: str = ""
    terms_url: str = ""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'ecp.db'}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Whom `trusted_proxy` names; `ValueError` where that is no address, or everybody's."""
        named = tuple(ip_network(one.strip()) for one in self.trusted_proxy.split(",") if one.strip())
        if not all(network.prefixlen for network in named):
            raise ValueError("trusted_proxy is everybody: name the proxy's address")
        return named

    @property
    def smtp_secret(self) -> str:
        """The mail server's password; `SettingsError` where its file cannot be read."""
        if self.smtp_password_file is None:
            return self.smtp_password
        try:
            return self.smtp_password_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"smtp_password_file cannot be read: {error}") from error

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Where SSH listens, and what for; `ValueError` where `ssh_listeners` cannot be."""
        return listeners(self.ssh_listeners) if self.ssh_listeners else (Listener(self.ssh_host, self.ssh_port),)

    @property
    def sftp_listener(self) -> Listener:
        """The one that people are told of."""
        return next(one for one in self.listeners if SFTP in one.services)

    @property
    def sftp_host(self) -> str:
        """Where SFTP is found: where it listens, or the machine's name where it listens on every address."""
        return self._found_at(self.sftp_listener)

    @property
    def console_host(self) -> str | None:
        """Where consoles are found by SSH; `None` where they are not."""
        served = {CONSOLE, COMMANDS}
        return next((self._found_at(one) for one in self.listeners if served & set(one.services)), None)

    def _found_at(self, listener: Listener) -> str:
        host = listener.host
        return host if host not in _EVERYWHERE else urlsplit(self.public_url).hostname or gethostname()

    @property
    def metrics(self) -> tuple[str, int] | None:
        """Where figures are served; `ValueError` where `metrics_listen` cannot be."""
        return private_place("metrics_listen", self.metrics_listen) if self.metrics_listen else None

    @property
    def existing_place(self) -> tuple[str, int] | None:
        """Where the existing ECP is served; `ValueError` where `existing_ecp_listen` cannot be."""
        return place("existing_ecp_listen", self.existing_ecp_listen) if self.existing_ecp_listen else None

    @property
    def secrets(self) -> Path:
        return self.data_dir / "secrets"

    def refuse_unsafe(self) -> None:
        """Raises `SettingsError` unless HTTP is HTTPS, behind a named proxy, or on this machine alone."""
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise SettingsError("tls_certificate and tls_key belong together: name both, or neither.")
        if not (self.tls_certificate or self.trusted_proxy or _loopback(self.http_host)):
            raise SettingsError(
                f"Plain HTTP on {self.http_host} would show passwords to the network. Name tls_certificate and "
                "tls_key, name the trusted_proxy that ends TLS, or set http_host to 127.0.0.1."
            )
        there = self.existing_place
        if there is not None and not (self.tls_certificate or self.trusted_proxy or _loopback(there[0])):
            raise SettingsError(
                f"Plain HTTP on {there[0]} would show the passwords of the existing ECP to the network. Name "
                "tls_certificate and tls_key, or the trusted_proxy, or let existing_ecp_listen begin with 127.0.0.1."
            )
        if self.smtp_host and self.smtp_tls == "none" and not _loopback(self.smtp_host):
            raise SettingsError(
                f"Mails to {self.smtp_host} without TLS would show their codes to the network. Set smtp_tls to "
                "starttls or tls, or name a relay on this machine."
            )


def load(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force; raises `SettingsError` for a file or value that cannot be."""
    environ = os.environ if environ is None else environ
    said = {name: environ[f"ECPD_{name.upper()}"] for name in _NAMES if f"ECPD_{name.upper()}" in environ}
    given = {name: value for name, value in flags.items() if value is not None}
    data_dir = Path(given.get("data_dir") or said.get("data_dir") or "ecp-data").absolute()
    merged = {**_read(data_dir / SETTINGS_FILE), **said, **given, "data_dir": data_dir}
    if {"smtp_password"} & (set(merged) - set(said)):
        raise SettingsError("smtp_password is not for the settings file: write it into the smtp_password_file.")
    unknown = set(merged) - _NAMES
    if unknown:
        raise SettingsError(f"Unknown settings: {', '.join(sorted(unknown))}.")
    try:
        settings = Settings(**{name: _typed(name, value) for name, value in merged.items()})
        settings.zone, settings.proxies, settings.listeners, settings.metrics, settings.existing_place  # noqa: B018 - what they cannot be is found here, not at the first cut-off
    except (ValueError, TypeError, OSError, KeyError) as error:
        raise SettingsError(f"A setting cannot be read: {error}") from error
    _refuse_unknown(settings)
    _refuse_impossible(settings)
    return settings


def _refuse_unknown(settings: Settings) -> None:
    for name, words in _WORDS.items():
        if getattr(settings, name) not in words:
            raise SettingsError(f"{name} is {getattr(settings, name)}: write one of {', '.join(words)}.")


def _refuse_impossible(settings: Settings) -> None:
    for name, most in _NUMBERS.items():
        if not 0 <= getattr(settings, name) <= most:
            raise SettingsError(f"{name} is {getattr(settings, name)}: write a number from 0 to {most}.")
    if settings.ssh_listeners and (settings.ssh_host, settings.ssh_port) != (DEFAULTS.ssh_host, DEFAULTS.ssh_port):
        raise SettingsError("ssh_listeners says where SSH listens: leave out ssh_host and ssh_port, or ssh_listeners.")
    if not settings.url.startswith(_DATABASES) or settings.url == _DATABASES[0]:
        raise SettingsError("database_url is for another database: write postgresql+psycopg://user@host/name.")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", settings.mail_sender):
        raise SettingsError("mail_sender is no address: write no-reply@your.domain.")
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+", one) for one in settings.checkpoint_mail_to):
        raise SettingsError('checkpoint_mail_to holds what is no address: write ["auditor@firm.example"].')
    if any(len(said.splitlines()) > 1 for said in (settings.mail_name, settings.mail_subject)):
        raise SettingsError("mail_name and mail_subject are one line each.")
    for name in ("public_url", "enquiries_url", "terms_url", "existing_ecp"):
        if not _WEB.fullmatch(getattr(settings, name)):
            raise SettingsError(f"{name} is no address of a page: write https://your.domain/page.")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error


def _typed(name: str, value: Any) -> Any:
    kind = _TYPES[name]
    if kind.startswith("Path"):
        return Path(value) if str(value) else None
    if kind == "int":
        return int(value)
    if kind == "bool":
        return str(value).lower() in {"1", "true", "yes"}
    if kind.startswith("tuple"):
        return tuple(value.split("|")) if isinstance(value, str) else tuple(value)
    return str(value)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


_TYPES: Final[dict[str, str]] = {one.name: str(one.type) for one in fields(Settings)}
_NAMES: Final = frozenset(_TYPES)
DEFAULTS: Final = Settings(Path())
"""Without a data folder, which has none."""
