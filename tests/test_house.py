"""The house rules, kept by test: sizes, arrows, faults that help, and what each program may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from backend.contract import faults
from backend.contract.faults import FAULTS, Exit, Fault, Sftp

ROOT = Path(__file__).parent.parent
LONGEST_FILE, LONG_FILE = 300, 200
LONGEST_FUNCTION, LONG_FUNCTION = 60, 40
POSIX_ONLY = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
VERBS = {
    *("Ask", "Call", "Check", "Choose", "Close", "Compare", "Correct", "Go", "Install", "Register", "Rename"),
    *("Copy", "Give", "Make", "Name", "Open", "Revoke", "Run", "Set", "Sign", "Submit", "Tell", "Try", "Type", "Use"),
    *("Fetch", "Finish", "Look", "Press", "Wait", "Write"),
}


def modules(*packages: str) -> list[Path]:
    found = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if "migrations/versions" not in str(path)]


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_file_of_the_product_is_longer_than_300_lines_and_nine_in_ten_not_than_200() -> None:
    sizes = {str(path.relative_to(ROOT)): lines_of(path) for path in modules("backend", "ecp_tui")}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}
    assert sorted(sizes.values())[len(sizes) * 9 // 10] <= LONG_FILE


def test_no_function_is_long_and_hardly_one_is_longer_than_40_lines() -> None:
    sizes = dict(one for path in modules("backend", "ecp_tui") for one in functions(path))
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}
    long = {name: size for name, size in sizes.items() if size > LONG_FUNCTION}
    assert len(long) <= len(sizes) // 100, long


@pytest.mark.parametrize("package", ["backend", "ecp_tui", "tests"])
def test_every_module_says_in_a_sentence_what_it_is(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(package)
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_a_test_is_named_by_a_sentence() -> None:
    short = [
        name
        for path in modules("tests")
        for name, _ in functions(path)
        if name.split(": ")[1].startswith("test_") and name.count("_", name.index(": ")) < 3
    ]
    assert short == []


def test_nothing_is_left_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
    left = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in modules("backend", "ecp_tui", "tests", "benchmarks", "docs")
        for word in words
        if word in path.read_text("utf-8")
    ]
    assert left == []


def test_an_exemption_says_its_reason_beside_it() -> None:
    bare = []
    for path in modules("backend", "ecp_tui"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for mark in ("# noqa", "# type: ignore"):
                said = line.partition(mark)[2]
                if mark in line and len(said.split(" ", 2)) < 3 and "#" not in said:
                    bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert bare == []


# ── arrows ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_import_contracts_hold() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


def imported(path: Path) -> set[str]:
    """The top packages that a module names, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_the_console_runs_on_windows_for_nothing_in_it_needs_posix() -> None:
    needing = {
        str(path.relative_to(ROOT)): names
        for path in modules("ecp_tui")
        if path.parent.name != "host" and (names := imported(path) & POSIX_ONLY)
    }
    assert needing == {}


def loaded_by(code: str) -> set[str]:
    """The top packages that are loaded after running `code` in a fresh interpreter."""
    told = f"{code}\nimport sys\nprint('\\n'.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_commands_do_not_load_textual() -> None:
    loaded = loaded_by(
        "import ecp_tui.__main__\nfrom click.testing import CliRunner\nfrom ecp_tui.commands import ecp\n"
        "result = CliRunner().invoke(ecp, ['--help'])\nassert result.exit_code == 0, result.output"
    )
    assert loaded.isdisjoint({"textual", "sqlalchemy", "fastapi", "asyncssh", "uvicorn"})


def test_the_console_loads_nothing_of_the_servers_parts() -> None:
    assert loaded_by("import ecp_tui.app").isdisjoint(
        {"sqlalchemy", "fastapi", "asyncssh", "uvicorn", "alembic", "argon2"}
    )


def test_the_domain_loads_neither_protocol_nor_database() -> None:
    loaded = loaded_by("import backend.core.services")
    assert loaded.isdisjoint({"sqlalchemy", "fastapi", "starlette", "asyncssh", "httpx", "uvicorn", "textual"})


def test_only_the_settings_read_the_environment_of_the_server() -> None:
    reading = [
        str(path.relative_to(ROOT))
        for path in modules("backend")
        if any(word in path.read_text("utf-8") for word in ("os.environ", "getenv")) and path.name != "settings.py"
    ]
    assert reading == []


def test_nothing_is_swallowed_in_silence() -> None:
    silent = []
    for path in modules("backend", "ecp_tui"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            wide = isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
            )
            if wide and isinstance(node, ast.ExceptHandler) and all(isinstance(one, ast.Pass) for one in node.body):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", FAULTS.values(), ids=str)
def test_a_fault_is_complete_and_its_remedy_begins_with_a_verb(fault: Fault) -> None:
    assert 1001 <= fault.number <= 9999 and FAULTS[fault.number] is fault
    assert fault.title and fault.title[0].isupper() and not fault.title.endswith(".")
    assert 400 <= fault.http <= 599
    assert isinstance(fault.exit, Exit) and fault.exit not in {Exit.OK, Exit.CANCELLED}
    assert isinstance(fault.sftp, Sftp)
    if not fault.remedy.startswith("{"):
        assert fault.remedy.split()[0].rstrip(",") in VERBS, fault.remedy
        assert fault.remedy.endswith(".")


def test_2000_and_4505_are_the_faqs_own() -> None:
    assert FAULTS[2000].title == "No ECP function"
    assert FAULTS[4505].title == "Name, identity and input date disagree"


def names_of_faults() -> dict[str, Fault]:
    return {name: value for name, value in vars(faults).items() if isinstance(value, Fault)}


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Where a fault is raised, its name, and the values it is given; calls that pass a mapping on are left out."""
    for path in modules("backend", "ecp_tui"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused"):
                continue
            given = {keyword.arg for keyword in node.keywords}
            if node.args and isinstance(node.args[0], ast.Name) and None not in given:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0].id, {str(name) for name in given}


def test_every_refusal_names_a_row_and_fills_all_its_words() -> None:
    known = names_of_faults()
    unfilled = []
    for where, name, given in raised():
        if name.isupper():
            fault = known[name]
            words = {word for text in (fault.what, fault.remedy) for _, word, _, _ in Formatter().parse(text) if word}
            unfilled += [f"{where}: {name} lacks {', '.join(words - given)}"] if words - given else []
    assert unfilled == []


def test_every_row_of_the_catalogue_is_used_by_somebody() -> None:
    said = "".join(
        path.read_text("utf-8") for path in modules("backend", "ecp_tui") if "contract/faults" not in str(path)
    )
    unused = {name for name in names_of_faults() if name not in said}
    assert unused == set()
