"""One-time links: uploads and downloads of one browser, once."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import secrets
import subprocess
import tarfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from backend.contract.faults import UNREACHABLE, Refused
from backend.contract.messages import PickUp, Receipt
from ecp_tui.evidence import held
from ecp_tui.web import shelf
from ecp_tui.web.shelf import Shelf
from ecp_tui.web.visits import Visit, Visits
from tests.publishing import publish
from tests.sftp_world import installed
from tests.submitting import submitted
from tests.web.edition import Edition, Visitor
from tests.world import World

CONTENT = b"\x00any bytes\r\n" * 50_000


@dataclass
class Linked:
    """Somebody signed in, and the links that their console would make."""

    visitor: Visitor
    visit: Visit

    def put(self, kind: str, **words: object) -> str:
        return self.visit.shelf.put({"kind": kind, "key": secrets.token_urlsafe(18), **words})

    async def ticket(self) -> tuple[str, str]:
        """The ticket's id, and a link to it."""
        made = await self.visit.client.make_ticket("submit", "LOPA_01234_20220519.xlsx")
        return made.id, self.put("upload", ticket=made.ticket, file_name="LOPA_01234_20220519.xlsx")


@pytest_asyncio.fixture
async def linked(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Linked]:
    opened: list[Visit] = []
    open_ = Visits.open

    def noted(self: Visits, visit: Visit) -> str:
        opened.append(visit)
        return open_(self, visit)

    monkeypatch.setattr(Visits, "open", noted)
    async with edition.visitor() as visitor:
        assert (await visitor.sign_in())[0] == 303
        yield Linked(visitor, opened[0])


async def test_a_file_goes_through_to_its_ticket_and_the_link_is_spent(linked: Linked) -> None:
    ticket, key = await linked.ticket()
    ask = linked.visitor.ask
    for _ in range(2):  # looking uses nothing
        status, page = await ask("GET", f"/upload/{key}")
        assert status == 200 and "LOPA_01234_20220519.xlsx" in page and 'type="file"' in page
    status, answer = await ask("PUT", f"/upload/{key}?name=r%C3%A9turn%20%E9%99%B3.xlsx", data=CONTENT)
    assert status == 200 and hashlib.sha256(CONTENT).hexdigest() in answer
    progress = await linked.visit.client.ticket_progress(ticket)
    assert (progress.state, progress.size, progress.file_name) == ("arrived", len(CONTENT), "réturn 陳.xlsx")
    for method in ("GET", "PUT"):
        status, answer = await ask(method, f"/upload/{key}")
        assert status == 410 and "4521" in answer


async def test_a_link_is_of_one_browser(linked: Linked) -> None:
    _, key = await linked.ticket()
    saved = linked.put("save", file_name="r.txt", content=base64.b64encode(b"mine").decode())
    async with linked.visitor.edition.visitor() as nobody, linked.visitor.edition.visitor() as other:
        await other.sign_in("LEE02")
        for stranger in (nobody, other):
            assert (await stranger.ask("PUT", f"/upload/{key}", data=b"theirs"))[0] == 410
            status, answer = await stranger.ask("GET", f"/download/{saved}")
            assert status == 410 and "mine" not in answer
    assert (await linked.visitor.ask("GET", f"/download/{saved}"))[1] == "mine"


async def test_a_file_sent_twice_at_once_goes_once(linked: Linked) -> None:
    _, key = await linked.ticket()
    answers = await asyncio.gather(*(linked.visitor.ask("PUT", f"/upload/{key}", data=CONTENT) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 410, 410, 410]


async def test_a_line_that_breaks_keeps_nothing_and_says_so_on_the_ticket(linked: Linked) -> None:
    ticket, key = await linked.ticket()

    async def cut() -> AsyncIterator[bytes]:
        yield CONTENT[:1000]
        raise ConnectionResetError

    with pytest.raises((aiohttp.ClientError, ConnectionResetError)):
        await linked.visitor.ask("PUT", f"/upload/{key}", data=cut(), headers={"content-length": str(len(CONTENT))})
    async with asyncio.timeout(10):
        while (await linked.visit.client.ticket_progress(ticket)).state in ("waiting", "receiving"):
            await asyncio.sleep(0.05)
    progress = await linked.visit.client.ticket_progress(ticket)
    assert progress.state == "refused" and progress.size is None
    assert not linked.visitor.edition.site.log.exists(), "somebody who cancels is no mishap"


async def test_an_upload_without_a_size_is_refused_before_a_byte_of_it(linked: Linked) -> None:
    ticket, key = await linked.ticket()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"

    status, _ = await linked.visitor.ask("PUT", f"/upload/{key}", data=endless())
    assert status == 422
    assert (await linked.visit.client.ticket_progress(ticket)).received == 0


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("receipt 1.txt", "receipt_1.txt"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\evil.exe", "evil.exe"),
        ('a"; filename="b.html\r\nX-Evil: 1', "a_filename_b.html_X-Evil_1"),
        ("陳大文.csv", "_.csv"),
        ("", "file"),
        ("...", "file"),
        ("\x00\x1b[31m", "_31m"),
    ],
)
async def test_a_download_is_a_file_under_a_name_that_is_no_path_and_no_header(
    linked: Linked, name: str, safe: str
) -> None:
    key = linked.put("save", file_name=name, content=base64.b64encode(b"<script>").decode())
    assert (await linked.visitor.ask("HEAD", f"/download/{key}"))[0] == 200
    status, content = await linked.visitor.ask("GET", f"/download/{key}")
    headers = linked.visitor.headers
    assert (status, content, headers["content-type"]) == (200, "<script>", "application/octet-stream")
    assert headers["content-disposition"].startswith(f'attachment; filename="{safe}"; ') and "x-evil" not in headers
    assert (await linked.visitor.ask("GET", f"/download/{key}"))[0] == 410


