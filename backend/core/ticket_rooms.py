"""How much may come by a ticket, by what it is for and who asks."""

from __future__ import annotations

from collections.abc import Iterable

from backend.contract.faults import NOT_ALLOWED, Refused
from backend.contract.messages import TicketPurpose
from backend.core.actor import Actor
from backend.core.catalogue import FolderRule
from backend.core.delivery import Room
from backend.core.gate import activity_scope, folders_for, refuse_to_publish
from backend.core.ports import Store


def room_for(store: Store, actor: Actor, purpose: TicketPurpose) -> Room:
    """What the largest folder takes that the account submits or publishes to; to compare, the largest of all.

    2000 and 2002 for whoever could do nothing with what comes.
    """
    with store.reading() as rows:
        catalogue = rows.catalogue()
    if purpose == "compare":
        activity_scope(actor, catalogue)
        return Room(max((one.size_limit for one in catalogue.folders.values()), default=0), "(any)")
    if purpose == "publish":
        refuse_to_publish(actor)
        return _largest(one for one in catalogue.folders.values() if one.direction == "download")
    return _largest(folder for folder, _ in folders_for(actor, catalogue) if folder.direction == "submission")


def _largest(folders: Iterable[FolderRule]) -> Room:
    largest = max(folders, key=lambda folder: folder.size_limit, default=None)
    if largest is None:
        raise Refused(NOT_ALLOWED, what="This account submits to no folder.")
    return Room(largest.size_limit, largest.code)
