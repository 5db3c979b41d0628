"""Companies as operators and auditors see them, and what a form would change before it is keyed in."""

from __future__ import annotations

from backend.contract.messages import ApplyForm, Company, Form, IdentityName, Line
from backend.core.actor import Actor
from backend.core.client_connect.changes.change import Change
from backend.core.gate import refuse_outside_staff, refuse_to_make
from backend.core.ports import Clock, Store


class Companies:
    """All companies, and the check of a form."""

    def __init__(self, store: Store, clock: Clock, apply_form: Change[ApplyForm]) -> None:
        self._store = store
        self._clock = clock
        self._apply_form = apply_form

    def listed(self, actor: Actor) -> list[Company]:
        """By code; 2002 for whoever is neither operator nor auditor."""
        refuse_outside_staff(actor)
        with self._store.reading() as rows:
            forms, user_types = rows.open_forms(), rows.catalogue().user_types
            return [
                Company(
                    code=one.code,
                    name=one.name,
                    state=one.state,
                    used=one.used,
                    quota=one.quota,
                    administrators=tuple(rows.administrators(one.code)),
                    cc_das=one.cc_das,
                    ecp_das=one.ecp_das,
                    identities=tuple(
                        IdentityName(identity_code=code, name=identity.name, user_type=user_types[identity.user_type])
                        for code, identity in rows.identities(one.code).items()
                    ),
                    forms=forms.get(one.code, 0),
                )
                for one in rows.companies()
            ]

    def check_form(self, actor: Actor, form: Form) -> list[Line]:
        """What applying it now would change; refused as keying it in would be."""
        with self._store.reading() as rows:
            refuse_to_make(actor, "apply-form", "operator", form.company)
            plan = self._apply_form.plan(rows, actor.company, ApplyForm(form=form), self._clock.now())
            return list(plan.lines)
