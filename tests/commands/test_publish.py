"""`ecp publish`: the operator's files for an identity."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import SignIn

NAME = "TRD_01234_20220520.csv"
PLACE = ("--folder", "RPT-TRD", "--to", "01234")
PRICES = "CLP_20220520.csv"
TO_ALL = ("--folder", "RPT-CLP", "--to", "ALL")


def test_an_operator_publishes_lists_and_withdraws(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(b"trade\n1\n")
    oper = sign_in("OPER01")
    said = oper("publish", file, *PLACE, "--json").data
    assert (said["state"], said["version"], said["file_name"], said["to"]) == ("published", 1, NAME, ["01234"])
    again = oper("publish", "-", "--name", NAME, *PLACE, typed=b"trade\n2\n")
    assert again.code == 0 and "version 2" in again.out
    assert [one["version"] for one in oper("publish", "list", "--folder", "RPT-TRD", "--json").data["items"]] == [2]
    assert NAME in oper("publish", "list").out
    chan = sign_in("CHAN01")
    assert chan("get", NAME, "--output", "-").out == "trade\n2\n"
    assert chan("publish", file, *PLACE).code == 4, "2002"
    oper = sign_in("OPER01")
    assert oper("publish", "withdraw", NAME, *PLACE).code == 2, "it needs a reason"
    gone = oper("publish", "withdraw", NAME, *PLACE, "--reason", "wrong day", "--json").data
    assert gone == {"state": "withdrawn", "folder": "RPT-TRD", "to": "01234", "file_name": NAME}
    assert "Nothing stands" in oper("publish", "list").err
    assert oper("publish", "withdraw", NAME, *PLACE, "--reason", "wrong day").code == 4


def test_one_file_goes_to_everybody_and_says_who_has_not_fetched_it(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / PRICES
    file.write_bytes(b"stock,close\n5,400\n")
    oper = sign_in("OPER01")
    said = oper("publish", file, *TO_ALL, "--notice", "--json").data
    assert said["to"] == ["ALL"] and said["new"] == said["reached"] == said["identities"] > 3 and said["notices"] > 3
    assert oper("publish", file, *TO_ALL, "--json").data["new"] == 0
    chan = sign_in("CHAN01")
    assert chan("get", PRICES, "--identity", "01234", "--output", "-").out == "stock,close\n5,400\n"
    oper = sign_in("OPER01")
    number = str(said["log_index"])
    shown = oper("publish", "show", number, "--json").data
    assert (shown["fetched"], len(shown["recipients"])) == (1, said["identities"])
    assert [one["identity_code"] for one in shown["recipients"] if one["state"] == "fetched"] == ["01234"]
    waiting = oper("publish", "show", number, "--not-fetched")
    assert "01234" not in waiting.out and "09999" in waiting.out and f"1 of {said['identities']}" in waiting.out
    assert f"1 of {said['identities']}" in oper("publish", "list").out
    assert oper("publish", "withdraw", PRICES, *TO_ALL, "--reason", "other prices").code == 0
    assert oper("publish", "show", number).code == 4


def test_what_cannot_be_published_is_named_with_its_exit_code(sign_in: SignIn, tmp_path: Path) -> None:
    oper = sign_in("OPER01")
    empty, wrong = tmp_path / NAME, tmp_path / "return.csv"
    empty.write_bytes(b"")
    wrong.write_bytes(b"x")
    assert oper("publish", empty, *PLACE, "--json").data["fault"]["number"] == 4512
    assert oper("publish", wrong, *PLACE, "--json").data["fault"]["number"] == 4505
    assert oper("publish", tmp_path / "absent.csv", *PLACE).code == 2
    assert oper("publish", "-", *PLACE, typed=b"x").code == 2, "it has no name"
    assert oper("publish", wrong).code == 2, "neither folder nor identity"
