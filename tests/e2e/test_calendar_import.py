"""`ecpd calendar import`, and the holidays that a new platform begins with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from backend.settings import load
from backend.wiring import Platform, open_platform
from tests.e2e.test_inviting_operators import ecpd
from tests.e2e.test_operating import OPERATORS


def opened(data_dir: Path) -> Platform:
    return open_platform(load({"data_dir": data_dir}, {}))


def holidays(data_dir: Path) -> dict[date, str]:
    platform = opened(data_dir)
    try:
        with platform.store.reading() as rows:
            return dict(rows.decided().holidays)
    finally:
        platform.close()


def test_a_new_platform_knows_its_holidays_and_a_file_takes_the_place_of_a_years_list(tmp_path: Path) -> None:
    data_dir, file = tmp_path / "data", tmp_path / "2027.toml"
    assert ecpd("init", "--data-dir", data_dir, *OPERATORS).exit_code == 0
    begun = holidays(data_dir)
    assert {day.year for day in begun} == {2022, 2026, 2027} and begun[date(2027, 1, 1)] == "The first day of January"
    file.write_text('year = 2027\n[holidays]\n2027-03-01 = "A day off"\n')
    answer = ecpd("calendar", "import", file, "--data-dir", data_dir)
    assert answer.exit_code == 0 and "1 days of 2027" in answer.output
    after = holidays(data_dir)
    assert [day for day in after if day.year == 2027] == [date(2027, 3, 1)]
    assert [day for day in after if day.year == 2026] == [day for day in begun if day.year == 2026]
    platform = opened(data_dir)
    try:
        with platform.store.reading() as rows:
            acts = [(row.act, row.subject) for row in rows.entries(0, 100) if row.act == "holidays-imported"]
        assert acts == [("holidays-imported", year) for year in ("2022", "2026", "2027", "2027")]
        refused = ecpd("calendar", "import", file, "--data-dir", data_dir)
        assert refused.exit_code == 1 and "another ecpd" in refused.output.lower(), refused.output
    finally:
        platform.close()


def test_a_file_that_is_no_list_changes_nothing_and_says_why(tmp_path: Path) -> None:
    data_dir, file = tmp_path / "data", tmp_path / "wrong.toml"
    assert ecpd("init", "--data-dir", data_dir, *OPERATORS).exit_code == 0
    before = holidays(data_dir)
    for content in (b'year = 2027\n[holidays]\n2026-01-01 = "Elsewhere"\n', b"\xff\xfe", b"year"):
        file.write_bytes(content)
        refused = ecpd("calendar", "import", file, "--data-dir", data_dir)
        assert refused.exit_code == 1 and "no list of holidays" in refused.output and "Traceback" not in refused.output
    assert holidays(data_dir) == before
