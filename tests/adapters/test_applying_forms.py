"""Forms applied to companies, on either database: who comes, stays and goes, and what the checker sees."""

from __future__ import annotations

import hashlib
from functools import partial

import pytest

from backend.contract.messages import (
    ApplyForm,
    Approval,
    Decision,
    FormAdministrator,
    NewRequest,
)
from backend.contract.rules.form_documents import form_document, form_sha256
from backend.contract.rules.forms import SERVICE_NAMES
from backend.core.actor import Actor
from backend.core.client_connect.mails import Mail
from tests.keying_in import (
    Operators,
    account,
    acme,
    as_registered,
    company,
    fill,
    grant,
    labelled,
    new,
    newco,
    refused,
)
from tests.world import World


@pytest.fixture
def operators(any_world: World) -> Operators:
    return Operators(any_world)


def told(world: World) -> list[Mail]:
    """Notices that are still to be sent."""
    with world.platform.store.reading() as rows:
        mails = [world.platform.mailer.opened(one.sealed) for one in rows.due_mails(world.clock.now(), 50)]
    return [one for one in mails if one is not None and one.kind == "notice"]


# ── joining ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_company_joins_by_the_ecp_form_with_administrators_for_both_services(operators: Operators) -> None:
    world = operators.world
    request = operators.key_in(newco())
    assert request.title == "Apply ECP form of NEWCO" and request.side == "operator"
    assert labelled(request)["Company"].after == "NEWCO joins: New Securities"
    assert operators.approve(request).state == "applied"
    stands = company(world, "NEWCO")
    assert (stands.used, stands.cc_das, stands.ecp_das, stands.quota) == (2, 2, 2, 20)
    for login_id in ("NEWDA1", "NEWDA2"):
        made = account(world, login_id)
        assert (made.kind, made.state, made.services) == ("da", "invited", ("client_connect", "ecp"))
    with world.platform.store.reading() as rows:
        assert rows.identities("NEWCO")["05678"].user_type == "SEHK"
        mails = [world.platform.mailer.opened(one.sealed) for one in rows.due_mails(world.clock.now(), 10)]
    invited = {one.to for one in mails if one is not None and one.kind == "invitation"}
    assert invited == {"newda1@new.example", "newda2@new.example"}


def test_who_applies_a_joining_companys_form_is_shown_both_rights_it_gives(operators: Operators) -> None:
    lines = labelled(operators.key_in(newco()))
    for service in SERVICE_NAMES.values():
        assert lines[f"{service} DAs"].after == "NEWDA1, NEWDA2"


def test_a_client_connect_form_alone_makes_no_company(operators: Operators) -> None:
    alone = newco().model_copy(update={"service": "client_connect", "identities": ()})
    assert "It joins by the" in refused(lambda: operators.key_in(alone)).what


@pytest.mark.parametrize("action", ["keep", "remove"])
def test_nothing_of_a_company_that_is_not_there_is_kept_or_removed(operators: Operators, action: str) -> None:
    odd = newco(new("NEWDA1"), new("NEWDA2"), new("NEWDA3", action=action))
    assert "no company NEWCO yet" in refused(lambda: operators.key_in(odd)).what


def test_a_company_does_not_join_without_an_identity_code(operators: Operators) -> None:
    bare = newco().model_copy(update={"identities": ()})
    assert "without an identity code" in refused(lambda: operators.key_in(bare)).what


# ── administrators ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_administrator_is_invited_for_one_service_and_takes_a_seat(operators: Operators) -> None:
    world = operators.world
    before = company(world)
    operators.apply(acme(world, new("KWOKDA3")))
    after = company(world)
    assert (after.used, after.ecp_das, after.cc_das) == (before.used + 1, before.ecp_das + 1, before.cc_das)
    assert account(world, "KWOKDA3").services == ("ecp",)


def test_both_forms_keyed_in_together_are_applied_apart(operators: Operators) -> None:
    world = operators.world
    forms = [acme(world, new("KWOKDA3"), service=service) for service in SERVICE_NAMES]
    requests = [operators.key_in(form) for form in forms]
    for request in reversed(requests):
        assert operators.approve(request).state == "applied"
    assert account(world, "KWOKDA3").services == ("client_connect", "ecp")
    assert (company(world).used, company(world).cc_das, company(world).ecp_das) == (6, 3, 3)


