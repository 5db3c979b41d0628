"""`ecpd doctor`: each matter a line, with what to do where it is not right."""

from __future__ import annotations

import json
import resource
import socket
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from backend import serving
from backend.__main__ import main
from backend.contract.findings import Finding
from backend.doctor import clock, examining, files, machine
from backend.doors.http.metrics import create_metrics_app
from backend.settings import Settings
from tests.doors.http.conftest import serving as served_app
from tests.world import World

MOUNTS = """/dev/sda1 / ext4 rw 0 0
srv:/x /data nfs4 rw 0 0
/dev/sdb /data/with\\040space xfs rw 0 0
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def settings_of(world: World, **other: Any) -> Settings:
    free: dict[str, Any] = {"http_port": free_port(), "ssh_port": free_port()}
    return replace(world.platform.settings, **free | other)


def one(found: Iterable[Finding]) -> Finding:
    (finding,) = found
    return finding


def test_doctor_answers_lines_or_json_and_exits_by_the_worst(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "confinement", lambda user: ["files (Landlock 6)"])
    folder = world.platform.settings.data_dir
    asked = ["doctor", "--data-dir", str(folder), "--json"]
    said = CliRunner().invoke(main, asked)
    found = {finding["name"]: finding for finding in json.loads(said.stdout)["checks"]}
    assert found["database"]["state"] == found["operators"]["state"] == found["secrets"]["state"] == "ok", found
    assert found["consoles"]["what"] == "kept off by files (Landlock 6)"
    assert found["mail"]["remedy"].startswith("Set smtp_host")
    assert (said.exit_code, json.loads(said.stdout)["state"]) == (0, "warning")
    (folder / "secrets" / "seed_key").chmod(0o644)
    broken = CliRunner().invoke(main, asked[:-1])
    assert broken.exit_code == 1
    assert "✕ secrets" in broken.output and "chmod -R go=" in broken.output


def test_a_folder_that_others_may_use_or_that_lacks_its_keys_is_a_problem(world: World) -> None:
    settings = settings_of(world)
    assert one(files.data_folder(settings)).state == "ok"
    settings.data_dir.chmod(0o750)
    assert one(files.data_folder(settings)).state == "problem"
    settings.data_dir.chmod(0o700)
    (settings.secrets / "throttle_key").rename(settings.data_dir / "away")
    lacking = one(files.secrets(settings))
    assert (lacking.state, "throttle_key" in lacking.what) == ("problem", True)
    nowhere = replace(settings, data_dir=settings.data_dir / "nowhere")
    assert one(files.data_folder(nowhere)).remedy.startswith("Run ecpd init")
    assert [finding.state for finding in examining.database(nowhere)] == ["problem"]


def test_a_file_system_of_a_network_is_known_by_its_longest_mount_point() -> None:
    assert files.kind_of(Path("/srv/ecp"), MOUNTS) == "ext4"
    assert files.kind_of(Path("/data/ecp"), MOUNTS) == "nfs4"
    assert files.kind_of(Path("/data/with space/ecp"), MOUNTS) == "xfs"
    assert files.kind_of(Path("/datax"), MOUNTS) == "ext4"


def test_ports_are_free_or_served_by_an_ecpd_of_this_folder_or_taken_by_somebody(world: World, tmp_path: Path) -> None:
    settings = settings_of(world)
    assert {finding.state for finding in machine.ports(settings)} == {"ok"}
    with socket.create_server(("127.0.0.1", settings.http_port)):
        http, _ = machine.ports(settings)
        assert (http.state, "is served" in http.what) == ("ok", True)
        stranger = replace(settings, data_dir=tmp_path)
        taken, _ = machine.ports(stranger)
        assert (taken.state, "no ecpd runs here" in taken.what) == ("problem", True)


def certificate(folder: Path, days: int, name: str = "own") -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ecp.test")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    dated = built.not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=days))
    signed = dated.sign(key, hashes.SHA256())
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(*private))
    return paths


def test_a_certificate_is_asked_for_its_key_and_its_end(world: World, tmp_path: Path) -> None:
    settings = settings_of(world)
    states = []
    for days in (100, 10, -1):
        path, key = certificate(tmp_path, days)
        states.append(one(machine.tls(replace(settings, tls_certificate=path, tls_key=key))).state)
    assert states == ["ok", "warning", "problem"]
    path, _ = certificate(tmp_path, 100)
    _, other = certificate(tmp_path, 100, "other")
    wrong = one(machine.tls(replace(settings, tls_certificate=path, tls_key=other)))
    assert (wrong.state, "the key it was made for" in wrong.remedy) == ("problem", True)
    assert one(machine.tls(replace(settings, http_host="192.0.2.1"))).state == "problem"


def test_mail_is_tried_as_far_as_its_server_answers(world: World) -> None:
    settings = settings_of(world)
    assert one(machine.mail(settings)).state == "warning"
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = replace(settings, smtp_host="127.0.0.1", smtp_port=server.getsockname()[1], mail_sender="a@x.example")
        assert one(machine.mail(there)).state == "ok"
        assert one(machine.mail(replace(there, mail_sender="a@localhost"))).state == "warning"
    assert one(machine.mail(there)).state == "problem"


def test_too_few_descriptors_are_warned_of_here_and_when_serving(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda what: (1024, 1024))
    assert one(machine.descriptors(settings_of(world))).state == "warning"
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: None)
    with capture_logs() as said:
        serving._take_all_handles()
    assert "too few descriptors" in said[0]["event"]
    monkeypatch.setattr(resource, "getrlimit", lambda what: (65536, 65536))
    with capture_logs() as nothing:
        serving._take_all_handles()
    assert nothing == []


def test_consoles_that_nothing_keeps_off_the_data_folder_are_a_problem(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(world)
    for held, state in ((["user ecp"], "problem"), ([], "problem"), (["files (Landlock 4)", "network"], "ok")):
        monkeypatch.setattr(machine, "confinement", lambda user, held=held: held)
        assert one(machine.consoles(settings)).state == state
    monkeypatch.setattr(machine, "confinement", lambda user: ["user ecp"])
    assert one(machine.consoles(replace(settings, console_user="ecp"))).state == "ok"


def test_a_clock_before_the_logs_last_entry_is_a_problem(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "synchronised", lambda: True)
    found = {finding.name: finding for finding in examining.database(settings_of(world))}
    assert found["clock"].state == "ok"
    world.clock.at = datetime.now(UTC) + timedelta(hours=1)
    world.token("CHAN01")
    found = {finding.name: finding for finding in examining.database(settings_of(world))}
    assert found["clock"].state == "problem"


def test_a_clock_that_nothing_keeps_right_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "synchronised", lambda: False)
    found = clock.clock(datetime.now(UTC), None)
    assert (found.state, "NTP" in found.remedy) == ("warning", True)


def test_an_ecpd_that_runs_is_asked_whether_it_is_ready(world: World) -> None:
    settings = settings_of(world, metrics_listen=f"127.0.0.1:{free_port()}")
    assert [finding.name for finding in machine.ports(settings)] == ["http", "ssh", "metrics"]
    assert one(machine.ready(settings)).what.startswith("ecpd does not answer")
    app = create_metrics_app(world.services)
    with served_app(replace(world, app=app)) as served:
        there = replace(settings, metrics_listen=f"127.0.0.1:{served.port}")
        assert one(machine.ready(there)).state == "ok"
        world.services.readiness.drain()
        assert "stopping" in one(machine.ready(there)).what
    assert list(machine.ready(settings_of(world))) == [], "no listener, nobody to ask"


def test_mails_that_do_not_leave_and_files_put_aside_are_said(world: World) -> None:
    world.platform.mail.stop()
    world.clock.at = datetime.now(UTC) - timedelta(hours=1)
    world.issue("CHAN01", "reset")
    settings = settings_of(world)
    found = {finding.name: finding for finding in examining.database(settings)}
    assert (found["mails"].state, "1 waiting" in found["mails"].what) == ("problem", True)
    assert list(files.aside(settings)) == []
    (settings.data_dir / "vault-orphans").mkdir()
    (settings.data_dir / "vault-orphans" / ("0" * 32)).touch()
    assert one(files.aside(settings)).state == "warning"
