"""The application forms: the document reads back as it was meant, and what is wrong with one is said."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.contract.faults import Refused
from backend.contract.messages import Form, FormAdministrator, FormIdentity, Service
from backend.contract.rules.form_documents import form_document, form_file_name, form_sha256, read_form
from backend.contract.rules.forms import TITLES, form_faults, refuse_faulty, warnings
from backend.contract.rules.shown import shown
from backend.core.catalogue_text import parse, shipped

USER_TYPES = parse(shipped()).user_types
names = st.text(st.characters().filter(lambda one: shown(one) == one), min_size=1, max_size=80).filter(
    lambda name: 0 < len(name.strip()) == len(name)
)


def administrator(login_id: str, action: str = "appoint", **other: str) -> FormAdministrator:
    number = sum(map(ord, login_id.upper()))
    facts = {"name": login_id.title(), "email": f"{login_id.lower()}@new.example", "phone": f"+852 2345 {number:04d}"}
    return FormAdministrator.model_validate({"action": action, "login_id": login_id, **facts, **other})


def identity(code: str = "05678", action: str = "add", user_type: str = "SEHK") -> FormIdentity:
    return FormIdentity.model_validate(
        {"action": action, "identity_code": code, "user_type": user_type, "name": "New Securities Ltd"}
    )


def form(*who: FormAdministrator, service: Service = "ecp", **other: object) -> Form:
    facts = {"service": service, "company": "NEWCO", "company_name": "New Securities", "administrators": who}
    return Form.model_validate({**facts, **other})


TWO = (administrator("NEWDA1"), administrator("NEWDA2"))
NEWCO = form(*TWO, identities=(identity(),))


# ── the document ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_titles_are_the_faqs() -> None:
    assert TITLES["client_connect"] == "Client Connect Delegated Administrator Rights Application / Maintenance Form"
    assert TITLES["ecp"] == "ECP User Type and Delegated Administrator Rights Application / Maintenance Form"


def test_a_document_begins_with_its_title_and_reads_as_what_it_is() -> None:
    lines = form_document(NEWCO).split("\n")
    assert lines[:2] == [TITLES["ecp"], "form-v1"]
    for line in (
        "company: NEWCO",
        "identity: add",
        "  user-type: SEHK",
        "administrator: appoint",
        "  login-id: NEWDA1",
    ):
        assert line in lines
    assert "signature" in lines[-2]


def test_whatever_order_a_form_is_filled_in_its_document_is_the_same() -> None:
    codes = (identity("05678"), identity("05679"))
    spaced = administrator("NEWDA1", phone=TWO[0].phone.replace(" ", "-"))
    one, other = form(*TWO, identities=codes), form(TWO[1], spaced, identities=codes[::-1])
    assert form_document(one) == form_document(other)
    assert form_sha256(one) == hashlib.sha256(form_document(other).encode()).hexdigest()
    assert form_file_name(one) == f"ECP_FORM_NEWCO_{form_sha256(one)[:8]}.txt"


@given(names, names)
def test_a_document_reads_back_as_it_was_meant_whatever_the_names(company_name: str, name: str) -> None:
    made = form(administrator("NEWDA1", name=name), TWO[1], company_name=company_name, identities=(identity(),))
    document = form_document(made)
    assert form_document(read_form(document)) == document


@pytest.mark.parametrize("name", ["100%0A", "100%25", "%E2%80%A8", "company: EVIL"])
def test_a_name_cannot_write_lines_of_its_own(name: str) -> None:
    document = form_document(form(administrator("NEWDA1", name=name), TWO[1]))
    assert len(document.split("\n")) == len(form_document(form(*TWO)).split("\n"))
    assert read_form(document).administrators[0].name == name


@pytest.mark.parametrize("name", ["Wong\u2028administrator: appoint", "\u202egnoW", "Wo\u200bng", "\ud7fc"])
def test_a_name_that_hides_or_turns_text_is_refused_in_a_form_and_in_its_document(name: str) -> None:
    with pytest.raises(ValidationError):
        administrator("NEWDA1", name=name)
    with pytest.raises(Refused):
        read_form(form_document(form(*TWO)).replace("Newda1", name))


def test_a_name_with_line_breaks_is_refused_in_a_form_and_in_its_document() -> None:
    with pytest.raises(ValidationError):
        administrator("NEWDA1", name="Wong\nadministrator: appoint\n  login-id: EVIL01")
    with pytest.raises(Refused):
        read_form(form_document(form(*TWO)).replace("Newda1", "Wong%0Aadministrator: appoint"))


def test_what_mail_does_to_a_text_changes_nothing() -> None:
    document = form_document(NEWCO)
    mailed = "\ufeff" + document.replace("\n", "  \r\n") + "\r\nSigned, Wong Ka Yan\r\n"
    assert form_sha256(read_form(mailed)) == form_sha256(NEWCO)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ECP User Type", "ECP user type", "Line 1 of the form: neither of the two"),
        ("form-v1", "form-v2", "Line 2 of the form: form-v1 is missing"),
        ("company: NEWCO", "company: N", "Line 4 of the form: company is not"),
        ("company-name: New Securities", "company-name:", "Line 5 of the form: company-name is not"),
        ("identity: add", "identity: seize", "Line 7 of the form: action is not"),
        ("  user-type: SEHK\n", "", "Line 9 of the form: user-type is missing"),
        ("login-id: NEWDA1", "login-id: NEW_DA1", "Line 13 of the form: login-id is not"),
        ("email: newda1@new.example", "email: newda1", "Line 15 of the form: email is not"),
        ("administrator: appoint", "owner: appoint", "Line 12 of the form: neither identity, nor administrator"),
        ("-" * 72, "", "neither identity, nor administrator"),
    ],
)
def test_what_a_document_lacks_is_said_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_form(form_document(NEWCO).replace(old, new, 1))
    assert refused.value.number == 9002 and said in refused.value.what


@given(st.text(max_size=400))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for document in (text, f"{TITLES['ecp']}\nform-v1\n{text}", form_document(NEWCO)[: len(text) * 2] + text):
        try:
            read_form(document)
        except Refused as refused:
            assert refused.number == 9002


def test_a_document_larger_than_any_form_is_not_read() -> None:
    with pytest.raises(Refused, match="larger than any form"):
        read_form(form_document(NEWCO) + " " * 100_000)


# ── what is wrong with a form ────────────────────────────────────────────────────────────────────────────────────


def numbers(wrong: Form) -> list[int]:
    return [fault.number for fault in form_faults(wrong, USER_TYPES)]


def test_a_right_form_has_no_faults() -> None:
    assert form_faults(NEWCO, USER_TYPES) == []
    refuse_faulty(NEWCO, USER_TYPES)


def test_a_form_that_leaves_one_administrator_is_refused() -> None:
    left = form(administrator("NEWDA1"), administrator("NEWDA2", "remove"))
    assert numbers(left) == [3002]
    with pytest.raises(Refused, match="leaves 1 for ECP"):
        refuse_faulty(left)


def test_one_person_written_twice_is_not_two_administrators() -> None:
    assert numbers(form(administrator("NEWDA1"), administrator("newda1"))) == [9002, 9002, 3006]
    assert numbers(form(TWO[0], administrator("NEWDA2", email="NewDA1@NEW.example"))) == [9002]


@pytest.mark.parametrize("phone", ["(852) 2345-0410", "00852 23450410", "+85223450410"])
def test_two_administrators_cannot_share_a_telephone_however_it_is_written(phone: str) -> None:
    one, other = administrator("NEWDA1", phone="+852 2345 0410"), administrator("NEWDA2", phone=phone)
    assert numbers(form(one, other)) == [3006]


def test_who_is_removed_leaves_telephone_and_desk_to_a_successor() -> None:
    gone = administrator("OLDDA1", "remove", phone=TWO[0].phone)
    assert numbers(form(*TWO, gone)) == []


def test_identities_belong_on_the_ecp_form_once_each_under_a_user_type_that_there_is() -> None:
    assert numbers(form(*TWO, service="client_connect", identities=(identity(),))) == [9002]
    assert numbers(form(*TWO, identities=(identity(), identity(user_type="GCP")))) == [9002]
    unknown = form(*TWO, identities=(identity(user_type="ABC"),))
    assert numbers(unknown) == [9002] and form_faults(unknown) == []


# ── the pair (FAQ Q12) ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_of_administrators_on_one_form_alone_warns_of_the_other() -> None:
    change = (administrator("NEWDA1", "keep"), administrator("NEWDA2", "keep"), administrator("NEWDA3"))
    ecp, connect = form(*change), form(*change, service="client_connect")
    assert TITLES["client_connect"] in warnings([ecp])[0]
    assert TITLES["ecp"] in warnings([connect])[0]
    assert warnings([ecp, connect]) == []
    assert len(warnings([ecp, connect.model_copy(update={"company": "OTHER"})])) == 2


def test_a_new_company_needs_the_ecp_form_alone() -> None:
    assert warnings([NEWCO]) == []


def test_a_form_that_changes_no_administrator_warns_of_nothing() -> None:
    kept = (administrator("NEWDA1", "keep"), administrator("NEWDA2", "keep"))
    assert warnings([form(*kept, identities=(identity(),))]) == []


def test_two_forms_that_say_different_things_of_a_person_are_noticed() -> None:
    other = form(administrator("NEWDA1", phone="+852 9999 0000"), TWO[1], service="client_connect")
    assert "NEWDA1 has another name, e-mail or telephone" in warnings([NEWCO, other])[0]