def test_both_forms_that_remove_somebody_are_applied_apart_and_the_last_closes(operators: Operators) -> None:
    world = operators.world
    for service in SERVICE_NAMES:
        operators.apply(acme(world, new("KWOKDA3"), service=service))
    forms = [
        acme(world, as_registered(world, "KWOKDA3"), as_registered(world, "LEEDA2", "remove"), service=service)
        for service in ("ecp", "client_connect")
    ]
    first, second = (operators.key_in(form) for form in forms)
    token = world.token("LEEDA2")
    operators.approve(first)
    assert account(world, "LEEDA2").services == ("client_connect",)
    operators.approve(second)
    assert account(world, "LEEDA2").state == "closed"
    assert refused(lambda: world.services.sessions.me(token)).number == 1005
    assert (company(world).used, company(world).cc_das, company(world).ecp_das) == (5, 2, 2)


def test_who_keeps_functions_goes_on_as_a_business_user(operators: Operators) -> None:
    world = operators.world
    grant(world, "LEEDA2", "EU_SD1", "01234")
    for service in SERVICE_NAMES:
        operators.apply(acme(world, new("KWOKDA3"), as_registered(world, "LEEDA2", "remove"), service=service))
        if service == "client_connect":
            assert account(world, "LEEDA2").kind == "da"
    left = account(world, "LEEDA2")
    assert (left.kind, left.state, left.services, len(left.grants)) == ("business", "active", (), 1)
    assert company(world).used == 6


def test_contact_details_are_shown_as_they_change_and_another_email_ends_sessions(operators: Operators) -> None:
    world = operators.world
    token = world.token("LEEDA2")
    moved = as_registered(world, "LEEDA2", email="lee@elsewhere.example", phone="+852 (9)123-4567")
    request = operators.key_in(acme(world, moved, service="client_connect"))
    lines = labelled(request)
    assert lines["LEEDA2, e-mail"].before == "leeda2@acme.example" and lines["LEEDA2, e-mail"].weighs
    assert lines["LEEDA2, telephone"].after == "+85291234567"
    operators.approve(request)
    assert account(world, "LEEDA2").email == "lee@elsewhere.example"
    assert refused(lambda: world.services.sessions.me(token)).number == 1005


def test_everybody_on_a_form_hears_that_it_was_applied_at_the_address_before_it(operators: Operators) -> None:
    world = operators.world
    world.platform.mail.stop()
    moved = as_registered(world, "LEEDA2", email="lee@elsewhere.example")
    request = operators.key_in(acme(world, moved, new("KWOKDA3"), service="client_connect"))
    assert not [one for one in told(world) if one.to.endswith("acme.example")], "nothing is applied yet"
    operators.approve(request)
    notices = {one.to: one.values["words"] for one in told(world) if one.to.startswith(("lee", "wong", "kwok"))}
    assert set(notices) == {"leeda2@acme.example", "wongda1@acme.example"}
    assert all("LEEDA2, e-mail" in words and "lee@elsewhere" not in words for words in notices.values())


def test_a_form_that_was_rejected_is_told_to_nobody_on_it(operators: Operators) -> None:
    world = operators.world
    world.platform.mail.stop()
    request = operators.key_in(acme(world, new("KWOKDA3")))
    decision = Decision(rev=request.rev, reason="No signature.")
    world.services.requests.decide(operators.checker, request.id, "reject", decision)
    assert not [one for one in told(world) if one.to.endswith("acme.example")]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (new("CHAN01"), "CHAN01 is a business user"),
        (new("HODA1"), "The login ID HODA1 is taken"),
        (new("OPER02"), "The login ID OPER02 is taken"),
        (new("RECOVER"), "The login ID RECOVER is taken"),
        (new("LIKEATICKET23456", phone="+852 91234567"), "The login ID LIKEATICKET23456 is taken"),
        (new("WONGDA1"), "already: write keep or remove"),
        (new("NOBODY1", action="keep"), "no delegated administrator of ACME"),
        (new("NOBODY1", action="remove"), "no delegated administrator of ACME"),
        (new("HODA1", action="remove"), "no delegated administrator of ACME"),
    ],
)
def test_who_cannot_be_named_so_is_said(operators: Operators, who: FormAdministrator, said: str) -> None:
    form = acme(operators.world, who, new("KWOKDA3"))
    assert said in refused(lambda: operators.key_in(form)).what


def test_an_administrator_left_off_the_form_is_asked_after(operators: Operators) -> None:
    form = acme(operators.world, new("KWOKDA3"))
    left_off = form.model_copy(update={"administrators": form.administrators[1:]})
    assert "WONGDA1 is a delegated administrator" in refused(lambda: operators.key_in(left_off)).what


