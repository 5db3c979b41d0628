"""`ecp submit|ls|get --sftp`, through a real SSH door with a registered key."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import asyncssh
import pytest
import pytest_asyncio
import structlog

from backend.contract.messages import Receipt
from ecp_tui.client import sftp as sftp_client
from ecp_tui.client.ssh_line import Entrance
from ecp_tui.draft import Upload
from ecp_tui.transfers import Transfers
from tests.commands.conftest import Ecp, Outcome
from tests.publishing import NAME, publish
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld, open_door
from tests.world import World

CONTENT = b"account,amount\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
Run = Callable[..., Awaitable[Outcome]]


@pytest_asyncio.fixture
async def door(world: World, tmp_path: Path) -> AsyncIterator[SftpWorld]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # stdout is a command's
    async with open_door(world, tmp_path) as opened:
        yield opened
    structlog.reset_defaults()


@pytest.fixture
def alone(door: SftpWorld, ecp: Ecp, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`ecp VERB … --sftp` as a job of CHAN01's would call it; nobody is signed in."""
    for name in ("SSH_AUTH_SOCK", "ECP_KEY_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(door.folder))

    async def run(verb: str, *arguments: str | Path, **said: str) -> Outcome:
        options = {
            "--login": "CHAN01",
            "--key": door.key("CHAN01"),
            "--host": "127.0.0.1",
            "--port": str(door.door.port),
            "--host-key": door.door.fingerprint,
        } | {f"--{name.replace('_', '-')}": value for name, value in said.items()}
        flags = [part for name, value in options.items() if value for part in (name, value)]
        return await asyncio.to_thread(ecp, verb, *arguments, "--sftp", *flags)

    return run


@pytest.fixture
def file(door: SftpWorld) -> Path:
    return door.file(TODAY, CONTENT)


# ── submitting ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_is_submitted_with_the_receipt_that_http_would_have_answered(
    alone: Run, file: Path, door: SftpWorld
) -> None:
    said = await alone("submit", file, "--json")
    assert said.code == 0, said.err
    assert said.data["state"] == "accepted" and said.data["sha256"] == SHA256 and not said.data["replayed"]
    assert (said.data["folder"], said.data["identity_code"], said.data["input_date"]) == ("SD-1", "01234", "2022-05-20")
    assert said.data["channel"] == "sftp" and said.data["submitter"] == "CHAN01"
    (one,) = door.activities()
    told = door.world.services.activity.one(door.actor("WONGDA1"), one.log_index)
    assert (said.data["receipt"], said.data["leaf_hash"]) == (told.receipt, told.leaf_hash)
    assert {key: said.data[key] for key in ("log_index", "version", "submission", "company", "supersedes")} == {
        key: getattr(one, key) for key in ("log_index", "version", "submission", "company", "supersedes")
    }
    again = await alone("submit", file, "--json")
    assert again.code == 0 and again.data["replayed"] and again.data["log_index"] == one.log_index
    assert "accepted before, the same bytes" in (await alone("submit", file)).out
    file.write_bytes(CONTENT + b"3,4\n")
    assert (await alone("submit", file, "--json")).data["version"] == 2
    file.write_bytes(CONTENT)
    assert (await alone("submit", file, "--json")).data["version"] == 3, "what an older version was is submitted anew"


async def test_a_refusal_has_the_number_words_findings_and_exit_code_of_http(
    alone: Run, chan: Ecp, door: SftpWorld
) -> None:
    wrong = door.file(TODAY.replace("20220520", "20220420"), CONTENT)
    said = await alone("submit", wrong, "--json")
    by_http = await asyncio.to_thread(chan, "submit", wrong, "--json")
    assert (said.code, by_http.code) == (5, 5)
    ours, theirs = said.data["fault"], by_http.data["fault"]
    assert [ours[key] for key in ("number", "title", "what", "remedy")] == [
        theirs[key] for key in ("number", "title", "what", "remedy")
    ]
    text = next(iter(door.world.services.outcomes.documents(door.actor(), "01234", "SD-1")))[0].text
    assert ours["what"] in text
    empty = door.file(TODAY, b"")
    assert "4512" in (await alone("submit", empty)).err
    assert not door.staging, "nothing is kept of what was refused"


