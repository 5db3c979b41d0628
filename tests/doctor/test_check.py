"""`ecpd check`: damage that was planted is found, and nothing else is called damage."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.__main__ import main
from tests.publishing import publish
from tests.submitting import submitted
from tests.world import World

FIRST, SECOND = b"trade,amount\n1,100\n", b"trade,amount\n1,200\n"


@pytest.fixture
def filed(world: World) -> World:
    """A return, its correction, and a published file."""
    actor = world.actor("CHAN01")
    submitted(world, actor, FIRST)
    submitted(world, actor, SECOND)
    publish(world, b"trade,price\n")
    return world


def checked(world: World, *flags: str) -> Result:
    return CliRunner().invoke(main, ["check", "--data-dir", str(world.platform.settings.data_dir), *flags])


def found(result: Result) -> dict[str, list[str]]:
    """What is not right, by name."""
    wrong: dict[str, list[str]] = {}
    for one in json.loads(result.stdout)["checks"]:
        if one["state"] != "ok":
            wrong.setdefault(one["name"], []).append(one["what"])
    return wrong


def objects(world: World) -> dict[bytes, Path]:
    return {path.read_bytes(): path for path in world.platform.settings.data_dir.glob("vault/??/*")}


def sql(world: World, statement: str) -> None:
    """As nobody but an attacker with the file would: without keys between the tables."""
    connection = sqlite3.connect(world.platform.settings.data_dir / "ecp.db")
    with closing(connection), connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def test_a_sound_platform_is_found_sound_while_it_serves(filed: World) -> None:
    result = checked(filed)
    assert result.exit_code == 0, result.output
    assert "3 files" in result.output and "make the root that its head has" in result.output
    assert json.loads(checked(filed, "--json").stdout)["state"] == "ok"


def test_bytes_that_are_gone_short_or_other_are_named_with_their_entry(filed: World) -> None:
    kept = objects(filed)
    kept[FIRST].unlink()
    kept[SECOND].chmod(0o600)
    kept[SECOND].write_bytes(SECOND.replace(b"2", b"3"))
    kept[b"trade,price\n"].write_bytes(b"trade")
    wrong = found(checked(filed, "--json"))
    assert checked(filed).exit_code == 1
    assert sorted(words.split(", ", 1)[1].split(":")[0] for words in wrong["file"]) == sorted(
        ["SD1_01234_20220519.csv", "SD1_01234_20220519.csv", "TRD_01234_20220520.csv"]
    )
    said = " ".join(wrong["file"])
    assert "are not there" in said and "other bytes lie there" in said and "5 bytes lie there" in said
    assert "3 of 3 are damaged" in wrong["files"][0]
    assert "other bytes" not in " ".join(found(checked(filed, "--quick", "--json"))["file"]), (
        "sizes alone were compared"
    )


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE activity SET sha256 = replace(sha256, 'a', 'b') WHERE act = 'accepted'", "was changed"),
        ("UPDATE activity SET file_name = 'other.csv' WHERE act = 'published'", "was changed"),
        ("DELETE FROM activity WHERE act = 'published'", "is missing|The log ends at entry"),
        ("UPDATE activity SET log_index = 9000 WHERE act = 'published'", "is missing|The log ends at entry"),
    ],
)
def test_an_entry_that_was_changed_or_taken_out_of_the_log_is_noticed(
    filed: World, statement: str, expected: str
) -> None:
    sql(filed, statement)
    wrong = found(checked(filed, "--json"))
    assert any(words in wrong["log"][0] for words in expected.split("|")), wrong


def test_what_no_entry_stands_on_is_counted_and_is_no_damage(filed: World) -> None:
    shelf = next(iter(objects(filed).values())).parent
    (shelf / (shelf.name + "0" * 30)).write_bytes(b"orphan")
    result = checked(filed)
    assert result.exit_code == 0 and "1 in the vault without an entry" in result.output
    aside = filed.platform.settings.data_dir / "vault-orphans"
    aside.mkdir()
    (aside / "x").write_bytes(b"")
    again = checked(filed, "--json")
    assert (again.exit_code, json.loads(again.stdout)["state"]) == (0, "warning")


def test_checking_changes_nothing(filed: World) -> None:
    folder = filed.platform.settings.data_dir
    facts = {
        path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and "ecp.db" not in path.name
    }
    with filed.platform.store.reading() as rows:
        head = rows.head()
    assert checked(filed).exit_code == 0
    after = {
        path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and "ecp.db" not in path.name
    }
    with filed.platform.store.reading() as rows:
        assert (rows.head(), after) == (head, facts)


def test_a_folder_that_is_not_there_is_said_in_words_and_not_made(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    result = CliRunner().invoke(main, ["check", "--data-dir", str(nowhere)])
    assert result.exit_code == 1 and "is not there" in result.output and not nowhere.exists()
