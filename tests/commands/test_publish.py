"""`ecp publish`: the operator's files for an identity."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import SignIn

NAME = "TRD_01234_20220520.csv"
PLACE = ("--folder", "RPT-TRD", "--identity", "01234")


def test_an_operator_publishes_lists_and_withdraws(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(b"trade\n1\n")
    oper = sign_in("OPER01")
    said = oper("publish", file, *PLACE, "--json").data
    assert (said["state"], said["version"], said["file_name"]) == ("published", 1, NAME)
    again = oper("publish", "-", "--name", NAME, *PLACE, typed=b"trade\n2\n")
    assert again.code == 0 and "version 2" in again.out
    assert [one["version"] for one in oper("publish", "list", *PLACE, "--json").data["items"]] == [2]
    assert NAME in oper("publish", "list", *PLACE).out
    chan = sign_in("CHAN01")
    assert chan("get", NAME, "--output", "-").out == "trade\n2\n"
    assert chan("publish", file, *PLACE).code == 4, "2002"
    oper = sign_in("OPER01")
    gone = oper("publish", "withdraw", NAME, *PLACE, "--reason", "wrong day", "--json").data
    assert gone == {"state": "withdrawn", "folder": "RPT-TRD", "identity_code": "01234", "file_name": NAME}
    assert "Nothing stands" in oper("publish", "list", *PLACE).err
    assert oper("publish", "withdraw", NAME, *PLACE).code == 4


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
