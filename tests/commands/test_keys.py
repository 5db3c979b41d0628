"""`ecp keys` and `ecp addresses`: judged here first, checked by somebody else, taken away by one person at once."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.asked_together import Desk
from tests.commands.conftest import SERVER, Ecp, SignIn
from tests.ssh_keys import Pair, address_registered, keygen, new_pair, registered
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return new_pair(tmp_path)


def fingerprints(ecp: Ecp) -> dict[str, str]:
    return {key["fingerprint"]: key["state"] for key in ecp("keys", "--json").data["items"]}


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ones_own_key_is_asked_for_and_its_owner_told_what_the_checker_asks(chan: Ecp, pair: Pair) -> None:
    said = chan("keys", "register", f"{pair.path}.pub")
    assert said.code == 0
    assert said.out.startswith("Request 1: Register SFTP key of CHAN01  (submitted)\n")
    assert f"+ {pair.fingerprint}\n" in said.out
    assert said.err.endswith(f"the last 8 characters of the fingerprint: {pair.fingerprint[-8:]}\n")
    assert pair.fingerprint not in fingerprints(chan)


def test_a_key_may_come_by_standard_input_and_for_somebody_else(sign_in: SignIn, pair: Pair) -> None:
    said = sign_in("WONGDA1")("keys", "register", "-", "--login-id", "chan01", "--json", typed=pair.public)
    assert (said.code, said.data["subject"], said.data["kind"]) == (0, "CHAN01", "register-key")


def test_keys_are_listed_with_their_fingerprints_and_what_is_asked_for(
    chan: Ecp, desk: Desk, pair: Pair, tmp_path: Path
) -> None:
    registered(desk, pair)
    chan("keys", "register", f"{new_pair(tmp_path, 'other').path}.pub")
    said = chan("keys")
    assert f"{pair.fingerprint}  live\n  ssh-ed25519 key@acme, registered 2022-05-20, until 2023-06-19\n" in said.out
    assert "Register SFTP key of CHAN01" in said.out.partition("Open requests")[2]
    assert all(len(line) <= 80 for line in said.out.splitlines())
    data = chan("keys", "--json").data
    assert set(data) == {"login_id", "name", "items", "requests"}
    assert (data["login_id"], len(data["items"]), len(data["requests"])) == ("CHAN01", 2, 1)


def test_revoking_takes_one_person_and_holds_at_once(chan: Ecp, desk: Desk, pair: Pair) -> None:
    registered(desk, pair)
    said = chan("keys", "revoke", pair.fingerprint, "--json")
    assert said.data == {"state": "revoked", "fingerprint": pair.fingerprint}
    assert fingerprints(chan)[pair.fingerprint] == "revoked"
    again = chan("keys", "revoke", pair.fingerprint, "--json")
    assert (again.code, again.data["fault"]["number"]) == (4, 2001)
    said = chan("keys", "register", f"{pair.path}.pub", "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 5002)


def test_a_key_that_a_live_one_signed_needs_no_checker(chan: Ecp, desk: Desk, pair: Pair, tmp_path: Path) -> None:
    registered(desk, pair)
    later = new_pair(tmp_path, "later")
    keygen("-Y", "sign", "-n", "sftp-key@ecp", "-f", str(pair.path), f"{later.path}.pub")
    said = chan("keys", "rotate", f"{later.path}.pub", f"{later.path}.pub.sig")
    assert said.out == f"Registered {later.fingerprint} for CHAN01.\n"
    assert {fingerprints(chan)[one.fingerprint] for one in (pair, later)} == {"live"}


def test_a_key_that_another_one_signed_is_refused(chan: Ecp, pair: Pair, tmp_path: Path) -> None:
    """The signer was never registered."""
    later = new_pair(tmp_path, "later")
    keygen("-Y", "sign", "-n", "sftp-key@ecp", "-f", str(pair.path), f"{later.path}.pub")
    said = chan("keys", "rotate", f"{later.path}.pub", f"{later.path}.pub.sig", "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 5001)
    assert later.fingerprint not in fingerprints(chan)


# ── keys: attacks and mistakes ───────────────────────────────────────────────────────────────────────────────────


def test_a_private_key_is_refused_before_anything_is_sent(ecp: Ecp, pair: Pair) -> None:
    """Nobody is signed in: whatever would ask the server is answered 1005."""
    private = pair.path.read_text()
    lines = "".join(private.splitlines()[1:-1])
    for typed in (private, private.replace("\n", "\r\n"), lines, f"{pair.public}\n{private}"):
        said = ecp("keys", "register", "-", "--server", SERVER, typed=typed)
        assert (said.code, said.out) == (4, "")
        assert said.err.startswith("5001 ")
        assert lines[40:80] not in said.err
    assert ecp("keys", "register", pair.path, "--server", SERVER).code == 4
    assert ecp("keys", "rotate", pair.path, f"{pair.path}.pub", "--server", SERVER).code == 4
    assert ecp("keys", "register", f"{pair.path}.pub", "--server", SERVER).code == 3


def test_a_private_key_in_der_is_refused_as_no_text(ecp: Ecp, tmp_path: Path) -> None:
    keygen("-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", str(tmp_path / "rsa"))
    body = "".join((tmp_path / "rsa").read_text().splitlines()[1:-1])
    said = ecp("keys", "register", "-", "--server", SERVER, typed=base64.b64decode(body))
    assert said.code == 4
    assert said.err.startswith("5001 ")


@pytest.mark.parametrize("typed", ["", "hello", "ssh-ed25519 AAAA", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== x"])
def test_what_is_no_whole_key_is_refused_here(ecp: Ecp, typed: str) -> None:
    said = ecp("keys", "register", "-", "--server", SERVER, "--json", typed=typed)
    assert (said.code, said.data["fault"]["number"]) == (4, 5001)


def test_what_is_too_large_or_not_there_is_named(ecp: Ecp, tmp_path: Path) -> None:
    (tmp_path / "large.pub").write_text("x" * 20_001)
    for file in (tmp_path / "large.pub", tmp_path / "absent.pub", tmp_path):
        said = ecp("keys", "register", file, "--server", SERVER)
        assert (said.code, said.out) == (2, "")
        assert file.name in said.err
    assert ecp("keys", "register", "-", "--server", SERVER, typed="x" * 20_001).code == 2


def test_somebody_elses_key_is_exactly_as_one_that_does_not_exist(
    sign_in: SignIn, desk: Desk, pair: Pair, tmp_path: Path
) -> None:
    registered(desk, pair)
    ecp = sign_in("HODA1")
    theirs = ecp("keys", "revoke", pair.fingerprint, "--json")
    nobodys = ecp("keys", "revoke", f"SHA256:{'x' * 43}", "--json")
    assert theirs.code == nobodys.code == 4
    assert theirs.data == nobodys.data
    assert ecp("keys", "--login-id", "CHAN01", "--json").data["fault"]["number"] == 2001
    said = ecp("keys", "register", f"{new_pair(tmp_path, 'more').path}.pub", "--login-id", "CHAN01", "--json")
    assert said.data["fault"]["number"] == 2001
    assert fingerprints(sign_in("CHAN01"))[pair.fingerprint] == "live"


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_address_is_asked_for_in_one_form_however_it_was_written(chan: Ecp) -> None:
    said = chan("addresses", "add", "203.0.113.9/28")
    assert said.out.startswith("Request 1: Register address of CHAN01  (submitted)\n")
    assert "+ 203.0.113.0/28\n" in said.out
    assert "16 addresses, 203.0.113.0 to 203.0.113.15" in said.out


def test_addresses_are_listed_with_what_they_cover_and_where_one_comes_from(chan: Ecp, desk: Desk) -> None:
    address_registered(desk, "203.0.113.0/28")
    chan("addresses", "add", "203.0.113.77")
    said = chan("addresses")
    assert "203.0.113.0/28  2022-05-20  16 addresses" in said.out
    assert "Register address of CHAN01" in said.out.partition("Open requests")[2]
    assert said.err == "You come from 127.0.0.1, which is registered.\n"
    data = chan("addresses", "--json").data
    assert set(data) == {"login_id", "name", "items", "requests", "your_address", "covered"}
    assert (data["your_address"], data["covered"], len(data["requests"])) == ("127.0.0.1", True, 1)


@pytest.mark.parametrize("written", ["203.0.113.0/28", " 203.0.113.5/28 "])
def test_removing_an_address_takes_one_person_and_holds_at_once(chan: Ecp, desk: Desk, written: str) -> None:
    address_registered(desk, "203.0.113.0/28")
    said = chan("addresses", "remove", written, "--json")
    assert said.data == {"state": "removed", "login_id": "CHAN01", "network": "203.0.113.0/28"}
    assert chan("addresses", "remove", written).code == 4
    assert "203.0.113.0/28" not in chan("addresses").out


@pytest.mark.parametrize(
    ("network", "code", "number"),
    [("10.0.0.0/8", 4, 3008), ("2001:db8::/32", 4, 3008), ("0.0.0.0/0", 4, 3008), ("office", 2, 9002), ("", 2, 9002)],
)
def test_what_is_no_address_or_too_wide_is_refused_here(ecp: Ecp, network: str, code: int, number: int) -> None:
    for verb in ("add", "remove"):
        said = ecp("addresses", verb, network, "--server", SERVER, "--json")
        assert (said.code, said.data["fault"]["number"]) == (code, number)


def test_another_companys_addresses_are_not_there(sign_in: SignIn) -> None:
    ecp = sign_in("HODA1")
    for arguments in (("list",), ("add", "203.0.113.1"), ("remove", "127.0.0.1")):
        said = ecp("addresses", *arguments, "--login-id", "CHAN01", "--json")
        assert (said.code, said.data["fault"]["number"]) == (4, 2001)
