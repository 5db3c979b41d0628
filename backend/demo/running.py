"""Runs the demo: a world of its own in a folder of its own, on free ports, gone when it ends."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from backend.adapters.clock import SystemClock
from backend.adapters.database import sole_process
from backend.contract.messages import DemoWorld
from backend.core.calendar import Calendar
from backend.demo.history import tell
from backend.demo.holidays import list_holidays
from backend.demo.migration import existing_logins, migrate
from backend.demo.people import ACCOUNTS, COLLEAGUES
from backend.demo.routes import demo_routes
from backend.demo.samples import Sample, write_samples
from backend.demo.world import WORLD, Credentials, demo_catalogue, remember, remembered, seed
from backend.doors.http import create_app
from backend.serving import Listening, serve
from backend.settings import Settings, SettingsError
from backend.wiring import Platform, initialise, open_platform

ORIGIN: Final = "demo.ecp.example"


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo world that is open."""

    platform: Platform
    people: list[Credentials]
    samples: list[Sample]

    @property
    def data_dir(self) -> Path:
        return self.platform.settings.data_dir


def run_demo(data_dir: Path | None, ready: Callable[[dict[str, Any]], None]) -> None:
    """Serves a demo world until told to stop; `ready` hears the line of `ecpd demo --json`."""
    with _folder(data_dir) as folder, _opened(folder) as demo:
        world: dict[str, DemoWorld] = {}
        app = create_app(demo.platform.services)
        app.include_router(demo_routes(demo.platform, demo.people, lambda: world["now"]))

        def listening(where: Listening) -> None:
            world["now"] = _world(demo, where)
            ready(_ready_line(demo, where))

        serve(demo.platform, listening, app)


@contextmanager
def _folder(data_dir: Path | None) -> Iterator[Path]:
    if data_dir is not None:
        yield data_dir.absolute()
        return
    made = Path(tempfile.mkdtemp(prefix="ecp-demo-"))
    try:
        yield made / "world"
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _opened(folder: Path) -> Iterator[Demo]:
    settings = Settings(
        data_dir=folder,
        http_port=0,
        ssh_port=0,
        operator="Demo Exchange",
        support_client_connect="Client Connect support <connect@exchange.example>",
        support_ecp="ECP support <ecp@exchange.example>",
        mail_sender="noreply_connect@hkex.com.hk",
        mail_name="HKEX Client Connect",
        mail_subject="HKEX Client Connect: Forgotten password email",
        enquiries_url="https://exchange.example/enquiries",
        terms_url="https://exchange.example/terms",
        origin=ORIGIN,
        every_day_trades=True,
        existing_ecp_listen="127.0.0.1:0",
        existing_ecp_end="end of next year",
        notices=("A demo: everything in it is invented, and nothing leaves this machine.",),
    )
    calendar = Calendar(settings.zone, settings.every_day_trades)
    if not (folder / WORLD).exists():
        _make(settings, calendar)
    platform = open_platform(settings, demo=True)
    try:
        made = write_samples(folder / "samples", calendar.today(SystemClock().now()), calendar)
        yield Demo(platform, remembered(folder), made)
    finally:
        platform.close()


def _make(settings: Settings, calendar: Calendar) -> None:
    """Makes the world beside its folder and moves it there when it is whole; one that was interrupted is made anew."""
    folder = settings.data_dir
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder} is not empty and no demo. Name another --data-dir.")
    new = replace(settings, data_dir=folder.with_name(f"{folder.name}.new"))
    if new.data_dir.exists():
        with sole_process(new.url):
            shutil.rmtree(new.data_dir)
    try:
        initialise(new, demo_catalogue(SystemClock().now(), calendar))
        platform = open_platform(new, demo=True)
        try:
            people = seed(platform, COLLEAGUES)
            tell(platform, calendar)
            remember(new.data_dir, people)
            migrate(platform)
            list_holidays(platform, calendar.today(SystemClock().now()))
        finally:
            platform.close()
        new.data_dir.rename(folder)
    finally:
        shutil.rmtree(new.data_dir, ignore_errors=True)


def _world(demo: Demo, where: Listening) -> DemoWorld:
    known_hosts = demo.data_dir / "demo" / "known_hosts"
    known_hosts.write_text(f"[{where.ssh_host}]:{where.ssh_port} {where.ssh_host_key}\n")
    lines = [
        f"sftp -P {where.ssh_port} -i {one.ssh_key} -o UserKnownHostsFile={known_hosts} {one.login_id}@{where.ssh_host}"
        for one in demo.people
        if one.ssh_key is not None
    ]
    return DemoWorld(
        samples=str(demo.data_dir / "samples"),
        sftp_lines=tuple(lines),
        ssh_host=where.ssh_host,
        ssh_port=where.ssh_port,
        host_key_fingerprint=where.ssh_fingerprint,
        samples_listing=tuple((sample.name, sample.outcome) for sample in demo.samples),
        known_hosts=str(known_hosts),
        keys={one.login_id: one.ssh_key for one in demo.people if one.ssh_key is not None},
        existing_ecp=where.existing,
        existing_accounts=tuple((one.login, one.password, one.company) for one in existing_logins(demo.data_dir)),
    )


def _ready_line(demo: Demo, where: Listening) -> dict[str, Any]:
    by_login_id = {who.login_id: who for who in ACCOUNTS}
    return {
        "ready": True,
        "http": where.http,
        "ssh": {"host": where.ssh_host, "port": where.ssh_port, "host_key": where.ssh_host_key},
        "data_dir": str(demo.data_dir),
        "samples": str(demo.data_dir / "samples"),
        "accounts": [
            {
                "login_id": one.login_id,
                "password": one.password,
                "otp_secret": one.otp_secret,
                "company": by_login_id[one.login_id].company,
                "kind": by_login_id[one.login_id].kind,
                "functions": [function for function, _ in by_login_id[one.login_id].functions],
                "ssh_key": one.ssh_key,
            }
            for one in demo.people
        ],
    }


def as_line(ready: dict[str, Any]) -> str:
    return json.dumps(ready, ensure_ascii=False)