def test_a_form_that_leaves_one_administrator_is_refused(operators: Operators) -> None:
    gone = as_registered(operators.world, "LEEDA2", "remove")
    assert refused(lambda: operators.key_in(acme(operators.world, gone))).number == 3002


@pytest.mark.parametrize("email", ["HO01@Harbour.Example", "ho01@harbour.example"])
def test_an_email_of_another_companys_user_is_refused_in_whatever_case(operators: Operators, email: str) -> None:
    form = acme(operators.world, new("KWOKDA3", email=email))
    assert refused(lambda: operators.key_in(form)).number == 3005


def test_a_telephone_of_another_administrator_is_refused_though_off_this_form(operators: Operators) -> None:
    world = operators.world
    operators.apply(acme(world, new("KWOKDA3", phone="+852 9000 0001")))
    other = acme(world, new("POONDA4", phone="00852-9000-0001"), service="client_connect")
    assert refused(lambda: operators.key_in(other)).number == 3006


def test_who_leaves_may_hand_the_telephone_on_and_after_90_days_the_email(operators: Operators) -> None:
    world = operators.world
    for service in SERVICE_NAMES:
        operators.apply(acme(world, new("KWOKDA3"), service=service))
    left = as_registered(world, "LEEDA2", "remove")
    for service in SERVICE_NAMES:
        operators.apply(acme(world, as_registered(world, "KWOKDA3"), left, service=service))
    assert account(world, "LEEDA2").state == "closed"
    stays = (as_registered(world, "WONGDA1"), as_registered(world, "KWOKDA3"))
    heir = acme(world).model_copy(update={"administrators": (*stays, new("HEIRDA4", phone=left.phone))})
    assert operators.key_in(heir).state == "submitted"
    also = heir.model_copy(update={"administrators": (*stays, new("HEIRDA5", email=left.email.upper()))})
    assert refused(lambda: operators.key_in(also)).number == 3005
    world.clock.move(days=91)
    world.platform.sweep()
    assert operators.key_in(also).state == "submitted"


# ── what the checker sees ────────────────────────────────────────────────────────────────────────────────────────


def test_a_form_keyed_in_other_than_it_was_sent_in_says_so(operators: Operators) -> None:
    form = acme(operators.world, new("KWOKDA3"))
    right, wrong = operators.key_in(form, form_sha256(form)), operators.key_in(form, "0" * 64)
    assert labelled(right)["SHA-256 of the form sent in"].after == form_sha256(form)
    assert labelled(wrong)["Keyed in other than sent in"].weighs


def test_a_form_that_mail_gave_other_line_ends_is_the_form_that_was_sent_in(operators: Operators) -> None:
    form = acme(operators.world, new("KWOKDA3"))
    received = hashlib.sha256(form_document(form).replace("\n", "\r\n").encode()).hexdigest()
    lines = labelled(operators.key_in(form, received))
    assert lines["SHA-256 of the form sent in"].after == received, "that of the document as it was received"
    assert "Keyed in other than sent in" not in lines


def test_a_form_that_changes_nothing_is_not_keyed_in(operators: Operators) -> None:
    assert "Nothing would change" in refused(lambda: operators.key_in(acme(operators.world))).what


def test_forms_are_for_operators_and_their_maker_does_not_apply_them(operators: Operators) -> None:
    world = operators.world
    form = newco()
    for login_id in ("WONGDA1", "CHAN01", "AUDIT01"):
        actor: Actor = world.actor(login_id)
        keyed = NewRequest(proposal=ApplyForm(form=form))
        assert refused(partial(world.services.requests.make, actor, keyed)).number == 2002
        assert refused(partial(world.services.companies.check_form, actor, form)).number == 2002
    request = operators.key_in(form)
    approval = Approval(rev=request.rev, digest=request.digest)
    mine = refused(lambda: world.services.requests.approve(operators.maker, request.id, approval))
    assert mine.number == 3003


def test_the_check_says_what_keying_it_in_would(operators: Operators) -> None:
    form = acme(operators.world, new("KWOKDA3"))
    lines = operators.world.services.companies.check_form(operators.maker, form)
    assert tuple(lines) == operators.key_in(form).lines


def test_a_full_company_is_told_so_with_the_numbers(operators: Operators) -> None:
    world = operators.world
    fill(world, 20)
    full = refused(lambda: operators.key_in(acme(world, new("KWOKDA3"))))
    assert full.number == 3001 and "20 of 20" in full.what
