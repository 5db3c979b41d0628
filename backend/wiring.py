"""The composition root: settings in, a whole platform out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.database import (
    DatabaseStore,
    SchemaMismatch,
    check_schema,
    keep_key_checks,
    key_checks,
    open_engine,
    sole_process,
    upgrade,
)
from backend.adapters.database.catalogue_rows import import_catalogue
from backend.adapters.key_files import check_value, new_key, read_key
from backend.adapters.mail import FolderOutbox, Letters, SmtpOutbox, SmtpServer
from backend.adapters.one_time_codes import OneTimeCodes
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.public_keys import SshPublicKeys
from backend.adapters.seals import KeyedSeals
from backend.adapters.vault import LocalVault
from backend.contract.messages import Landing, Service, SupportTeam, UserType
from backend.core.activity import ActivityEnquiry, Ledger
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue
from backend.core.catalogue_text import parse, shipped
from backend.core.client_connect.access import Access, AccessWatch
from backend.core.client_connect.changes.every import every_change
from backend.core.client_connect.codes import CodeIssuer
from backend.core.client_connect.companies import Companies
from backend.core.client_connect.confirmation import Confirmation
from backend.core.client_connect.enrolment import EnrolmentService
from backend.core.client_connect.mail_carrier import MailCarrier
from backend.core.client_connect.mails import Mailer, Outbox
from backend.core.client_connect.operators import Operators
from backend.core.client_connect.profile import ProfileService
from backend.core.client_connect.recovery import RecoveryService
from backend.core.client_connect.recovery_codes import RecoveryCodeBook
from backend.core.client_connect.request_notices import RequestNotices
from backend.core.client_connect.requests import ChangeRequests
from backend.core.client_connect.sessions import SessionService
from backend.core.client_connect.sftp_access import SftpAccess
from backend.core.client_connect.sftp_acts import SftpActs
from backend.core.client_connect.sftp_setup import Endpoint, SftpSetup
from backend.core.client_connect.sign_in import SignInService
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.client_connect.standing import as_of_now
from backend.core.client_connect.users import UserService
from backend.core.drop_box import DropBox
from backend.core.home import HomeService
from backend.core.outcomes import Outcomes
from backend.core.pool import BoundedPool
from backend.core.ports import Clock, Hasher
from backend.core.services import Services
from backend.core.submissions import Submissions
from backend.core.sweep import sweep
from backend.durable import make_folder, sync_folder
from backend.settings import Settings, SettingsError

_SECRETS: Final = ("seed_key", "throttle_key")


@dataclass(frozen=True, slots=True)
class Platform:
    """A running platform without its doors."""

    settings: Settings
    services: Services
    store: DatabaseStore
    vault: LocalVault
    codes: OneTimeCodes
    hasher: Hasher
    issuer: CodeIssuer
    mailer: Mailer
    mail: MailCarrier
    operators: Operators
    mails: Path
    """Where mails are put while no mail server is named."""
    close: Callable[[], None]

    def sweep(self) -> int:
        """What time has ended: change requests, closed accounts' addresses, and files that nothing stands on."""
        self.services.requests.expire()
        return sweep(self.store, self.vault, self.services.clock)


def initialised(settings: Settings) -> bool:
    """Whether `initialise` came to its end; raises `SettingsError` where the keys are not this database's."""
    with sole_process(settings.url), _engine(settings) as engine:
        try:
            check_schema(engine)
        except SchemaMismatch:
            return False
        if key_checks(engine) is None:
            return False
        _right_keys(settings, engine)
        return True


def initialise(settings: Settings, catalogue: Catalogue | None = None) -> None:
    """Makes data folder, database, secrets and catalogue, or what an interruption left of them unmade.

    Raises `SettingsError` where all of them are. Keys are made for an empty database only: another key would be
    worth nothing to what one that is filled holds.
    """
    make_folder(settings.data_dir)
    with sole_process(settings.url), _engine(settings) as engine:
        upgrade(engine)
        if key_checks(engine) is not None:
            _right_keys(settings, engine)
            raise SettingsError("This data folder is initialised already. Run ecpd serve, or name another --data-dir.")
        make_folder(settings.secrets)
        for name in _SECRETS:
            new_key(settings.secrets / name)
        with engine.connect() as connection, connection.begin():
            import_catalogue(connection, catalogue or parse(shipped()))
            keep_key_checks(connection, {name: check_value(name, key) for name, key in _keys(settings).items()})
    sync_folder(settings.data_dir)


def upgrade_database(settings: Settings) -> None:
    """Brings the database to this program's schema; nothing may run on it meanwhile."""
    with sole_process(settings.url), _engine(settings) as engine:
        upgrade(engine)


def open_platform(
    settings: Settings, *, clock: Clock | None = None, hasher: Hasher | None = None, demo: bool = False
) -> Platform:
    """Opens what `initialise` made. SQLite belongs to exactly one process: a second one gets `SettingsError`."""
    with ExitStack() as stack:
        stack.enter_context(sole_process(settings.url))
        engine = stack.enter_context(_engine(settings))
        check_schema(engine)
        keys = _right_keys(settings, engine)
        clock, hasher = clock or SystemClock(), hasher or Argon2Passwords()
        codes, vault = OneTimeCodes(keys["seed_key"]), LocalVault(settings.data_dir)
        store = DatabaseStore(engine)
        stack.callback(store.close)
        ledger, mailer = Ledger(settings.origin), Mailer(KeyedSeals(keys["seed_key"]))
        derive = partial(_derived, keys["throttle_key"])
        issuer = CodeIssuer(mailer, settings.zone, derive(b"codes"))
        built = _Built(settings, store, vault, clock, hasher, codes, ledger, mailer, issuer, derive)
        services = built.services(_landing(settings, store, demo))
        mails = settings.data_dir / ("demo/mails" if demo else "mails")
        operators = Operators(store, clock, ledger, issuer, mailer)
        carrier = MailCarrier(store, clock, mailer, _outbox(settings, mails))
        stack.callback(services.sign_in_pool.close)
        services.access_watch.start()
        stack.callback(services.access_watch.stop)
        carrier.start()
        stack.callback(carrier.stop)
        close = stack.pop_all().close
        return Platform(
            settings, services, store, vault, codes, hasher, issuer, mailer, carrier, operators, mails, close
        )


