"""Refusals and failures as SFTP statuses: number, title and remedy go to the client, never an exception's text."""

from __future__ import annotations

import structlog

from backend.contract.faults import NOT_UNDERSTOOD, UNEXPECTED, Refused
from backend.doors.ssh.wire import Malformed, Reply, Status, status
from backend.logs import reference

_log = structlog.get_logger(__name__)


class Unsupported(Exception):
    """A request that is not served here."""


def failed(error: Exception) -> Reply:
    """The status that answers an exception; what nobody foresaw goes to the log under a reference."""
    if isinstance(error, Refused):
        return status(error.fault.sftp, str(error))
    if isinstance(error, Unsupported):
        return status(Status.OP_UNSUPPORTED, str(Refused(NOT_UNDERSTOOD, what="This is not served here.")))
    if isinstance(error, Malformed):
        return status(Status.BAD_MESSAGE, str(Refused(NOT_UNDERSTOOD, what="The packet ends before its fields do.")))
    return status(Status.FAILURE, str(unexpected(error)))


def unexpected(error: Exception) -> Refused:
    """9000 with a reference; the details are in the log alone."""
    said = reference()
    _log.error("unexpected failure over SSH", reference=said, exc_info=error)
    return Refused(UNEXPECTED, reference=said)
