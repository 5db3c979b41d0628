"""The look: contrast, columns, narrow and small terminals, terminals without colours or UTF-8."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from rich._palettes import EIGHT_BIT_PALETTE
from rich.cells import cell_len
from textual.color import Color
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from backend.contract.faults import DISAGREE, Refused
from ecp_tui.screens.base import EcpScreen
from ecp_tui.theme import DARK, LIGHT, Palette
from ecp_tui.widgets.filters import ascii_text, needs_ascii, xterm256
from ecp_tui.widgets.lines import Hint, TopLine, fitting
from tests.tui.conftest import Opens
from tests.tui.driver import CAPTURES, Person
from tests.world import World

SOURCES = Path(__file__).parents[2] / "ecp_tui"
CAPTURED = sorted(CAPTURES.glob("*.txt"))


def contrast(text: str, ground: str) -> float:
    """WCAG 2's ratio."""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in Color.parse(colour).rgb]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_every_text_stands_out_from_its_ground(palette: Palette) -> None:
    for text in ("text", "muted", "accent", "primary", "success", "warning", "error"):
        for ground in ("background", "surface"):
            assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5, (text, ground)
    for ground in ("panel", "focus"):
        assert contrast(palette.text, getattr(palette, ground)) >= 4.5
        assert contrast(palette.raised, getattr(palette, ground)) >= 4.5, ground
    assert contrast(palette.bar_text, palette.bar) >= 4.5
    assert contrast(palette.background, palette.accent) >= 4.5
    assert contrast(palette.background, palette.warning) >= 4.5


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_every_colour_is_one_of_the_256(palette: Palette) -> None:
    steps = {0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF}
    greys = {8 + 10 * step for step in range(24)}
    for name, value in asdict(palette).items():
        red, green, blue = Color.parse(value).rgb
        assert {red, green, blue} <= steps or (red == green == blue and red in greys), (name, value)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_terminals_of_256_colours_get_the_number_of_exactly_that_colour(palette: Palette) -> None:
    for value in asdict(palette).values():
        number = xterm256(*Color.parse(value).rgb)
        assert Color.parse(value).rgb == tuple(EIGHT_BIT_PALETTE[number])


def test_no_colour_stands_in_python_but_in_the_theme() -> None:
    for source in SOURCES.rglob("*.py"):
        if source.name != "theme.py":
            assert not re.search(r"['\"]#[0-9a-fA-F]{3,8}['\"]|rgb\(|\bansi_", source.read_text("utf-8")), source


def test_ascii_glyphs_keep_every_width_and_leave_nothing_else() -> None:
    for text in ("● accepted · ◐ due ○ exempt ✕ 4505 … ›", "陳大文證券 ⇧Tab", "▁▂▃▄▅▆▇█ ↕", "┌─┐│└┘"):
        assert ascii_text(text).isascii()
        assert cell_len(ascii_text(text)) == cell_len(text)
    assert ascii_text("┌─┐│└┘") == "+-+|++"


def test_glyphs_follow_the_locale_unless_they_are_set() -> None:
    assert needs_ascii("auto", {"LANG": "en_US.ISO-8859-1"})
    assert not needs_ascii("auto", {"LANG": "C.UTF-8"})
    assert not needs_ascii("auto", {"LC_ALL": "en_HK.utf8", "LANG": "C"})
    assert needs_ascii("ascii", {"LANG": "C.UTF-8"}) and not needs_ascii("unicode", {"LANG": "C"})


def test_a_footer_gives_up_its_middle_before_its_ends() -> None:
    hints = [Hint("help"), Hint("submit"), Hint("compare"), Hint("menu")]
    assert [str(hint) for hint in fitting(hints, 20)] == ["F1 help", "^p menu"]


async def test_no_page_shows_a_glyph_beyond_ascii_where_the_terminal_cannot(opens: Opens, world: World) -> None:
    async with opens(glyphs="ascii") as person:
        await person.opens_sign_in()
        await person.fills_in("TAI09", world.people["TAI09"].password, world.fresh_otp("TAI09"))
        await person.press("enter")
        await person.sees("Due today", "o due", "TAI09 - until")
        assert person.screen.isascii()


async def test_a_company_in_chinese_keeps_the_columns(opens: Opens, world: World) -> None:
    async with opens() as person:
        await person.sign_in_as("TAI09", world.people["TAI09"], world.fresh_otp("TAI09"))
        await person.sees("陳大文", "Due today")
        assert all(cell_len(line) <= 80 for line in person.keeps("home_chinese").splitlines())


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (100, 30), (200, 60)])
async def test_pages_fit_terminals_of_every_size(opens: Opens, world: World, size: tuple[int, int]) -> None:
    async with opens(size=size) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        for place in ("2", "3", "4", "9"):
            await person.press(*(("ctrl+o", place) if place in "49" else (place,)))
            await person.sees("F1 help", "^p menu", "ECP 2.0")
            assert max(cell_len(line) for line in person.screen.splitlines()) <= size[0]
            assert len(person.screen.splitlines()) <= size[1]


