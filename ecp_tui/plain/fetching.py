"""Downloads in accessible mode: what was published, ten at a time, and fetching one of it."""

from __future__ import annotations

from functools import partial
from typing import Final

from backend.contract.messages import Publication, PublicationFilter
from ecp_tui import wording
from ecp_tui.downloads import Download, Downloads
from ecp_tui.plain.keeping import target
from ecp_tui.plain.receipts import spoken_hash
from ecp_tui.plain.steps import Steps
from ecp_tui.plain.talk import Back
from ecp_tui.plain.visit import Visit
from ecp_tui.saving import file_name

_PAGE: Final = 10


def downloads(visit: Visit, folder: str | None = None) -> None:
    """Newest first, until somebody goes back."""
    talk, wanted = visit.talk, PublicationFilter(folder=folder)
    items: list[Publication] = []
    cursor: list[str | None] = [None]

    def more() -> None:
        page = visit.ask(visit.client.publications, wanted, cursor=cursor[0], limit=_PAGE)
        first = len(items)
        items.extend(page.items)
        cursor[0] = page.cursor
        talk.say("Newest first." if items else "Nothing was published for your identities yet.")
        listed(first)

    def listed(first: int = 0) -> None:
        talk.say(*(f"{number}. {_line(visit, one)}" for number, one in enumerate(items[first:], first + 1)))

    with talk.at(f"Download from {folder}" if folder else "Download"):
        more()
        while True:
            also = {"n": f"the next {_PAGE}"} if cursor[0] else {}
            words = f", n for the next {_PAGE}" if also else ""
            typed = talk.number(f"Download, which number{words}?", len(items), listed, also)
            talk.attempt(more if typed == "n" else partial(fetch, visit, items[int(typed) - 1]))


def _line(visit: Visit, one: Publication) -> str:
    return (
        f"{one.file_name}, {one.state}, {one.folder}, identity {one.identity_code}, "
        f"input date {one.input_date.isoformat()}, {wording.size(one.size)}, {visit.when(one.at)}."
    )


def fetch(visit: Visit, one: Publication) -> None:
    """Whole or not at all; over SSH the line that brings it to where its person is."""
    talk = visit.talk
    if one.state == "withdrawn":
        talk.say("The operator withdrew this file.")
        return
    talk.say(f"{one.file_name}: {wording.size_exact(one.size)}, SHA-256 {spoken_hash(one.sha256)}")
    name = file_name(one.file_name)
    if (served := visit.config.served) is not None:
        talk.say("Type this line in another terminal, where the file is to be.")
        talk.say(f"{served.line} get {one.log_index} > {name}")
        return
    path = target(talk.ask(f"Save as, Enter for {name}?", "a path on this computer.", default=name), name)
    replace = path.exists()
    if replace and not talk.yes(f"{path.name} exists already. Replace it?", "yes to write over it, no to go back."):
        return
    steps = Steps(talk.say, "Downloading")

    async def whole() -> Download:
        moving = Downloads(visit.client.fetch)
        moving.listen(steps.moved)
        try:
            download = moving.start(one, path, replace=replace)
            await download.wait()
        finally:
            await moving.close()
        if download.fault is not None:
            raise download.fault
        return download

    done = visit.ask(whole)
    if not done.done:
        talk.say("Cancelled: nothing was saved.")
        raise Back
    talk.say(f"Saved: {done.target}. It is whole: its SHA-256 is the published one.")
