"""Catalogue: a rule is tried while it is typed, changed by a pair, and judges the next file."""

from __future__ import annotations

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import ChangeFolder
from ecp_tui.appendices import appendices
from ecp_tui.screens.rule_text import RuleTextScreen
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.table import Table
from ecp_tui.widgets.text_area import Lines
from tests.cataloguing import Pair
from tests.submitting import submitted
from tests.tui.administrators import asks, consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World

SECOND = ', "SD1_{identity}_{date:YYYYMMDD}.csv"'


async def at_catalogue(person: Person, world: World, login_id: str = "OPER01") -> None:
    await person.sign_in_as(login_id, world.people[login_id], world.fresh_otp(login_id))
    await person.goes_on_to("catalogue")
    await person.sees("SD-1", "Stamp Duty Daily Return", "cut-off 20:00")


async def test_a_rule_is_changed_by_a_pair_and_judges_the_next_file(opens: Opens, world: World) -> None:
    chan = world.actor("CHAN01")
    submitted(world, chan, b"1\n")
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        await maker.goes_on_to("catalogue")
        await maker.sees("SD-1", "Stamp Duty Daily Return", "LOPA", "cut-off 20:00")
        maker.keeps("catalogue")
        await maker.press("e")
        await maker.sees("Change folder SD-1", "Name patterns", "As it stands")
        maker.app.screen.query_one("#patterns", TextField).value = "SDX_{identity}_{date:YYYYMMDD}.csv"
        await maker.sees("1 would be refused", "✕ SD1_01234_20220519.csv: 4505")
        maker.keeps("catalogue_form")
        await maker.press("f8")
        await maker.sees("Not asked for yet", "SDX_")
        await maker.press("f8")
        await maker.sees("Request 1 waits for")
        await checker.goes_to("Approvals")
        await checker.sees("change folder")
        await checker.press("enter")
        await checker.sees("Change folder SD-1", "! Past files", "would be refused now")
        await checker.press("end")
        await checker.sees("0 stay accepted, 1 would", "4505 The name")
        checker.keeps("catalogue_approval")
        await checker.press("a")
        await checker.sees("Approve")
        await checker.press("y")
        await checker.sees("applied")
        await maker.goes_on_to("catalogue")
    with pytest.raises(Refused) as refused:
        submitted(world, chan, b"2\n")
    assert refused.value.number == 4505
    assert submitted(world, chan, b"2\n", file_name="SDX_01234_20220519.csv").activity.state == "accepted"


async def test_a_wrong_value_is_marked_and_nothing_is_asked_for(person: Person, world: World) -> None:
    await at_catalogue(person, world)
    await person.press("e")
    await person.sees("As it stands")
    form = person.app.screen
    form.query_one("#functions", TextField).value = "EU_SDI"
    await person.sees("This cannot be a rule yet", "functions: EU_SDI is unknown; did you mean EU_SD1?", "✕")
    person.keeps("catalogue_wrong")
    await person.press("f8")
    await person.sees("Line 3: functions")
    assert person.app.screen.focused is form.query_one("#functions")
    with world.platform.store.reading() as rows:
        account = rows.account("OPER01")
        assert account is not None and rows.open_requests(account.id) == 0
    await person.press("escape")
    await person.sees("Leave the form?")


async def test_the_whole_rule_is_changed_as_text_and_an_error_leads_to_its_line(person: Person, world: World) -> None:
    await at_catalogue(person, world)
    await person.chooses("folder/LOP")
    await person.sees("Change folder LOP", "As it stands")
    person.app.screen.query_one("#turn").focus()
    await person.press("enter")
    await person.waits_until(lambda: isinstance(person.app.screen, RuleTextScreen), "for the text")
    await person.sees("input_date_meaning = ", "As it stands")
    lines = person.app.screen.query_one(Lines)
    lines.text = lines.text.replace("content.most_rows", "content.most_row")
    await person.sees("content.most_row: there is no such key; did you mean most_rows?")
    person.keeps("catalogue_text")
    await person.press("f8")
    await person.waits_until(lambda: lines.cursor_location[0] == 18, "for the line")
    lines.text = "title = "
    await person.sees("Line 1: Invalid value; the text ends there")
    person.app.screen.query_one("#turn").focus()
    await person.press("enter")
    await person.sees("The text is no TOML yet")


async def test_what_is_pasted_holds_nothing_that_a_terminal_obeys(person: Person, world: World) -> None:
    await at_catalogue(person, world)
    await person.chooses("function/EU_SD1")
    await person.sees("Change function EU_SD1")
    lines = person.app.screen.query_one(Lines)
    lines.select_all()
    await person.pastes('title = "\x1b]52;c;eA==\x07"\r\nchannels = ["http"]')
    assert lines.text == 'title = "\\x1b]52;c;eA==\\x07"\nchannels = ["http"]'
    await person.sees("Line 1, column")


