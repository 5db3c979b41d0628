"""Receipt keys: whose signatures count, for everybody who holds a receipt; whole, and to be kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.contract.faults import UNREACHABLE, Refused
from backend.contract.messages import Fetchable
from backend.contract.rules.signers import SigningKey, allowed_signers, revoked_keys
from backend.contract.rules.sshsig import fingerprint
from ecp_tui.client import EcpClient
from ecp_tui.holdings import SHOWS_KEYS, Signers
from ecp_tui.receipt_keys import receipt_keys
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.tui.test_served_submit import SERVED
from tests.world import World


def public_key(number: int) -> str:
    """Always the same one of that number."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32).public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def files(world: World) -> Signers:
    """A key that was revoked, one that was retired, one that signs, and one that will."""
    now = world.clock.now()
    year = timedelta(days=365)
    keys = [
        SigningKey(public_key(1), now - 3 * year, now - 2 * year, revoked=now - year),
        SigningKey(public_key(2), now - 2 * year, now - year),
        SigningKey(public_key(3), now - year),
        SigningKey(public_key(4), now + year),
    ]
    return Signers(allowed_signers("ecp.example.org", keys), revoked_keys(keys))


@dataclass
class Given:
    """A browser's downloads."""

    files: dict[str, bytes]

    def save(self, file_name: str, content: bytes) -> str:
        self.files[file_name] = content
        return f"http://127.0.0.1/{file_name}"

    def upload(self, ticket: str, file_name: str = "") -> str:
        raise NotImplementedError

    def download(self, wanted: Fetchable) -> str:
        raise NotImplementedError


@pytest.fixture
def four(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The server shows them; their fingerprints."""
    shown = files(world)

    async def allowed(self: EcpClient) -> str:
        return shown.allowed

    async def revoked(self: EcpClient) -> str:
        return shown.revoked

    with monkeypatch.context() as patch:
        patch.setattr(EcpClient, "allowed_signers", allowed)
        patch.setattr(EcpClient, "revoked_keys", revoked)
        yield [fingerprint(public_key(number)) for number in range(1, 5)]


async def opened(person: Person) -> None:
    await person.press("ctrl+p")
    await person.sees("Menu")
    await person.types("receipt keys")
    await person.press("enter")


def test_each_key_says_whether_its_signatures_count(world: World) -> None:
    now = world.clock.now()
    found = receipt_keys(files(world), now)
    assert [one.state for one in found] == ["signs", "later", "retired", "revoked"]
    assert found[0].uses == "receipts and checkpoints"
    assert receipt_keys(Signers("nonsense\n", "nonsense\n"), now) == []


async def test_whoever_has_no_account_sees_the_keys_whole(person: Person, four: list[str]) -> None:
    await person.sees("Client Connect", "times")
    await opened(person)
    await person.sees("● signs", *four, "4 keys, 1 of them signs today", public_key(3)[12:60])
    person.keeps("receipt_keys")
    await person.press("G")
    await person.sees("✕ It was revoked: of what it signed")
    person.keeps("receipt_keys_revoked")
    await person.press("escape")
    await person.sees("times")


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (120, 40)])
async def test_a_whole_fingerprint_is_read_at_every_width(opens: Opens, four: list[str], size: tuple[int, int]) -> None:
    async with opens(size=size) as person:
        await person.sees("F1 help")
        await opened(person)
        await person.sees("● signs")
        assert four[2] in "".join(line.strip(" ▁▂▃▄▅▆▇█") for line in person.screen.splitlines()), person.screen
        person.keeps(f"receipt_keys_{size[0]}")


async def test_both_files_are_saved_and_no_key_that_was_kept_is_lost(
    person: Person, four: list[str], world: World, tmp_path: Path
) -> None:
    await person.sees("Client Connect", "times")
    await opened(person)
    await person.sees("● signs")
    await person.press("w")
    await person.sees("Save allowed_signers")
    person.keeps("receipt_keys_save")
    await person.press("ctrl+u")
    await person.pastes(str(tmp_path / "allowed_signers"))
    await person.press("enter")
    await person.sees("Saved:", SHOWS_KEYS)
    assert (tmp_path / "allowed_signers").read_text() == files(world).allowed
    assert (tmp_path / "revoked_keys").read_text() == files(world).revoked
    (tmp_path / "allowed_signers").write_text(allowed_signers("ecp.example.org", [SigningKey(public_key(9))]))
    await person.press("w")
    await person.sees("Save allowed_signers")
    await person.press("ctrl+u")
    await person.pastes(str(tmp_path / "allowed_signers"))
    await person.press("enter")
    await person.waits_until(
        lambda: "other keys than this server" in " ".join(person.screen.split()), "why it is not saved"
    )
    assert public_key(9) in (tmp_path / "allowed_signers").read_text()


async def test_a_page_without_keys_and_one_without_a_server_say_so(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(self: EcpClient) -> str:
        return ""

    async def away(self: EcpClient) -> str:
        raise Refused(UNREACHABLE, server="127.0.0.1", why="connection refused")

    await person.sees("Client Connect", "times")
    monkeypatch.setattr(EcpClient, "allowed_signers", away)
    await opened(person)
    await person.sees("9001", "F5 asks again")
    person.keeps("receipt_keys_unreachable")
    monkeypatch.setattr(EcpClient, "allowed_signers", none)
    await person.press("f5")
    await person.sees("This server shows no key", "no key ·")
    person.keeps("receipt_keys_empty")


async def test_a_receipt_leads_to_its_key(chan: Person) -> None:
    await opened(chan)
    await chan.sees("● signs", "SHA256:", "receipts and checkpoints")


async def test_elsewhere_a_line_or_the_browser_s_downloads_bring_them(
    opens: Opens, four: list[str], world: World
) -> None:
    async with opens(reach="ssh", served=SERVED) as person:
        await person.sees("F1 help")
        await opened(person)
        await person.sees("● signs")
        await person.press("w")
        await person.sees("receipts keys -o -", "> allowed_signers")
    given: dict[str, bytes] = {}
    async with opens(reach="browser") as person:
        person.app.context.links = Given(given)
        await opened(person)
        await person.sees("● signs")
        await person.press("w")
        await person.sees("browser's downloads")
    assert given == files(world).files
