"""SFTP access from the first step to the last: its page, what one person does at once, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.adapters.database import tables
from backend.contract.faults import Refused
from backend.contract.messages import RemoveAddress, RevokeKey, RotateKey, SftpAccessPage
from backend.core.activity_row import ActivityRow
from backend.core.client_connect.sftp_setup import state_of
from tests.adapters.signing_in import outcome
from tests.asked_together import Desk, sql
from tests.ssh_keys import Pair, address_registered, new_pair, registered
from tests.world import World


@pytest.fixture
def desk(any_world: World) -> Desk:
    return Desk(any_world)


@pytest.fixture
def own(any_world: World) -> Pair:
    return Pair(Path(any_world.people["CHAN01"].ssh_key or ""))


def page(world: World, login_id: str = "", who: str = "WONGDA1") -> SftpAccessPage:
    return world.services.sftp_setup.page(world.actor(who), login_id)


def states(world: World, login_id: str) -> list[str]:
    return [step.state for step in page(world, login_id).steps]


def latest(world: World) -> ActivityRow:
    with world.platform.store.reading() as rows:
        row = rows.activity(rows.head().size - 1)
    assert row is not None
    return row


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_five_steps_are_those_of_the_faq_and_go_from_next_to_done(desk: Desk, tmp_path: Path) -> None:
    world, pair = desk.world, new_pair(tmp_path)
    assert [(step.title, step.section) for step in page(world, "LEE02").steps] == [
        ("Account identity setup", "5.3"),
        ("SFTP Key Registration", "4.5.1"),
        ("IP Address Registration", "4.5.3"),
        ("SFTP Connection to ECP", "5.5"),
        ("Folder structure", "5.7"),
    ]
    assert states(world, "LEE02") == ["next", "later", "later", "later", "later"]
    wish = {"function": "EU_ECPSFTP", "identity_codes": ["01234"]}
    made = desk.request("WONGDA1", kind="grant-functions", login_id="LEE02", grants=[wish])
    assert states(world, "LEE02") == ["waiting", "next", "later", "later", "later"]
    assert desk.approve("LEEDA2", made).is_success
    key = desk.request("LEE02", kind="register-key", login_id="LEE02", public_key=pair.public)
    assert states(world, "LEE02") == ["done", "waiting", "next", "later", "later"]
    address_registered(desk, "10.1.2.0/24", "LEE02")
    assert states(world, "LEE02") == ["done", "waiting", "done", "later", "later"]
    assert desk.approve("LEEDA2", key, fingerprint_end=pair.fingerprint[-8:]).is_success
    assert states(world, "LEE02") == ["done", "done", "done", "next", "later"]
    world.services.sftp_access.connected(pair.fingerprint)
    assert states(world, "LEE02") == ["done"] * 5
    assert "Last connection 2022-05-20 16:0" in page(world, "LEE02").steps[3].words


def test_the_page_says_what_is_registered_and_where_to_connect(desk: Desk, tmp_path: Path) -> None:
    world, pair = desk.world, new_pair(tmp_path)
    registered(desk, pair, "LEE02")
    address_registered(desk, "127.0.0.77/24", "LEE02")
    world.services.sftp_setup.opened(2022, "SHA256:hostkey")
    found = page(world, who="LEE02")
    assert (found.login_id, found.name) == ("LEE02", "Lee Siu Fong")
    key = found.keys[0]
    assert (key.fingerprint, key.type, key.comment) == (pair.fingerprint, "ssh-ed25519", "key@acme")
    assert key.registered is not None and key.expires - key.registered == timedelta(days=395)
    assert [one.network for one in found.addresses] == ["127.0.0.0/24"]
    assert (found.your_address, found.covered) == ("127.0.0.1", True)
    assert (found.ssh_host, found.ssh_port, found.host_key_fingerprint) == ("127.0.0.1", 2022, "SHA256:hostkey")
    assert {one.kind for one in found.requests} == {"register-key", "register-address"}
    elsewhere = replace(world.actor("LEE02"), source="::ffff:10.9.9.9")
    seen = world.services.sftp_setup.page(elsewhere)
    assert (seen.your_address, seen.covered) == ("10.9.9.9", False)
    unknown = world.services.sftp_setup.page(replace(elsewhere, source="-"))
    assert (unknown.your_address, unknown.covered) == ("-", False)


def test_the_tree_is_what_sftp_shows_and_as_narrow_as_the_administrators_made_it(desk: Desk) -> None:
    world = desk.world
    tree = page(world, "ACMEBOT1").tree
    assert "/01234/SD-1/submit/" in tree and "/01235/RPT-TRD/download/" in tree
    assert not [path for path in tree if "ACM01" in path or "/CPM/" in path]
    wish = {"function": "EU_ECPSFTP", "identity_codes": ["01234"]}
    made = desk.request("WONGDA1", kind="grant-functions", login_id="ACMEBOT1", grants=[wish], sftp_folders=["SD-1"])
    assert desk.approve("LEEDA2", made).is_success
    assert page(world, "ACMEBOT1").tree == ("/01234/SD-1/receipts/", "/01234/SD-1/submit/")
    assert page(world, "LEE02").tree == () == page(world, "WONGDA1").tree
    assert desk.ask("WONGDA1", "POST", "/v1/suspensions", {"login_id": "ACMEBOT1"}).is_success
    assert page(world, "ACMEBOT1").tree == ()


def test_an_operators_page_names_what_operators_find_and_asks_for_no_function(any_world: World) -> None:
    shown = page(any_world, "OPER01", "OPER01")
    assert shown.tree == ("/collect/FOLDER/IDENTITY/DATE/", "/publish/FOLDER/IDENTITY/", "/publish/FOLDER/ALL/")
    assert [step.state for step in shown.steps] == ["done", "done", "done", "next", "later"]
    auditor = page(any_world, "AUDIT01", "AUDIT01")
    assert auditor.tree == () and auditor.steps[0].state == "next"


def test_a_key_says_30_days_before_that_it_expires(any_world: World, own: Pair) -> None:
    now = any_world.clock.now()
    with any_world.platform.store.reading() as rows:
        key = rows.sftp_key(own.fingerprint)
    assert key is not None
    left = [timedelta(days=395), timedelta(days=30, seconds=1), timedelta(days=30), timedelta(seconds=1), timedelta()]
    states = [state_of(replace(key, expires=now + one), now) for one in left]
    assert states == ["live", "live", "expiring", "expiring", "expired"]
    assert {state_of(replace(key, expires=now + one, revoked=now), now) for one in left} == {"revoked"}


def test_who_sees_whose_page(any_world: World) -> None:
    def sees(who: str, login_id: str) -> int:
        actor = any_world.actor(who)
        return outcome(lambda: any_world.services.sftp_setup.page(actor, login_id))

    assert [sees(who, "CHAN01") for who in ("CHAN01", "WONGDA1", "OPER01", "AUDIT01")] == [0, 0, 0, 0]
    assert [sees(who, "CHAN01") for who in ("LEE02", "HODA1", "HO01", "TAI09")] == [2001] * 4
    assert sees("CHAN01", "") == 0 == sees("CHAN01", "chan01")


# ── at once, by one person ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["CHAN01", "LEEDA2", "OPER02"])
def test_a_key_is_revoked_at_once_and_for_ever(any_world: World, own: Pair, who: str) -> None:
    services, actor = any_world.services, any_world.actor(who)
    assert services.sftp_access.admit("CHAN01", own.fingerprint, "127.0.0.1").login_id == "CHAN01"
    services.sftp_acts.revoke_key(actor, RevokeKey(fingerprint=own.fingerprint))
    row = latest(any_world)
    assert (row.act, row.login_id, row.subject, row.object) == ("key-revoked", who, "CHAN01", own.fingerprint)
    assert row.company == "ACME" and "change-v1" in row.text()
    with pytest.raises(Refused, match="1005"):
        services.sftp_access.admit("CHAN01", own.fingerprint, "127.0.0.1")
    assert page(any_world, "CHAN01").keys[0].state == "revoked"
    assert page(any_world, "CHAN01").steps[1].words.startswith("No key is live any more")
    assert outcome(lambda: services.sftp_acts.revoke_key(actor, RevokeKey(fingerprint=own.fingerprint))) == 2001


@pytest.mark.parametrize("who", ["CHAN01", "LEEDA2", "OPER02"])
def test_an_address_is_removed_at_once(any_world: World, own: Pair, who: str) -> None:
    services, actor = any_world.services, any_world.actor(who)
    removal = RemoveAddress(login_id="CHAN01", network="127.0.0.1/32")
    services.sftp_acts.remove_address(actor, removal)
    row = latest(any_world)
    assert (row.act, row.subject, row.object) == ("address-removed", "CHAN01", "127.0.0.1/32")
    with pytest.raises(Refused, match="5003"):
        services.sftp_access.admit("CHAN01", own.fingerprint, "127.0.0.1")
    assert services.sftp_access.admit("CHAN01", own.fingerprint, "::1").login_id == "CHAN01"
    assert outcome(lambda: services.sftp_acts.remove_address(actor, removal)) == 2001


def test_what_was_registered_stands_in_the_entry_of_its_approval_and_not_before(desk: Desk, tmp_path: Path) -> None:
    pair = new_pair(tmp_path)
    made = desk.request("WONGDA1", kind="register-key", login_id="CHAN01", public_key=pair.public)
    assert (latest(desk.world).act, latest(desk.world).object) == ("request-requested", None)
    assert desk.approve("LEEDA2", made, fingerprint_end=pair.fingerprint[-8:]).is_success
    row = latest(desk.world)
    assert (row.act, row.kind, row.object) == ("request-applied", "register-key", pair.fingerprint)
    assert f"object: {pair.fingerprint}" in row.text()
    address_registered(desk, "10.1.2.9/28")
    row = latest(desk.world)
    assert (row.act, row.kind, row.object) == ("request-applied", "register-address", "10.1.2.0/28")


def test_taking_away_moves_the_epoch_and_registering_does_not(desk: Desk, own: Pair, tmp_path: Path) -> None:
    def epoch() -> int:
        return int(sql(desk.world, "SELECT access_epoch FROM platform").scalar_one())

    before = epoch()
    registered(desk, new_pair(tmp_path))
    address_registered(desk, "10.1.2.3")
    assert epoch() == before
    actor = desk.world.actor("CHAN01")
    desk.world.services.sftp_acts.revoke_key(actor, RevokeKey(fingerprint=own.fingerprint))
    desk.world.services.sftp_acts.remove_address(actor, RemoveAddress(login_id="CHAN01", network="10.1.2.3/32"))
    assert epoch() == before + 2


# ── rotation ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "bits", "options"),
    [
        ("ed25519", None, ()),
        ("ecdsa", 256, ()),
        ("ecdsa", 384, ("-O", "hashalg=sha256")),
        ("rsa", 3072, ()),
        ("rsa", 3072, ("-O", "hashalg=sha256")),
    ],
)
def test_a_live_key_signs_its_successor_which_is_registered_at_once(
    desk: Desk, tmp_path: Path, kind: str, bits: int | None, options: tuple[str, ...]
) -> None:
    old, new = new_pair(tmp_path, "old", kind, bits), new_pair(tmp_path, "new")
    registered(desk, old)
    world, actor = desk.world, desk.world.actor("CHAN01")
    asked = RotateKey(login_id="CHAN01", public_key=new.public, signature=old.signs(new, *options))
    world.services.sftp_acts.rotate_key(actor, asked)
    row = latest(world)
    assert (row.act, row.login_id, row.subject, row.object) == ("key-rotated", "CHAN01", "CHAN01", new.fingerprint)
    with world.platform.store.reading() as rows:
        key = rows.sftp_key(new.fingerprint)
    assert key is not None and key.live(world.clock.now()) and key.public_key == new.public.strip()
    assert {one.fingerprint: one.state for one in page(world, "CHAN01").keys}[old.fingerprint] == "live"


@pytest.mark.parametrize("paste", ["{}", "{}\n", "  {}  "])
def test_a_paste_without_its_line_feed_is_still_what_was_signed(
    any_world: World, own: Pair, tmp_path: Path, paste: str
) -> None:
    new = new_pair(tmp_path, "new")
    text = paste.format(new.public.strip())
    asked = RotateKey(login_id="CHAN01", public_key=text, signature=own.signs(new))
    any_world.services.sftp_acts.rotate_key(any_world.actor("CHAN01"), asked)
    assert new.fingerprint in {key.fingerprint for key in page(any_world, "CHAN01").keys}


def test_an_administrator_rotates_a_machines_key_for_it(any_world: World, tmp_path: Path) -> None:
    bot, new = Pair(Path(any_world.people["ACMEBOT1"].ssh_key or "")), new_pair(tmp_path, "new")
    asked = RotateKey(login_id="ACMEBOT1", public_key=new.public, signature=bot.signs(new))
    any_world.services.sftp_acts.rotate_key(any_world.actor("WONGDA1"), asked)
    row = latest(any_world)
    assert (row.act, row.login_id, row.subject) == ("key-rotated", "WONGDA1", "ACMEBOT1")


def test_a_rotation_is_told_by_mail_to_its_owner_and_to_those_who_would_have_checked_it(
    any_world: World, own: Pair, tmp_path: Path
) -> None:
    new = new_pair(tmp_path, "new")
    asked = RotateKey(login_id="CHAN01", public_key=new.public, signature=own.signs(new))
    any_world.services.sftp_acts.rotate_key(any_world.actor("WONGDA1"), asked)
    with any_world.platform.store.engine.connect() as connection:
        sealed = connection.scalars(select(tables.mails.c.sealed)).all()
    mails = [any_world.platform.mailer.opened(one) for one in sealed if one]
    told = {mail.to: mail.values["words"] for mail in mails if mail is not None}
    assert set(told) == {"chan01@acme.example", "leeda2@acme.example"}
    assert all(new.fingerprint in words and "Wong Ka Yan (WONGDA1)" in words for words in told.values())


def test_where_three_keys_are_live_one_has_to_go_first(desk: Desk, own: Pair, tmp_path: Path) -> None:
    for name in ("second", "third"):
        registered(desk, new_pair(tmp_path, name))
    new, actor = new_pair(tmp_path, "new"), desk.world.actor("CHAN01")
    asked = RotateKey(login_id="CHAN01", public_key=new.public, signature=own.signs(new))
    rotate = desk.world.services.sftp_acts.rotate_key
    assert outcome(lambda: rotate(actor, asked)) == 5004
    second = Pair(tmp_path / "second")
    desk.world.services.sftp_acts.revoke_key(actor, RevokeKey(fingerprint=second.fingerprint))
    assert outcome(lambda: rotate(actor, asked)) == 0


# ── noting connections ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_connection_is_noted_at_most_every_quarter_of_an_hour(any_world: World, own: Pair) -> None:
    def seen() -> object:
        with any_world.platform.store.reading() as rows:
            key = rows.sftp_key(own.fingerprint)
        assert key is not None
        return key.seen

    noted = any_world.services.sftp_access.connected
    noted(own.fingerprint)
    first = seen()
    assert first == any_world.clock.now()
    any_world.clock.move(minutes=14)
    noted(own.fingerprint)
    assert seen() == first
    any_world.clock.move(minutes=1)
    noted(own.fingerprint)
    assert seen() == any_world.clock.now()
    noted("SHA256:unknown")
