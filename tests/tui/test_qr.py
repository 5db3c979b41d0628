"""QR codes: what is painted is the code, with its margin, black on white, and nothing where it does not fit."""

from __future__ import annotations

import pytest
import segno
from textual.app import App, ComposeResult
from textual.color import Color

from ecp_tui.qr import Glyphs, margin, modules
from ecp_tui.theme import ECP_DARK, ECP_LIGHT
from ecp_tui.widgets.qr import QrCode

URI = "otpauth://totp/ECP:CHAN01?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ECP"
DARK = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}


class Paper(App[None]):
    """One code on an otherwise empty screen."""

    CSS_PATH = "../../ecp_tui/widgets/widgets.tcss"

    def __init__(self, theme: str, quiet: int, glyphs: Glyphs) -> None:
        super().__init__()
        self.register_theme(ECP_DARK)
        self.register_theme(ECP_LIGHT)
        self.theme = theme
        self._code = QrCode(modules(URI), quiet=quiet, glyphs=glyphs)

    def compose(self) -> ComposeResult:
        yield self._code

    @property
    def painted(self) -> list[list[tuple[str, str, str]]]:
        """Each cell of the code: its character, its colour and its ground."""
        region = self._code.region
        strips = self.screen._compositor.render_strips()[region.y : region.bottom]
        rows = []
        for strip in strips:
            row = []
            for text, style, _ in strip.crop(region.x, region.right):
                assert style is not None and style.color is not None and style.bgcolor is not None
                colours = (style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex)
                row += [(character, *colours) for character in text]
            rows.append(row)
        return rows


def expected(quiet: int) -> list[list[bool]]:
    """segno's own matrix, with its own margin."""
    code = segno.make(URI, error="l", micro=False, boost_error=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=quiet)]


@pytest.mark.parametrize("theme", ["ecp-dark", "ecp-light"])
@pytest.mark.parametrize("quiet", [2, 3, 4])
async def test_the_half_blocks_painted_are_the_code_black_on_white_with_its_margin(theme: str, quiet: int) -> None:
    app = Paper(theme, quiet, "halves")
    async with app.run_test(size=(80, 50)):
        painted = app.painted
    assert {ground for row in painted for _, _, ground in row} == {"#ffffff"}
    assert {ink for row in painted for character, ink, _ in row if character != " "} == {"#000000"}
    seen: list[list[bool]] = []
    for row in painted:
        seen.append([DARK[character][0] for character, _, _ in row])
        seen.append([DARK[character][1] for character, _, _ in row])
    wanted = expected(quiet)
    assert seen[: len(wanted)] == wanted
    assert not any(any(row) for row in seen[len(wanted) :])


async def test_without_half_blocks_each_module_is_two_cells_as_dark_as_their_ground() -> None:
    app = Paper("ecp-dark", 2, "blocks")
    async with app.run_test(size=(120, 60)):
        painted = app.painted
    grounds = [[Color.parse(ground).brightness < 0.5 for _, _, ground in row] for row in painted]
    assert [row[::2] for row in grounds] == [row[1::2] for row in grounds] == expected(2)
    assert all(character in "# " for row in painted for character, _, _ in row)
    assert all(ink == ground for row in painted for character, ink, ground in row if character == "#")


def test_the_margin_is_the_widest_that_fits_and_there_is_no_code_without_one() -> None:
    code = modules(URI)
    assert len(code) == 33
    assert margin(code, 41, 21, "halves") == 4
    assert margin(code, 40, 21, "halves") == 3
    assert margin(code, 37, 19, "halves") == 2
    assert margin(code, 36, 19, "halves") is None
    assert margin(code, 37, 18, "halves") is None
    assert margin(code, 80, 21, "blocks") is None
    assert margin(code, 82, 41, "blocks") == 4


def test_what_an_authenticator_reads_fits_80_by_24_even_for_the_longest_login_id() -> None:
    uri = URI.replace("CHAN01", "A" * 20)
    assert margin(modules(uri), 44, 21, "halves") == 2
