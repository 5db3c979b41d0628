"""Publishing and fetching in tests, in few words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backend.core.actor import Actor
from backend.core.publications import Published
from backend.core.reading import Reading
from tests.world import World

NAME = "TRD_01234_20220520.csv"


def publish(
    world: World,
    data: bytes = b"stock,shares\r\n0005,400\r\n",
    name: str = NAME,
    *,
    folder: str = "RPT-TRD",
    identity_code: str = "01234",
    who: Actor | None = None,
) -> Published:
    """The operator OPER01 publishes a file, unless somebody else does."""
    operator = who or world.actor("OPER01")
    upload = world.services.publishing.begin(operator, folder, identity_code, name)
    upload.write(0, data)
    return world.services.publishing.finish(operator, upload, len(data)).files[0]


def listed_in(pages: Iterable[list[Published]]) -> list[Published]:
    """All of a listing."""
    return [one for page in pages for one in page]


def by_sftp(actor: Actor) -> Actor:
    """The same person through SFTP."""
    return replace(actor, channel="sftp")


def contents(reading: Reading) -> bytes:
    """All bytes, and closed."""
    try:
        return reading.read(0, reading.size)
    finally:
        reading.close()
