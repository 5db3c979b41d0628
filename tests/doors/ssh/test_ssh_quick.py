"""Lines under AES-GCM: the same bytes, however they come apart, with the quick way and without it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import asyncssh
import pytest

from backend.doors.ssh import quick
from backend.doors.ssh.algorithms import ciphers
from backend.doors.ssh.line import Line
from backend.doors.ssh.quick import QuickGcm
from tests.publishing import NAME, publish
from tests.sftp_world import SUBMIT, TODAY, SftpWorld

MIB = 1 << 20
GCM = "aes128-gcm@openssh.com"
Change = Callable[[bytes], bytes]


def lines(sftp_world: SftpWorld) -> list[Line]:
    return [visit._connection for visit in sftp_world.door._visits if isinstance(visit._connection, Line)]


@asynccontextmanager
async def proxy(port: int, upwards: Callable[[bytes], list[bytes]]) -> AsyncIterator[int]:
    """A line to the door that passes on what `upwards` makes of each piece the client says."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, made: object = None) -> None:
        try:
            while data := await reader.read(65536):
                for piece in upwards(data) if made else [data]:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above_reader, above_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, above_writer, upwards), pass_on(above_reader, writer))

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def sftp_through(sftp_world: SftpWorld, port: int, **options: object) -> AsyncIterator[asyncssh.SFTPClient]:
    chosen: dict[str, object] = {"username": "CHAN01", "known_hosts": None, "config": None, "agent_path": None}
    chosen |= {"client_keys": [sftp_world.key("CHAN01")], "encryption_algs": [GCM], **options}
    async with asyncssh.connect("127.0.0.1", port, **chosen) as connection, connection.start_sftp_client() as sftp:
        yield sftp


async def put_and_get(sftp_world: SftpWorld, sftp: asyncssh.SFTPClient, data: bytes) -> None:
    async with sftp.open(f"{SUBMIT}/{TODAY}", "wb", block_size=32000) as file:
        await file.write(data)
    assert sftp_world.activities(state="accepted")[0].sha256 == hashlib.sha256(data).hexdigest()
    async with sftp.open(f"/01234/RPT-TRD/download/{NAME}", "rb") as file:
        assert await file.read() == data  # type: ignore[comparison-overlap]  # opened as bytes


def in_pieces(random: Random) -> Callable[[bytes], list[bytes]]:
    def torn(data: bytes) -> list[bytes]:
        cuts = sorted(random.randrange(len(data) + 1) for _ in range(3))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    return torn


@pytest.mark.parametrize("version", [quick.TRIED_WITH, "another"])
async def test_a_file_goes_and_comes_whole_however_its_packets_are_torn(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr(asyncssh, "__version__", version)
    random = Random(7)  # noqa: S311  the same pieces every time
    data = random.randbytes(2 * MIB + 7)
    publish(sftp_world.world, data)
    async with (
        proxy(sftp_world.door.port, in_pieces(random)) as port,
        sftp_through(sftp_world, port, rekey_bytes=MIB // 2) as sftp,
    ):
        (line,) = lines(sftp_world)
        assert isinstance(line._recv_encryption, QuickGcm) is (version == quick.TRIED_WITH)
        await put_and_get(sftp_world, sftp, data)


@pytest.mark.parametrize("cipher", ["aes256-gcm@openssh.com", "aes128-ctr"])
async def test_another_cipher_brings_the_same_bytes(sftp_world: SftpWorld, cipher: str) -> None:
    data = Random(8).randbytes(MIB)  # noqa: S311  the same bytes every time
    publish(sftp_world.world, data)
    version = "SSH.Example_1.0"
    port = sftp_world.door.port
    async with sftp_through(sftp_world, port, encryption_algs=[cipher], client_version=version) as sftp:
        (line,) = lines(sftp_world)
        assert isinstance(line._recv_encryption, QuickGcm) is ("gcm" in cipher)
        await put_and_get(sftp_world, sftp, data)


async def test_a_packet_that_was_tampered_with_ends_the_connection_and_submits_nothing(sftp_world: SftpWorld) -> None:
    seen = 0

    def bent(data: bytes) -> list[bytes]:
        nonlocal seen
        seen += len(data)
        return [data[:-1] + bytes((data[-1] ^ 1,))] if seen > MIB else [data]

    with pytest.raises((asyncssh.Error, OSError)):
        async with (
            proxy(sftp_world.door.port, bent) as port,
            sftp_through(sftp_world, port) as sftp,
            sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file,
        ):
            await file.write(bytes(2 * MIB))
    assert not sftp_world.activities(state="accepted")


@pytest.mark.parametrize(
    ("client", "alone"),
    [
        ("SSH-2.0-OpenSSH_9.2p1 Debian", True),
        ("SSH-2.0-OpenSSH_for_Windows_8.1", True),
        ("SSH-2.0-OpenSSH_10.0", True),
        ("SSH-2.0-OpenSSH_5.3", False),
        ("SSH-2.0-rclone/v1.75.2", True),
        ("SSH-2.0-libssh2_1.10.0", False),
        ("SSH-2.0-PuTTY_Release_0.78", False),
        ("SSH-2.0-", False),
    ],
)
def test_gcm_alone_is_offered_to_whom_it_is_known_to_serve_best(client: str, alone: bool) -> None:
    offered = [name.decode() for name in ciphers(client)]
    assert offered[:2] == [GCM, "aes256-gcm@openssh.com"]
    assert (len(offered) == 2) is alone
