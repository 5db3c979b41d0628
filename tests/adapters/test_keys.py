"""Keys, locks and a platform whose making was interrupted: nothing is made anew that something already stands on."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.database import open_engine, upgrade
from backend.adapters.key_files import new_key
from backend.doors.ssh.server import host_key
from backend.durable import write_once
from backend.settings import Settings, SettingsError
from backend.wiring import initialise, open_platform, setting_up, upgrade_database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A platform that is initialised."""
    made = Settings(data_dir=tmp_path / "data")
    initialise(made)
    return made


def killed_before(monkeypatch: pytest.MonkeyPatch, call: str, work: Callable[[], object]) -> None:
    """Runs `work` in a process of its own that ends at once, with nothing cleaned up, where it would call that."""
    child = os.fork()
    if child == 0:
        with monkeypatch.context() as killing:
            killing.setattr(call, lambda *_: os._exit(9))
            work()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["seed_key", "throttle_key"])
def test_a_lost_key_is_asked_for_and_never_replaced(settings: Settings, name: str) -> None:
    (settings.secrets / name).unlink()
    for command in (open_platform, initialise):
        with pytest.raises(SettingsError, match=rf"{name} is missing: restore the secrets folder from its backup"):
            command(settings)
    assert not (settings.secrets / name).exists()


@pytest.mark.parametrize("name", ["seed_key", "throttle_key"])
def test_a_key_of_another_platform_is_refused(settings: Settings, name: str) -> None:
    (settings.secrets / name).write_bytes(os.urandom(32))
    for command in (open_platform, initialise):
        with pytest.raises(SettingsError, match=rf"{name} is not the key of this database"):
            command(settings)


@pytest.mark.parametrize("call", ["os.fsync", "os.link"])
def test_a_kill_while_a_key_is_written_leaves_no_key_and_the_next_try_makes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    for make in (new_key, host_key):
        path = tmp_path / make.__name__
        killed_before(monkeypatch, call, partial(make, path))
        assert not path.exists()
        make(path)
        assert path.stat().st_size >= 32 and path.stat().st_mode & 0o777 == 0o600


def test_the_host_key_stays_the_same(tmp_path: Path) -> None:
    assert host_key(tmp_path / "key").get_fingerprint() == host_key(tmp_path / "key").get_fingerprint()


def test_a_host_key_that_cannot_be_read_is_said_in_words(tmp_path: Path) -> None:
    for damaged in (b"", b"not a key", b"\xff" * 100):
        (tmp_path / "key").write_bytes(damaged)
        with pytest.raises(SettingsError, match="restore it from its backup"):
            host_key(tmp_path / "key")


def test_bytes_are_on_disk_before_their_name_and_their_name_before_anything_depends_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, link = os.fsync, os.link

    def syncing(handle: int) -> None:
        done.append("folder" if os.path.samestat(os.fstat(handle), tmp_path.stat()) else "bytes")
        sync(handle)

    def linking(*args: Any) -> None:
        done.append("name")
        link(*args)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "link", linking)
    write_once(tmp_path / "file", b"whole")
    assert done == ["bytes", "name", "folder"]
    write_once(tmp_path / "file", b"another")
    assert (tmp_path / "file").read_bytes() == b"whole" and len(list(tmp_path.iterdir())) == 1


# ── interrupted ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["upgrade", "new_key", "import_catalogue", "keep_key_checks"])
def test_an_interrupted_making_is_completed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    settings = Settings(data_dir=tmp_path / "not" / "there" / "yet")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(setting_up, step, interrupted)
        initialise(settings)
    with pytest.raises(Exception, match="Run ecpd init"):
        open_platform(settings)
    initialise(settings)
    open_platform(settings).close()
    with pytest.raises(SettingsError, match="initialised already"):
        initialise(settings)


# ── one process ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lock_is_the_databases_wherever_the_data_folder_is(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "linked.db").symlink_to(settings.data_dir / "ecp.db")
    platform = open_platform(settings)
    try:
        for path in (settings.data_dir / "ecp.db", tmp_path / "linked.db"):
            other = Settings(data_dir=tmp_path / "another", database_url=f"sqlite:///{path}")
            for command in (open_platform, initialise, upgrade_database):
                with pytest.raises(SettingsError, match="Another ecpd already runs"):
                    command(other)
    finally:
        platform.close()


def test_upgrading_needs_nothing_but_the_database(settings: Settings) -> None:
    upgrade_database(settings)
    engine = open_engine(settings.url)
    upgrade(engine)
    engine.dispose()
