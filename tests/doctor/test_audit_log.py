"""`ecpd audit`: the log recomputed, the first wrong entry named, and the whole given out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, func, select, update

from backend.__main__ import main
from backend.adapters.database import tables
from backend.contract.rules import sshsig
from backend.contract.rules.checkpoints import read_checkpoint, read_signed
from backend.contract.rules.merkle import head_of
from backend.contract.rules.receipts import leaf_hash
from backend.contract.rules.signers import read_allowed_signers
from tests.submitting import submitted
from tests.tampering import unguarded
from tests.world import World


@pytest.fixture
def filed(world: World) -> World:
    for data in (b"one", b"two"):
        submitted(world, world.actor("CHAN01"), data)
        world.services.checkpoints.make()
    return world


def ecpd(world: World, *told: str | Path) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, told), "--data-dir", str(world.platform.settings.data_dir)])


def test_a_sound_log_is_said_to_be_sound_whole_and_since_a_checkpoint(filed: World, tmp_path: Path) -> None:
    said = ecpd(filed, "verify")
    assert said.exit_code == 0 and said.output.startswith("SOUND") and "2 signed receipts" in said.output
    kept = tmp_path / "yesterday.checkpoint"
    kept.write_text(filed.services.checkpoints.latest().signed)
    submitted(filed, filed.actor("CHAN01"), b"three")
    data = json.loads(ecpd(filed, "verify", "--since", kept, "--json").stdout)
    assert data["state"] == "sound" and data["first_wrong"] is None and 0 < data["entries"] < 5
    kept.write_text("no checkpoint")
    refused = ecpd(filed, "verify", "--since", kept)
    assert refused.exit_code == 1 and "is not a signed checkpoint" in refused.output


def test_what_the_platform_is_called_by_now_does_not_matter(filed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECPD_ORIGIN", "another.example")
    assert ecpd(filed, "verify").output.startswith("SOUND")
    last = json.loads(ecpd(filed, "export", "-").stdout.splitlines()[-1])
    assert last["checkpoint"].split("\n")[0] == last["allowed_signers"].split()[0] == "ecp.local"


def test_the_first_wrong_entry_is_named_and_the_program_ends_with_1(filed: World) -> None:
    with unguarded(filed) as to:
        to.execute(update(tables.activity).where(tables.activity.c.version == 2).values(sha256="0" * 64))
    said = ecpd(filed, "verify")
    data = json.loads(ecpd(filed, "verify", "--json").stdout)
    assert said.exit_code == 1 and said.output.startswith("NOT SOUND")
    assert f"the first that is wrong is entry {data['first_wrong']}." in said.output
    assert "was changed: it is not what its hash says" in data["wrong"][0]["what"]


def test_a_log_that_lost_what_the_anchor_vouches_for_is_not_sound(filed: World) -> None:
    with unguarded(filed) as to:
        last = to.execute(select(func.max(tables.activity.c.log_index))).scalar_one()
        to.execute(delete(tables.activity_details).where(tables.activity_details.c.log_index == last))
        to.execute(delete(tables.activity).where(tables.activity.c.log_index == last))
        to.execute(delete(tables.checkpoints).where(tables.checkpoints.c.size > last))
    said = ecpd(filed, "verify")
    assert said.exit_code == 1 and f"Entry {last} is missing" in said.output


def test_an_anchor_or_a_checkpoint_that_no_key_of_ours_signed_vouches_for_nothing(filed: World, tmp_path: Path) -> None:
    anchor = filed.platform.settings.data_dir / "anchor"
    forged = anchor.read_text().replace("\n", "\n9", 1)
    (tmp_path / "mine").write_text(forged)
    said = ecpd(filed, "verify", "--since", tmp_path / "mine")
    assert said.exit_code == 1 and "mine cannot be relied on" in said.output
    anchor.write_text(forged)
    said = ecpd(filed, "verify")
    assert said.exit_code == 1 and "The anchor cannot be relied on" in said.output


def test_what_is_exported_can_be_recomputed_and_verified_elsewhere(filed: World, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert ecpd(filed, "export", file).exit_code == 0
    again = ecpd(filed, "export", file)
    assert again.exit_code == 1 and "File exists" in again.output
    *entries, last = map(json.loads, file.read_text().splitlines())
    text, armour = read_signed(last["checkpoint"])
    checkpoint = read_checkpoint(text)
    assert head_of(leaf_hash(one["text"]) for one in entries).root == checkpoint.root
    (signer,) = read_allowed_signers(last["allowed_signers"])
    assert sshsig.signed_by(armour, text.encode(), sshsig.CHECKPOINTS, [signer.public_key])
    receipts = [one for one in entries if one["signature"]]
    assert len(receipts) == 2
    for one in receipts:
        assert sshsig.signed_by(one["signature"], one["text"].encode(), sshsig.RECEIPTS, [signer.public_key])
    assert ecpd(filed, "export", "-").stdout.splitlines()[:-1] == file.read_text().splitlines()[:-1]
