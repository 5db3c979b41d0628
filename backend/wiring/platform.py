"""A whole platform without its doors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from backend.adapters.anchor_file import AnchorFile
from backend.adapters.clock import SystemClock
from backend.adapters.database import (
    DatabaseStore,
    check_schema,
    sole_process,
)
from backend.adapters.one_time_codes import OneTimeCodes
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.seals import KeyedSeals
from backend.adapters.vault import LocalVault
from backend.core.activity import Ledger
from backend.core.background import PERIOD, Background
from backend.core.calendar import Calendar
from backend.core.checkpoint_mails import CheckpointMails
from backend.core.client_connect.codes import CodeIssuer
from backend.core.client_connect.forgetting import Forgetting
from backend.core.client_connect.key_warnings import KeyWarnings
from backend.core.client_connect.mail_carrier import MailCarrier
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.operators import Operators
from backend.core.continuity import Continuity
from backend.core.deadline_mails import DeadlineMails
from backend.core.figures import Tally
from backend.core.ports import Clock, Hasher
from backend.core.services import Services
from backend.core.sweep import sweep
from backend.core.watching import LogFigures
from backend.settings import Settings
from backend.wiring.from_settings import landing_of, outbox_of, own_figures
from backend.wiring.keys import derived, opened_engine, right_keys, right_signing_key
from backend.wiring.parts import Parts
from backend.wiring.restores import refuse_restored_in_part

CHECKPOINTS_EVERY: Final = 10.0
"""Seconds, while the log grows: so much of it a restored backup may lack without being noticed."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A running platform without its doors."""

    settings: Settings
    services: Services
    store: DatabaseStore
    vault: LocalVault
    codes: OneTimeCodes
    hasher: Hasher
    ledger: Ledger
    issuer: CodeIssuer
    mailer: Mailer
    mail: MailCarrier
    operators: Operators
    deadlines: DeadlineMails
    checkpoint_mails: CheckpointMails
    mails: Path
    """Where mails are put while no mail server is named."""
    close: Callable[[], None]

    def tell_of_deadlines(self) -> int:
        """Reminds who may file, and tells operators who is missing."""
        queued = self.deadlines.tell() if self.services.continuity.loss is None else 0
        self.services.tally.done("deadlines", self.services.clock.now())
        return queued

    def sweep(self) -> int:
        """What time has ended: change requests, what is known of closed accounts, files that nothing stands on.

        And what it will end: SFTP keys.
        """
        if self.services.continuity.loss is not None:
            return 0  # nothing ends, and nothing is put aside, while it is not known what stands
        self.services.requests.expire()
        Forgetting(self.store, self.services.clock, self.ledger).forget()
        self.services.unfinished.expire()
        self.services.tickets.expire()
        KeyWarnings(self.store, self.services.clock, self.mailer).warn()
        swept = sweep(self.store, self.vault, self.services.clock)
        self.services.tally.done("sweep", self.services.clock.now())
        return swept


def open_platform(
    settings: Settings, *, clock: Clock | None = None, hasher: Hasher | None = None, demo: bool = False
) -> Platform:
    """Opens what `initialise` made. SQLite belongs to exactly one process: a second one gets `SettingsError`."""
    refuse_restored_in_part(settings)
    with ExitStack() as stack:
        stack.enter_context(sole_process(settings.url))
        engine = stack.enter_context(opened_engine(settings))
        check_schema(engine)
        keys = right_keys(settings, engine)
        clock, hasher = clock or SystemClock(), hasher or Argon2Passwords()
        codes, vault = OneTimeCodes(keys["seed_key"]), LocalVault(settings.data_dir)
        tally = Tally()
        store = DatabaseStore(engine, tally)
        stack.callback(store.close)
        signing, continuity = right_signing_key(settings, store), Continuity(AnchorFile(settings.data_dir / "anchor"))
        continuity.holds(store)
        ledger, mailer = Ledger(settings.origin, signing, continuity), Mailer(KeyedSeals(keys["seed_key"]))
        derive = partial(derived, keys["throttle_key"])
        issuer = CodeIssuer(mailer, settings.zone, derive(b"codes"))
        kept = (store, vault, clock, hasher, codes, ledger, signing, continuity)
        built = Parts(settings, *kept, mailer, issuer, derive, tally)
        services = built.services(landing_of(settings, store, demo))
        mails = settings.data_dir / ("demo/mails" if demo else "mails")
        operators = Operators(store, clock, ledger, issuer, mailer)
        deadlines = DeadlineMails(store, clock, Calendar(settings.zone, settings.every_day_trades), mailer)
        reading = (services.checkpoints, continuity, settings.checkpoint_mail_to)
        checkpoint_mails = CheckpointMails(store, clock, Calendar(settings.zone), mailer, *reading)
        carrier = MailCarrier(store, clock, mailer, outbox_of(settings, mails), tally)
        counted = LogFigures(store)
        counted.begin()
        for source in (counted.figures, services.readiness.figures, own_figures(settings, services)):
            services.figures.add(source)
        _begin(stack, services, continuity, tally)
        carrier.start()
        stack.callback(carrier.stop)
        close = stack.pop_all().close
        return Platform(
            settings,
            services,
            store,
            vault,
            codes,
            hasher,
            ledger,
            issuer,
            mailer,
            carrier,
            operators,
            deadlines,
            checkpoint_mails,
            mails,
            close,
        )


def _unless_lost(continuity: Continuity, job: Callable[[], object]) -> None:
    """Nothing happens by itself while the log lacks what it had."""
    if continuity.loss is None:
        job()


def _begin(stack: ExitStack, services: Services, continuity: Continuity, tally: Tally) -> None:
    """Everything that goes on by itself, and ends with the platform."""
    stack.callback(services.readiness.close)
    stack.callback(services.unfinished.close)
    stack.callback(services.tickets.close)
    services.access_watch.listen(services.tickets.expire)
    stack.callback(services.sign_in_pool.close)
    services.access_watch.start()
    stack.callback(services.access_watch.stop)
    background = Background(
        {
            "migration": (PERIOD, partial(_unless_lost, continuity, services.migration.switch)),
            "checkpoints": (CHECKPOINTS_EVERY, services.checkpoints.make),
        },
        tally,
        services.clock,
    )
    stack.callback(services.checkpoints.close)
    background.start()
    stack.callback(background.stop)
