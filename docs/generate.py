"""Writes the parts of docs/ that follow from the program: faq.md, faults.md and appendix 7 of user-guide.md.

`python docs/generate.py` writes them; with `--check` it writes nothing, names what is stale and exits 1.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from modules import module_map

from backend.contract.faults import DISAGREE, FAULTS, Refused
from backend.contract.rules.content import ContentRule
from backend.contract.rules.expectations import Expectation
from backend.contract.rules.file_names import agree
from backend.core.catalogue import ANY_FUNCTION, Catalogue, FolderRule
from backend.core.catalogue_text import parse, shipped
from ecp_tui.commands.answers import ANSWERS, definitions
from tests.clients import expected

DOCS: Final = Path(__file__).parent
FAQ: Final = DOCS.parent / "ecp_tui" / "screens" / "help_texts" / "faq.md"
MADE: Final = "<!-- Written by docs/generate.py from {source}: change it there. -->"
GUIDES: Final = ("user-guide.md", "client-connect-manual.md")
BOOKS: Final = {"access set-up guide": "access-setup.md", "Client Connect manual": "client-connect-manual.md"}
TESTS: Final = DOCS.parent / "tests"
_QUESTION = re.compile(r"## (\d+)\. ")
_PLACE = re.compile(r"\b([Ss]ection|[Aa]ppendix):? (\d+(?:\.\d+)+)")
_BOOK = re.compile(rf"(?<!of )the ({'|'.join(BOOKS)})")
_HEADING = re.compile(r"^#+ ((\d+(?:\.\d+)*) .+)$", re.MULTILINE)


# ── the FAQ ──────────────────────────────────────────────────────────────────────────────────────────────────────


def faq() -> str:
    """The help texts as a page: paragraphs flow, sections are links, the key stands by itself."""
    links, stories = dict(_numbered_headings()), _stories()
    number: re.Match[str] | None = None
    blocks = [
        "# Questions and answers",
        MADE.format(source="ecp_tui/screens/help_texts/faq.md"),
        "The same answers stand in the console: `F1`, or `ctrl+o` then `9`.",
    ]
    for block in re.split(r"\n{2,}", FAQ.read_text("utf-8").strip().replace("\\", "\\\\")):
        if block.startswith("#"):
            blocks.append(f"#{block}")
            number = _QUESTION.match(block)
        else:
            answer, key = block.rsplit("\n", 1)
            blocks += [_flowing(answer), key]
            if number is not None and number[1] in stories:
                blocks.append(f"*Tested:* {'; '.join(stories[number[1]])}.")
    return "\n\n".join(_linked(block, links) for block in blocks) + "\n"


def _stories() -> dict[str, list[str]]:
    """By question: the tests that tell it, each a sentence and a link to its file."""
    told: dict[str, list[str]] = {}
    for path in sorted(TESTS.glob("test_faq*.py")):
        for number, sentence in re.findall(r"def test_faq_(\d+)_(\w+)", path.read_text("utf-8")):
            told.setdefault(number, []).append(f"[{sentence.replace('_', ' ')}](../tests/{path.name})")
    return told


def _flowing(answer: str) -> str:
    """Lines of one paragraph or list item joined: an indented line goes on with its item."""
    joined = re.sub(r"\n  (?=\S)", " ", answer)
    in_item = False
    text = ""
    for line in joined.split("\n"):
        item = line.startswith("- ")
        text += ("\n" if item and in_item else "\n\n" if item or in_item else " ") + line
        in_item = item
    return text.strip()


def _linked(text: str, links: dict[str, str]) -> str:
    text = _PLACE.sub(lambda place: f"[{place[0]}]({links[place[2]]})", text)
    return _BOOK.sub(lambda book: f"the [{book[1]}]({BOOKS[book[1]]})", text)


def _numbered_headings() -> Iterator[tuple[str, str]]:
    """Section number → address; the FAQ's numbers are unique over the two guides."""
    for guide in reversed(GUIDES):
        for title, number in _HEADING.findall((DOCS / guide).read_text("utf-8")):
            yield number, f"{guide}#{anchor(title)}"


