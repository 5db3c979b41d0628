"""Who gets in, and what is not tried twice."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from sqlalchemy import delete, insert
from structlog.testing import capture_logs

from backend.adapters.database import tables
from backend.doors.ssh import SshDoor, server
from backend.doors.ssh.arrival import MOST_OFFERS, MOST_WRONG_SIGNATURES
from backend.doors.ssh.visit import Visit
from tests.sftp_world import SUBMIT, TODAY, SftpWorld, installed, open_door, run

REFUSED = (asyncssh.PermissionDenied, asyncssh.DisconnectError, asyncssh.ConnectionLost)


def new_key(kind: str = "ssh-ed25519", bits: int | None = None) -> asyncssh.SSHKey:
    return asyncssh.generate_private_key(kind, key_size=bits) if bits else asyncssh.generate_private_key(kind)


def register(sftp_world: SftpWorld, login_id: str, key: asyncssh.SSHKey, days: int = 300) -> None:
    store = sftp_world.world.platform.store
    with store.reading() as rows:
        account = rows.account(login_id)
    assert account is not None
    facts = {
        "account_id": account.id,
        "fingerprint": key.get_fingerprint(),
        "public_key": key.export_public_key().decode().strip(),
        "expires": datetime(2022, 5, 20, tzinfo=UTC) + timedelta(days=days),
    }
    with store.engine.connect() as connection, connection.begin():
        connection.execute(insert(tables.sftp_keys).values(**facts))
        mine = tables.sftp_addresses.c.account_id == account.id
        connection.execute(delete(tables.sftp_addresses).where(mine))
        connection.execute(insert(tables.sftp_addresses).values(account_id=account.id, network="127.0.0.0/8"))


async def enters(sftp_world: SftpWorld, login_id: str, key: asyncssh.SSHKey) -> bool:
    try:
        async with (
            sftp_world.connected(login_id, client_keys=[key]) as connection,
            connection.start_sftp_client() as sftp,
        ):
            return bool(await sftp.listdir("/"))
    except REFUSED:
        return False


async def test_a_registered_key_enters_whatever_the_case_of_the_login_id(sftp_world: SftpWorld) -> None:
    key = asyncssh.read_private_key(sftp_world.key("CHAN01"))
    async with sftp_world.connected(client_keys=[key], username="chan01") as connection:
        assert connection.get_extra_info("username") == "chan01"


@pytest.mark.parametrize("kind", ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ssh-ed25519"])
async def test_modern_keys_enter(sftp_world: SftpWorld, kind: str) -> None:
    key = new_key(kind)
    assert not await enters(sftp_world, "CHAN01", key)
    register(sftp_world, "CHAN01", key)
    assert await enters(sftp_world, "CHAN01", key)


async def test_an_rsa_key_enters_from_3072_bits_on(sftp_world: SftpWorld) -> None:
    for bits, entered in ((1024, False), (2048, False), (3072, True)):
        key = new_key("ssh-rsa", bits)
        register(sftp_world, "CHAN01", key)
        assert await enters(sftp_world, "CHAN01", key) is entered, bits


async def test_a_sha_1_signature_is_refused(sftp_world: SftpWorld, tmp_path: Path) -> None:
    key = new_key("ssh-rsa", 3072)
    register(sftp_world, "CHAN01", key)
    path = tmp_path / "rsa"
    path.write_bytes(key.export_private_key("openssh"))
    path.chmod(0o600)
    said = ["-F", "none", "-i", str(path), "-p", str(sftp_world.door.port), "-o", "StrictHostKeyChecking=no"]
    said += ["-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    for algorithm, code in (("rsa-sha2-512", 127), ("ssh-rsa", 255)):
        only = ["-T", "-o", f"PubkeyAcceptedAlgorithms={algorithm}"]
        ran = await run(installed("ssh"), *said, *only, "CHAN01@127.0.0.1")
        assert ran.code == code, ran.said


@pytest.mark.parametrize("kind", ["ssh-dss", "ecdsa-sha2-nistp521", "ssh-ed448"])
async def test_other_kinds_of_key_are_refused_even_when_registered(sftp_world: SftpWorld, kind: str) -> None:
    key = new_key(kind)
    register(sftp_world, "CHAN01", key)
    assert not await enters(sftp_world, "CHAN01", key)


async def test_somebody_elses_key_an_expired_key_and_an_unknown_login_are_refused(sftp_world: SftpWorld) -> None:
    tai = asyncssh.read_private_key(sftp_world.key("TAI09"))
    assert not await enters(sftp_world, "CHAN01", tai)
    assert not await enters(sftp_world, "NOBODY99", tai)
    late = new_key()
    register(sftp_world, "CHAN01", late, days=-1)
    assert not await enters(sftp_world, "CHAN01", late)


async def test_an_address_that_is_not_registered_is_refused(sftp_world: SftpWorld) -> None:
    with sftp_world.world.platform.store.engine.connect() as connection, connection.begin():
        connection.execute(delete(tables.sftp_addresses).where(tables.sftp_addresses.c.network == "127.0.0.1/32"))
    assert not await enters(sftp_world, "CHAN01", asyncssh.read_private_key(sftp_world.key("CHAN01")))


async def test_no_address_at_all_means_nobody(sftp_world: SftpWorld) -> None:
    with sftp_world.world.platform.store.engine.connect() as connection, connection.begin():
        connection.execute(delete(tables.sftp_addresses))
    assert not await enters(sftp_world, "CHAN01", asyncssh.read_private_key(sftp_world.key("CHAN01")))


async def test_an_account_without_the_sftp_function_is_refused(sftp_world: SftpWorld) -> None:
    key = new_key()
    register(sftp_world, "LEE02", key)
    assert not await enters(sftp_world, "LEE02", key)


async def test_operators_enter_with_key_and_address_and_without_the_function_but_no_auditor(
    sftp_world: SftpWorld,
) -> None:
    for login_id, may in (("OPER02", True), ("AUDIT01", False), ("WONGDA1", False)):
        key = new_key()
        register(sftp_world, login_id, key)
        assert await enters(sftp_world, login_id, key) == may
    stranger = new_key()
    assert not await enters(sftp_world, "OPER02", stranger)
    world = sftp_world.world
    world.services.access.suspend(world.actor("OPER01"), "OPER02")
    register(sftp_world, "OPER02", stranger)
    assert not await enters(sftp_world, "OPER02", stranger)


async def test_an_account_with_the_sftp_function_alone_enters(sftp_world: SftpWorld) -> None:
    async with sftp_world.client("ACMEBOT1") as sftp:
        assert "01234" in await sftp.listdir("/")
        async with sftp.open(f"{SUBMIT}/SD1_01234_20220520.csv", "wb") as file:
            await file.write(b"1,2\n")
    assert sftp_world.activities()[0].login_id == "ACMEBOT1"


async def test_passwords_are_not_even_asked_for(sftp_world: SftpWorld) -> None:
    methods = await asyncssh.get_server_auth_methods("127.0.0.1", sftp_world.door.port, username="CHAN01", config=None)
    assert methods == ["publickey"]
    with pytest.raises(asyncssh.PermissionDenied):
        async with sftp_world.connected(client_keys=None, password=sftp_world.world.people["CHAN01"].password):
            pass


async def test_who_signed_is_who_it_is_not_who_was_offered_first(sftp_world: SftpWorld) -> None:
    mine = asyncssh.read_private_key(sftp_world.key("CHAN01"))
    second = new_key()
    register(sftp_world, "CHAN01", second)
    await can_only_offer(mine)
    async with sftp_world.connected(client_keys=[mine, second]):
        assert [visit.fingerprint for visit in sftp_world.door._visits] == [second.get_fingerprint()]


async def can_only_offer(key: asyncssh.SSHKey) -> None:
    """Makes the key sign wrongly, as somebody would who knows only its public half."""
    wrong = new_key(key.get_algorithm())
    sign: Callable[[bytes, bytes], bytes] = wrong.sign
    key.sign = sign  # type: ignore[method-assign,assignment]  # that is the attack


async def test_the_public_half_of_a_key_does_not_enter_and_guessing_ends(sftp_world: SftpWorld) -> None:
    tried = 0
    keys = []
    for _ in range(MOST_WRONG_SIGNATURES + 2):
        key = asyncssh.read_private_key(sftp_world.key("CHAN01"))
        await can_only_offer(key)
        right = key.sign

        def counted(data: bytes, algorithm: bytes, right: Callable[[bytes, bytes], bytes] = right) -> bytes:
            nonlocal tried
            tried += 1
            return right(data, algorithm)

        key.sign = counted  # type: ignore[method-assign,assignment]  # counts the signatures sent
        keys.append(key)
    with pytest.raises(REFUSED):
        async with sftp_world.connected(client_keys=keys):
            pass
    assert tried == MOST_WRONG_SIGNATURES


async def test_twenty_keys_may_be_offered_and_no_more(sftp_world: SftpWorld) -> None:
    mine = asyncssh.read_private_key(sftp_world.key("CHAN01"))
    strangers = [new_key() for _ in range(MOST_OFFERS)]
    async with sftp_world.connected(client_keys=[*strangers[: MOST_OFFERS - 2], mine]):
        pass
    with pytest.raises(REFUSED):
        async with sftp_world.connected(client_keys=[*strangers, mine]):
            pass


@pytest.mark.parametrize(
    ("option", "weak"),
    [
        ("KexAlgorithms", "+diffie-hellman-group14-sha1"),
        ("KexAlgorithms", "ecdh-sha2-nistp256"),
        ("Ciphers", "aes128-cbc"),
        ("MACs", "hmac-sha1,hmac-sha2-256"),
    ],
)
async def test_weak_algorithms_are_not_offered(sftp_world: SftpWorld, option: str, weak: str) -> None:
    weak = weak.removeprefix("+")
    extra = ("-o", "Ciphers=aes128-ctr") if option == "MACs" else ()
    ran = await sftp_world.ssh(options=("-o", f"{option}={weak}", *extra))
    assert ran.code == 255 and "no matching" in ran.said, ran.said


async def test_attempts_of_any_method_and_changes_of_login_id_are_counted(sftp_world: SftpWorld) -> None:
    """asyncssh asks these two at every attempt and at every new login ID."""
    guest = Visit(sftp_world.door)
    asked = 0
    with pytest.raises(asyncssh.PermissionDenied):
        while guest.public_key_auth_supported():
            asked += 1
    assert asked == 64
    for number in range(3):
        assert guest.begin_auth(f"CHAN{number:02}")
    with pytest.raises(asyncssh.PermissionDenied):
        guest.begin_auth("CHAN99")


async def test_nobody_enters_while_the_database_cannot_be_read(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk on fire")

    monkeypatch.setattr(sftp_world.world.services.sftp_access, "admit", broken)
    with pytest.raises(asyncssh.PermissionDenied):
        async with sftp_world.connected():
            pass


async def test_the_log_says_who_came_from_where_with_which_key_and_why_not_and_obeys_no_name(
    sftp_world: SftpWorld,
) -> None:
    stranger, mine = new_key(), asyncssh.read_private_key(sftp_world.key("CHAN01"))
    offered = new_key()
    register(sftp_world, "LEE02", offered)
    with capture_logs() as said:
        assert not await enters(sftp_world, "CHAN01", stranger)
        assert not await enters(sftp_world, "é" * 300, stranger)
        assert not await enters(sftp_world, "LEE02", offered)
        await can_only_offer(mine)
        assert not await enters(sftp_world, "CHAN01", mine)
    refused = [line for line in said if line["event"] == "key refused"]
    assert [(line["fault"], line["source"], line["key"]) for line in refused if line["login_id"] == "CHAN01"] == [
        (1005, "127.0.0.1", stranger.get_fingerprint())
    ]
    assert (refused[-1]["login_id"], refused[-1]["fault"]) == ("LEE02", 2000)
    (wrong,) = (line for line in said if line["event"] == "signature refused")
    assert (wrong["login_id"], wrong["source"], wrong["key"]) == ("CHAN01", "127.0.0.1", mine.get_fingerprint())
    assert all(str(value).isprintable() and len(str(value)) < 100 for line in said for value in line.values())


async def test_whatever_waits_for_disk_or_database_is_done_in_threads(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncssh calls on the loop, where one slow disk would stop everybody."""
    asked: dict[str, set[bool]] = {}
    services = sftp_world.world.services
    for service in (services.sftp_access, services.drop_box, services.outcomes, services.submissions, services.store):
        for name, method in inspect.getmembers(service, inspect.ismethod):
            if name.startswith("_"):
                continue

            def noted(*given: Any, method: Any = method, name: str = name, **named: Any) -> Any:
                asked.setdefault(name, set()).add(threading.current_thread() is threading.main_thread())
                return method(*given, **named)

            monkeypatch.setattr(service, name, noted, raising=False)
    async with sftp_world.client() as sftp:
        for name in (f"{TODAY}.tmp", "wrong.tmp"):
            async with sftp.open(f"{SUBMIT}/{name}", "wb") as file:
                await file.write(b"1,2\n")
        await sftp.rename(f"{SUBMIT}/{TODAY}.tmp", f"{SUBMIT}/{TODAY}")
        with pytest.raises(asyncssh.SFTPError):
            await sftp.open(f"{SUBMIT}/wrong", "wb")
        for folder in ("/", SUBMIT, "/01234/SD-1/receipts"):
            for name in await sftp.listdir(folder):
                await sftp.stat(f"{folder}/{name}")
        await sftp.remove(f"{SUBMIT}/{TODAY}")
    assert len(asked) > 6, asked
    assert all(on_loop == {False} for on_loop in asked.values()), asked


async def test_an_expired_key_opens_and_submits_nothing_more_on_a_connection_that_is_open(
    sftp_world: SftpWorld,
) -> None:
    clock = sftp_world.world.clock
    key = new_key()
    register(sftp_world, "CHAN01", key, days=1)
    async with sftp_world.connected(client_keys=[key]) as connection, connection.start_sftp_client() as sftp:
        open_before = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await open_before.write(b"1")
        clock.at = datetime(2022, 5, 21, 0, 0, tzinfo=UTC)
        with pytest.raises(asyncssh.SFTPError, match=r"^1005 "):
            await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        with pytest.raises(asyncssh.SFTPError, match=r"^1005 "):
            await open_before.close()
        assert not sftp_world.activities(state="accepted")
        sftp_world.door._ask_everyone_again()
        async with asyncio.timeout(5):
            await connection.wait_closed()


async def test_whoever_is_connected_is_asked_for_again_every_minute(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    monkeypatch.setattr(server, "_TIDY_SECONDS", 0.0)
    monkeypatch.setattr(SshDoor, "_ask_everyone_again", lambda _: asked.set())
    async with open_door(sftp_world.world, sftp_world.folder), asyncio.timeout(5):
        await asked.wait()