async def test_what_is_wrong_in_a_file_is_listed_in_full(alone: Run, door: SftpWorld) -> None:
    bad = door.file("LOP_01234_20220520.csv", b"account,series,long,short\nA,S,x,1\nA,S,1,y\n")
    said = await alone("submit", bad, "--json")
    assert (said.code, said.data["fault"]["number"]) == (5, 4514)
    assert len(said.data["fault"]["details"]["findings"]) > 1
    assert said.data["fault"]["details"]["findings"][1] in (await alone("submit", bad)).err


async def test_what_wants_an_explanation_is_told_with_the_acceptance(alone: Run, door: SftpWorld) -> None:
    large = door.file("LOP_01234_20220520.csv", b"account,series,long,short\nA,S,250000,1\n")
    said = await alone("submit", large, "--json")
    words = 'Row 2, column 3 (long): "250000", expected 0 to 100,000'
    assert said.code == 0 and said.data["findings"] == [{"code": "range.long", "words": words}]
    assert "explanation" not in said.data
    again = await alone("submit", door.file("LOP_01235_20220520.csv", large.read_bytes()))
    assert again.code == 0 and f"finding   {words}" in again.out and "! not explained: ecp explain" in again.out


async def test_several_files_have_an_answer_each_and_one_wrong_one_stops_none(
    alone: Run, file: Path, door: SftpWorld
) -> None:
    foreign = door.file("nothing.csv", CONTENT)
    said = await alone("submit", foreign, file, "--json")
    first, second = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 2 and first["file_name"] == "nothing.csv" and first["fault"]["number"] == 9002
    assert second["state"] == "accepted"


async def test_identity_and_folder_may_be_named_and_must_agree_with_the_name(alone: Run, file: Path) -> None:
    assert (await alone("submit", file, folder="sd-1", identity="01234")).code == 0
    other = await alone("submit", file, "--json", identity="01235")
    assert (other.code, other.data["fault"]["number"]) == (5, 4505)
    unknown = await alone("submit", file, "--json", folder="NOPE")
    assert (unknown.code, unknown.data["fault"]["number"]) == (4, 4501)
    day = await alone("submit", file, "--json", input_date="2022-05-19")
    assert (day.code, day.data["fault"]["details"]["in_name"]) == (5, "2022-05-20")
    assert (await alone("submit", "-")).code == 2
    assert (await alone("submit", file.with_name("a\x1b]52;c;x\x07.csv"))).code == 2


