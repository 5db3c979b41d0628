"""Which command answers what with `--json`: the schemas in docs/ are made of it."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from backend.contract.messages import (
    Board,
    CatalogueFolder,
    CatalogueFunction,
    CataloguePage,
    ChangeRequest,
    LogEntry,
    Migration,
    Profile,
    TradingYear,
    UserPage,
)
from ecp_tui.commands.people_shapes import (
    AddressesAnswer,
    AskedAnswer,
    CodeAnswer,
    EndedAnswer,
    FormAnswer,
    KeysAnswer,
    PersonAnswer,
    ProfileChangedAnswer,
    ProfilesAnswer,
    RemovedAddressAnswer,
    RequestsAnswer,
    RevokedAnswer,
    SessionsAnswer,
    SignedOutAnswer,
    SuspendedAnswer,
    UsersAnswer,
)
from ecp_tui.commands.publish_shapes import EditionAnswer, EditionsAnswer, PublishedNowAnswer, WithdrawnAnswer
from ecp_tui.commands.shapes import (
    ActivityPageAnswer,
    CheckAnswer,
    CheckpointAnswer,
    DoctorAnswer,
    ExportedAnswer,
    Fault,
    FoldersAnswer,
    InboxAnswer,
    LogAnswer,
    LogExportedAnswer,
    LogVerifiedAnswer,
    ObligationsAnswer,
    PickedUpAnswer,
    PublicationAnswer,
    PublicationsAnswer,
    ReceiptAnswer,
    ReceiptKeysAnswer,
    ReceiptsAnswer,
    SavedAnswer,
    ScriptAnswer,
    TrialAnswer,
    VerifiedAnswer,
    VerifyAnswer,
)

_DEFINED: Final = "#/$defs/{model}"
_REQUESTS: Final = ("approvals show", "approvals approve", "approvals reject", "approvals return", "approvals withdraw")
_OF_USERS: Final = ("create", "change", "grant", "close", "unlock", "reset-otp", "reinvite", "lift")
ANSWERS: Final[dict[str, tuple[type[BaseModel], ...]]] = {
    "login": (PersonAnswer,),
    "logout": (SignedOutAnswer,),
    "whoami": (PersonAnswer,),
    "folders": (FoldersAnswer,),
    "check": (CheckAnswer,),
    "submit": (ReceiptAnswer,),
    "explain": (ReceiptAnswer,),
    "ls": (PublicationsAnswer,),
    "get": (PublicationAnswer,),
    "activity": (ActivityPageAnswer,),
    "verify": (VerifyAnswer, VerifiedAnswer),
    "receipts list": (ReceiptsAnswer,),
    "receipts show": (ReceiptAnswer,),
    "receipts save": (SavedAnswer,),
    "receipts bundle": (SavedAnswer,),
    "receipts script": (ScriptAnswer,),
    "receipts keys": (ReceiptKeysAnswer,),
    "checkpoint": (CheckpointAnswer,),
    "audit list": (LogAnswer,),
    "audit show": (LogEntry,),
    "audit export": (LogExportedAnswer,),
    "audit verify": (LogVerifiedAnswer,),
    "inbox list": (InboxAnswer,),
    "inbox replay": (ReceiptAnswer,),
    "inbox withdraw": (ReceiptAnswer,),
    "inbox return": (ReceiptAnswer,),
    "collect": (PickedUpAnswer,),
    "publish file": (PublishedNowAnswer,),
    "publish list": (EditionsAnswer,),
    "publish show": (EditionAnswer,),
    "publish withdraw": (WithdrawnAnswer,),
    "migration": (Migration,),
    "catalogue list": (CataloguePage,),
    "catalogue show": (CatalogueFolder, CatalogueFunction),
    "catalogue export": (ExportedAnswer,),
    "catalogue trial": (TrialAnswer,),
    "catalogue propose": (ChangeRequest,),
    "users list": (UsersAnswer,),
    "users show": (UserPage,),
    "users suspend": (SuspendedAnswer,),
    **{f"users {verb}": (ChangeRequest,) for verb in _OF_USERS},
    "approvals list": (RequestsAnswer,),
    **{words: (ChangeRequest,) for words in _REQUESTS},
    "keys list": (KeysAnswer,),
    "keys register": (ChangeRequest,),
    "keys revoke": (RevokedAnswer,),
    "keys rotate": (KeysAnswer,),
    "addresses list": (AddressesAnswer,),
    "addresses add": (ChangeRequest,),
    "addresses remove": (RemovedAddressAnswer,),
    "board": (Board,),
    "obligations list": (ObligationsAnswer,),
    "obligations extend": (ChangeRequest,),
    "obligations exempt": (ChangeRequest,),
    "calendar show": (TradingYear,),
    **{f"calendar {verb}": (ChangeRequest,) for verb in ("close", "reopen", "holidays")},
    "forms list": (RequestsAnswer,),
    "forms show": (ChangeRequest,),
    "forms check": (FormAnswer,),
    "forms key-in": (ChangeRequest,),
    "profile show": (Profile,),
    "profile sessions": (SessionsAnswer,),
    "profile end": (EndedAnswer,),
    "profiles list": (ProfilesAnswer,),
    "profiles add": (ProfileChangedAnswer,),
    "profiles use": (ProfileChangedAnswer,),
    "profiles remove": (ProfileChangedAnswer,),
    "recover": (CodeAnswer, AskedAnswer),
    "doctor": (DoctorAnswer,),
}
"""By the words of the command; any of them may answer with a `Fault` instead."""

_EVERY: Final[list[tuple[type[BaseModel], ...]]] = [*ANSWERS.values(), (Fault,)]
KINDS: Final = {kind.__name__: kind for kinds in _EVERY for kind in kinds}
"""All of them, by name."""


def definitions() -> dict[str, Any]:
    """All schemas, by the names of their types, as `$defs` of one JSON Schema; it says which command has which."""
    _, made = models_json_schema([(kind, "serialization") for kind in KINDS.values()], ref_template=_DEFINED)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What ecp commands answer with --json",
        "commands": {words: [kind.__name__ for kind in kinds] for words, kinds in ANSWERS.items()},
        "$defs": {name: _open(schema) for name, schema in sorted(made["$defs"].items())},
    }


def _open(schema: Any) -> Any:
    """Names may be added: nobody is to refuse them."""
    if isinstance(schema, dict):
        return {key: _open(value) for key, value in schema.items() if key != "additionalProperties" or value}
    return [_open(one) for one in schema] if isinstance(schema, list) else schema
