"""`ecp forms`: checked without an account, keyed in by one operator, applied by another (FAQ Q8 to Q12)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from backend.contract.messages import Form
from backend.contract.rules.form_documents import form_document, form_file_name, form_sha256
from tests.commands.conftest import Ecp, SignIn
from tests.keying_in import acme, as_registered, identity, new, newco
from tests.world import World


def written(folder: Path, form: Form) -> Path:
    path = folder / form_file_name(form)
    path.write_text(form_document(form), "utf-8", newline="")
    return path


@pytest.fixture
def joining(tmp_path: Path) -> Path:
    return written(tmp_path, newco())


def test_anybody_checks_a_form_without_server_or_account(ecp: Ecp, joining: Path) -> None:
    said = ecp("forms", "check", joining)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == f"acceptable  {joining.name}"
    assert f"  SHA-256     {hashlib.sha256(joining.read_bytes()).hexdigest()}" in lines
    assert "appoint  NEWDA1" in said.out
    assert all(len(line) <= 80 for line in lines)


def test_a_checked_form_is_data_with_its_own_names(ecp: Ecp, joining: Path) -> None:
    data = ecp("forms", "check", joining, "--json").data
    added = {"state", "file_name", "title", "sha256", "form_sha256", "warnings", "lines"}
    assert set(data) == {*added, *Form.model_fields}
    assert (data["state"], data["service"], data["company"]) == ("acceptable", "ecp", "NEWCO")
    assert data["title"] == "ECP User Type and Delegated Administrator Rights Application / Maintenance Form"
    assert data["sha256"] == data["form_sha256"] == form_sha256(newco())
    assert (data["lines"], data["warnings"]) == (None, [])


def test_what_mail_did_to_a_form_changes_its_files_hash_and_not_the_forms(ecp: Ecp, joining: Path) -> None:
    joining.write_bytes(b"\xef\xbb\xbf" + joining.read_bytes().replace(b"\n", b"\r\n"))
    data = ecp("forms", "check", joining, "--json").data
    assert data["sha256"] == hashlib.sha256(joining.read_bytes()).hexdigest()
    assert data["form_sha256"] == form_sha256(newco())


def test_filing_one_of_the_two_forms_is_warned_of(ecp: Ecp, world: World, tmp_path: Path) -> None:
    """FAQ Q12."""
    said = ecp("forms", "check", written(tmp_path, acme(world, new("NEWDA3"))))
    assert said.code == 0
    assert "Client Connect Delegated Administrator Rights" in said.out


def test_everything_wrong_with_a_form_is_said_at_once(ecp: Ecp, world: World, tmp_path: Path) -> None:
    """Fewer than two delegated administrators: 3002."""
    twice = (identity("remove", "01235"), identity("add", "01235"))
    file = written(tmp_path, acme(world, as_registered(world, "LEEDA2", "remove"), identities=twice))
    said = ecp("forms", "check", file)
    assert (said.code, said.out) == (2, "")
    assert [line[:4] for line in said.err.splitlines()] == ["9002", "3002"]
    data = ecp("forms", "check", file, "--json").data
    assert data["fault"]["number"] == 9002
    assert [fault["number"] for fault in data["faults"]] == [9002, 3002]


@pytest.mark.parametrize("content", [b"", b"Dear support team,\n", b"\x00\xff" * 40, b"x" * 100_001])
def test_what_is_no_form_is_refused_here(ecp: Ecp, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "form.txt").write_bytes(content)
    for verb in ("check", "key-in"):
        said = ecp("forms", verb, tmp_path / "form.txt", "--json")
        assert (said.code, said.data["fault"]["number"]) == (2, 9002)


def test_operators_see_what_it_would_change_and_nothing_changes(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    file = written(tmp_path, acme(world, identities=(identity("remove", "01235"),)))
    ecp = sign_in("OPER01")
    said = ecp("forms", "check", file)
    assert "  ! Identity 01235" in said.out.partition("What it would change")[2]
    assert ecp("forms", "--json").data["items"] == []
    assert ecp("forms", "check", file, "--json").data["lines"][0]["weighs"] is True


def test_a_form_that_an_operator_could_not_apply_is_refused_to_them_alone(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    """The delegated administrator who is left out is known to the server alone."""
    whole = acme(world, new("NEWDA3"))
    file = written(tmp_path, whole.model_copy(update={"administrators": whole.administrators[1:]}))
    assert sign_in("WONGDA1")("forms", "check", file).code == 0
    said = sign_in("OPER01")("forms", "check", file, "--json")
    assert (said.code, said.data["fault"]["number"]) == (2, 9002)


def test_a_session_that_has_ended_takes_nothing_from_the_check(sign_in: SignIn, world: World, joining: Path) -> None:
    ecp = sign_in("OPER01")
    world.clock.move(hours=9)
    assert ecp("forms", "check", joining, "--json").data["lines"] is None


def test_one_operator_keys_it_in_with_the_hash_of_what_came_and_another_applies_it(
    sign_in: SignIn, joining: Path
) -> None:
    joining.write_bytes(joining.read_bytes().replace(b"\n", b"\r\n"))
    said = sign_in("OPER01")("forms", "key-in", joining, "--note", "signed, by post", "--json")
    assert (said.code, said.data["kind"], said.data["company"]) == (0, "apply-form", "NEWCO")
    received = hashlib.sha256(joining.read_bytes()).hexdigest()
    assert said.data["proposal"]["sha256"] == received
    ecp = sign_in("OPER02")
    shown = ecp("forms", "show", "1")
    assert received in shown.out and "Keyed in other" not in shown.out, "ends of lines change with the mail"
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    assert shown.out.endswith("It waits for you: ecp approvals approve 1\n")
    assert ecp("approvals", "approve", "1", "--digest", said.data["digest"]).code == 0
    assert [one["state"] for one in ecp("forms", "list", "--state", "applied", "--json").data["items"]] == ["applied"]
    assert ecp("users", "--company", "NEWCO").out.startswith("New Securities: 2 of 20 users\n")


@pytest.mark.parametrize("who", ["WONGDA1", "CHAN01", "AUDIT01"])
def test_only_operators_key_forms_in(sign_in: SignIn, joining: Path, who: str) -> None:
    said = sign_in(who)("forms", "key-in", joining, "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 2002)


def test_a_request_that_is_no_form_is_none_here(sign_in: SignIn) -> None:
    ecp = sign_in("WONGDA1")
    assert ecp("users", "close", "LEE02").code == 0
    said = ecp("forms", "show", "1", "--json")
    assert (said.code, said.data["fault"]["number"]) == (4, 2001)
    assert ecp("forms").err == "There is none.\n"
