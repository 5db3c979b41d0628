"""`ecp inbox` and `ecp collect`: the operator's side of submissions, for scripts."""

from __future__ import annotations

from pathlib import Path

from ecp_tui.records import as_csv
from tests.commands.conftest import SignIn
from tests.inbox import WHY
from tests.submitting import NAME, submitted
from tests.world import World


def test_an_operator_lists_collects_replays_and_returns_and_the_submitter_reads_why(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    one = submitted(world, world.actor("CHAN01"), b"one").activity.log_index
    oper = sign_in("OPER01")
    (item,) = oper("inbox", "--json").data["items"]
    assert (item["log_index"], item["again"], item["collected_by"], item["state"]) == (one, None, None, "accepted")
    assert NAME in (shown := oper("inbox").out) and "late" in shown
    got = oper("collect", str(one), "--reason", WHY, "--output", tmp_path / NAME, "--json").data
    assert Path(got["path"]).read_bytes() == b"one" and got["file_name"] == NAME
    assert oper("collect", str(one), "--reason", WHY, "--output", "-").out == "one"
    assert "Nothing there." in oper("inbox").err
    assert "collected by OPER01" in oper("inbox", "list", "--state", "collected").out
    assert oper("inbox", "replay", str(one), "--reason", "lost it").code == 0
    assert oper("inbox", "list", "--state", "again", "--json").data["folders"][0]["again"] == 1
    back = oper("inbox", "return", str(one), "--reason", WHY, "--json").data
    assert (back["state"], back["reason"], back["version"]) == ("returned", WHY, 1)
    again = oper("inbox", "withdraw", str(one), "--reason", WHY, "--json")
    assert again.code == 4 and again.data["fault"]["number"] == 4523
    assert f"returned by OPER01 already: log index {back['log_index']}" in again.data["fault"]["what"]
    chan = sign_in("CHAN01")
    told = chan("receipts", "show", str(one), "--json").data["counter_receipts"]
    assert [act["state"] for act in told] == ["returned", "replayed", "collected"]
    found = chan("activity", "--state", "returned", "--json").data["items"]
    assert [(act["act"], act.get("reason")) for act in found] == [("returned", WHY), ("accepted", None)]


def test_collecting_and_handling_are_refused_with_their_exit_codes(sign_in: SignIn, world: World) -> None:
    one = str(submitted(world, world.actor("CHAN01"), b"one").activity.log_index)
    for who, contents, handling in (("CHAN01", 2001, 2001), ("AUDIT01", 4520, 2002)):
        them = sign_in(who)
        for words, number in ((("collect",), contents), (("inbox", "return"), handling)):
            refused = them(*words, one, "--reason", WHY, "--json")
            assert (refused.code, refused.data["fault"]["number"]) == (4, number)
    assert sign_in("AUDIT01")("inbox", "--json").data["items"][0]["log_index"] == int(one)
    assert sign_in("CHAN01")("inbox", "--json").data["fault"]["number"] == 2001
    oper = sign_in("OPER01")
    assert oper("collect", one).code == 2, "a reason is needed"
    for why in ("", "   ", "a\x1b]52;c;b", "\u202egnp.exe", "x" * 501):
        assert oper("inbox", "return", one, "--reason", why, "--json").data["fault"]["number"] == 9002
    assert oper("collect", "99999", "--reason", WHY, "--json").data["fault"]["number"] == 2001


def test_a_reason_is_never_a_formula_in_a_saved_list(sign_in: SignIn, world: World) -> None:
    one = submitted(world, world.actor("CHAN01"), b"one").activity.log_index
    receipt = world.services.inbox.withdraw(world.actor("OPER01"), one, '=HYPERLINK("http://x")')
    heading, line = as_csv([receipt.activity]).decode("utf-8-sig").splitlines()
    assert "reason" in heading.split(",") and '"\'=HYPERLINK(""http://x"")"' in line
