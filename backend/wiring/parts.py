"""The services of the domain, made of what a platform has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from backend.adapters.database import (
    DatabaseStore,
)
from backend.adapters.one_time_codes import OneTimeCodes
from backend.adapters.public_keys import SshPublicKeys
from backend.adapters.vault import LocalVault
from backend.contract.messages import Landing
from backend.core.activity import ActivityEnquiry, Ledger
from backend.core.actor import Actor
from backend.core.audit_trail import AuditTrail
from backend.core.calendar import Calendar
from backend.core.cataloguing import Cataloguing
from backend.core.checkpoints import Checkpoints
from backend.core.client_connect.access import Access, AccessWatch
from backend.core.client_connect.changes.every import every_change
from backend.core.client_connect.codes import CodeIssuer
from backend.core.client_connect.companies import Companies
from backend.core.client_connect.confirmation import Confirmation
from backend.core.client_connect.enrolment import EnrolmentService
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.profile import ProfileService
from backend.core.client_connect.recovery import RecoveryService
from backend.core.client_connect.recovery_codes import RecoveryCodeBook
from backend.core.client_connect.request_notices import RequestNotices
from backend.core.client_connect.requests import ChangeRequests
from backend.core.client_connect.sessions import SessionService
from backend.core.client_connect.sftp_access import SftpAccess, as_of_now
from backend.core.client_connect.sftp_acts import SftpActs
from backend.core.client_connect.sftp_setup import Endpoint, SftpSetup
from backend.core.client_connect.sign_in import SignInService
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.client_connect.users import UserService
from backend.core.collecting import Collecting
from backend.core.continuity import Continuity
from backend.core.downloads import Downloads
from backend.core.drop_box import DropBox
from backend.core.existing import existing_as_of_now
from backend.core.existing_intake import ExistingIntake
from backend.core.explaining import Explaining
from backend.core.figures import Figures, Tally
from backend.core.handing_out import HandingOut
from backend.core.home import HomeService
from backend.core.inbox import Inbox
from backend.core.inbox_notices import InboxNotices
from backend.core.keeping import Keeping
from backend.core.migration_plan import MigrationPlan
from backend.core.obligations import Obligations
from backend.core.outcomes import Outcomes
from backend.core.pool import BoundedPool
from backend.core.ports import Clock, Hasher
from backend.core.published_files import PublishedFiles
from backend.core.publishing import Publishing
from backend.core.publishing_notices import PublishingNotices
from backend.core.readiness import ReadinessService
from backend.core.reading import Readings
from backend.core.rows import Rows
from backend.core.seats import Seats
from backend.core.services import Services
from backend.core.signing import Signing
from backend.core.submissions import Submissions
from backend.core.tickets import Tickets
from backend.core.unfinished import Unfinished
from backend.core.watching import standing_figures
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """What the services are made of."""

    settings: Settings
    store: DatabaseStore
    vault: LocalVault
    clock: Clock
    hasher: Hasher
    codes: OneTimeCodes
    ledger: Ledger
    signing: Signing
    continuity: Continuity
    mailer: Mailer
    issuer: CodeIssuer
    derive: Callable[[bytes], bytes]
    """A key for one purpose."""
    tally: Tally

    def services(self, landing: Landing) -> Services:
        settings, store, clock, ledger = self.settings, self.store, self.clock, self.ledger
        calendar = Calendar(settings.zone, settings.every_day_trades)
        changes = every_change(self.issuer, calendar, self.continuity)
        requests = ChangeRequests(store, clock, ledger, RequestNotices(self.mailer), changes, self.derive(b"cursor"))
        book = RecoveryCodeBook(self.derive(b"recovery-codes"))
        proving = (store, clock, self.hasher, self.codes)
        recovering = (*proving, ledger, self.issuer, self.mailer, book, SourceLimit(clock))
        confirmation = Confirmation(store, clock, self.codes, book, ledger)
        watch, sessions = AccessWatch(store), SessionService(store, clock, ledger)
        inbox_notices = InboxNotices(self.mailer)
        submissions = self._submissions(calendar, watch, inbox_notices, as_of_now)
        of_existing = self._submissions(calendar, watch, inbox_notices, existing_as_of_now)
        checkpoints = self._checkpoints()
        publishing = self._publishing(calendar, watch, submissions)
        handing_out = HandingOut(store, Readings(self.vault), clock, ledger)
        return Services(
            store=store,
            clock=clock,
            landing=landing,
            tally=self.tally,
            figures=Figures(self.tally.figures, store.figures, standing_figures(store, clock)),
            readiness=ReadinessService(store, self.vault, holds=lambda: self.continuity.loss is None),
            sign_in=SignInService(*proving, book, self.issuer, ledger, self.derive(b"sign-in"), self.tally),
            sign_in_pool=BoundedPool(),
            recovery=RecoveryService(*recovering),
            enrolment=EnrolmentService(*recovering, settings.name),
            sessions=sessions,
            seats=Seats(sessions),
            confirmation=confirmation,
            profile=ProfileService(*proving, book, confirmation, self.mailer, settings.name),
            requests=requests,
            users=UserService(store, clock, requests),
            cataloguing=Cataloguing(store, clock, calendar),
            companies=Companies(store, clock, changes["apply-form"]),
            sftp_access=SftpAccess(store, clock),
            sftp_setup=SftpSetup(store, clock, settings.zone, self._endpoint(), requests.views.about),
            sftp_acts=SftpActs(store, clock, ledger, SshPublicKeys(), self.mailer),
            access=Access(store, clock, ledger),
            access_watch=watch,
            home=HomeService(store, clock, calendar),
            obligations=Obligations(store, clock, calendar, self.derive(b"cursor")),
            migration=MigrationPlan(store, clock, ledger, settings.existing_ecp, settings.existing_ecp_end),
            existing=ExistingIntake(store, clock, self.hasher, ledger, of_existing, self.derive(b"existing")),
            submissions=submissions,
            unfinished=Unfinished(submissions, clock),
            tickets=Tickets(store, clock, submissions, publishing, sessions),
            checkpoints=checkpoints,
            continuity=self.continuity,
            activity=ActivityEnquiry(store, calendar, self.derive(b"cursor")),
            audit_trail=AuditTrail(store, clock, calendar, ledger, checkpoints, self.derive(b"cursor")),
            explaining=Explaining(store, clock, ledger, as_of_now),
            drop_box=DropBox(store, clock, calendar, submissions),
            outcomes=Outcomes(store, clock, calendar, checkpoints),
            publishing=publishing,
            published_files=PublishedFiles(store, clock, calendar, self.derive(b"cursor")),
            downloads=Downloads(store, clock, handing_out, as_of_now, self.derive(b"cursor")),
            collecting=Collecting(store, clock, handing_out, as_of_now),
            inbox=Inbox(store, clock, ledger, inbox_notices, as_of_now, self.derive(b"cursor")),
        )

    def _submissions(
        self, calendar: Calendar, watch: AccessWatch, notices: InboxNotices, standing: Callable[[Rows, Actor], Actor]
    ) -> Submissions:
        """As `standing` knows who submits: by Client Connect, or by an account of the existing ECP."""
        made = (self.store, self.vault, self.clock, calendar, self.ledger, standing)
        return Submissions(*made, partial(self._taking, watch), notices.resubmitted)

    def _endpoint(self) -> Endpoint:
        return Endpoint(self.settings.sftp_host, self.settings.sftp_listener.port)

    def _checkpoints(self) -> Checkpoints:
        kept, holds = self.continuity.keep, partial(self.continuity.holds, self.store)
        told = (kept, holds, self.continuity.refuse)
        return Checkpoints(self.store, self.clock, self.settings.origin, self.signing, *told)

    def _taking(self, watch: AccessWatch) -> bool:
        """Whether anything new is taken; raises 9101 where the log lacks what it had."""
        self.continuity.refuse()
        return watch.taking

    def _publishing(self, calendar: Calendar, watch: AccessWatch, submissions: Submissions) -> Publishing:
        keeping, notices = Keeping(self.store, self.vault, partial(self._taking, watch)), PublishingNotices(self.mailer)
        made = (self.store, keeping, submissions.stagings, self.clock, calendar, self.ledger)
        return Publishing(*made, notices, as_of_now)
