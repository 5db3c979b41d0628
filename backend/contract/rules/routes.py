"""In which of the two systems a folder's files are submitted (FAQ Q27)."""

from __future__ import annotations

from backend.contract.faults import SERVED_ELSEWHERE, Refused


def elsewhere(folder: str, *, moved: bool) -> Refused:
    """4510 for whoever came to the wrong one."""
    if moved:
        return Refused(
            SERVED_ELSEWHERE,
            folder=folder,
            served="has moved to ECP 2.0",
            where="in ECP 2.0, signed in through Client Connect",
        )
    return Refused(SERVED_ELSEWHERE, folder=folder, served="has not moved to ECP 2.0 yet", where="via the existing ECP")
