"""One key, one meaning, on every page; every act is in the footer, in help or in the menu."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from textual import events
from textual.dom import DOMNode
from textual.widgets import Input

from ecp_tui import screens
from ecp_tui.app import EcpApp
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, DateField, TextField
from ecp_tui.widgets.keys import KEYS
from ecp_tui.widgets.lines import HINT_CELLS, Hint, fitting
from ecp_tui.widgets.table import Table
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World

FORBIDDEN = (
    "alt+",
    "ctrl+shift",
    "ctrl+h",
    "ctrl+i",
    "ctrl+j",
    "ctrl+m",
    "ctrl+left_square_bracket",
    "ctrl+a",
    "ctrl+b",
)


def every_page() -> list[type[EcpScreen]]:
    """All pages of the console, however deep they derive."""

    for module in pkgutil.iter_modules(screens.__path__, "ecp_tui.screens."):
        importlib.import_module(module.name)

    def below(page: type[EcpScreen]) -> Iterator[type[EcpScreen]]:
        for kind in page.__subclasses__():
            yield kind
            yield from below(kind)

    # A page that others are made from has no acts of its own.
    return [page for page in below(EcpScreen) if page.__module__.startswith("ecp_tui") and not page.__subclasses__()]


def own_bindings(node: type[DOMNode]) -> dict[str, str]:
    """Every key of a class, inherited ones too, and the id of its act (or the action, where it has none)."""
    merged = node._merge_bindings()
    return {key: binding.id or binding.action for key, binding in merged}


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.__name__)
def test_no_page_gives_a_key_of_the_table_another_meaning(page: type[EcpScreen]) -> None:
    meant = {key: row.id for row in KEYS.values() if row.where != "forms" for key in row.keys.split(",")}
    for key, act in own_bindings(page).items():
        if key in meant and act in KEYS:
            assert meant[key] == act, f"{page.__name__}: {key} is {act}, the table says {meant[key]}"


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.__name__)
def test_no_page_takes_a_key_that_a_field_needs(page: type[EcpScreen]) -> None:
    fields = own_bindings(TextField) | own_bindings(Input)
    taken = {key for key, act in own_bindings(page).items() if act in KEYS} & set(fields) - {"ctrl+c"}
    assert not {key for key in taken - {"enter", "up", "down"} if len(key) > 1}, taken


@pytest.mark.parametrize("kind", [EcpApp, EcpScreen, Table, Button, TextField, DateField, ChoiceField])
def test_no_key_is_one_that_terminals_keep_for_themselves(kind: type[DOMNode]) -> None:
    ours = {key for binding in kind.__dict__.get("BINDINGS", []) for key in binding.key.split(",")}
    assert not {key for key in ours if key.startswith(FORBIDDEN)}


def test_every_key_of_the_table_stands_in_it_once() -> None:
    seen: dict[str, str] = {}
    for row in KEYS.values():
        for key in row.keys.split(","):
            if row.id not in ("later", "earlier"):
                assert key not in seen, f"{key}: {seen.get(key)} and {row.id}"
                seen[key] = row.id


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.__name__)
def test_a_footer_has_at_most_six_hints_in_66_cells_and_each_is_a_key_of_its_page(page: type[EcpScreen]) -> None:
    assert len(page.HINTS) <= 4
    ids = ("help", *page.HINTS, "menu")
    hints = fitting([Hint(id_) for id_ in ids], 80)
    assert len(hints) == len(ids)
    assert sum(hint.cell_length + 2 for hint in hints) - 2 <= HINT_CELLS
    known = {*own_bindings(page).values(), *own_bindings(EcpApp).values(), *own_bindings(Table).values()}
    assert set(page.HINTS) <= known, f"{page.__name__} promises keys it does not have"
    assert all(hasattr(page, f"action_{act}") for act in page.ACTS)


@pytest.mark.parametrize("row", KEYS.values(), ids=lambda row: row.id)
def test_what_a_key_does_fits_the_lists_of_help_and_menu(row: object) -> None:
    key = KEYS[row.id]  # type: ignore[attr-defined]  # parametrised by rows of the table
    assert len(key.shown) <= 12 and len(key.word) <= 15 and len(key.tooltip) <= 39


async def test_f1_lists_what_can_be_done_here_and_enter_runs_it(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    await chan.press("f1")
    await chan.sees("Help for Folders", "Submit a file", "Copy the value", "ctrl+q")
    chan.keeps("help_here")
    await chan.types("moved")
    await chan.does_not_see("Submit a file")
    await chan.press("enter")
    await chan.sees("Migration")


async def test_the_menu_goes_to_a_folder_by_its_name(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    await chan.press("ctrl+p")
    await chan.types("LOPA")
    await chan.press("enter")
    await chan.sees("File Submission", "LOPA: Large Open Position Account Information")


async def test_the_menu_changes_the_look(chan: Person) -> None:
    await chan.press("ctrl+p")
    await chan.types("light")
    await chan.press("enter")
    await chan.waits_until(lambda: chan.app.theme == "ecp-light", "to have the light look")


async def test_ctrl_c_with_nothing_selected_says_how_to_leave(chan: Person) -> None:
    await chan.press("ctrl+c")
    await chan.sees("Nothing is selected to copy. ctrl+q leaves.")


async def test_digits_go_to_places_in_lists_and_are_typed_in_fields(chan: Person) -> None:
    await chan.press("2")
    await chan.sees("for submission")
    await chan.press("9")
    await chan.sees("type a word")
    await chan.types("4505")
    await chan.sees("Name, identity and input date disagree")


async def test_a_remapped_key_works_and_is_shown_and_a_clash_is_told(opens: Opens, world: World) -> None:
    keys = (("submit", "b"), ("copy", "n"), ("migration", "v"), ("nothing", "q"), ("goto", "z"))
    async with opens(keys=keys, problems=("theme in config.toml is purple; it can be dark or light.",)) as person:
        await person.sees("v is taken by compare: migration keeps m.", "There is no key called nothing")
        await person.sees("z is typed in fields: go to keeps ctrl+o.", "it can be dark or light")
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today", "b submit")
        await person.press("n")
        await person.press("b")
        await person.sees("File Submission")


async def test_the_mouse_can_be_given_back_to_the_terminal(chan: Person) -> None:
    await chan.press("percent_sign")
    await chan.sees("The mouse is off: the terminal selects text.")
    await chan.press("percent_sign")
    await chan.sees("The mouse is on.")


async def test_a_greyed_key_says_why(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    chan.app.screen.query_one(Table).go_to("RPT-TRD")
    await chan.press("n")
    await chan.sees("RPT-TRD is a download folder: the operator publishes in it.")


async def test_keys_that_come_at_once_count_in_their_order(chan: Person) -> None:
    """As they do over a slow line: what was wrong is deleted before what is right is typed."""
    await chan.goes_to("Submit")
    await chan.sees("File Submission", "File")
    field = chan.app.screen.query_one("#file", TextField)
    keys = [("S", "S"), ("X", "X"), ("backspace", "\x7f"), ("D", "D"), ("home", None), ("ctrl+k", "\x0b"), ("a", "a")]
    for key, character in [*keys, ("b", "b"), ("ctrl+u", "\x15"), ("c", "c"), ("left", None), ("d", "d")]:
        chan.app.post_message(events.Key(key, character))
    await chan.waits_until(lambda: len(field.value) == 2, "for the last letters")
    assert field.value == "dc"
