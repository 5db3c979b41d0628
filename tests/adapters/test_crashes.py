"""The process is killed between each two lines of finishing a submission: accepted wholly, or not at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from backend.contract.messages import Activity, ActivityFilter
from backend.core.actor import Actor
from tests.adapters.crashing import ID, NEW_BYTES, actor_named
from tests.databases import Postgres, Prepared, copied_world, prepared_world, reopened_world
from tests.publishing import contents, listed_in, publish
from tests.submitting import broken_invariants, objects, staged_files, submitted
from tests.world import World

Kill = Callable[..., bool]
MOST_LINES = 400


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Kills a submission or a publication after so many lines; says false where it was finished before."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.crashing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=Path(__file__).parents[2],
    )
    assert program.stdin is not None and program.stdout is not None
    told, heard = program.stdin, program.stdout

    def order(data_dir: Path, database_url: str, lines: int, act: str = "submit") -> bool:
        where = {"data_dir": str(data_dir), "database_url": database_url}
        told.write(json.dumps({**where, "lines": lines, "act": act}) + "\n")
        answer = heard.readline().strip()
        assert answer in {"killed", "finished"}
        return answer == "killed"

    yield order
    told.close()
    assert program.wait(10) == 0
    heard.close()


def versions(world: World, actor: Actor) -> list[Activity]:
    return list(reversed(world.services.activity.page(actor, ActivityFilter(), None, 100).items))


def is_whole_again(world: World) -> str:
    """Looks at what a kill left, retries, sweeps; says on which side of the commit the kill was."""
    assert broken_invariants(world) == []
    chan = actor_named(world.platform, "CHAN01")
    rows = versions(world, chan)
    assert rows[0].version == 1 and len(rows) in {1, 2}
    side = "before" if len(rows) == 1 else "after"
    assert rows[0].superseded_by == (None if side == "before" else rows[1].log_index)
    receipt = submitted(world, chan, NEW_BYTES, ID)
    assert receipt.replayed == (side == "after") and receipt.activity.version == 2
    assert [row.version for row in versions(world, chan)] == [1, 2]
    assert submitted(world, chan, NEW_BYTES, ID).receipt == receipt.receipt
    world.clock.at = datetime.now(UTC) + timedelta(hours=25)
    world.platform.sweep()
    assert broken_invariants(world) == [] and (objects(world), staged_files(world)) == (2, 0)
    return side


@pytest.fixture
def filed(prepared_sqlite: Prepared, tmp_path: Path) -> Prepared:
    """A world whose CHAN01 has filed the first version."""
    with copied_world(prepared_sqlite, tmp_path / "filed") as world:
        submitted(world, world.actor("CHAN01"), b"the wrong file")
    return Prepared(tmp_path / "filed", "", prepared_sqlite.people)


def sides_of(filed: Prepared, kill: Kill, tmp_path: Path, every: int) -> list[str]:
    """On which side of the commit each kill was, from the first line to the last."""
    sides: list[str] = []
    for lines in range(1, MOST_LINES, every):
        data_dir = tmp_path / f"after-{lines}"
        shutil.copytree(filed.folder, data_dir)
        if not kill(data_dir, "", lines):
            break
        with reopened_world(filed, data_dir) as world:
            sides.append(is_whole_again(world))
    assert sides == sorted(sides, reverse=True), "one commit parts the lines before it from those after"
    return sides


def test_a_process_killed_while_it_finishes_has_accepted_all_or_nothing(
    filed: Prepared, kill: Kill, tmp_path: Path
) -> None:
    assert set(sides_of(filed, kill, tmp_path, every=5)) == {"before", "after"}


def test_a_process_killed_while_it_publishes_has_published_all_or_nothing(
    prepared_sqlite: Prepared, kill: Kill, tmp_path: Path
) -> None:
    sides: list[str] = []
    for lines in range(1, MOST_LINES, 7):
        data_dir = tmp_path / f"after-{lines}"
        shutil.copytree(prepared_sqlite.folder, data_dir)
        if not kill(data_dir, "", lines, "publish"):
            break
        with reopened_world(prepared_sqlite, data_dir) as world:
            assert broken_invariants(world) == []
            chan, operator = (actor_named(world.platform, who) for who in ("CHAN01", "OPER01"))
            found = listed_in(world.services.downloads.published(chan, "01234", "RPT-TRD"))
            sides.append("after" if found else "before")
            again = publish(world, NEW_BYTES, who=operator)
            assert again.version == 1 and found in ([], [again])
            assert contents(world.services.downloads.open(chan, again)) == NEW_BYTES
            world.clock.at = datetime.now(UTC) + timedelta(hours=25)
            world.platform.sweep()
            assert broken_invariants(world) == [] and (objects(world), staged_files(world)) == (1, 0)
    assert sides == sorted(sides, reverse=True) and set(sides) == {"before", "after"}


@pytest.mark.slow
def test_no_line_whatever_can_die_without_all_or_nothing(filed: Prepared, kill: Kill, tmp_path: Path) -> None:
    sides = sides_of(filed, kill, tmp_path, every=1)
    assert sides.count("before") > 30 and sides.count("after") > 5


def test_on_postgresql_it_has_accepted_all_or_nothing_too(postgres: Postgres, kill: Kill, tmp_path: Path) -> None:
    sides: list[str] = []
    with postgres.database() as url, prepared_world(tmp_path / "filed", url) as filed:
        with reopened_world(filed, filed.folder, url) as world:
            submitted(world, world.actor("CHAN01"), b"the wrong file")
        for lines in range(3, MOST_LINES, 7):
            data_dir = tmp_path / f"after-{lines}"
            with postgres.database(template=make_url(url).database or "") as copy:
                shutil.copytree(filed.folder, data_dir)
                if not kill(data_dir, copy, lines):
                    break
                with reopened_world(filed, data_dir, copy) as world:
                    sides.append(is_whole_again(world))
    assert sides == sorted(sides, reverse=True) and set(sides) == {"before", "after"}
