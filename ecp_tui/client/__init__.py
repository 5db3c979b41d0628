"""The only package that knows HTTP: one method an endpoint; each returns messages or raises `Refused`."""

from ecp_tui.client.audit import AuditCalls
from ecp_tui.client.catalogue import CatalogueCalls
from ecp_tui.client.client_connect import ClientConnectCalls
from ecp_tui.client.demo import DemoCalls
from ecp_tui.client.downloads import DownloadCalls
from ecp_tui.client.filing import CHUNK, FilingCalls
from ecp_tui.client.inbox import InboxCalls
from ecp_tui.client.ledger import LedgerCalls
from ecp_tui.client.migration import MigrationCalls
from ecp_tui.client.obligations import ObligationCalls
from ecp_tui.client.publishing import PublishingCalls
from ecp_tui.client.recovery import RecoveryCalls
from ecp_tui.client.tickets import TicketCalls

__all__ = ["CHUNK", "EcpClient"]


class EcpClient(
    FilingCalls,
    DownloadCalls,
    PublishingCalls,
    InboxCalls,
    LedgerCalls,
    AuditCalls,
    ObligationCalls,
    MigrationCalls,
    CatalogueCalls,
    ClientConnectCalls,
    RecoveryCalls,
    TicketCalls,
    DemoCalls,
):
    """One server, one session. Never follows a redirect; refuses `http://` to any host but this one."""
