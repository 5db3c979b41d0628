"""What docs/operate.md and deploy/ say: every figure, setting, event and command they name is there, and every page."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pytest

from backend.__main__ import main as ecpd
from backend.settings import Settings, load
from tests.test_docs import anchors, flags
from tests.world import World

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "operate.md"
DEPLOY = ROOT / "deploy"
FIGURE = re.compile(r"\becp_[a-z]+(?:_[a-z]+)*\b")
OF_THE_HISTOGRAM = re.compile(r"_(bucket|count|sum)$")
COPIED = re.compile(r"ecp_(tui|platform)|ecp_copy")


def named(text: str) -> set[str]:
    """Figures that a text names, as the house names them."""
    found = {one for one in FIGURE.findall(text) if not COPIED.match(one)}
    return {OF_THE_HISTOGRAM.sub("", one.removesuffix("_total")) for one in found}


def measured(world: World) -> set[str]:
    """Every figure there is: those that stand in the modules, and those that a platform gathers."""
    modules = [path.read_text("utf-8") for path in (ROOT / "backend").rglob("*.py")]
    declared = {name for text in modules for name in re.findall(r'Measure\(\s*"(ecp_[a-z_]+)"', text)}
    assert declared >= {one.measure.name for one in world.services.figures.gathered()}
    return declared


def test_every_figure_is_documented_and_every_documented_one_exists(world: World) -> None:
    section = PAGE.read_text("utf-8").split("## Watching it")[1].split("\n## ")[0]
    assert named(section) == measured(world)
    assert named(PAGE.read_text("utf-8")) == measured(world)
    assert named((DEPLOY / "alerts.yml").read_text("utf-8")) <= measured(world)


def test_every_alert_leads_to_a_page_and_is_named_on_it() -> None:
    text = (DEPLOY / "alerts.yml").read_text("utf-8")
    names, pages = re.findall(r"alert: (\w+)", text), re.findall(r'what_to_do: "docs/operate.md#([\w-]+)"', text)
    assert len(names) == len(set(names)) == len(pages) == text.count("severity:") == text.count("summary:")
    assert set(pages) <= anchors(PAGE)
    incidents = PAGE.read_text("utf-8").split("## When something happens")[1]
    sections = {
        re.sub(r"[^\w\- ]", "", one.split("\n")[0].lower()).replace(" ", "-"): one for one in incidents.split("\n### ")
    }
    assert [one for one in set(re.findall(r"\bEcp[A-Z]\w+", incidents)) if one not in names] == []
    assert [page for page in pages if page not in sections] == []


def test_every_page_of_an_incident_says_what_one_sees_what_to_do_and_what_it_leaves() -> None:
    _, *pages = PAGE.read_text("utf-8").split("## When something happens")[1].split("\n### ")
    assert len(pages) >= 12
    for page in pages:
        places = [page.find(f"**{part}**") for part in ("One sees", "Do", "It leaves")]
        assert places == sorted(places) and places[0] > 0, page.split("\n")[0]


def test_every_event_in_the_documentation_is_one_that_the_log_has() -> None:
    table = PAGE.read_text("utf-8").split("### The log")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    modules = "".join(path.read_text("utf-8") for path in (ROOT / "backend").rglob("*.py"))
    said = [event for row in rows for event in re.findall(r"`([^`]+)`", row)]
    assert len(said) > 15 and [event for event in said if f'"{event}"' not in modules] == []


def test_the_sample_settings_are_settings_that_are_safe(tmp_path: Path) -> None:
    text = (DEPLOY / "ecpd.toml").read_text("utf-8")
    (tmp_path / "ecpd.toml").write_text(text)
    load({"data_dir": tmp_path}, {}).refuse_unsafe()
    turned_off = {f"{line[2:]}" for line in text.splitlines() if re.match(r"# \w+ = ", line)}
    assert tomllib.loads("\n".join(turned_off)).keys() <= {one.name for one in fields(Settings)}


@pytest.mark.parametrize("name", ["ecpd.service", "Containerfile"])
def test_what_starts_ecpd_names_settings_and_commands_that_exist(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    variables = {one.lower() for one in re.findall(r"\bECPD_(\w+)", text)}
    assert "data_dir" in variables and variables <= {one.name for one in fields(Settings)}
    command = re.search(r'^(?:ExecStart=\S+/ecpd (\w+)|CMD \["(\w+)"\])$', text, re.MULTILINE)
    assert command and (command[1] or command[2]) in ecpd.list_commands(click.Context(ecpd))
    if name == "ecpd.service":
        assert (ROOT / "docs" / re.findall(r"Documentation=file:/opt/ecp/docs/(\S+)", text)[0]).exists()


def test_the_container_copies_what_is_there_and_names_no_registry() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert copied and all((ROOT / one).exists() for one in copied)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${BASE}"} and "ARG BASE\n" in text
    for path in DEPLOY.iterdir():
        assert not re.search(
            r"https?://(?!127\.0\.0\.1)[\w.]+/", path.read_text("utf-8").replace("exchange.example", "")
        ), path


def test_every_command_of_ecpd_with_its_path_exists() -> None:
    known = ecpd.list_commands(click.Context(ecpd))
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if "/bin/ecpd " in line]
    assert lines
    for line in lines:
        words = shlex.split(line.split("/bin/ecpd ", 1)[1], comments=True)
        assert words[0] in known and {word for word in words if word.startswith("--")} <= flags(ecpd), line


def systemd_analyze(*words: str) -> str:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = str(DEPLOY / "ecpd.service")
    ran = subprocess.run(["systemd-analyze", *words, unit], capture_output=True, text=True, timeout=60)
    return ran.stdout + ran.stderr


def test_the_unit_is_one_that_systemd_understands_and_holds_ecpd_close() -> None:
    wrong = systemd_analyze("verify", "--man=no").splitlines()
    assert [line for line in wrong if "is not executable: No such file" not in line] == []
    exposure = re.search(
        r"Overall exposure level for ecpd.service: ([\d.]+)", systemd_analyze("security", "--offline=true")
    )
    assert exposure and float(exposure[1]) < 2
