"""Commands in the real, confined program: files by the standard streams, and help without a file of the machine."""

from __future__ import annotations

import json

import pytest

from tests.commands.tree import leaves
from tests.host.hosted import HostProgram

CONTENT = b"account,amount\n1,2\n"


def test_a_file_comes_in_is_checked_submitted_verified_and_its_receipt_goes_out(host: HostProgram) -> None:
    folders = json.loads(host.command("folders", "--json").run()[1])["items"]
    due = next(one["default_input_date"] for one in folders if one["folder"] == "SD-1")
    name = f"SD1_01234_{due.replace('-', '')}.csv"
    code, said, errors = host.command("check", "-", "--name", name, "--json").run(CONTENT)
    assert (code, errors) == (0, ""), said
    code, said, errors = host.command("submit", "-", "--name", name, "--json").run(CONTENT)
    assert (code, errors) == (0, ""), said
    filed = json.loads(said)
    assert filed["state"] == "accepted"
    assert host.command("verify", "-", "--name", name).run(CONTENT)[1].startswith("MATCH")
    assert host.command("receipts", "save", str(filed["log_index"])).run()[:2] == (0, filed["receipt"])
    code, said, errors = host.command("check", "/etc/passwd").run()
    assert (code, said) == (2, "") and "check - --name passwd < passwd" in errors


@pytest.mark.slow
def test_every_help_is_there(host: HostProgram) -> None:
    for name, _ in leaves():
        if name[0] not in {"demo", "login", "logout", "profiles", "completion", "web", "recover"}:
            code, said, errors = host.command(*name, "--help").run()
            assert (code, errors) == (0, "") and said.startswith("Usage: ecp"), name