@dataclass(frozen=True, slots=True)
class _Built:
    """What the services are made of."""

    settings: Settings
    store: DatabaseStore
    vault: LocalVault
    clock: Clock
    hasher: Hasher
    codes: OneTimeCodes
    ledger: Ledger
    mailer: Mailer
    issuer: CodeIssuer
    derive: Callable[[bytes], bytes]
    """A key for one purpose."""

    def services(self, landing: Landing) -> Services:
        settings, store, clock, ledger = self.settings, self.store, self.clock, self.ledger
        calendar = Calendar(settings.zone, settings.every_day_trades)
        changes = every_change(self.issuer)
        requests = ChangeRequests(store, clock, ledger, RequestNotices(self.mailer), changes)
        book = RecoveryCodeBook(self.derive(b"recovery-codes"))
        proving = (store, clock, self.hasher, self.codes)
        recovering = (*proving, ledger, self.issuer, book, SourceLimit(clock))
        confirmation = Confirmation(store, clock, self.codes, book, ledger)
        watch = AccessWatch(store)
        submissions = Submissions(store, self.vault, clock, calendar, ledger, as_of_now, lambda: watch.taking)
        endpoint = Endpoint(settings.sftp_host, settings.ssh_port)
        return Services(
            store=store,
            clock=clock,
            landing=landing,
            sign_in=SignInService(*proving, book, self.issuer, ledger, self.derive(b"sign-in")),
            sign_in_pool=BoundedPool(),
            recovery=RecoveryService(*recovering),
            enrolment=EnrolmentService(*recovering, settings.name),
            sessions=SessionService(store, clock, ledger),
            confirmation=confirmation,
            profile=ProfileService(*proving, book, confirmation, settings.name),
            requests=requests,
            users=UserService(store, clock, requests),
            companies=Companies(store, clock, changes["apply-form"]),
            sftp_access=SftpAccess(store, clock),
            sftp_setup=SftpSetup(store, clock, settings.zone, endpoint, requests.views.about),
            sftp_acts=SftpActs(store, clock, ledger, SshPublicKeys(), self.mailer),
            access=Access(store, clock, ledger),
            access_watch=watch,
            home=HomeService(store, clock, calendar),
            submissions=submissions,
            activity=ActivityEnquiry(store, calendar, self.derive(b"cursor")),
            drop_box=DropBox(store, clock, calendar, submissions),
            outcomes=Outcomes(store, clock, calendar),
        )


def _landing(settings: Settings, store: DatabaseStore, demo: bool) -> Landing:
    with store.reading() as rows:
        user_types = rows.catalogue().user_types
    return Landing(
        name=settings.name,
        operator=settings.operator,
        version=version("ecp-platform"),
        timezone=settings.timezone,
        now=datetime.now(UTC),
        demo=demo,
        notices=settings.notices,
        existing_ecp=settings.existing_ecp or None,
        mail_sender=settings.mail_sender,
        mail_subject=settings.mail_subject,
        support=tuple(_support(settings)),
        user_types=tuple(UserType(code=code, title=title) for code, title in user_types.items()),
    )


def _outbox(settings: Settings, folder: Path) -> Outbox:
    letters = Letters(
        settings.mail_sender,
        settings.mail_name,
        settings.mail_subject,
        settings.public_url,
        settings.enquiries_url,
        settings.terms_url,
    )
    if not settings.smtp_host:
        return FolderOutbox(folder, letters)
    said = (settings.smtp_port, settings.smtp_tls, settings.smtp_user, settings.smtp_secret)
    return SmtpOutbox(SmtpServer(settings.smtp_host, *said), letters)


def _support(settings: Settings) -> Iterator[SupportTeam]:
    teams: dict[Service, str] = {"client_connect": settings.support_client_connect, "ecp": settings.support_ecp}
    for service, said in teams.items():
        name, email = parseaddr(said)
        if email:
            yield SupportTeam(service=service, name=name or email, email=email)


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings.url)
    try:
        yield engine
    finally:
        engine.dispose()


def _keys(settings: Settings) -> dict[str, bytes]:
    return {name: read_key(settings.secrets / name) for name in _SECRETS}


def _right_keys(settings: Settings, engine: Engine) -> dict[str, bytes]:
    """The keys, known again as those that the database was initialised with."""
    kept = key_checks(engine)
    if kept is None:
        raise SettingsError("The database is not initialised to the end. Run ecpd init again.")
    keys = _keys(settings)
    for name, key in keys.items():
        if not hmac.compare_digest(kept[name], check_value(name, key)):
            path = settings.secrets / name
            raise SettingsError(f"{path} is not the key of this database: restore the secrets folder from its backup.")
    return keys


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()
