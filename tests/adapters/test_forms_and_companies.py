"""What forms do to a company, on either database: its identity codes, races for its seats, and its end."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from backend.adapters.database import tables
from backend.contract.faults import Refused
from backend.contract.messages import (
    ChangeRequest,
    CloseCompany,
    NewRequest,
)
from backend.contract.rules.forms import SERVICE_NAMES
from tests.keying_in import (
    Operators,
    account,
    acme,
    as_registered,
    company,
    fill,
    grant,
    identity,
    labelled,
    new,
    newco,
    refused,
    together,
)
from tests.world import World

SEHK = "SEHK Participant"


@pytest.fixture
def operators(any_world: World) -> Operators:
    return Operators(any_world)


# ── identity codes ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_identity_that_goes_takes_the_grants_that_hang_on_it_and_says_so(operators: Operators) -> None:
    world = operators.world
    request = operators.key_in(acme(world, identities=(identity("remove", "01235"),)))
    lost = labelled(request)["CHAN01, EU_SD1"]
    assert (lost.before, lost.after, lost.weighs) == ("01234, 01235", "01234", True)
    assert {"CHAN01, EU_LOP", "CHAN01, EU_ECPSFTP", "ACMEBOT1, EU_ECPSFTP"} <= labelled(request).keys()
    operators.approve(request)
    for login_id in ("CHAN01", "ACMEBOT1"):
        assert all("01235" not in grant.identity_codes for grant in account(world, login_id).grants)
    with world.platform.store.reading() as rows:
        assert "01235" not in rows.identities("ACME")


def test_the_last_identity_of_a_user_type_takes_the_user_type_along(operators: Operators) -> None:
    world = operators.world
    grant(world, "LEE02", "EU_CPM", "ACM01")
    request = operators.key_in(acme(world, identities=(identity("remove", "ACM01", "GCP"),)))
    lines = labelled(request)
    assert lines["User type General Clearing Participant"].before == "held"
    assert (lines["LEE02, EU_CPM"].before, lines["LEE02, EU_CPM"].after) == ("ACM01", "")
    operators.approve(request)
    assert [grant.function for grant in account(world, "LEE02").grants] == ["EU_SD1"]


def test_rights_that_went_with_an_identity_are_gone_in_a_session_that_is_open(operators: Operators) -> None:
    world = operators.world
    token = world.token("CHAN01")

    def reached() -> set[str]:
        chan = world.services.sessions.actor(token, "console", "127.0.0.1", background=False)
        folders = world.services.home.folders(chan)
        return {one.identity_code for folder in folders for one in folder.identities}

    assert "01235" in reached()
    operators.apply(acme(world, identities=(identity("remove", "01235"),)))
    assert reached() == {"01234"}


def test_an_identity_code_belongs_to_one_company_for_ever(operators: Operators) -> None:
    world = operators.world
    words = "belongs to another company"
    assert words in refused(lambda: operators.key_in(acme(world, identities=(identity("add", "HBR01", "GCP"),)))).what
    assert words in refused(lambda: operators.key_in(acme(world, identities=(identity("remove", "09999"),)))).what
    operators.apply(acme(world, identities=(identity("remove", "01235"),)))
    assert words in refused(lambda: operators.key_in(newco(code="01235"))).what
    operators.apply(acme(world, identities=(identity("add", "01235", name="Acme Brokerage again"),)))
    with world.platform.store.reading() as rows:
        assert rows.identities("ACME")["01235"].name == "Acme Brokerage again"


def test_an_identity_code_keeps_its_user_type_and_may_take_another_name(operators: Operators) -> None:
    world = operators.world
    other = acme(world, identities=(identity("keep", "01235", "GCP"),))
    assert "another user type takes another code" in refused(lambda: operators.key_in(other)).what
    request = operators.key_in(acme(world, identities=(identity("keep", "01235", name="Acme Two"),)))
    assert labelled(request)["Identity 01235"].after == f"{SEHK}: Acme Two"


# ── in parallel ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.databases
def test_of_two_parallel_removals_at_three_administrators_one_is_applied(operators: Operators) -> None:
    world = operators.world
    operators.apply(acme(world, new("KWOKDA3")))
    kwok = as_registered(world, "KWOKDA3")
    requests = [
        operators.key_in(acme(world, kwok, as_registered(world, login_id, "remove")))
        for login_id in ("LEEDA2", "WONGDA1")
    ]
    outcomes = together([partial(operators.approve, one) for one in requests])
    assert sum(isinstance(one, ChangeRequest) for one in outcomes) == 1
    assert company(world).ecp_das == 2


@pytest.mark.databases
def test_two_forms_for_three_seats_applied_in_parallel_are_one(operators: Operators) -> None:
    world = operators.world
    fill(world, 17)
    requests = [
        operators.key_in(acme(world, *(new(login_id) for login_id in pair), service=service))
        for service, pair in zip(SERVICE_NAMES, (("NEWDA3", "NEWDA4"), ("NEWDA5", "NEWDA6")), strict=True)
    ]
    outcomes = together([partial(operators.approve, one) for one in requests])
    assert [one.number for one in outcomes if isinstance(one, Refused)] == [3001]
    assert company(world).used == 19


@pytest.mark.databases
def test_forty_parallel_appointments_by_form_are_one_and_the_others_are_void(operators: Operators) -> None:
    world = operators.world
    requests = [operators.key_in(acme(world, new(f"PAR{number:02d}X"))) for number in range(40)]
    outcomes = together([partial(operators.approve, one) for one in requests])
    assert sum(isinstance(one, ChangeRequest) for one in outcomes) == 1
    assert {one.number for one in outcomes if isinstance(one, Refused)} == {3004}
    assert (company(world).used, company(world).ecp_das) == (6, 3)


@pytest.mark.databases
def test_twenty_parallel_approvals_of_one_form_apply_it_once(operators: Operators) -> None:
    world = operators.world
    request = operators.key_in(acme(world, new("KWOKDA3")))
    outcomes = together([partial(operators.approve, request)] * 20)
    assert sum(isinstance(one, ChangeRequest) for one in outcomes) == 1
    assert (company(world).used, company(world).ecp_das) == (6, 3)


# ── the backstop ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("change", [{"used": 21}, {"cc_das": 1}, {"ecp_das": 1}])
def test_the_database_itself_refuses_what_no_company_can_be(any_world: World, change: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), any_world.platform.store.engine.begin() as connection:
        connection.execute(update(tables.companies).where(tables.companies.c.code == "ACME").values(**change))


# ── closing a company ────────────────────────────────────────────────────────────────────────────────────────────


def test_closing_a_company_closes_its_accounts_and_keeps_its_codes_its_own(operators: Operators) -> None:
    world = operators.world
    token = world.token("CHAN01")
    closing = world.services.requests.make(operators.maker, NewRequest(proposal=CloseCompany(company="ACME")))
    assert {"Company", "Account CHAN01", "Account WONGDA1", "Identity 01234"} <= labelled(closing).keys()
    operators.approve(closing)
    assert (company(world).state, company(world).used) == ("closed", 0)
    assert {account(world, one).state for one in ("CHAN01", "WONGDA1", "LEEDA2", "ACMEBOT1")} == {"closed"}
    assert refused(lambda: world.services.sessions.me(token)).number == 1005
    assert "belongs to another company" in refused(lambda: operators.key_in(newco(code="01234"))).what
    assert "was closed" in refused(lambda: operators.key_in(newco(company="ACME"))).what
    again = NewRequest(proposal=CloseCompany(company="ACME"))
    assert refused(lambda: world.services.requests.make(operators.maker, again)).number == 2001