async def test_a_cut_line_goes_on_where_it_got_to_and_is_submitted_once(
    alone: Run, door: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = CONTENT * 20_000
    file, cuts = door.file(TODAY, content), list[int]()
    write = asyncssh.SFTPClientFile.write

    async def cut(self: asyncssh.SFTPClientFile, data: bytes, offset: int | None = None) -> int:
        if not cuts:
            await write(self, data[:200_000], offset)
            cuts.append(offset or 0)
            for visit in list(door.door._visits):
                visit.drop("the line is cut")
            await asyncio.sleep(0.2)
        elif len(cuts) == 1:
            cuts.append(offset or 0)
        return await write(self, data, offset)

    monkeypatch.setattr(asyncssh.SFTPClientFile, "write", cut)
    said = await alone("submit", file, "--json")
    assert said.code == 0, said.err
    assert said.data["sha256"] == hashlib.sha256(content).hexdigest() and not said.data["replayed"]
    assert "waiting for the line" in said.err and cuts[0] == 0 and 0 < cuts[1] <= 200_000
    assert len(door.activities()) == 1


async def test_a_line_cut_while_the_answer_is_on_its_way_is_accepted_once(
    alone: Run, file: Path, door: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, lost = asyncssh.SFTPClient.rename, list[str]()

    async def loses(self: asyncssh.SFTPClient, old: str, new: str, flags: int = 0) -> None:
        await rename(self, old, new, flags)
        lost.append(new)
        raise asyncssh.SFTPConnectionLost("the line is cut")

    monkeypatch.setattr(asyncssh.SFTPClient, "rename", loses)
    said = await alone("submit", file, "--json")
    assert (said.code, len(lost), said.data["replayed"]) == (0, 1, False)
    assert len(door.activities()) == 1


async def test_two_jobs_that_send_one_file_at_once_make_one_version_and_both_get_its_receipt(door: SftpWorld) -> None:
    content = CONTENT * 50_000
    file = door.file(TODAY, content)
    entrance = Entrance("127.0.0.1", door.door.port, "CHAN01", Path(door.key("CHAN01")), (door.door.fingerprint,))

    async def job() -> Receipt | None:
        client = sftp_client.SftpClient(entrance)
        sha256 = hashlib.sha256(content).hexdigest()
        upload = Upload(secrets.token_hex(16), "SD-1", "01234", date(2022, 5, 20), TODAY, file, len(content), sha256)
        transfers = Transfers(client.submit, backoff=(0.2,) * 10)
        transfer = transfers.start(upload)
        await transfer.wait()
        await client.close()
        assert transfer.receipt is not None, transfer.fault
        return transfer.receipt

    receipts = await asyncio.gather(*(job() for _ in range(3)))
    assert len({one.activity.log_index for one in receipts if one}) == 1
    assert [one.version for one in door.activities()] == [1]


async def test_nothing_is_called_accepted_but_the_bytes_that_its_receipt_names(
    alone: Run, file: Path, door: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = sftp_client._sent

    async def another(*arguments: object) -> None:
        _, sftp, draft, *_ = arguments
        async with sftp.open(draft, "wb") as out:  # type: ignore[attr-defined]  # the SFTP client
            await out.write(b"other,bytes\n")

    monkeypatch.setattr(sftp_client, "_sent", another)
    said = await alone("submit", file, "--json")
    assert (said.code, said.data["fault"]["number"]) == (5, 4517)
    monkeypatch.setattr(sftp_client, "_sent", sent)
    assert (await alone("submit", file, "--json")).data["sha256"] == SHA256


# ── who may, and who the server is ───────────────────────────────────────────────────────────────────────────────


async def test_a_host_key_is_never_taken_on_trust(alone: Run, file: Path, door: SftpWorld) -> None:
    unknown = await alone("submit", file, "--json", host_key="")
    assert unknown.code == 6 and unknown.data["fault"]["number"] == 9005
    assert door.door.fingerprint in unknown.data["fault"]["what"]
    other = "SHA256:" + "A" * 43
    changed = await alone("submit", file, "--json", host_key=other)
    assert changed.code == 6 and other in changed.data["fault"]["what"]
    assert (await alone("submit", file, host_key="SHA256:short")).code == 2
    assert door.activities() == []
    hosts = door.file("hosts", f"[127.0.0.1]:{door.door.port} {door.door.host_key}\n".encode())
    assert (await alone("submit", file, host_key="", known_hosts=str(hosts))).code == 0
    (door.folder / ".ssh").mkdir()
    (door.folder / ".ssh" / "known_hosts").write_bytes(hosts.read_bytes())
    assert (await alone("submit", file, host_key="")).code == 0
    both = await alone("submit", file, host_key=other, known_hosts=str(hosts))
    assert both.code == 6, "a fingerprint that was named is the only one that counts"


async def test_a_refused_key_says_so_with_its_code(alone: Run, file: Path, door: SftpWorld) -> None:
    said = await alone("submit", file, "--json", login="NOBODY9")
    assert (said.code, said.data["fault"]["number"]) == (3, 5006)
    assert "NOBODY9" in said.data["fault"]["what"] and "SHA256:" in said.data["fault"]["what"]
    absent = await alone("submit", file, "--json", key=str(door.folder / "absent"))
    assert (absent.code, absent.data["fault"]["number"]) == (2, 9002)
    no_key = await alone("submit", file, "--json", key=str(file))
    assert (no_key.code, no_key.data["fault"]["number"]) == (4, 5001)
    away = await alone("submit", file, "--json", port="1")
    assert (away.code, away.data["fault"]["number"]) == (6, 9001)


async def test_an_encrypted_key_is_opened_by_the_variable_or_by_ssh_agent_and_never_asked_for(
    alone: Run, file: Path, door: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = asyncssh.read_private_key(door.key("CHAN01"))
    locked = door.folder / "locked"
    plain.write_private_key(str(locked), passphrase="a long phrase")
    plain.write_public_key(f"{locked}.pub")
    shut = await alone("submit", file, "--json", key=str(locked))
    assert (shut.code, shut.data["fault"]["number"]) == (4, 5001)
    assert "ssh-add" in shut.data["fault"]["remedy"]
    monkeypatch.setenv("ECP_KEY_PASSPHRASE", "wrong")
    assert (await alone("submit", file, key=str(locked))).code == 4
    monkeypatch.setenv("ECP_KEY_PASSPHRASE", "a long phrase")
    assert (await alone("submit", file, key=str(locked))).code == 0
    monkeypatch.delenv("ECP_KEY_PASSPHRASE")
    socket = await _agent(door, plain)
    monkeypatch.setenv("SSH_AUTH_SOCK", socket)
    assert (await alone("submit", file, key=str(locked))).code == 0
    assert (await alone("submit", file, key=f"{locked}.pub")).code == 0, "the public half says which key is meant"


async def _agent(door: SftpWorld, key: asyncssh.SSHKey) -> str:
    """A real ssh-agent with this key; ended with the test's folder's last user, by its timeout."""
    from tests.sftp_world import installed, run

    socket = str(door.folder / "agent")
    agent = installed("ssh-agent")
    said = await run(agent, "-a", socket, "-t", "60")
    pid = said.said.partition("SSH_AGENT_PID=")[2].partition(";")[0]
    async with asyncssh.connect_agent(socket) as connection:
        await connection.add_keys([key], lifetime=60)
    asyncio.get_running_loop().call_later(20, os.kill, int(pid), 15)
    return socket


async def test_a_profile_says_where_the_endpoint_is_and_whose_key(ecp: Ecp, file: Path, door: SftpWorld) -> None:
    settings = door.folder / "config.toml"
    lines = [
        "[profiles.exchange]",
        'server = "https://127.0.0.1:1"',
        f"ssh_port = {door.door.port}",
        'ssh_login = "chan01"',
        f'ssh_key = "{door.key("CHAN01")}"',
        f'ssh_host_key = "{door.door.fingerprint}"',
    ]
    settings.write_text("\n".join(lines))
    said = await asyncio.to_thread(ecp, "submit", file, "--sftp", "--profile", "exchange", "--json")
    assert said.code == 0 and said.data["submitter"] == "CHAN01", said.out
    hosts = door.file("hosts", b"")
    asked = ("submit", file, "--sftp", "--profile", "exchange", "--known-hosts", hosts, "--json")
    other = await asyncio.to_thread(ecp, *asked)
    assert other.data["fault"]["number"] == 9005, "what the command line says goes before the profile"
    settings.write_text("\n".join(lines).replace(str(door.door.port), "70000"))
    wrong = await asyncio.to_thread(ecp, "submit", file, "--sftp", "--profile", "exchange")
    assert wrong.code == 2 and "ssh_port" in wrong.err


async def test_every_other_command_says_that_it_needs_a_session(ecp: Ecp) -> None:
    for verb in ("activity", "whoami", "users"):
        said = await asyncio.to_thread(ecp, verb, "--sftp", "--key", "k")
        assert said.code == 2 and "needs a signed-in session" in said.err
    half = await asyncio.to_thread(ecp, "submit", "x", "--key", "k")
    assert half.code == 2 and "go with --sftp" in half.err
    bare = await asyncio.to_thread(ecp, "submit", "x", "--sftp")
    assert bare.code == 2 and "--host" in bare.err


# ── fetching ─────────────────────────────────────────────────────────────────────────────────────────────────────

BYTES = b"trade,price\n" * 5000


async def test_published_files_are_listed_and_fetched_whole(
    alone: Run, world: World, door: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publish(world, BYTES)
    (item,) = (await alone("ls", "rpt-trd", "--json")).data["items"]
    assert (item["file_name"], item["sha256"], item["size"]) == (NAME, one.sha256, len(BYTES))
    assert (item["log_index"], item["input_date"], item["version"]) == (None, None, None)
    assert NAME in (await alone("ls")).out
    assert (await alone("ls", "NOPE")).code == 4
    assert (await alone("ls", cursor="x")).code == 2
    monkeypatch.chdir(door.folder)
    got = await alone("get", NAME, "--json")
    assert got.code == 0 and got.data["path"] == str(door.folder / NAME), got.err
    assert (door.folder / NAME).read_bytes() == BYTES
    assert (await alone("get", NAME)).code == 2, "nothing is written over unasked"
    assert (await alone("get", NAME, "--replace")).code == 0
    assert (await alone("get", "../../01234/RPT-TRD/download/x")).code == 4
    assert (await alone("get", NAME, "--replace", folder="RPT-TRD", identity="01234")).code == 0
    assert (await alone("get", NAME, "--replace", folder="RPT-TRD", identity="01235")).code == 4
    assert (await alone("get", NAME, "-o", "-")).code == 2


async def test_a_download_goes_on_after_a_cut_line_and_damaged_bytes_are_not_kept(
    alone: Run, world: World, door: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(world, BYTES)
    read, cuts = asyncssh.SFTPClientFile.read, list[int]()
    monkeypatch.setattr(sftp_client, "_BLOCK", 16_384)

    async def cut(self: asyncssh.SFTPClientFile, size: int = -1, offset: int | None = None) -> object:
        if offset and not cuts:
            cuts.append(offset)
            raise asyncssh.SFTPConnectionLost("the line is cut")
        return await read(self, size, offset)

    monkeypatch.setattr(asyncssh.SFTPClientFile, "read", cut)
    target = door.folder / "here.csv"
    assert (await alone("get", NAME, "--output", target)).code == 0
    assert cuts and target.read_bytes() == BYTES

    async def spoil(self: asyncssh.SFTPClientFile, size: int = -1, offset: int | None = None) -> object:
        data = await read(self, size, offset)
        return b"X" * len(data)

    monkeypatch.setattr(asyncssh.SFTPClientFile, "read", spoil)
    bad = await alone("get", NAME, "--json", "--output", door.folder / "bad.csv")
    assert (bad.code, bad.data["fault"]["number"]) == (6, 4518)
    assert not (door.folder / "bad.csv").exists()


async def test_submitted_files_are_not_fetched_and_others_are_not_seen(alone: Run, file: Path, door: SftpWorld) -> None:
    assert (await alone("submit", file)).code == 0
    assert (await alone("get", TODAY)).code == 4
    assert (await alone("ls", identity="09999")).code == 4
    async with door.client() as sftp:
        assert set(map(str, await sftp.listdir(SUBMIT))) - {".", ".."} == {TODAY}
        assert f"{TODAY}.receipt" in await sftp.listdir(RECEIPTS)
