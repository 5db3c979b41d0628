"""`ecp board`, `ecp obligations` and `ecp calendar`: what is due, who is missing, and what a pair changes of it."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import SignIn
from tests.submitting import submitted
from tests.world import FRIDAY, World

TODAY = FRIDAY.date().isoformat()


def test_operators_list_the_board_and_firms_their_own_obligations(sign_in: SignIn, world: World) -> None:
    submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n", input_date=FRIDAY.date(), file_name="SD1_01234_20220520.csv")
    oper = sign_in("OPER01")
    lines = {(line["folder"], line["input_date"]): line for line in oper("board", "--json").data["lines"]}
    assert lines["SD-1", TODAY]["due"] == 2 and lines["SD-1", TODAY]["received"] == 1
    said = oper("board").out
    assert "1 of 3" in said and "2 due, 1 in time" in said
    due = oper("obligations", "--folder", "SD-1", "--state", "due", "--json").data
    assert [one["identity_code"] for one in due["items"]] == ["01235", "09999"] and due["total"] == 2
    first = oper("obligations", "--limit", "1", "--json").data
    rest = oper("obligations", "--cursor", first["cursor"], "--json").data
    assert first["total"] == rest["total"] == len(first["items"] + rest["items"])
    chan = sign_in("CHAN01")
    mine = chan("obligations", "list", "--json").data["items"]
    assert {one["identity_code"] for one in mine} == {"01234", "01235"}
    assert "received" in chan("obligations", "--identity", "01234").out
    assert "There is none." in chan("obligations", "--state", "exempt").err
    assert chan("board").code == 4, "2002"


def test_a_cut_off_is_extended_an_identity_exempted_and_a_day_closed_by_a_pair(sign_in: SignIn) -> None:
    oper = sign_in("OPER01")
    more = oper(
        "obligations", "extend", "sd-1", TODAY, "--until", "22:00", "--identity", "01234", "--reason", "Line down"
    )
    assert more.code == 0 and "2022-05-20 22:00" in more.out and "can check it" in more.out
    wrong = oper("obligations", "extend", "SD-1", TODAY, "--until", "later", "--reason", "x", "--json")
    assert wrong.data["fault"]["number"] == 9002 and "22:00" in wrong.data["fault"]["what"]
    earlier = oper("obligations", "extend", "SD-1", TODAY, "--until", "19:00", "--reason", "x")
    assert earlier.code == 2, "a cut-off never comes earlier"
    exempt = oper("obligations", "exempt", "SD-1", TODAY, "01235", "--reason", "Dormant", "--json").data
    closed = oper("calendar", "close", "2022-05-23", "--reason", "Typhoon signal no. 8", "--json").data
    assert [exempt["state"], closed["state"]] == ["submitted", "submitted"]
    assert sign_in("CHAN01")("calendar", "close", "2022-05-24", "--reason", "x").code == 4
    checker = sign_in("OPER02")
    for request in (1, exempt["id"], closed["id"]):
        seen = checker("approvals", "show", str(request), "--json").data
        done = checker("approvals", "approve", str(request), "--digest", seen["digest"], "--json")
        assert done.data.get("state") == "applied", done
    year = checker("calendar", "show", "--year", "2022", "--json").data
    assert {"day": "2022-05-23", "kind": "closure", "name": "Typhoon signal no. 8"} in year["closed"]
    assert [one["identity_code"] for one in year["extensions"]] == ["01234"]
    said = checker("calendar", "--year", "2022").out
    assert "closure" in said and "Extended" in said and "Exempt" in said and "Dormant" in said
    states = {one["identity_code"]: one for one in checker("obligations", "--folder", "SD-1", "--json").data["items"]}
    assert states["01234"]["extended"] and states["01235"]["state"] == "exempt"


def test_a_years_holidays_are_proposed_from_a_file_of_any_form(sign_in: SignIn, tmp_path: Path) -> None:
    oper = sign_in("OPER01")
    listed = 'year = 2025\n[holidays]\n2025-01-01 = "The first day of January"\n2025-12-25 = "Christmas Day"\n'
    file = tmp_path / "HK-2025.toml"
    file.write_text(listed, "utf-8")
    asked = oper("calendar", "holidays", "2025", file, "--json").data
    assert [one["day"] for one in asked["proposal"]["holidays"]] == ["2025-01-01", "2025-12-25"]
    other = oper("calendar", "holidays", "2025", "-", "--json", typed="2024-12-25 Christmas Day\n")
    assert other.data["fault"]["what"] == "2024-12-25 is not in 2025."
    assert oper("calendar", "holidays", "2025", "-", typed=b"\xff\xfe").code == 2
    assert "not listed yet" in oper("calendar", "--year", "2025").err
