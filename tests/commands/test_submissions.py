"""`ecp folders`, `check`, `submit` and `activity`: the same verdicts as the console, for programs and pipes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from tests.commands.conftest import SERVER, Ecp

CONTENT = b"account,amount\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "SD1_01234_20220520.csv"
    path.write_bytes(CONTENT)
    return path


def test_folders_lists_what_the_functions_map_to(chan: Ecp) -> None:
    said = chan("folders")
    assert said.code == 0
    assert said.out.startswith("FOLDER")
    assert "SD-1" in said.out
    sd1 = next(item for item in chan("folders", "--json").data["items"] if item["folder"] == "SD-1")
    assert sd1["title"] == "Stamp Duty Daily Return"
    assert sd1["input_date_meaning"] == "trade date"


def test_check_says_what_would_become_of_a_file_and_sends_nothing(chan: Ecp, file: Path) -> None:
    said = chan("check", file, "--json")
    assert said.code == 0
    assert said.data["state"] == "acceptable"
    assert (said.data["folder"], said.data["identity_code"], said.data["input_date"]) == ("SD-1", "01234", "2022-05-20")
    assert said.data["sha256"] == SHA256
    assert chan("activity", "--json").data["items"] == []


def test_a_line_that_breaks_is_said_on_standard_error_and_the_upload_goes_on(
    chan: Ecp, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle, broken = httpx.ASGITransport.handle_async_request, list[str]()

    async def breaks_once(self: httpx.ASGITransport, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and not broken:
            broken.append(request.url.path)
            raise httpx.WriteError("the line broke")
        return await handle(self, request)

    monkeypatch.setattr(httpx.ASGITransport, "handle_async_request", breaks_once)
    said = chan("submit", file)
    assert (said.code, len(broken)) == (0, 1)
    (line,) = said.err.splitlines()
    assert line.startswith(f"{file.name}: waiting for the line, again in ")
    assert "accepted" in said.out


def test_check_names_the_cut_off_in_the_time_of_every_other_command(chan: Ecp, file: Path) -> None:
    assert "  cut-off   2022-05-20T12:00:00" in chan("check", file).out
    assert chan("check", file, "--json").data["cut_off"].endswith("Z")


def test_a_file_is_submitted_and_found_by_its_sha256(chan: Ecp, file: Path) -> None:
    said = chan("submit", file, "--json")
    assert said.code == 0
    assert said.data["state"] == "accepted"
    assert said.data["sha256"] == SHA256
    assert said.data["version"] == 1
    assert said.data["submitter"] == "CHAN01"
    assert said.data["channel"] == "console"
    assert said.data["receipt"].startswith("receipt-v1\n")
    found = chan("activity", "--sha256", SHA256[:8].upper(), "--json").data
    assert [item["log_index"] for item in found["items"]] == [said.data["log_index"]]
    assert SHA256[:8] in chan("activity").out


def test_a_4505_exits_5_with_number_and_remedy_on_stderr_and_as_data_in_json(chan: Ecp, file: Path) -> None:
    """FAQ Q24."""
    for verb in ("check", "submit"):
        said = chan(verb, file, "--input-date", "2022-05-19")
        assert said.code == 5
        assert said.out == ""
        assert "4505" in said.err
        assert "Set the input date to 2022-05-20" in said.err
        fault = chan(verb, file, "--input-date", "2022-05-19", "--json").data["fault"]
        assert fault["number"] == 4505
        assert fault["details"]["in_name"] == "2022-05-20"
        assert fault["details"]["chosen"] == "2022-05-19"


def test_several_files_answer_one_line_each_and_one_wrong_file_stops_none(chan: Ecp, file: Path) -> None:
    empty = file.with_name("SD1_01235_20220520.csv")
    empty.write_bytes(b"")
    said = chan("submit", empty, file, "--json")
    assert said.code == 5
    first, second = [json.loads(line) for line in said.out.splitlines()]
    assert first["fault"]["number"] == 4512
    assert first["file_name"] == empty.name
    assert second["state"] == "accepted"


def test_a_correction_names_what_it_replaces_and_the_same_bytes_get_their_receipt(chan: Ecp, file: Path) -> None:
    """FAQ Q25."""
    first = chan("submit", file, "--json").data
    again = chan("submit", file, "--json").data
    assert (again["log_index"], again["replayed"]) == (first["log_index"], True)
    file.write_bytes(CONTENT + b"3,4\n")
    would = chan("check", file, "--json").data
    assert would["replaces"]["sha256"] == SHA256
    said = chan("submit", file)
    assert "replaces version 1" in said.err
    assert "version 2" in said.out
    states = [item["state"] for item in chan("activity", "--json").data["items"]]
    assert states == ["accepted", "superseded"]


@pytest.mark.parametrize(
    ("name", "content", "options", "code", "number"),
    [
        ("SD1_01234_20220520.csv", b"", (), 5, 4512),
        ("return.csv", b"x", (), 5, 4505),
        ("SD1_09999_20220520.csv", b"x", (), 5, 4505),
        ("SD1_01234_20220520.csv", b"x", ("--folder", "BCAN"), 4, 4501),
        ("SD1_01234_20220520.csv", b"x", ("--folder", "no-such"), 4, 4501),
        ("SD1_01234_20220520.csv", b"x", ("--identity", "01235"), 5, 4505),
        ("SD1_01234_20220420.csv", b"x", (), 5, 4513),
        ("a\x1b]52;c;x\x07.csv", b"x", (), 5, 4505),
        ("[/b].csv".replace("/", ""), b"x", ("--folder", "SD-1", "--identity", "01234"), 5, 4505),
    ],
)
def test_bad_input_gets_its_number(
    chan: Ecp, tmp_path: Path, name: str, content: bytes, options: tuple[str, ...], code: int, number: int
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for verb in ("check", "submit"):
        said = chan(verb, path, *options, "--json")
        assert (said.code, said.data["fault"]["number"]) == (code, number)
        human = chan(verb, path, *options)
        assert str(number) in human.err
        assert "\x1b" not in human.err + human.out


def test_a_file_that_is_not_there_is_a_usage_error_in_words(chan: Ecp, tmp_path: Path) -> None:
    said = chan("submit", tmp_path / "absent_SD1.csv", "--folder", "SD-1", "--identity", "01234")
    assert said.code in {2, 5}
    assert said.out == ""


def test_activity_filters_and_goes_on_with_its_cursor(chan: Ecp, file: Path) -> None:
    for number in range(3):
        file.write_bytes(CONTENT + str(number).encode())
        assert chan("submit", file).code == 0
    page = chan("activity", "--limit", "2", "--json").data
    assert len(page["items"]) == 2
    assert page["total"] == 3
    rest = chan("activity", "--limit", "2", "--cursor", page["cursor"], "--json").data
    assert [item["version"] for item in rest["items"]] == [1]
    assert rest["cursor"] is None
    assert len(chan("activity", "--state", "superseded", "--json").data["items"]) == 2
    assert chan("activity", "--from", "2022-05-21", "--json").data["items"] == []
    said = chan("activity", "--limit", "2")
    assert "2 of 3 shown" in said.err
    assert "No activity" in chan("activity", "--name", "zzz").err


@pytest.mark.parametrize(
    "arguments",
    [
        ("activity", "--from", "tomorrow"),
        ("activity", "--limit", "0"),
        ("activity", "--state", "lost"),
        ("activity", "--sha256", "xyz"),
        ("activity", "--cursor", "made up"),
        ("submit",),
        ("submit", "a.csv", "--input-date", "20-05-2022"),
        ("no-such-command",),
    ],
)
def test_a_wrong_call_exits_2_and_leaves_stdout_to_data(chan: Ecp, arguments: tuple[str, ...]) -> None:
    said = chan(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err


def test_without_a_session_every_command_exits_3_and_says_how_to_sign_in(ecp: Ecp, file: Path) -> None:
    for arguments in (("folders",), ("check", file), ("submit", file), ("activity",), ("whoami",)):
        said = ecp(*arguments, "--server", SERVER, "--json")
        assert said.code == 3
        assert said.data["fault"]["number"] == 1005
        assert "ecp login LOGIN_ID" in said.err


def test_standard_input_is_checked_and_submitted_under_the_name_it_is_given(chan: Ecp) -> None:
    name = ("--name", "SD1_01234_20220520.csv")
    would = chan("check", "-", *name, "--json", typed=CONTENT).data
    assert (would["state"], would["sha256"], would["size"], would["rows"]) == ("acceptable", SHA256, len(CONTENT), 2)
    assert chan("activity", "--json").data["items"] == []
    said = chan("submit", "-", *name, "--json", typed=CONTENT).data
    assert (said["state"], said["sha256"], said["file_name"]) == ("accepted", SHA256, name[1])
    assert chan("submit", "-", *name, "--json", typed=CONTENT).data["log_index"] == said["log_index"]
    assert "replaces version 1" in chan("submit", "-", *name, typed=CONTENT + b"3,4\n").err


def test_standard_input_is_held_to_the_rules_of_files(chan: Ecp, file: Path) -> None:
    name = ("--name", file.name)
    for verb in ("check", "submit"):
        assert chan(verb, "-", *name, "--json", typed=b"").data["fault"]["number"] == 4512
        wrong = chan(verb, "-", *name, "--input-date", "2022-05-19", "--json", typed=CONTENT)
        assert (wrong.code, wrong.data["fault"]["number"]) == (5, 4505)
        for words in (("-",), (file, *name), ("-", "--name", "a/b.csv"), ("-", "--name", "..")):
            assert chan(verb, *words, typed=CONTENT).code == 2, words
    assert chan("submit", "-", file, *name, typed=CONTENT).code == 2
    for _ in range(20):
        assert chan("check", "-", *name, typed=CONTENT).code == 0, "tickets of checks are given back"
