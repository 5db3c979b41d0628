"""Boxes: what becomes of files that are put. A participant's are submitted, the operator's are published."""

from __future__ import annotations

from typing import Final, NoReturn, Protocol

from backend.contract.faults import NOT_ALLOWED, Refused
from backend.core.actor import Actor
from backend.core.claims import Upload
from backend.core.drop_box import DropBox
from backend.core.publishing import Publishing
from backend.core.services import Services
from backend.doors.ssh.spots import Spot

_BY_SFTP: Final = "by SFTP"
"""Why a file was withdrawn that was removed: no client says more."""


class Box(Protocol):
    """Where files are put; each `where` is a file in it."""

    def begin(self, actor: Actor, where: Spot) -> Upload: ...

    def named(self, actor: Actor, draft: Upload, where: Spot) -> Upload: ...

    def finish(self, actor: Actor, upload: Upload, size: int) -> object:
        """Returns when the file stands."""
        ...

    def refuse(self, actor: Actor, upload: Upload, refused: Refused) -> NoReturn:
        """Ends an upload that was refused on the way."""
        ...

    def remove(self, actor: Actor, where: Spot) -> bool:
        """Takes away the file that stands; false where it only counts as about to be replaced."""
        ...


class SubmitBox:
    """Meets `Box` for `submit/`."""

    def __init__(self, drop_box: DropBox) -> None:
        self._drop_box = drop_box

    def begin(self, actor: Actor, where: Spot) -> Upload:
        return self._drop_box.begin(actor, where.identity_code, where.folder, where.name)

    def named(self, actor: Actor, draft: Upload, where: Spot) -> Upload:
        return self._drop_box.named(actor, draft, where.identity_code, where.folder, where.name)

    def finish(self, actor: Actor, upload: Upload, size: int) -> object:
        return self._drop_box.finish(actor, upload, size)

    def refuse(self, actor: Actor, upload: Upload, refused: Refused) -> NoReturn:
        self._drop_box.refuse(actor, upload, refused)

    def remove(self, actor: Actor, where: Spot) -> bool:
        return False


class PublishBox:
    """Meets `Box` for `publish/`."""

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing

    def begin(self, actor: Actor, where: Spot) -> Upload:
        return self._publishing.begin(actor, where.folder, where.identity_code, where.name)

    def named(self, actor: Actor, draft: Upload, where: Spot) -> Upload:
        return self._publishing.named(actor, draft, where.folder, where.identity_code, where.name)

    def finish(self, actor: Actor, upload: Upload, size: int) -> object:
        return self._publishing.finish(actor, upload, size)

    def refuse(self, actor: Actor, upload: Upload, refused: Refused) -> NoReturn:
        upload.staging.abandon()
        raise refused

    def remove(self, actor: Actor, where: Spot) -> bool:
        self._publishing.withdraw(actor, where.folder, where.identity_code, where.name, _BY_SFTP)
        return True


class Boxes:
    """The box of a room."""

    def __init__(self, services: Services) -> None:
        self._boxes: dict[str, Box] = {
            "submit": SubmitBox(services.drop_box),
            "publish": PublishBox(services.publishing),
        }

    def of(self, where: Spot) -> Box:
        if not where.in_drop:
            raise Refused(NOT_ALLOWED, what="Files are put into a submit folder; everything else is read-only.")
        return self._boxes[where.room]
