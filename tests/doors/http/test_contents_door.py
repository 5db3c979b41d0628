"""Content rules over HTTP: the folder's rule is there to be asked for, and a refusal carries every finding."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import Folder
from tests.doors.http.asking import Asking, assert_problem

LOP = {
    "folder": "LOP",
    "identity_code": "01234",
    "input_date": "2022-05-20",
    "file_name": "LOP_01234_20220520.csv",
}
WRONG = b"account,series,long,short\nA1,HSI2205,\x1b[2J,0\nA1,,1,1\n"


def test_a_refusal_carries_all_findings_and_so_does_its_activity(ask: Asking) -> None:
    answer = ask("PUT", paths.submission("a" * 32), "CHAN01", params=LOP, content=WRONG)
    assert_problem(answer, 4514)
    findings = answer.json()["values"]["findings"].split("\n")
    assert findings == [
        "Row 2, column 3 (long): the control character \\x1b, expected none",
        "Row 3, column 2 (series): empty, expected a value",
    ]
    assert answer.json()["detail"].startswith(findings[0])
    [item] = ask("GET", paths.ACTIVITY, "CHAN01").json()["items"]
    assert (item["state"], item["fault"], item["fault_findings"]) == ("refused", 4514, findings)


def test_each_folder_says_what_its_files_hold_as_the_server_will_judge_it(ask: Asking) -> None:
    folders = {row["folder"]: Folder.model_validate(row) for row in ask("GET", paths.FOLDERS, "CHAN01").json()}
    lop, sd1 = folders["LOP"].content, folders["SD-1"].content
    assert sd1 is None and lop is not None
    assert [column.name for column in lop.columns] == ["account", "series", "long", "short"]