async def test_a_new_folder_and_a_new_function_are_named_and_proposed(person: Person, world: World) -> None:
    await at_catalogue(person, world)
    await person.press("n")
    await person.sees("A new folder", "Code")
    form = person.app.screen
    await person.types("sd-2")
    said = {"title": "Second", "patterns": "SD2_{identity}.csv", "functions": "EU_SD1", "user_types": "SEHK"}
    for field, value in said.items():
        form.query_one(f"#{field}", TextField).value = value
    await person.sees("+ Title: Second", "+ Opened by: EU_SD1")
    await person.press("f8")
    await person.sees("Change folder SD-2", "+ SD2_{identity}.csv", "Not asked for yet")
    await person.press("escape", "escape")
    await person.sees("Leave the form?")
    await person.press("l")
    await person.sees("cut-off 20:00")
    await person.chooses("function/EU_SD1")
    await person.sees("Change function EU_SD1")
    await person.press("escape")
    await person.sees("Opens       SD-1")
    await person.press("n")
    await person.sees("A new function", "Code")


async def test_ones_own_request_is_revised_as_text_and_stays_about_its_folder(opens: Opens, world: World) -> None:
    rule = Pair(world).rule().replace('"trade date"', '"day of trade"')
    await asks(world, "OPER01", ChangeFolder(folder="SD-1", rule=rule, note="first"))
    async with consoles(opens, world, "OPER01") as (maker,):
        await maker.goes_to("Approvals")
        await maker.sees("change folder")
        await maker.press("enter")
        await maker.sees("day of trade")
        await maker.press("e")
        await maker.sees("Change folder SD-1", "+ Input date is: day of trade")
        lines = maker.app.screen.query_one(Lines)
        lines.text = lines.text.replace("day of trade", "trading day")
        await maker.sees("+ Input date is: trading day")
        await maker.press("f8")
        await maker.sees("revision 2", "trading day")


async def test_auditors_look_and_change_nothing(person: Person, world: World) -> None:
    await at_catalogue(person, world, "AUDIT01")
    await person.does_not_see("e change")
    await person.press("e")
    await person.sees("Auditors only look")


async def test_the_rule_stands_beside_the_list_where_there_is_room(opens: Opens, world: World) -> None:
    async with opens(size=(120, 40)) as person:
        await at_catalogue(person, world)
        person.keeps("catalogue_120")
        await person.press("e")
        await person.sees("Change folder SD-1", "As it stands")
        person.app.screen.query_one("#patterns", TextField).value = "SDX_{identity}_{date:YYYYMMDD}.csv"
        await person.sees("+ Name pattern:", "SDX_{identity}_{date:YYYYMMDD}.csv", "No file of the last 90 days")
        person.keeps("catalogue_form_120")


async def test_in_forty_columns_and_twelve_rows_everything_can_be_reached(opens: Opens, world: World) -> None:
    async with opens(size=(40, 12)) as person:
        await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
        await person.goes_to("Operator")
        await person.sees("Inbox")
        await person.chooses("catalogue")
        await person.sees("SD-1", "LOPA")
        person.app.screen.query_one(Table).go_to("folder/SD-1")
        await person.press("e")
        await person.sees("Change folder SD-1", "Title")
        person.keeps("catalogue_form_narrow")
        person.app.screen.query_one("#functions", TextField).focus()
        person.app.screen.query_one("#functions", TextField).value = "EU_X"
        await person.sees("This cannot be a rule yet")


async def test_help_has_the_appendices_as_the_catalogue_is_now(opens: Opens, world: World) -> None:
    Pair(world).change("Stamp Duty Daily Return", "Duty Return")
    async with consoles(opens, world, "WONGDA1") as (person,):
        await person.goes_to("Help")
        await person.types("general clearing participant")
        await person.sees("Appendices", "7.4  ")
        await person.chooses("appendix_7.4")
        await person.sees("Help › 7.4", "General Clearing Participant (GCP)", "EU_CPM        CPM, RPT-CLR")
        person.keeps("help_appendix")
        assert "7.3" not in person.app.screen_stack[-2].query_one(Table).rows[0].key, "no existing ECP, no word of it"


async def test_the_appendix_of_migrated_folders_names_each_where_it_is_served(world: World) -> None:
    client = world.client("WONGDA1")
    try:
        found = {one.mark: one.text for one in appendices(await client.appendix(), migrates=True)}
        assert [*found] == ["7.3", "7.4"] and len([*appendices(await client.appendix(), migrates=False)]) == 1
    finally:
        await client.close()
    here, there = found["7.3"].split("Submitted in the existing ECP")
    assert "SD-1      Stamp Duty Daily Return, batch 1" in here and "RPT" not in found["7.3"]
    assert "NBCAN     Northbound BCAN-CID Mapping File, batch 2" in there
