"""Who lives in the demo: three companies, the operator's staff, and what each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.contract.messages import Kind


@dataclass(frozen=True, slots=True)
class DemoCompany:
    code: str
    name: str
    identities: tuple[tuple[str, str, str], ...]
    """Code, user type, name."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    login_id: str
    name: str
    kind: Kind
    company: str | None
    role: str
    to_try: str
    functions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    with_key: bool = False


COMPANIES: Final = (
    DemoCompany(
        "ACME",
        "Acme Securities",
        (
            ("01234", "SEHK", "Acme Securities Ltd"),
            ("01235", "SEHK", "Acme Brokerage (HK) Ltd"),
            ("ACM01", "GCP", "Acme Clearing Ltd"),
        ),
    ),
    DemoCompany(
        "HARBOUR",
        "Harbour Clearing",
        (("HBR01", "GCP", "Harbour Clearing Ltd"), ("HBR02", "DCP", "Harbour Direct Ltd")),
    ),
    DemoCompany("TAIMAN", "陳大文證券 Tai Man", (("09999", "SEHK", "陳大文證券有限公司"),)),
)

_ACME = ("01234", "01235")

ACCOUNTS: Final = (
    DemoAccount(
        "CHAN01",
        "Chan Tai Man",
        "business",
        "ACME",
        "Files returns for two identities",
        "Submit a stamp duty return, find its SHA-256",
        (("EU_SD1", _ACME), ("EU_LOP", _ACME), ("EU_ECPSFTP", _ACME)),
        with_key=True,
    ),
    DemoAccount(
        "LEE02",
        "Lee Siu Fong",
        "business",
        "ACME",
        "Files returns for one identity",
        "See a smaller set of folders",
        (("EU_SD1", ("01234",)),),
    ),
    DemoAccount(
        "ACMEBOT1",
        "Acme night batch",
        "business",
        "ACME",
        "SFTP service alone",
        "Meet error 2000",
        (("EU_ECPSFTP", _ACME),),
        with_key=True,
    ),
    DemoAccount(
        "WONGDA1", "Wong Ka Yan", "da", "ACME", "Delegated administrator", "Meet error 2000: admin rights only"
    ),
    DemoAccount("LEEDA2", "Lee Chi Keung", "da", "ACME", "Delegated administrator", "The second pair of eyes"),
    DemoAccount(
        "HO01",
        "Ho Mei Ling",
        "business",
        "HARBOUR",
        "Clearing participant",
        "Monthly returns and open positions",
        (("EU_CPM", ("HBR01", "HBR02")), ("EU_LOP", ("HBR01", "HBR02"))),
    ),
    DemoAccount("HODA1", "Ho Wing Sze", "da", "HARBOUR", "Delegated administrator", "Harbour's maker"),
    DemoAccount("NGDA2", "Ng Pui Shan", "da", "HARBOUR", "Delegated administrator", "Harbour's checker"),
    DemoAccount(
        "TAI09",
        "陳大文",
        "business",
        "TAIMAN",
        "The FAQ's participant 09999",
        "Names and companies in Chinese",
        (("EU_SD1", ("09999",)), ("EU_BCAN", ("09999",)), ("EU_ECPSFTP", ("09999",))),
        with_key=True,
    ),
    DemoAccount("TAIDA1", "Tang Yuk Lan", "da", "TAIMAN", "Delegated administrator", "Tai Man's maker"),
    DemoAccount("TAIDA2", "Tse Man Kit", "da", "TAIMAN", "Delegated administrator", "Tai Man's checker"),
    DemoAccount("OPER01", "Kwok Lai Kuen", "operator", None, "The exchange's support team", "See what all firms filed"),
    DemoAccount("OPER02", "Yip Ho Yin", "operator", None, "The exchange's support team", "The second operator"),
    DemoAccount("AUDIT01", "Poon Shuk Yi", "auditor", None, "Auditor", "Read everything but file contents"),
)
