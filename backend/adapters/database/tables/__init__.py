"""Every table, once. Instants are whole milliseconds since 1970 in UTC; hashes of secrets are raw bytes."""

from backend.adapters.database.tables.base import EPOCH, Instant, metadata
from backend.adapters.database.tables.catalogue import folders, functions, platform, user_types
from backend.adapters.database.tables.ledger import activity, activity_details, addressed, refusal_counts
from backend.adapters.database.tables.log import checkpoints, log_head, log_nodes, losses, signing_keys
from backend.adapters.database.tables.people import (
    accounts,
    administrator_rights,
    companies,
    grants,
    identities,
    sftp_addresses,
    sftp_keys,
)
from backend.adapters.database.tables.requests import change_requests, codes, mails, recovery_codes
from backend.adapters.database.tables.sign_in import attempts, sessions, throttles, tickets, used_transactions
from backend.adapters.database.tables.trading import (
    batches,
    closed_days,
    exemptions,
    existing_accounts,
    extensions,
    notices,
)

__all__ = [
    "EPOCH",
    "Instant",
    "accounts",
    "activity",
    "activity_details",
    "addressed",
    "administrator_rights",
    "attempts",
    "batches",
    "change_requests",
    "checkpoints",
    "closed_days",
    "codes",
    "companies",
    "exemptions",
    "existing_accounts",
    "extensions",
    "folders",
    "functions",
    "grants",
    "identities",
    "log_head",
    "log_nodes",
    "losses",
    "mails",
    "metadata",
    "notices",
    "platform",
    "recovery_codes",
    "refusal_counts",
    "sessions",
    "sftp_addresses",
    "sftp_keys",
    "signing_keys",
    "throttles",
    "tickets",
    "used_transactions",
    "user_types",
]
