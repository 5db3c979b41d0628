"""The console's settings: a flag, else an `ECP_*` variable, else the profile in the TOML file, else the default."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import platformdirs

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown
from backend.contract.served import Served

KEY_PASSPHRASE: Final = "ECP_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
_HIGHEST_PORT: Final = 65535
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "theme": ("dark", "light"),
    "glyphs": ("auto", "unicode", "ascii"),
}


@dataclass(frozen=True, slots=True)
class SshEndpoint:
    """Where work that runs alone finds the SFTP endpoint, who it is there, and what that endpoint is known by."""

    host: str | None = None
    port: int | None = None
    login: str | None = None
    key: Path | None = None
    host_key: str | None = None
    known_hosts: Path | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that may differ from one person or server to the next."""

    file: Path
    state_dir: Path
    session_dir: Path
    profile: str = "default"
    server: str | None = None
    ca_file: Path | None = None
    ssh: SshEndpoint = SshEndpoint()
    theme: str = "dark"
    glyphs: str = "auto"
    animations: bool = True
    keys: tuple[tuple[str, str], ...] = ()
    """Remapped keys: the binding's id, and the key that takes its place."""
    problems: tuple[str, ...] = ()
    """Settings of the look that stay at their default, and why: no reason not to start."""
    served: Served | None = None
    """Over SSH: then nothing of this machine is read or written, whoever's it is."""


@dataclass(frozen=True, slots=True)
class SavedSession:
    """A session that `ecp login` keeps for later commands; its token goes to this server only."""

    server: str
    login_id: str
    token: str