async def test_a_terminal_too_small_gets_one_line_and_its_page_back(chan: Person) -> None:
    await chan.sees("Due today")
    await chan.pilot.resize_terminal(39, 11)
    await chan.sees("ECP needs 40×12.")
    await chan.does_not_see("Due today")
    await chan.pilot.resize_terminal(10, 2)
    await chan.pilot.resize_terminal(80, 24)
    await chan.sees("Due today")


async def test_no_colour_is_carried_by_bold_and_reverse(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opens() as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today")
        table = person.app.screen.query_one("#needs")
        assert table.get_component_styles("table--cursor").text_style.reverse
        styles = [style for line in person.app.screen._compositor.render_strips() for _, style, _ in line]
        assert all(style is None or (style.color is None and style.bgcolor is None) for style in styles)


async def test_hostile_text_is_shown_as_it_is_and_crashes_nothing(chan: Person) -> None:
    name = "a[/b].csv[link=x]\\[red]"
    page = chan.app.screen
    assert isinstance(page, EcpScreen)
    values = {"what": f"The name {name} is odd.", "fix": f"Rename {name} [/]."}
    page.show_fault(Refused(DISAGREE, **values))
    page.say(name, (name, "$muted"))
    page.copy(name)
    chan.app.notify(name, markup=False)
    await chan.sees("4505", "The name a[/b].csv[link=x]", "Rename a[/b].csv")
    assert chan.app.clipboard == name


@pytest.mark.parametrize("captured", CAPTURED, ids=lambda path: path.stem)
def test_what_was_captured_is_well_set(captured: Path) -> None:
    lines = captured.read_text("utf-8").splitlines()
    named = re.search(r"_(?:at_)?(\d+)$", captured.stem)
    width = int(named[1]) if named else 80
    assert len(lines) <= (24 if width == 80 else 50)
    assert all(cell_len(line) <= width for line in lines), "a line is wider than its terminal"
    footer = lines[-1]
    if not lines[0]:  # a question blanks the page behind it, and says itself how it is left
        assert not footer and re.search(r"Esc \w+$|  Cancel$", "\n".join(lines).rstrip())
        return
    assert lines[0].startswith(" ECP 2.0 ")
    assert footer.startswith(" F1 help") and footer.endswith("^p menu")
    assert len(re.split(r" {2,}", footer.strip())) <= 6
    assert Content(footer).cell_length <= 67
    body = "\n".join(lines[1:-2])
    assert not re.search(r"[A-Za-z]…(?! )[A-Za-z]", body), "a cut label touches its neighbour"
    for number in re.findall(r"✕ (\d{4})", body):
        assert re.search(rf"✕ {number}  \S+ \S+|{number} [A-Z]\w+|✕ {number}", body)
    for place, line in enumerate(lines):
        if re.match(r"\s+✕ \d{4}  ", line):
            assert len(" ".join(lines[place + 1 : place + 4]).split()) >= 6, "a bare code, without words"


@pytest.mark.parametrize("place", ["Home", "Folders", "Activity"])
async def test_a_background_refresh_without_news_paints_nothing(
    chan: Person, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    await chan.goes_to(place)
    await chan.sees("HKT")
    page = chan.app.screen
    assert isinstance(page, EcpScreen)
    painted: list[Widget] = []

    def counted(widget: Widget, *_: object, **__: object) -> Widget:
        painted.append(widget)
        return widget

    monkeypatch.setattr(Widget, "refresh", counted)
    await page.load(background=True)
    page.tick()
    assert painted == []


@pytest.mark.parametrize("cells", range(40, 121))
def test_row_1_keeps_where_and_who_apart_and_shortens_the_company_first(
    monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    line = TopLine()
    monkeypatch.setattr(TopLine, "size", Size(cells, 1))
    line.set_reactive(TopLine.where, "Users › KWOK03")
    line.set_reactive(TopLine.who, ("Acme Securities Company", "CHAN01", "until 16:30"))
    drawn = line.render()
    assert isinstance(drawn, Content) and drawn.cell_length <= cells
    _, gap, right = drawn.plain.rstrip().partition("KWOK03  ")
    assert gap and right.strip().endswith("until 16:30"), drawn.plain
    if cells >= 60:
        assert "CHAN01" in right and "Acme" in right
