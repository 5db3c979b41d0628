"""Confinement: what a console needs of this machine, and nothing else of it.

Linux alone has Landlock; where it or a part of it is missing, that is said once on standard error.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import struct
import sys
import zoneinfo
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import textual

import backend.contract
import ecp_tui
from ecp_tui.host.warm import load_standard_library

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The numbers of Landlock's calls, the same on every kind of processor."""
_ASK_VERSION: Final = 1
_PATH, _PORT = 1, 2
_NO_NEW_PRIVILEGES: Final = 38
_DUMPABLE: Final = 4
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_BIND, _CONNECT = 1 << 0, 1 << 1
_SIGNALS_AND_SOCKETS: Final = 0b11
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many rights over files there are, from which version on."""
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6
_CONSOLE: Final = Path(ecp_tui.__path__[0])
_TERMINFO: Final = ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo")


def confine(user: str) -> list[str]:
    """Confines this process and all that it forks; returns what holds."""
    held = []
    entry = _entry(user) if os.geteuid() == 0 else None  # afterwards there is no list of users to be read
    if (version := landlock_version()) > 0:
        _restrict(version, readable())
        held = [f"files (Landlock {version})"]
        held += ["signals"] if version >= _SCOPES_SINCE else []
        held += ["network"] if version >= _NETWORK_SINCE else []
    elif sys.platform == "linux":
        _say("this kernel has no Landlock: a console could read what its user can read")
    if entry is not None and _become(entry):
        held.append(f"user {user}")
    make_unreadable()
    return held


def readable() -> list[Path]:
    """All that may be read: programs, zones and terminals."""
    programs = [_CONSOLE, Path(backend.contract.__path__[0])]
    libraries = [Path(prefix) / "lib" for prefix in (sys.prefix, sys.base_prefix)]
    return [*programs, *libraries, *map(Path, [*zoneinfo.TZPATH, *_TERMINFO, "/etc/localtime"])]


def only_server(url: str) -> None:
    """From here on connections lead to the server's port alone, nothing listens, and no signal leaves this process."""
    version = landlock_version()
    if version >= _NETWORK_SINCE:
        rules = _ruleset(version, 0, _BIND | _CONNECT)
        _checked(_call(_ADD, rules, _PORT, struct.pack("=QQ", _CONNECT, urlsplit(url).port or 80), 0))
        _enforce(rules)


def landlock_version() -> int:
    """0 where there is none."""
    return max(0, _call(_CREATE, None, 0, _ASK_VERSION)) if sys.platform == "linux" else 0


def make_unreadable() -> None:
    """No other process of the same user looks into this one, and no core is left of it."""
    if sys.platform == "linux":
        _libc().prctl(_DUMPABLE, 0, 0, 0, 0)


# ── the user ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _entry(user: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(user)
    except KeyError:
        _say(f"there is no user {user}: consoles run as root")
        return None


def _become(entry: pwd.struct_passwd) -> bool:
    """Unless that user cannot read the console. Of a Python of root's own, everything is loaded before."""
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(entry.pw_gid, entry.pw_gid, 0)
    os.setresuid(entry.pw_uid, entry.pw_uid, 0)
    needed = (_CONSOLE / "app.tcss", Path(textual.__file__))
    barred = [path for path in needed if not os.access(path, os.R_OK, effective_ids=True)]
    own_python = not os.access(os.__file__, os.R_OK, effective_ids=True)
    os.setresuid(0, 0, 0)
    if own_python and not barred:
        load_standard_library()
    if not barred:
        os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
        os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    else:
        os.setresgid(0, 0, 0)
        os.setgroups(groups)
        _say(f"{entry.pw_name} cannot read {barred[0].parent}: consoles run as root")
    return not barred


# ── Landlock ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _restrict(version: int, paths: Iterable[Path]) -> None:
    """Files can be read below `paths`; no file can be written, made, removed or run."""
    rights = (1 << max(count for since, count in _RIGHTS.items() if since <= version)) - 1
    rules = _ruleset(version, rights, 0)
    for path in paths:
        if path.exists():
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
            _checked(_call(_ADD, rules, _PATH, struct.pack("=Qi", allowed, handle), 0))
            os.close(handle)
    _enforce(rules)


def _ruleset(version: int, files: int, network: int) -> int:
    """With what it handles; older versions know a shorter structure."""
    attributes = struct.pack("=QQQ", files, network, _SIGNALS_AND_SOCKETS)
    size = 8 if version < _NETWORK_SINCE else 16 if version < _SCOPES_SINCE else 24
    return _checked(_call(_CREATE, attributes[:size], size, 0))


def _enforce(rules: int) -> None:
    _checked(_libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(_call(_RESTRICT, rules, 0))
    os.close(rules)


def _call(number: int, *arguments: int | bytes | None) -> int:
    """A system call that libc has no name for; negative where it failed."""
    passed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(_libc().syscall(ctypes.c_long(number), *passed))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _say(words: str) -> None:
    sys.stderr.write(f"ecp_tui.host: {words}\n")
