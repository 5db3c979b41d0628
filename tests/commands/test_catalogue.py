"""`ecp catalogue` and `ecpd catalogue`: rules as files, tried, proposed, exported, compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.__main__ import main as ecpd
from backend.core.catalogue_text import parse, shipped
from tests.commands.conftest import Ecp, SignIn
from tests.submitting import submitted
from tests.world import World


@pytest.fixture
def oper(sign_in: SignIn) -> Ecp:
    return sign_in("OPER01")


def rule(oper: Ecp, code: str = "SD-1") -> str:
    said = oper("catalogue", "show", code)
    assert (said.code, said.err) == (0, "")
    return said.out


def run(world: World, *words: str) -> Result:
    where = ["--data-dir", str(world.platform.settings.data_dir)]
    return CliRunner().invoke(ecpd, ["catalogue", *words, *where])


def test_folders_and_functions_are_listed_and_each_rule_is_a_file_of_its_own(oper: Ecp) -> None:
    said = oper("catalogue").out
    assert "SD-1" in said and "EU_ECPSFTP" in said and "every folder" in said and "existing, 2" in said
    assert rule(oper).startswith('title = "Stamp Duty Daily Return"\n') and "batch" not in rule(oper)
    assert rule(oper, "eu_sd1") == 'title = "Stamp duty returns"\nchannels = ["console", "http"]\n'
    assert [one["folder"] for one in oper("catalogue", "--json").data["folders"]][:2] == ["SD-1", "LOP"]
    assert oper("catalogue", "show", "EU_SD1", "--json").data["folders"] == ["SD-1", "DECL", "RPT-TRD", "RPT-CLP"]
    assert oper("catalogue", "show", "NONE").code == 4


def test_what_is_exported_is_the_catalogue(oper: Ecp, world: World, tmp_path: Path) -> None:
    by_console, by_ecpd = oper("catalogue", "export").out, run(world, "export").output
    assert parse(by_console) == parse(by_ecpd) == parse(shipped())
    assert parse(oper("catalogue", "export", "--json").data["catalogue"]) == parse(shipped())
    file = tmp_path / "catalogue.toml"
    file.write_text(by_console, "utf-8")
    assert (run(world, "diff", str(file)).exit_code, run(world, "diff", str(file)).output) == (0, "")


def test_a_rule_is_tried_on_past_files_and_every_mistake_has_its_line(oper: Ecp, world: World, tmp_path: Path) -> None:
    submitted(world, world.actor("CHAN01"), b"1,2\n")
    file = tmp_path / "sd1.toml"
    file.write_text(rule(oper).replace("SD1_{identity}", "SDX_{identity}"), "utf-8")
    said = oper("catalogue", "trial", "sd-1", str(file))
    assert said.code == 0 and "+ SDX_{identity}_{date:YYYYMMDD}.csv" in said.out
    assert "Of the files of the last 90 days 0 stay accepted, 1 would be refused." in said.out
    assert "✕ SD1_01234_20220519.csv: 4505" in said.out
    tried = oper("catalogue", "trial", "SD-1", str(file), "--json").data
    assert (tried["state"], tried["refused"], tried["refused_names"][0]["number"]) == ("fits", 1, 4505)
    file.write_text(rule(oper).replace("functions", "funktions"), "utf-8")
    wrong = oper("catalogue", "trial", "SD-1", str(file))
    assert wrong.code == 5 and "Line 3: funktions: there is no such field; did you mean functions?" in wrong.out
    assert oper("catalogue", "trial", "SD-1", str(file), "--json").data["errors"][0]["line"] == 3
    assert oper("catalogue", "trial", "EU_SD1", "-", "--function", typed='title = "S"\nchannels = ["ftp"]').code == 5


def test_a_rule_is_proposed_by_one_operator_and_approved_by_another(
    oper: Ecp, sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    before = run(world, "export").output
    wished = rule(oper).replace('"SD_{identity}_{date:YYYYMMDD}.csv", ', "")
    asked = oper("catalogue", "propose", "SD-1", "-", "--note", "June", typed=wished)
    assert asked.code == 0 and "Change folder SD-1" in asked.out and "− SD_{identity}_{date:YYYYMMDD}.csv" in asked.out
    checker = sign_in("OPER02")
    digest = checker("approvals", "show", "1", "--json").data["digest"]
    approved = checker("approvals", "approve", "1", "--digest", digest)
    assert approved.code == 0, approved
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(before, "utf-8")
    new.write_text(run(world, "export").output, "utf-8")
    said = run(world, "diff", str(old))
    assert (said.exit_code, said.output) == (1, "folder SD-1\n  + Name pattern: SD_{identity}_{date:YYYYMMDD}.csv\n")
    assert run(world, "diff", str(new)).exit_code == 0


def test_auditors_read_the_catalogue_and_nobody_else_does(sign_in: SignIn) -> None:
    auditor = sign_in("AUDIT01")
    assert auditor("catalogue").code == 0
    assert auditor("catalogue", "trial", "SD-1", "-", typed=rule(auditor)).code == 0
    assert auditor("catalogue", "propose", "SD-1", "-", typed=rule(auditor)).code == 4
    for login_id in ("CHAN01", "WONGDA1"):
        nobody = sign_in(login_id)
        for words in (["catalogue"], ["catalogue", "show", "SD-1"], ["catalogue", "export"]):
            assert nobody(*words).code == 4
        assert nobody("catalogue", "trial", "SD-1", "-", typed="").code == 4
        assert nobody("catalogue", "propose", "SD-1", "-", typed="").code == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "Invalid value"),
        ("[user_types]\n", "'functions' is missing"),
        ("user_types = 1\nfunctions = 1\nfolders = 1\n", "a row is not the table that it should be"),
        (shipped().replace('"EU_SD1"', '"EU_NO"', 1), "folder SD-1: unknown EU_NO"),
        (b"\xff\xfe", "is not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_catalogue_is_trouble_and_neither_same_nor_other(
    world: World, tmp_path: Path, text: str | bytes, said: str
) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    outcome = run(world, "diff", str(file))
    assert outcome.exit_code == 2 and said in outcome.output and "Traceback" not in outcome.output


def test_what_a_file_says_otherwise_is_told_fact_by_fact(world: World, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    text = shipped().replace('at = "12:00"', 'at = "13:00"').replace("SEHK Participant", "Exchange Participant")
    text = text.replace('route = "existing"\nbatch = "2"', 'batch = "4"').replace('"Stamp duty returns"', '"Duties"')
    text = text[: text.index("[folders.RPT-CLR]")] + '[folders.NEW]\ntitle = "N"\ndirection = "download"\n'
    file.write_text(text + 'functions = ["any"]\nchannels = ["http"]\nuser_types = ["RRI"]\ninput_date_meaning = "d"\n')
    said = run(world, "diff", str(file))
    assert said.exit_code == 1
    for line in (
        "user type SEHK\n  - Title: SEHK Participant\n  + Title: Exchange Participant\n",
        "function EU_SD1\n  - Title: Stamp duty returns\n  + Title: Duties\n",
        "folder LOP\n  - Cut-off: 12:00 the next trading day\n  + Cut-off: 13:00 the next trading day\n",
        "  - Route: existing\n  + Route: ecp2\n  - Batch: 2\n  + Batch: 4\n",
        "folder RPT-CLR\n  - Folder: Clearing Reports\n",
        "folder NEW\n  + Title: N\n",
    ):
        assert line in said.output
