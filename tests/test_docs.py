"""The documentation: what is generated is current, every link leads somewhere, the FAQ's section numbers stand."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import click
import pytest

from backend.__main__ import main as ecpd
from backend.contract.findings import as_data
from backend.contract.messages import (
    ActivityPage,
    ChangeRequest,
    Check,
    CodeFacts,
    Folder,
    Form,
    Me,
    Profile,
    Publication,
    SessionRow,
    User,
    UserPage,
    Users,
)
from backend.settings import Settings
from ecp_tui import records
from ecp_tui.commands import ecp
from ecp_tui.commands.people_shapes import ProfileRow
from ecp_tui.commands.shapes import VerifyAnswer

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
SECTIONS = {
    "user-guide.md": ("4.5.1", "4.5.3", "5.3", "5.5", "5.7", "7.1", "7.3", "7.4"),
    "client-connect-manual.md": ("3.1", "3.3"),
}


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_what_is_generated_is_what_the_generator_writes_today() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, timeout=60
    )
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("guide", SECTIONS)
def test_the_guides_have_the_sections_that_the_faq_points_to(guide: str) -> None:
    text = (ROOT / "docs" / guide).read_text("utf-8")
    for section in SECTIONS[guide]:
        assert re.search(rf"^#+ {re.escape(section)} \w", text, re.MULTILINE), section


def test_a_section_number_means_one_place_over_both_guides() -> None:
    """So that the FAQ's "section 3.1" can be only one."""
    for section in SECTIONS["client-connect-manual.md"]:
        assert not re.search(rf"^#+ {re.escape(section)} ", (ROOT / "docs" / "user-guide.md").read_text(), re.MULTILINE)


def test_the_json_that_is_documented_is_the_json_that_is_written() -> None:
    page = (ROOT / "docs" / "automate.md").read_text("utf-8")
    written = {
        "An activity": {*records.COLUMNS, "fault", "count", "findings", "explanation", "reason"},
        "A receipt": {"receipt", "leaf_hash", "replayed", "counter_receipts", "explanations", "path"},
        "A comparison": set(VerifyAnswer.model_fields),
        "A profile of the settings": set(ProfileRow.model_fields),
        "A page of activities": set(ActivityPage.model_fields),
        "A published file": {"path", "published", *(Publication.model_fields.keys() - {"at", "folder_title"})},
        "A check": {"state", "size", "rows", "sha256", *Check.model_fields},
        "A person": {"state", "server", *Me.model_fields},
        "A folder": set(Folder.model_fields),
        "Users": {"items", *(Users.model_fields.keys() - {"users"})},
        "A user": set(User.model_fields),
        "An account": set(UserPage.model_fields),
        "A change request": set(ChangeRequest.model_fields),
        "Keys": {"login_id", "name", "items", "requests"},
        "Addresses": {"login_id", "name", "items", "requests", "your_address", "covered"},
        "A form that was checked": {
            *("state", "file_name", "title", "sha256", "form_sha256", "warnings", "lines"),
            *Form.model_fields,
        },
        "A code from a mail": {"state", "secret", "uri", "recovery_codes", *CodeFacts.model_fields},
        "A profile": set(Profile.model_fields),
        "A session": set(SessionRow.model_fields),
        "What doctor found": as_data([]).keys(),
    }
    for title, names in written.items():
        section = page.split(f"#### {title}\n", 1)[1].split("#### ", 1)[0]
        assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == names, title


def flags(program: click.Group) -> set[str]:
    """Every flag of the program, of its commands and of their verbs."""
    context = click.Context(program)
    commands = [found for name in program.list_commands(context) if (found := program.get_command(context, name))]
    own = {flag for one in (program, *commands) for parameter in one.params for flag in parameter.opts}
    return own.union(*(flags(one) for one in commands if isinstance(one, click.Group)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_flag_in_the_documentation_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    for name, program in (("ecp", ecp), ("ecpd", ecpd)):
        known = program.list_commands(click.Context(program))
        for said in re.findall(rf"(?:^|`){name} +(\S.*?)(?=[`#\n|])", text, re.MULTILINE):
            first, *rest = said.split()
            assert first.startswith("-") or first in {*known, "COMMAND"}, said
            assert {word for word in rest if word.startswith("--")} <= flags(program) | {"--help"}, said


def test_every_setting_of_the_server_is_documented() -> None:
    page = (ROOT / "docs" / "operate.md").read_text("utf-8").split("## Settings")[1].split("## TLS")[0]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == {field.name for field in fields(Settings)}
