"""Publishing: operators put files into a download folder for one identity, and withdraw them. One person is enough."""

from __future__ import annotations

from collections.abc import Callable

from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.claims import Upload
from backend.core.ports import Clock, Store
from backend.core.publications import Published
from backend.core.rows import Rows
from backend.core.stagings import Stagings


class Publishing:
    """Published means durable bytes and one row, exactly once; otherwise neither. Content is never judged."""

    def __init__(
        self,
        store: Store,
        stagings: Stagings,
        clock: Clock,
        calendar: Calendar,
        ledger: Ledger,
        current_actor: Callable[[Rows, Actor], Actor],
        taking: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._stagings = stagings
        self._clock = clock
        self._calendar = calendar
        self._ledger = ledger
        self._current_actor = current_actor
        self._taking = taking

    def folders(self, actor: Actor) -> list[str]:
        """All download folders; 2002 for whoever may not publish."""
        raise NotImplementedError

    def identities(self, actor: Actor, folder: str) -> list[str]:
        """Those that may be published for in it; 4501 where there is no such folder."""
        raise NotImplementedError

    def published(self, actor: Actor, folder: str, identity_code: str) -> list[Published]:
        """What stands there for an identity, of the last 90 days, one a name, newest first; 2001 for no such place."""
        raise NotImplementedError

    def find(self, actor: Actor, folder: str, identity_code: str, file_name: str) -> Published:
        """What stands under a name; 2001 where nothing does."""
        raise NotImplementedError

    def begin(self, actor: Actor, folder: str, identity_code: str, file_name: str) -> Upload:
        """Opens an upload; under a temporary name nothing of the name is judged yet."""
        raise NotImplementedError

    def named(self, actor: Actor, draft: Upload, folder: str, identity_code: str, file_name: str) -> Upload:
        """What arrived under a temporary name, under its own, which is judged now."""
        raise NotImplementedError

    def finish(self, actor: Actor, upload: Upload, size: int) -> Published:
        """Publishes the upload of `size` bytes. The bytes that stand already, once more, are the same publication."""
        raise NotImplementedError

    def withdraw(self, actor: Actor, folder: str, identity_code: str, file_name: str) -> None:
        """Nobody finds it any more; its bytes are kept. 2001 where nothing stands under that name."""
        raise NotImplementedError
