"""Every kind of change request, by its name on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.contract.messages import RequestKind
from backend.core.calendar import Calendar
from backend.core.client_connect.changes.accounts import (
    LiftSuspensionChange,
    ReinviteChange,
    ResetOtpChange,
    UnlockUserChange,
)
from backend.core.client_connect.changes.calendar import (
    CloseMarketChange,
    ExemptChange,
    ExtendCutOffChange,
    SetHolidaysChange,
)
from backend.core.client_connect.changes.catalogue import ChangeFolderChange, ChangeFunctionChange
from backend.core.client_connect.changes.change import Change
from backend.core.client_connect.changes.companies import CloseCompanyChange
from backend.core.client_connect.changes.forms import ApplyFormChange
from backend.core.client_connect.changes.keys import RegisterAddressChange, RegisterKeyChange
from backend.core.client_connect.changes.ledger import AcceptLossChange
from backend.core.client_connect.changes.migration import DecommissionChange, PlanBatchChange
from backend.core.client_connect.changes.users import (
    ChangeUserChange,
    CloseUserChange,
    CreateUserChange,
    GrantFunctionsChange,
)
from backend.core.client_connect.codes import CodeIssuer
from backend.core.continuity import Continuity


def every_change(codes: CodeIssuer, calendar: Calendar, continuity: Continuity) -> Mapping[RequestKind, Change[Any]]:
    """One of each kind; those that invite somebody issue codes."""
    return {
        "create-user": CreateUserChange(codes),
        "change-user": ChangeUserChange(codes),
        "grant-functions": GrantFunctionsChange(),
        "close-user": CloseUserChange(),
        "unlock-user": UnlockUserChange(),
        "reset-otp": ResetOtpChange(codes),
        "reinvite": ReinviteChange(codes),
        "lift-suspension": LiftSuspensionChange(),
        "register-key": RegisterKeyChange(),
        "register-address": RegisterAddressChange(),
        "apply-form": ApplyFormChange(codes),
        "close-company": CloseCompanyChange(),
        "set-holidays": SetHolidaysChange(),
        "close-market": CloseMarketChange(calendar),
        "extend-cut-off": ExtendCutOffChange(calendar),
        "exempt": ExemptChange(calendar),
        "plan-batch": PlanBatchChange(calendar.zone),
        "decommission": DecommissionChange(),
        "change-folder": ChangeFolderChange(calendar),
        "change-function": ChangeFunctionChange(),
        "accept-loss": AcceptLossChange(continuity),
    }
