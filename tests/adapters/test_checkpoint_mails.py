"""The daily checkpoint: one mail a day and address, as ssh-keygen verifies it after it was copied out of the mail."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from backend.contract.rules.checkpoints import read_checkpoint, read_signed
from backend.core.calendar import Calendar
from backend.core.checkpoint_mails import CheckpointMails
from backend.settings import SettingsError, load
from tests.submitting import submitted
from tests.world import World

TO = ("auditor@firm.example", "records@regulator.example")


def mails_of(world: World) -> CheckpointMails:
    """As one of several processes has it."""
    services, platform = world.services, world.platform
    made = (services.checkpoints, services.continuity, TO)
    return CheckpointMails(platform.store, world.clock, Calendar(platform.settings.zone), platform.mailer, *made)


def sent(world: World) -> list[str]:
    return [mail.text for address in TO for mail in world.mails() if mail.to == address]


@pytest.mark.databases
def test_it_goes_out_once_a_day_whatever_the_number_of_backends(any_world: World) -> None:
    submitted(any_world, any_world.actor("CHAN01"), b"one\n")
    one, other = mails_of(any_world), mails_of(any_world)
    assert (one.tell(), other.tell(), one.tell(), mails_of(any_world).tell()) == (2, 0, 0, 0)
    any_world.clock.move(days=1)
    assert (other.tell(), one.tell()) == (2, 0)
    assert len(sent(any_world)) == 4


def test_nobody_is_named_nobody_is_told(world: World) -> None:
    assert world.platform.checkpoint_mails.tell() == 0
    with pytest.raises(SettingsError, match="checkpoint_mail_to"):
        load({"data_dir": world.platform.settings.data_dir}, {"ECPD_CHECKPOINT_MAIL_TO": "nobody"})


def test_none_goes_out_while_entries_are_missing(world: World) -> None:
    submitted(world, world.actor("CHAN01"), b"one\n")
    world.services.checkpoints.make()
    continuity = world.services.continuity
    assert continuity._known is not None
    continuity._known = replace(continuity._known, size=continuity._known.size + 5, root=bytes(32))
    assert continuity.loss is None
    assert mails_of(world).tell() == 0, "noticed while it was made"
    assert continuity.loss is not None
    assert mails_of(world).tell() == 0


def test_what_is_copied_out_of_the_mail_is_verified_by_ssh_keygen(world: World, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    submitted(world, world.actor("CHAN01"), b"one\n")
    assert mails_of(world).tell() == 2
    said = sent(world)[0].replace("\r\n", "\n")
    latest = world.services.checkpoints.latest().signed
    assert latest.strip() in said
    begin, end = said.index(latest.split("\n", 1)[0] + "\n"), said.index("-----END SSH SIGNATURE-----")
    text, armour = read_signed(said[begin : end + len("-----END SSH SIGNATURE-----\n")])
    assert read_checkpoint(text).size == world.services.checkpoints.latest().size
    (tmp_path / "c.sig").write_text(armour)
    (tmp_path / "signers").write_text(world.services.checkpoints.allowed_signers())
    line = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "ecp.local", "-n", "checkpoint-v1@ecp", "-s", "c.sig"]
    for bytes_, good in (
        (text.encode(), True),
        (text.replace("\n", "\r\n").encode(), False),
        (b"9" + text.encode(), False),
    ):
        ran = subprocess.run(line, cwd=tmp_path, input=bytes_, capture_output=True, timeout=20)
        assert (ran.returncode == 0) is good
