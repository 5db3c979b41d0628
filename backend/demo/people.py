"""Who lives in the demo: three companies, the operator's staff, their colleagues, and what each of them holds."""

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
        "WONGDA1",
        "Wong Ka Yan",
        "da",
        "ACME",
        "Delegated administrator",
        "Approve LEEDA2's request; meet error 2000 in ECP",
    ),
    DemoAccount("LEEDA2", "Lee Chi Keung", "da", "ACME", "Delegated administrator", "Approve WONGDA1's request"),
    DemoAccount(
        "HO01",
        "Ho Mei Ling",
        "business",
        "HARBOUR",
        "Clearing participant",
        "Monthly returns and open positions",
        (("EU_CPM", ("HBR01", "HBR02")), ("EU_LOP", ("HBR01", "HBR02"))),
    ),
    DemoAccount("HODA1", "Ho Wing Sze", "da", "HARBOUR", "Delegated administrator", "Make a request for NGDA2"),
    DemoAccount("NGDA2", "Ng Pui Shan", "da", "HARBOUR", "Delegated administrator", "Approve HODA1's request"),
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
    DemoAccount("TAIDA1", "Tang Yuk Lan", "da", "TAIMAN", "Delegated administrator", "Make a request for TAIDA2"),
    DemoAccount("TAIDA2", "Tse Man Kit", "da", "TAIMAN", "Delegated administrator", "Approve TAIDA1's request"),
    DemoAccount(
        "OPER01",
        "Kwok Lai Kuen",
        "operator",
        None,
        "The exchange's support team",
        "Key in a firm's form; publish and collect by SFTP",
        with_key=True,
    ),
    DemoAccount(
        "OPER02", "Yip Ho Yin", "operator", None, "The exchange's support team", "Apply the form OPER01 keyed in"
    ),
    DemoAccount("AUDIT01", "Poon Shuk Yi", "auditor", None, "Auditor", "Read everything but file contents"),
)


def _colleague(login_id: str, name: str, *functions: tuple[str, tuple[str, ...]]) -> DemoAccount:
    return DemoAccount(login_id, name, "business", "ACME", "", "", functions)


COLLEAGUES: Final = (
    _colleague("MAK03", "Mak Wai Ming", ("EU_LOP", _ACME)),
    _colleague("CHEUNG04", "Cheung Ka Man", ("EU_SD1", ("01235",))),
    _colleague("LAM05", "Lam Sze Wing", ("EU_CPM", ("ACM01",)), ("EU_LOP", ("ACM01",))),
    _colleague("YEUNG06", "Yeung Chun Kit", ("EU_BCAN", _ACME)),
    _colleague("HUI07", "Hui Lok Yan", ("EU_SD1", ("01234",))),
    _colleague("FUNG08", "Fung Tsz Ho", ("EU_SD1", ("01234",))),
    _colleague("TSANG09", "Tsang Wing Tung", ("EU_BCAN", ("01234",))),
    _colleague("CHOW10", "Chow Yuen Ting", ("EU_CPM", ("ACM01",))),
    _colleague("LEUNG11", "Leung Hiu Fung", ("EU_LOP", ("01235",))),
    _colleague("SIU12", "Siu Ming Fai", ("EU_SD1", ("01235",)), ("EU_BCAN", ("01235",))),
    _colleague("CHAU02", "Chau Kwok Wai", ("EU_SD1", ("01234",))),
)
"""Nobody signs in as these: their password was thrown away. What becomes of them stands in `papers`."""
