"""Rotating and revoking a receipt key as docs/operate.md prints it, between two lives of a real ecpd."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e import test_backup
from tests.e2e.test_backup import Operator, demo


def printed(part: str) -> list[str]:
    return test_backup.printed(part, "tests/e2e/test_receipt_keys.py")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_is_printed_rotates_and_revokes_and_the_log_holds(tmp_path: Path) -> None:
    operator = Operator(tmp_path / "data", tmp_path)
    with demo(operator.data):
        (said,) = operator.types(["ecpd keys rotate --data-dir /var/lib/ecp"]).values()
        assert said.returncode == 1 and "Another ecpd already runs" in said.stderr
        (listed,) = operator.types(["ecpd keys list --data-dir /var/lib/ecp"]).values()
        assert listed.stdout.startswith("signs ") and len(listed.stdout.splitlines()) == 1
    first = listed.stdout.split()[1]
    ran = operator.types(printed("rotate"))
    new = next(one.stdout for line, one in ran.items() if "rotate" in line).split()[3]
    assert new.startswith("SHA256:") and new != first
    doctor = next(one.stdout for line, one in ran.items() if "doctor" in line)
    assert f"receipt key  {new}" in re.sub(" {3,}", "  ", doctor)
    lines = [line.replace("SHA256:…", new) for line in printed("revoke")]
    ran = operator.types(lines)
    assert {line: one.stderr for line, one in ran.items() if one.returncode} == {}
    assert ran[lines[2]].stdout.startswith("SOUND"), ran[lines[2]].stdout
    (listed,) = operator.types(["ecpd keys list --data-dir /var/lib/ecp"]).values()
    states = [line.split()[:2] for line in listed.stdout.splitlines()]
    assert [state for state, _ in states] == ["signs", "revoked", "ended"]
    assert [one for _, one in states][1:] == [new, first]
    with demo(operator.data):  # and it serves
        (said,) = operator.types(["ecpd audit verify --data-dir /var/lib/ecp"]).values()
        assert said.stdout.startswith("SOUND")
