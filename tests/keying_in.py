"""Two operators and their forms: one keys in, the other applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, update

from backend.adapters.database import tables
from backend.contract.faults import Refused
from backend.contract.messages import (
    ApplyForm,
    Approval,
    ChangeRequest,
    Form,
    FormAdministrator,
    FormIdentity,
    Line,
    NewRequest,
    Service,
)
from backend.core.accounts import Account, Company
from tests.world import World


class Operators:
    """OPER01 keys in, OPER02 applies."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.maker, self.checker = world.actor("OPER01"), world.actor("OPER02")

    def key_in(self, form: Form, sha256: str | None = None) -> ChangeRequest:
        return self.world.services.requests.make(self.maker, NewRequest(proposal=ApplyForm(form=form, sha256=sha256)))

    def approve(self, request: ChangeRequest) -> ChangeRequest:
        approval = Approval(rev=request.rev, digest=request.digest)
        return self.world.services.requests.approve(self.checker, request.id, approval)

    def apply(self, form: Form) -> ChangeRequest:
        return self.approve(self.key_in(form))


def account(world: World, login_id: str) -> Account:
    with world.platform.store.reading() as rows:
        found = rows.account(login_id)
    assert found is not None, login_id
    return found


def company(world: World, code: str = "ACME") -> Company:
    with world.platform.store.reading() as rows:
        found = rows.company(code)
    assert found is not None, code
    return found


def as_registered(world: World, login_id: str, action: str = "keep", **other: str) -> FormAdministrator:
    who = account(world, login_id)
    facts = {"login_id": login_id, "name": who.name, "email": who.email, "phone": who.phone}
    return FormAdministrator.model_validate({"action": action, **facts, **other})


def new(login_id: str, **other: str) -> FormAdministrator:
    digits = "".join(str(ord(one) % 10) for one in login_id)
    facts = {"name": login_id.title(), "email": f"{login_id.lower()}@new.example", "phone": f"+852 9{digits}"}
    return FormAdministrator.model_validate({"action": "appoint", "login_id": login_id, **facts, **other})


def identity(action: str, code: str, user_type: str = "SEHK", name: str = "A Firm Ltd") -> FormIdentity:
    return FormIdentity.model_validate({"action": action, "identity_code": code, "user_type": user_type, "name": name})


def acme(world: World, *more: FormAdministrator, service: Service = "ecp", **other: object) -> Form:
    """Acme's form as its two administrators stand, and more."""
    named = {one.login_id for one in more}
    kept = [as_registered(world, who) for who in ("WONGDA1", "LEEDA2") if who not in named]
    facts = {"service": service, "company": "ACME", "company_name": "Acme Securities"}
    return Form.model_validate({**facts, "administrators": (*kept, *more), **other})


def newco(*who: FormAdministrator, code: str = "05678", company: str = "NEWCO") -> Form:
    return Form(
        service="ecp",
        company=company,
        company_name="New Securities",
        identities=(identity("add", code),),
        administrators=who or (new("NEWDA1"), new("NEWDA2")),
    )


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def labelled(request: ChangeRequest) -> dict[str, Line]:
    return {line.label: line for line in request.lines}


def grant(world: World, login_id: str, function: str, identity_code: str) -> None:
    held = {"account_id": account(world, login_id).id, "function": function, "identity_code": identity_code}
    with world.platform.store.engine.begin() as connection:
        connection.execute(insert(tables.grants).values(**held))


def fill(world: World, used: int) -> None:
    """Acme as if it had so many users."""
    acme_row = tables.companies.c.code == "ACME"
    with world.platform.store.engine.begin() as connection:
        connection.execute(update(tables.companies).where(acme_row).values(used=used))


def together(calls: Sequence[Callable[[], object]]) -> list[object]:
    def outcome(call: Callable[[], object]) -> object:
        try:
            return call()
        except Refused as one:
            return one

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(outcome, calls))