def anchor(title: str) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


# ── the faults ───────────────────────────────────────────────────────────────────────────────────────────────────


def faults() -> str:
    """One section a fault, in the order of the numbers."""
    pages = [
        "# Faults",
        MADE.format(source="backend/contract/faults"),
        "Every refusal has a number, says what happened and what to do. The same row decides how each door answers.\n"
        "Words in *italics* are filled in when it happens. A number is never reused.",
    ]
    for number in sorted(FAULTS):
        fault = FAULTS[number]
        pages += [
            f"## {number} {fault.title}",
            f"{_filled_in(fault.what)}\n\n**{_filled_in(fault.remedy)}**",
            *_examples(number),
            f"HTTP {fault.http} · exit code {int(fault.exit)} · SFTP status {int(fault.sftp)}",
        ]
    return "\n\n".join(pages) + "\n"


def _filled_in(template: str) -> str:
    if re.fullmatch(r"\{\w+\}", template):
        return "*Said in each case.*"
    return re.sub(r"\{(\w+)\}", r"*\1*", template)


def _examples(number: int) -> list[str]:
    """4505 in the FAQ's own case and its two neighbours, as the rule itself words them."""
    if number != DISAGREE.number:
        return []
    patterns = parse(shipped()).folders["SD-1"].patterns
    said = ["For example:\n"]
    for name, identity_code, day in (
        ("SD_09999_20220512.csv", "09999", date(2022, 5, 11)),
        ("SD_09999_20220512.csv", "01234", date(2022, 5, 12)),
        ("stamp duty.csv", "09999", date(2022, 5, 12)),
    ):
        try:
            agree("SD-1", patterns, name, identity_code, day)
        except Refused as refused:
            said.append(f"- {refused.what} **{refused.remedy}**")
    return ["\n".join(said)]


# ── appendix 7 ───────────────────────────────────────────────────────────────────────────────────────────────────


def appendix(catalogue: Catalogue) -> str:
    """The four sections of appendix 7, from the catalogue that the product ships."""
    folders = list(catalogue.folders.values())
    submission = [folder for folder in folders if folder.direction == "submission"]
    sections = [
        "These tables show the catalogue that comes with the product. Only SD-1's code, title, name patterns and\n"
        "input date are the FAQ's; everything else is believable sample data.",
        "### 7.1 Input dates",
        _table(
            ("Folder", "Title", "Input date means", "Dates and times"),
            ((folder.code, folder.title, folder.input_date_meaning, folder.rule_in_words()) for folder in folders),
        ),
        "### 7.2 File names and sizes",
        _table(
            ("Folder", "File name", "At most"),
            ((folder.code, _codes(folder.names), f"{folder.size_limit:,} bytes") for folder in submission),
        ),
        _table(
            ("Folder", "Holds", "Column", "Value"),
            (
                row
                for folder in submission
                if folder.content is not None
                for row in _columns(folder.code, folder.content)
            ),
        ),
        "A name holds the identity code and the input date; `{date:YYYYMM}` stands for the last day of its month.",
        "### 7.3 Migrated folders",
        _table(
            ("Folder", "Title", "Submitted in", "Batch"),
            ((folder.code, folder.title, _route(folder), folder.batch or "–") for folder in submission),
        ),
        "So it is when the product is installed. As folders move, *Migration* in the console and `ecp migration` show\n"
        "where each is served by then, and the instants of the batches that are planned.",
        "### 7.4 User types, functions and folders",
        _table(
            ("User type", "Functions that open folders", "Folders"),
            (
                (name, _codes(_functions(code, folders)), ", ".join(f.code for f in folders if code in f.user_types))
                for code, name in catalogue.user_types.items()
            ),
        ),
        _table(
            ("Function", "Grants", "Used by", "Opens"),
            (
                (f"`{code}`", function.title, ", ".join(function.channels), ", ".join(_opened(catalogue, code)))
                for code, function in catalogue.functions.items()
            ),
        ),
        "A folder opens when a function that is held maps to it, for an identity code that the function was granted\n"
        "for and whose user type the folder serves.",
    ]
    return "\n\n".join(sections)


