"""Attacks on SFTP keys and addresses: other people's, other companies', weak ones, private ones, forged signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.contract import paths
from tests.asked_together import Desk, acts, sql
from tests.doors.http.asking import number_of
from tests.ssh_keys import Pair, address_registered, new_pair, registered

ACTS = (paths.KEY_REVOCATIONS, paths.KEY_ROTATIONS, paths.ADDRESS_REMOVALS)
ABSENT = "SHA256:" + "A" * 43


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return new_pair(tmp_path)


def own_key(desk: Desk, login_id: str) -> str:
    found = desk.ask(login_id, "GET", paths.SFTP_ACCESS).json()["keys"]
    return str(found[0]["fingerprint"])


def revoke(desk: Desk, who: str, fingerprint: str) -> Any:
    return desk.ask(who, "POST", paths.KEY_REVOCATIONS, {"fingerprint": fingerprint})


def proposed(desk: Desk, who: str, **proposal: Any) -> Any:
    return desk.ask(who, "POST", paths.REQUESTS, {"proposal": proposal})


def rotation(desk: Desk, who: str, login_id: str, key: Pair, signature: str) -> Any:
    body = {"login_id": login_id, "public_key": key.public, "signature": signature}
    return desk.ask(who, "POST", paths.KEY_ROTATIONS, body)


# ── somebody else's ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["HODA1", "HO01", "LEE02"])
def test_somebody_elses_key_answers_byte_for_byte_like_one_that_does_not_exist(desk: Desk, who: str) -> None:
    theirs = own_key(desk, "CHAN01")
    touched, absent = revoke(desk, who, theirs), revoke(desk, who, ABSENT)
    assert number_of(touched) == 2001
    assert (touched.content, touched.status_code) == (absent.content, absent.status_code)
    assert own_key(desk, "CHAN01") == theirs and "key-revoked" not in acts(desk.world)


@pytest.mark.parametrize("who", ["HODA1", "HO01", "LEE02"])
def test_somebody_elses_page_addresses_and_rotation_answer_like_those_of_nobody(
    desk: Desk, who: str, pair: Pair
) -> None:
    for login_id in ("CHAN01", "TAI09"):
        asked = [
            ("GET", f"{paths.SFTP_ACCESS}?login_id=", None),
            ("POST", paths.ADDRESS_REMOVALS, {"network": "127.0.0.1/32"}),
            ("POST", paths.KEY_ROTATIONS, {"public_key": pair.public, "signature": pair.signs(pair)}),
        ]
        for method, path, body in asked:
            answers = [
                desk.ask(who, method, path + one, None)
                if body is None
                else desk.ask(who, method, path, {**body, "login_id": one})
                for one in (login_id, "NOBODY99")
            ]
            assert [number_of(answer) for answer in answers] == [2001, 2001]
            assert answers[0].content == answers[1].content


def test_a_request_about_another_companys_account_answers_like_one_about_nobody(desk: Desk, pair: Pair) -> None:
    for proposal in (
        {"kind": "register-key", "public_key": pair.public},
        {"kind": "register-address", "network": "10.1.2.3"},
    ):
        answers = [proposed(desk, "HODA1", login_id=one, **proposal) for one in ("CHAN01", "NOBODY99")]
        assert number_of(answers[0]) == 2001 and answers[0].content == answers[1].content


def test_a_business_user_registers_for_themselves_alone(desk: Desk, pair: Pair) -> None:
    assert number_of(proposed(desk, "CHAN01", kind="register-key", login_id="LEE02", public_key=pair.public)) == 2002
    assert proposed(desk, "CHAN01", kind="register-key", login_id="CHAN01", public_key=pair.public).is_success


def test_nobody_approves_their_own_key(desk: Desk, pair: Pair) -> None:
    made = desk.request("WONGDA1", kind="register-key", login_id="WONGDA1", public_key=pair.public)
    assert number_of(desk.approve("WONGDA1", made, fingerprint_end=pair.fingerprint[-8:])) == 3003
    about = desk.request("WONGDA1", kind="register-address", login_id="LEEDA2", network="10.1.2.3")
    assert number_of(desk.approve("LEEDA2", about)) == 3003


def test_an_auditor_sees_and_takes_nothing_away(desk: Desk) -> None:
    assert desk.ask("AUDIT01", "GET", f"{paths.SFTP_ACCESS}?login_id=CHAN01").is_success
    assert number_of(revoke(desk, "AUDIT01", own_key(desk, "CHAN01"))) == 2002
    removal = {"login_id": "CHAN01", "network": "127.0.0.1/32"}
    assert number_of(desk.ask("AUDIT01", "POST", paths.ADDRESS_REMOVALS, removal)) == 2002


def test_a_key_serves_one_account_once_even_after_it_was_revoked(desk: Desk, pair: Pair, tmp_path: Path) -> None:
    registered(desk, pair)
    waiting = new_pair(tmp_path, "waiting")
    twice = [
        desk.request(maker, kind="register-key", login_id=subject, public_key=waiting.public)
        for maker, subject in (("WONGDA1", "LEE02"), ("HODA1", "HO01"))
    ]
    for login_id, maker in (("CHAN01", "WONGDA1"), ("LEE02", "WONGDA1"), ("HO01", "HODA1")):
        again = proposed(desk, maker, kind="register-key", login_id=login_id, public_key=pair.public)
        assert number_of(again) == 5002
    assert revoke(desk, "CHAN01", pair.fingerprint).status_code == 204
    assert number_of(proposed(desk, "HODA1", kind="register-key", login_id="HO01", public_key=pair.public)) == 5002
    end = waiting.fingerprint[-8:]
    assert desk.approve("LEEDA2", twice[0], fingerprint_end=end).json()["state"] == "applied"
    assert number_of(desk.approve("NGDA2", twice[1], fingerprint_end=end)) == 5002


@pytest.mark.databases
def test_two_requests_for_the_last_place_approved_at_once_leave_three_keys(desk: Desk, tmp_path: Path) -> None:
    registered(desk, new_pair(tmp_path, "second"))
    pairs = [new_pair(tmp_path, f"third{number}") for number in range(4)]
    made = [desk.request("WONGDA1", kind="register-key", login_id="CHAN01", public_key=one.public) for one in pairs]
    answers = desk.together(
        [
            (
                "LEEDA2",
                "POST",
                paths.request_act(request["id"], "approve"),
                desk.approval(request, fingerprint_end=one.fingerprint[-8:]),
            )
            for request, one in zip(made, pairs, strict=True)
        ]
    )
    assert sorted(number_of(answer) for answer in answers) == [0, 5004, 5004, 5004]
    live = "SELECT count(*) FROM sftp_keys JOIN accounts ON accounts.id = account_id"
    live += " WHERE revoked IS NULL AND login_id = 'CHAN01'"
    assert sql(desk.world, live).scalar_one() == 3


# ── what is pasted ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("submit", [True, False])
def test_a_private_key_is_refused_and_kept_nowhere(desk: Desk, pair: Pair, submit: bool) -> None:
    private = pair.path.read_text()
    body = {"proposal": {"kind": "register-key", "login_id": "CHAN01", "public_key": private}, "submit": submit}
    answer = desk.ask("CHAN01", "POST", paths.REQUESTS, body)
    assert number_of(answer) == 5001 and "This is the private key" in answer.json()["detail"]
    secret = private.splitlines()[2]
    assert secret not in answer.text
    assert sql(desk.world, "SELECT count(*) FROM change_requests").scalar_one() == 0
    for file in desk.world.platform.settings.data_dir.rglob("ecp.db*"):
        assert secret.encode() not in file.read_bytes()


def test_a_private_key_in_place_of_a_rotated_one_is_refused_too(desk: Desk, pair: Pair) -> None:
    body = {"login_id": "CHAN01", "public_key": pair.path.read_text(), "signature": pair.signs(pair)}
    answer = desk.ask("CHAN01", "POST", paths.KEY_ROTATIONS, body)
    assert number_of(answer) == 5001 and "private key" in answer.json()["detail"]


def test_a_weak_key_is_refused_by_request_and_by_rotation(desk: Desk, tmp_path: Path) -> None:
    weak, own = new_pair(tmp_path, "weak", "rsa", 2048), Pair(Path(desk.world.people["CHAN01"].ssh_key or ""))
    for answer in (
        proposed(desk, "CHAN01", kind="register-key", login_id="CHAN01", public_key=weak.public),
        rotation(desk, "CHAN01", "CHAN01", weak, own.signs(weak)),
    ):
        assert number_of(answer) == 5001 and "2048 bits is too weak" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("network", "number"),
    [("0.0.0.0/0", 3008), ("10.0.0.0/23", 3008), ("::ffff:10.0.0.0/119", 3008), ("１０.1.2.3", 9002), ("::", 9002)],
)
def test_networks_that_are_too_wide_or_none_are_refused(desk: Desk, network: str, number: int) -> None:
    answer = proposed(desk, "WONGDA1", kind="register-address", login_id="CHAN01", network=network)
    assert number_of(answer) == number


def test_one_address_in_another_spelling_is_not_registered_twice(desk: Desk) -> None:
    address_registered(desk, "10.1.2.3")
    for spelling in ("10.1.2.3/32", "::ffff:10.1.2.3", "::ffff:0a01:203/128"):
        answer = proposed(desk, "WONGDA1", kind="register-address", login_id="CHAN01", network=spelling)
        assert number_of(answer) == 9002 and "10.1.2.3/32 is registered" in answer.json()["detail"]


def test_an_account_has_twenty_addresses_at_most(desk: Desk) -> None:
    for number in range(18):  # the demo's key comes with two
        address_registered(desk, f"10.1.2.{number + 1}")
    answer = proposed(desk, "WONGDA1", kind="register-address", login_id="CHAN01", network="10.9.9.9")
    assert number_of(answer) == 9002 and "20 addresses" in answer.json()["detail"]


# ── the checker and the fingerprint ──────────────────────────────────────────────────────────────────────────────


def test_the_checker_types_the_end_of_the_fingerprint_and_is_not_shown_it(desk: Desk, pair: Pair) -> None:
    made = desk.request("CHAN01", kind="register-key", login_id="CHAN01", public_key=pair.public)
    end = pair.fingerprint[-8:]
    for path in (paths.request(made["id"]), paths.REQUESTS, f"{paths.SFTP_ACCESS}?login_id=CHAN01"):
        assert end not in desk.ask("LEEDA2", "GET", path).text
    for wrong in ("", end[1:], end.swapcase(), "A" * 8):
        assert number_of(desk.approve("LEEDA2", made, fingerprint_end=wrong)) == 5001
    assert desk.approve("LEEDA2", made, fingerprint_end=f"  {end} ").json()["state"] == "applied"


# ── rotation ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def own(desk: Desk) -> Pair:
    """The key of CHAN01 that the demo registered."""
    return Pair(Path(desk.world.people["CHAN01"].ssh_key or ""))


def test_a_signature_by_another_accounts_key_rotates_nothing(desk: Desk, pair: Pair) -> None:
    theirs = Pair(Path(desk.world.people["ACMEBOT1"].ssh_key or ""))
    foreign = rotation(desk, "CHAN01", "CHAN01", pair, theirs.signs(pair))
    unknown = rotation(desk, "CHAN01", "CHAN01", pair, pair.signs(pair))
    assert number_of(foreign) == 5001 and foreign.content == unknown.content
    assert "key-rotated" not in acts(desk.world)


def test_a_signature_by_a_revoked_or_an_expired_key_rotates_nothing(desk: Desk, own: Pair, tmp_path: Path) -> None:
    second, third = new_pair(tmp_path, "second"), new_pair(tmp_path, "third")
    registered(desk, second)
    assert revoke(desk, "CHAN01", second.fingerprint).status_code == 204
    assert number_of(rotation(desk, "CHAN01", "CHAN01", third, second.signs(third))) == 5001
    sql(desk.world, "UPDATE sftp_keys SET expires = 1 WHERE fingerprint = :one", one=own.fingerprint)
    assert number_of(rotation(desk, "CHAN01", "CHAN01", third, own.signs(third))) == 5001
    assert "key-rotated" not in acts(desk.world)


def test_a_signature_for_another_purpose_or_of_another_key_rotates_nothing(
    desk: Desk, own: Pair, pair: Pair, tmp_path: Path
) -> None:
    other = new_pair(tmp_path, "other")
    for signature, said in (
        (own.signs(pair, namespace="file"), "another purpose"),
        (own.signs(other), "not of this new key"),
        ("", "no whole signature"),
        (own.signs(pair)[:-40], "no whole signature"),
        (own.signs(pair).replace("SSH SIGNATURE", "PGP SIGNATURE"), "no whole signature"),
        (pair.public, "no whole signature"),
    ):
        answer = rotation(desk, "CHAN01", "CHAN01", pair, signature)
        assert number_of(answer) == 5001 and said in answer.json()["detail"], answer.text
    assert "key-rotated" not in acts(desk.world)


def test_a_signature_used_once_brings_the_key_back_never(desk: Desk, own: Pair, pair: Pair) -> None:
    signature = own.signs(pair)
    assert rotation(desk, "CHAN01", "CHAN01", pair, signature).is_success
    assert number_of(rotation(desk, "CHAN01", "CHAN01", pair, signature)) == 5002
    assert revoke(desk, "CHAN01", pair.fingerprint).status_code == 204
    assert number_of(rotation(desk, "CHAN01", "CHAN01", pair, signature)) == 5002


@pytest.mark.databases
def test_twenty_rotations_at_once_leave_three_keys(desk: Desk, own: Pair, tmp_path: Path) -> None:
    pairs = [new_pair(tmp_path, f"new{number}") for number in range(20)]
    asked = [
        (
            "CHAN01",
            "POST",
            paths.KEY_ROTATIONS,
            {"login_id": "CHAN01", "public_key": one.public, "signature": own.signs(one)},
        )
        for one in pairs
    ]
    numbers = sorted(number_of(answer) for answer in desk.together(asked))
    assert numbers == [0, 0, *[5004] * 18]


def test_a_suspended_accounts_key_plants_no_successor(desk: Desk, pair: Pair) -> None:
    bot = Pair(Path(desk.world.people["ACMEBOT1"].ssh_key or ""))
    assert desk.ask("WONGDA1", "POST", paths.SUSPENSIONS, {"login_id": "ACMEBOT1"}).is_success
    answer = rotation(desk, "WONGDA1", "ACMEBOT1", pair, bot.signs(pair))
    assert number_of(answer) == 2002 and "suspended" in answer.json()["detail"]


def test_an_operator_rotates_no_companys_key(desk: Desk, own: Pair, pair: Pair) -> None:
    assert number_of(rotation(desk, "OPER01", "CHAN01", pair, own.signs(pair))) == 2002


@pytest.mark.parametrize("path", ACTS)
def test_fields_that_nobody_knows_are_refused(desk: Desk, path: str, pair: Pair) -> None:
    body = {"fingerprint": ABSENT, "login_id": "CHAN01", "network": "10.1.2.3/32", "public_key": pair.public}
    answer = desk.ask("CHAN01", "POST", path, {**body, "signature": "", "account_id": 1, "is_da": True})
    assert answer.status_code == 422 and number_of(answer) == 9002


@pytest.mark.parametrize(
    "path", [paths.SFTP_ACCESS, paths.KEY_REVOCATIONS, paths.KEY_ROTATIONS, paths.ADDRESS_REMOVALS]
)
def test_nobody_without_a_session_learns_anything(desk: Desk, path: str) -> None:
    method = "GET" if path == paths.SFTP_ACCESS else "POST"
    assert number_of(desk.ask(None, method, path, None if method == "GET" else {})) in {1005, 9002}
