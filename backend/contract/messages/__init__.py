"""Requests and answers on the wire.

Names are the FAQ's. Instants are aware datetimes in UTC, dates ISO, sizes bytes, hashes lower-case hexadecimal.
"""

from backend.contract.messages.activity import (
    Activity,
    ActivityFilter,
    ActivityPage,
    ActivityQuery,
    Receipt,
)
from backend.contract.messages.base import (
    Channel,
    Direction,
    DueState,
    Hash,
    Kind,
    Message,
    Problem,
    State,
    SubmissionId,
)
from backend.contract.messages.demo import (
    DemoCredentials,
    DemoPerson,
    DemoWorld,
)
from backend.contract.messages.filing import (
    Check,
    CheckRequest,
    Due,
    Folder,
    Home,
)
from backend.contract.messages.sign_in import (
    FunctionName,
    IdentityName,
    Landing,
    LoginTransaction,
    Me,
    NewSession,
    Person,
    SignIn,
    Ticket,
    TicketUse,
)

__all__ = [
    "Activity",
    "ActivityFilter",
    "ActivityPage",
    "ActivityQuery",
    "Channel",
    "Check",
    "CheckRequest",
    "DemoCredentials",
    "DemoPerson",
    "DemoWorld",
    "Direction",
    "Due",
    "DueState",
    "Folder",
    "FunctionName",
    "Hash",
    "Home",
    "IdentityName",
    "Kind",
    "Landing",
    "LoginTransaction",
    "Me",
    "Message",
    "NewSession",
    "Person",
    "Problem",
    "Receipt",
    "SignIn",
    "State",
    "SubmissionId",
    "Ticket",
    "TicketUse",
]