def _columns(code: str, content: ContentRule) -> Iterator[tuple[str, ...]]:
    """A row a column; what is true of the whole file stands in the first."""
    for column in content.columns:
        needs = [column.expected]
        needs += [f"at most {column.longest} characters"] if column.kind not in ("date", "choice") else []
        needs += ["may be empty"] if column.empty else []
        needs += ["may be missing"] if column.optional else []
        needs += [f"expected {said}" for one in content.expect if (said := _expected(one, column.name))]
        yield code, content.in_words() if code else "", f"`{column.name}`", ", ".join(needs)
        code = ""


def _expected(one: Expectation, column: str) -> str:
    """What is expected of that column beyond what it must hold."""
    return one.words.removeprefix(f"{column} ") if one.column == column else ""


def _functions(user_type: str, folders: Iterable[FolderRule]) -> list[str]:
    held = {name for folder in folders if user_type in folder.user_types for name in folder.functions}
    return sorted(held - {ANY_FUNCTION})


def _opened(catalogue: Catalogue, function: str) -> list[str]:
    channels = catalogue.functions[function].channels
    return [
        folder.code
        for folder in catalogue.folders.values()
        if any(catalogue.opens(function, folder, channel) for channel in channels)
    ]


def _route(folder: FolderRule) -> str:
    return "ECP 2.0" if folder.route == "ecp2" else "the existing ECP"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def user_guide() -> str:
    """The user guide as it stands, with appendix 7 between its two marks made anew."""
    text = (DOCS / "user-guide.md").read_text("utf-8")
    begin, end = MADE.format(source="backend/catalogue.toml"), "<!-- end of appendix 7 -->"
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n\n{appendix(parse(shipped()))}\n\n{end}{after}"


def automate() -> str:
    """The page as it stands, with the tables of programs and of schemas made anew."""
    text = (DOCS / "automate.md").read_text("utf-8")
    begin, end = MADE.format(source="tests/clients/expected.py"), "<!-- end of the programs -->"
    before, rest = text.split(begin)
    text = f"{before}{begin}\n\n{expected.table()}\n\n{end}{rest.split(end)[1]}"
    begin, end = MADE.format(source="ecp_tui/commands/answers.py"), "<!-- end of the schemas -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n\n{_answers()}\n\n{end}{rest.split(end)[1]}"


def house_map() -> str:
    """The map as it stands, with the list of modules made anew."""
    text = (DOCS / "map.md").read_text("utf-8")
    begin, end = MADE.format(source="the modules' own first lines"), "<!-- end of the modules -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n\n{module_map()}\n\n{end}{rest.split(end)[1]}"


def schemas() -> str:
    """What commands answer, as JSON Schema."""
    return json.dumps(definitions(), indent=1, ensure_ascii=False) + "\n"


def _answers() -> str:
    """Which command answers with which schema."""
    rows = ["| Command | Schemas |", "| --- | --- |"]
    rows += [
        f"| `ecp {words}` | {', '.join(f'`{kind.__name__}`' for kind in kinds)} |" for words, kinds in ANSWERS.items()
    ]
    return "\n".join(rows)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "user-guide.md": user_guide,
    "automate.md": automate,
    "answers.schema.json": schemas,
    "faults.md": faults,
    "faq.md": faq,
    "map.md": house_map,
}


def main(arguments: list[str]) -> int:
    """Writes what changed, or with `--check` only names it."""
    stale = []
    for name, made in PAGES.items():
        page = DOCS / name
        text = made()
        if page.exists() and page.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            page.write_text(text, "utf-8")
    for name in stale:
        sys.stdout.write(f"docs/{name} {'is stale' if '--check' in arguments else 'written'}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
