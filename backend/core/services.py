"""All services of the domain, as the doors are handed them."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contract.messages import Landing
from backend.core.activity import ActivityEnquiry
from backend.core.audit_trail import AuditTrail
from backend.core.cataloguing import Cataloguing
from backend.core.checkpoints import Checkpoints
from backend.core.client_connect.access import Access, AccessWatch
from backend.core.client_connect.companies import Companies
from backend.core.client_connect.confirmation import Confirmation
from backend.core.client_connect.enrolment import EnrolmentService
from backend.core.client_connect.profile import ProfileService
from backend.core.client_connect.recovery import RecoveryService
from backend.core.client_connect.requests import ChangeRequests
from backend.core.client_connect.sessions import SessionService
from backend.core.client_connect.sftp_access import SftpAccess
from backend.core.client_connect.sftp_acts import SftpActs
from backend.core.client_connect.sftp_setup import SftpSetup
from backend.core.client_connect.sign_in import SignInService
from backend.core.client_connect.users import UserService
from backend.core.collecting import Collecting
from backend.core.continuity import Continuity
from backend.core.downloads import Downloads
from backend.core.drop_box import DropBox
from backend.core.existing_intake import ExistingIntake
from backend.core.explaining import Explaining
from backend.core.figures import Figures, Tally
from backend.core.home import HomeService
from backend.core.inbox import Inbox
from backend.core.migration_plan import MigrationPlan
from backend.core.obligations import Obligations
from backend.core.outcomes import Outcomes
from backend.core.pool import BoundedPool
from backend.core.ports import Clock, Store
from backend.core.published_files import PublishedFiles
from backend.core.publishing import Publishing
from backend.core.readiness import ReadinessService
from backend.core.seats import Seats
from backend.core.submissions import Submissions
from backend.core.tickets import Tickets
from backend.core.unfinished import Unfinished


@dataclass(frozen=True, slots=True)
class Services:
    """One of each. `landing` says what the landing page shows, as of now."""

    store: Store
    clock: Clock
    landing: Landing
    tally: Tally
    figures: Figures
    readiness: ReadinessService
    sign_in: SignInService
    sign_in_pool: BoundedPool
    recovery: RecoveryService
    enrolment: EnrolmentService
    sessions: SessionService
    seats: Seats
    confirmation: Confirmation
    profile: ProfileService
    requests: ChangeRequests
    users: UserService
    cataloguing: Cataloguing
    companies: Companies
    sftp_access: SftpAccess
    sftp_setup: SftpSetup
    sftp_acts: SftpActs
    access: Access
    access_watch: AccessWatch
    home: HomeService
    obligations: Obligations
    migration: MigrationPlan
    existing: ExistingIntake
    submissions: Submissions
    unfinished: Unfinished
    tickets: Tickets
    activity: ActivityEnquiry
    audit_trail: AuditTrail
    checkpoints: Checkpoints
    continuity: Continuity
    explaining: Explaining
    drop_box: DropBox
    outcomes: Outcomes
    publishing: Publishing
    published_files: PublishedFiles
    downloads: Downloads
    collecting: Collecting
    inbox: Inbox
