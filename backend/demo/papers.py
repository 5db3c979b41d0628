"""The demo's change requests: some decided, some waiting for the other administrator, one returned, one form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Final

from backend.contract.messages import (
    ApplyForm,
    ChangeUser,
    CloseUser,
    CreateUser,
    Form,
    FormAdministrator,
    FormIdentity,
    GrantFunctions,
    GrantWish,
    Proposal,
    RegisterAddress,
    RegisterKey,
)
from backend.contract.rules.form_documents import form_sha256


@dataclass(frozen=True, slots=True)
class Paper:
    """One request, made so many trading days ago; what its checker did half an hour later, if anything."""

    back: int
    at: time
    maker: str
    proposal: Proposal
    end: str = ""
    checker: str = ""
    reason: str = ""


def _newcomer(login_id: str, name: str, email: str, phone: str, *grants: GrantWish, note: str = "") -> CreateUser:
    return CreateUser(login_id=login_id, name=name, email=email, phone=phone, grants=grants, note=note)


def _for(function: str, *codes: str) -> GrantWish:
    return GrantWish(function=function, identity_codes=codes)


DECIDED: Final = (
    Paper(
        6,
        time(10, 5),
        "WONGDA1",
        CloseUser(login_id="CHAU02", note="Left the firm on Friday."),
        "approve",
        "LEEDA2",
    ),
    Paper(
        5,
        time(11, 20),
        "LEEDA2",
        GrantFunctions(login_id="HUI07", grants=(_for("EU_SD1", "01234"), _for("EU_LOP", "01234"))),
        "approve",
        "WONGDA1",
    ),
    Paper(
        2,
        time(14, 40),
        "WONGDA1",
        _newcomer(
            "KWAN13", "Kwan Pui Yi", "kwan.puiyi@acme.example", "+852 2210 4413", _for("EU_LOP", "01234", "01235")
        ),
        "approve",
        "LEEDA2",
    ),
    Paper(
        4,
        time(9, 50),
        "LEEDA2",
        GrantFunctions(login_id="LEE02", grants=(_for("EU_SD1", "01234"), _for("EU_CPM", "ACM01"))),
        "reject",
        "WONGDA1",
        "Monthly returns stay with Lam and Chow.",
    ),
    Paper(
        3,
        time(16, 10),
        "WONGDA1",
        CloseUser(login_id="SIU12", note="On leave until further notice."),
        "withdraw",
        "WONGDA1",
        "A suspension will do.",
    ),
    Paper(
        1,
        time(15, 45),
        "LEEDA2",
        _newcomer("POON14", "Poon Ka Ho", "poon.kaho@acme.example", "+852 2210 4414", _for("EU_SD1", "01235")),
        "approve",
        "WONGDA1",
    ),
    Paper(
        4,
        time(10, 30),
        "HODA1",
        ChangeUser(login_id="HO01", name="Ho Mei Ling", email="ho.meiling@harbour.example", phone="+852 2100 0005"),
        "approve",
        "NGDA2",
    ),
)
WAITING: Final = (
    Paper(
        1,
        time(16, 31),
        "WONGDA1",
        _newcomer(
            "KWOK03",
            "Kwok Tsz Yan",
            "kwok.tszyan@acme.example",
            "+852 2210 4403",
            _for("EU_SD1", "01235"),
            note="Joins stamp duty on Monday, for Acme Brokerage.",
        ),
    ),
    Paper(
        1,
        time(16, 44),
        "WONGDA1",
        GrantFunctions(
            login_id="LEE02", grants=(_for("EU_SD1", "01234"), _for("EU_LOP", "01234")), note="Stands in for Mak."
        ),
    ),
    Paper(
        2,
        time(17, 2),
        "LEEDA2",
        ChangeUser(
            login_id="MAK03", name="Mak Wai Ming", email="desk@acme.example", email_kind="group", phone="21000014"
        ),
        "return",
        "WONGDA1",
        "Which country code? And whose desk is it: name it in the note.",
    ),
    Paper(
        1,
        time(17, 15),
        "LEEDA2",
        RegisterAddress(login_id="ACMEBOT1", network="10.20.30.40", note="The batch server moves on Sunday."),
    ),
    Paper(
        1,
        time(11, 12),
        "HODA1",
        _newcomer("LO02", "Lo Wing Kin", "lo.wingkin@harbour.example", "+852 2210 5502", _for("EU_CPM", "HBR01")),
    ),
    Paper(
        1,
        time(11, 25),
        "HODA1",
        GrantFunctions(
            login_id="HO01",
            grants=(_for("EU_CPM", "HBR01", "HBR02"), _for("EU_LOP", "HBR01", "HBR02"), _for("EU_ECPSFTP", "HBR01")),
        ),
    ),
    Paper(
        1,
        time(12, 4),
        "TAIDA1",
        _newcomer("HO10", "何子軒", "ho.tszhin@taiman.example", "+852 2210 6610", _for("EU_BCAN", "09999")),
    ),
    Paper(1, time(12, 20), "TAIDA1", RegisterAddress(login_id="TAI09", network="198.51.100.16/28")),
)


def key_paper(public_key: str, read_at: str) -> Paper:
    """A second key for the night batch; whoever checks it has to be told its fingerprint."""
    note = f"Its owner reads the fingerprint to you from {read_at}."
    return Paper(1, time(17, 12), "LEEDA2", RegisterKey(login_id="ACMEBOT1", public_key=public_key, note=note))


def form_paper(administrators: tuple[FormAdministrator, ...]) -> Paper:
    """Harbour's form, keyed in by one operator for the other: one more administrator, one more user type."""
    form = Form(
        service="ecp",
        company="HARBOUR",
        company_name="Harbour Clearing",
        identities=(FormIdentity(action="add", identity_code="HBR03", user_type="NCP", name="Harbour Nominees Ltd"),),
        administrators=(
            *administrators,
            FormAdministrator(
                action="appoint",
                login_id="LAUDA3",
                name="Lau Ming Yan",
                email="lau.mingyan@harbour.example",
                phone="+852 2210 5503",
            ),
        ),
    )
    return Paper(1, time(17, 40), "OPER01", ApplyForm(form=form, sha256=form_sha256(form)))