def filed(world: World) -> Receipt:
    """By CHAN01, for the day that is due."""
    chan = world.actor("CHAN01")
    (day,) = [one.default_input_date for one in world.services.home.folders(chan) if one.folder == "SD-1"]
    return submitted(world, chan, CONTENT, input_date=day, file_name=f"SD1_01234_{day:%Y%m%d}.csv")


async def test_a_receipt_comes_with_all_that_verifies_it(linked: Linked, tmp_path: Path) -> None:
    receipt = filed(linked.visitor.edition.world)
    name, tar = (await held(linked.visit.client, receipt)).tar(receipt)
    key = linked.put("save", file_name=name, content=base64.b64encode(tar).decode())
    status, content = await linked.visitor.ask("GET", f"/download/{key}")
    assert status == 200 and content.encode() == tar
    with tarfile.open(fileobj=io.BytesIO(content.encode())) as evidence:
        evidence.extractall(tmp_path, filter="data")
    file = tmp_path / "evidence" / name.replace(".evidence.tar", ".receipt")
    line = next(line for line in (file.parent / "README.txt").read_text().splitlines() if "ssh-keygen -Y" in line)

    def verified(data: bytes, line: str = line) -> bool:
        file.write_bytes(data)
        return subprocess.run(["sh", "-c", line], cwd=file.parent, capture_output=True).returncode == 0

    whole = file.read_bytes()
    assert installed("ssh-keygen") and verified(whole)
    assert not verified(whole.replace(b"\n", b"\r\n")) and not verified(whole.replace(b"version: 1", b"version: 2"))
    assert not verified(whole, line.replace("receipt-v1@ecp", "checkpoint-v1@ecp"))


async def test_a_published_file_streams_from_the_platform_and_is_logged_as_fetched(linked: Linked) -> None:
    world = linked.visitor.edition.world
    publish(world, CONTENT)
    publication = (await linked.visit.client.publications()).items[0]
    words = {"wanted": publication.model_dump(mode="json"), "token": linked.visit.client.token}
    key = linked.put("download", **words)
    async with linked.visitor.http.get(f"/download/{key}") as answer:
        assert answer.content_length == len(CONTENT) and await answer.read() == CONTENT
    page = await linked.visit.client.publications()
    assert page.items[0].state == "fetched"
    refused = linked.put("download", **(words | {"token": "nobody's"}))
    status, answer_ = await linked.visitor.ask("GET", f"/download/{refused}")
    assert status == 401 and "1005" in answer_


async def test_a_file_that_is_picked_up_streams_with_its_reason_in_the_log(linked: Linked) -> None:
    world = linked.visitor.edition.world
    one = filed(world).activity
    wanted = PickUp.model_validate(one.model_dump() | {"reason": "for the day's file"}).model_dump(mode="json")
    key = linked.put("download", wanted=wanted, token=world.token("OPER01"))
    async with linked.visitor.http.get(f"/download/{key}") as answer:
        assert answer.content_length == len(CONTENT) and await answer.read() == CONTENT
    assert (await linked.visitor.ask("GET", f"/download/{key}"))[0] == 410, "it works once"
    (act,) = world.services.activity.one(world.actor("OPER02"), one.log_index).counter_receipts
    assert (act.login_id, act.reason) == ("OPER01", "for the day's file")
    theirs = linked.put("download", wanted=wanted, token=linked.visit.client.token)
    status, said = await linked.visitor.ask("GET", f"/download/{theirs}")
    assert status == 404 and "2001" in said, "a participant's own session picks nothing up"


async def test_a_download_that_breaks_off_behind_is_never_taken_for_a_whole_file(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: object, publication: object) -> AsyncIterator[bytes]:
        yield CONTENT[:70_000]
        raise Refused(UNREACHABLE, server="x", why="y")

    publish(linked.visitor.edition.world, CONTENT)
    publication = (await linked.visit.client.publications()).items[0]
    monkeypatch.setattr("ecp_tui.client.downloads.DownloadCalls.fetch", broken)
    key = linked.put("download", wanted=publication.model_dump(mode="json"), token="t")
    with pytest.raises(aiohttp.ClientError):
        await linked.visitor.ask("GET", f"/download/{key}")


def test_links_end_after_ten_minutes_and_the_oldest_give_way() -> None:
    now = 0.0
    kept = Shelf(lambda: now)
    keys = [kept.put({"kind": "upload", "key": f"{n:024}", "ticket": "T", "file_name": ""}) for n in range(20)]
    assert [kept.see(key, "upload") is not None for key in keys] == [False] * 4 + [True] * shelf.MOST
    assert kept.see(keys[-1], "save", "download") is None
    now = shelf.LIFE + 1
    assert not any(kept.see(key, "upload") for key in keys)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"kind": "upload"},
        {"kind": "upload", "key": "../../../../../../../../x"},
        {"kind": "other", "key": "A" * 24},
        {"kind": "save", "key": "A" * 24, "content": "no base64 !"},
        {"kind": "save", "key": "A" * 24, "content": base64.b64encode(bytes(shelf.LARGEST + 1)).decode()},
        {"kind": "download", "key": "A" * 24, "publication": {"size": -1}},
    ],
)
def test_what_is_no_link_is_not_kept(words: dict[str, object]) -> None:
    assert Shelf().put(words) == ""