def load(
    *,
    profile: str | None = None,
    server: str | None = None,
    ca_file: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """The settings in force; refuses with words where the file or a variable cannot be understood."""
    env = os.environ if environ is None else environ
    file = Path(env.get("ECP_CONFIG") or platformdirs.user_config_path("ecp", appauthor=False) / "config.toml")
    state_dir = Path(env.get("ECP_STATE_DIR") or platformdirs.user_state_path("ecp", appauthor=False))
    tree = read_toml(file)
    name = profile or env.get("ECP_PROFILE") or _text(tree, "profile", file) or "default"
    section = table_of(table_of(tree, "profiles", file), name, file)

    def setting(key: str, *, number: bool = False) -> str | None:
        said = section if key in section else tree
        if number and type(said.get(key)) is int:
            said = {key: str(said[key])}
        return env.get(f"ECP_{key.upper()}") or _text(said, key, file)

    problems: list[str] = []

    def choice(key: str) -> str:
        value = setting(key) or _CHOICES[key][0]
        if value in _CHOICES[key]:
            return value
        where = f"ECP_{key.upper()}" if env.get(f"ECP_{key.upper()}") else f"{key} in {file}"
        problems.append(f"{where} is {shown(value, 40)}; it can be {' or '.join(_CHOICES[key])}.")
        return _CHOICES[key][0]

    meant = server or setting("server") or _remembered(state_dir, "server", name)
    own_ca = setting("ca_file") or _remembered(state_dir, "ca_file", _whose(name, meant or ""))
    theme, glyphs = choice("theme"), choice("glyphs")
    return Config(
        file=file,
        state_dir=state_dir,
        session_dir=_session_dir(env, state_dir),
        profile=name,
        server=meant,
        ca_file=ca_file or (Path(own_ca).expanduser() if own_ca else None),
        ssh=_ssh(setting, file),
        theme=theme,
        glyphs=glyphs,
        animations="NO_MOTION" not in env and "SSH_CONNECTION" not in env,
        keys=tuple((key, str(value)) for key, value in table_of(tree, "keys", file).items()),
        problems=tuple(problems),
    )


def of_served(served: Served) -> Config:
    """Over SSH: what the opening said; of this machine no file and no variable is looked at."""
    nowhere = Path(os.devnull)
    return Config(nowhere, nowhere, nowhere, server=served.server, animations=False, served=served)


def last_folder(config: Config) -> Path | None:
    """The local folder a file was last taken from, while it is still there."""
    if config.served is not None:
        return None
    found = _remembered(config.state_dir, "last_folder", config.server or "")
    return Path(found) if found and Path(found).is_dir() else None


def remember_folder(config: Config, folder: Path) -> None:
    if config.served is None:
        _remember(config.state_dir, "last_folder", config.server or "", str(folder))


def read_session(config: Config) -> SavedSession | None:
    """The session kept for this server, if any; over SSH the one that was opened there."""
    if (served := config.served) is not None:
        return SavedSession(served.server, served.login_id, served.token) if served.token else None
    if config.server is None:
        return None
    try:
        found = json.loads(_session_file(config).read_text("utf-8"))
        session = SavedSession(str(found["server"]), str(found["login_id"]), str(found["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return session if session.server == config.server else None


def save_session(config: Config, session: SavedSession) -> None:
    """Keeps the session where only its owner reads it; its server, with its CA, is meant when none is named."""
    kept = {"server": session.server, "login_id": session.login_id, "token": session.token}
    write_private(_session_file(config), json.dumps(kept))
    _remember(config.state_dir, "server", config.profile, session.server)
    if config.ca_file is not None:
        _remember(config.state_dir, "ca_file", _whose(config.profile, session.server), str(config.ca_file.absolute()))


def forget_session(config: Config) -> None:
    if config.server is not None and config.served is None:
        _session_file(config).unlink(missing_ok=True)


def _session_dir(env: Mapping[str, str], state_dir: Path) -> Path:
    runtime = env.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "ecp" if runtime and Path(runtime).is_dir() else state_dir


def _session_file(config: Config) -> Path:
    whose = _whose(config.profile, config.server or "")
    return config.session_dir / f"session-{sha256(whose.encode()).hexdigest()[:16]}.json"


def _whose(profile: str, server: str) -> str:
    """Two profiles of one server have each a session and a CA file."""
    return server if profile == "default" else f"{profile} {server}"


def _state(state_dir: Path) -> dict[str, Any]:
    try:
        found = json.loads((state_dir / "state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remembered(state_dir: Path, what: str, key: str) -> str | None:
    found = _state(state_dir).get(what)
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) else None


def _remember(state_dir: Path, what: str, key: str, value: str) -> None:
    state = _state(state_dir)
    section = state.get(what)
    state[what] = {**(section if isinstance(section, dict) else {}), key: value}
    # What is remembered is a convenience: a disk that takes no more must not stop a filing.
    with suppress(OSError):
        write_private(state_dir / "state.json", json.dumps(state, indent=1))


def write_private(file: Path, text: str) -> None:
    """Replaces `file` at once by one that only its owner may read (0600, in a 0700 folder)."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".ecp-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_toml(file: Path) -> dict[str, Any]:
    """The settings as they are written; refuses with words what cannot be read."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unreadable(f"The settings in {file} cannot be read: {shown(str(error), 200)}.") from error


def table_of(tree: Mapping[str, Any], key: str, file: Path) -> dict[str, Any]:
    found = tree.get(key, {})
    if not isinstance(found, dict):
        raise _unreadable(f"In {file}, {key} must be a table: [{key}].")
    return found


def _ssh(setting: Callable[..., str | None], file: Path) -> SshEndpoint:
    """`ssh_host`, `ssh_port` and their like of a profile."""

    def path(key: str) -> Path | None:
        found = setting(key)
        return Path(found).expanduser() if found else None

    port = setting("ssh_port", number=True)
    if port is not None and not (port.isascii() and port.isdigit() and 0 < int(port) <= _HIGHEST_PORT):
        raise _unreadable(f"ssh_port is {shown(port, 40)}; it must be a port, such as 2222 (ECP_SSH_PORT, or {file}).")
    return SshEndpoint(
        host=setting("ssh_host"),
        port=int(port) if port else None,
        login=setting("ssh_login"),
        key=path("ssh_key"),
        host_key=setting("ssh_host_key"),
        known_hosts=path("ssh_known_hosts"),
    )


def _text(tree: Mapping[str, Any], key: str, file: Path) -> str | None:
    found = tree.get(key)
    if found is not None and not isinstance(found, str):
        raise _unreadable(f'In {file}, {key} must be text in quotes: {key} = "…".')
    return found


def _unreadable(what: str) -> Refused:
    return Refused(NOT_UNDERSTOOD, what=what)
