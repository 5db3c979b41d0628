"""One-time links: how files come and go where the console runs in a browser."""

from __future__ import annotations

from typing import Protocol

from backend.contract.messages import Fetchable


class Links(Protocol):
    """Each opens a page of the person's own browser and gives its address, to be shown beside. An address works once,
    for ten minutes, in that browser alone."""

    def upload(self, ticket: str, file_name: str = "") -> str:
        """A page with a file chooser; what is chosen goes where this one-time ticket leads. The name is the one that
        is expected; the one that is chosen goes along with the bytes."""

    def download(self, wanted: Fetchable) -> str:
        """A published file, or one that is picked up, into the browser's downloads."""

    def save(self, file_name: str, content: bytes) -> str:
        """What the console made, such as a receipt, into the browser's downloads."""
