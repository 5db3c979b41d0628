"""The catalogue as text and back: what is exported is read as what it was, whatever a rule says."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.contract.rules.content import Column, ContentRule
from backend.contract.rules.expectations import Expectation
from backend.contract.rules.toml_text import table_text
from backend.core.catalogue import Catalogue, CutOff, FolderRule, Function
from backend.core.catalogue_text import catalogue_text, folder_of, folder_text, function_of, parse, shipped
from backend.core.rule_text import read_folder
from ecp_tui.rule_fields import read_fields, write_fields

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
CODES = st.sampled_from(["EU_SD1", "EU_LOP", "EU_ECPSFTP", "any"])
CHANNELS = st.lists(st.sampled_from(["console", "http", "sftp"]), unique=True).map(tuple)
WORDS = st.text("abcXYZ019_", min_size=1, max_size=12)
COLUMNS = st.lists(
    st.builds(Column, WORDS, st.sampled_from(["text", "integer", "date"]), st.integers(1, 500), st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda column: column.name,
).map(tuple)
EXPECTATIONS = st.lists(st.builds(Expectation, st.just("rows"), most=st.integers(1, 10**12)), max_size=1).map(tuple)
CONTENTS = st.builds(ContentRule, COLUMNS, st.sampled_from(["comma", "tab"]), expect=EXPECTATIONS)
FOLDERS = st.builds(
    FolderRule,
    code=st.sampled_from(["SD-1", "A_B", "LOP"]),
    title=TEXT,
    direction=st.sampled_from(["submission", "download"]),
    functions=st.lists(CODES, unique=True).map(tuple),
    channels=CHANNELS,
    user_types=st.lists(st.sampled_from(["SEHK", "GCP"]), unique=True).map(tuple),
    input_date_meaning=TEXT,
    patterns=st.lists(WORDS.map(lambda word: f"A{word}_{{identity}}_{{date:YYYYMMDD}}.csv"), max_size=3).map(tuple),
    period=st.sampled_from(["day", "month"]),
    trading_days_back=st.integers(0, 300),
    cut_off=st.none() | st.builds(CutOff, TIMES, st.integers(0, 9), st.booleans()),
    window=st.none() | st.tuples(TIMES, TIMES),
    size_limit=st.integers(0, 1 << 50),
    route=st.sampled_from(["ecp2", "existing"]),
    batch=st.none() | st.sampled_from(["1", "2b"]),
    note=st.just("") | TEXT,
    sample=st.booleans(),
    content=st.none() | CONTENTS,
    companions=st.lists(st.sampled_from([".ok", ".done"]), unique=True).map(tuple),
)
TYPES = {"SEHK": "SEHK Participant", "GCP": 'a "quoted" \\ title'}
FUNCTIONS = {
    "EU_SD1": Function("EU_SD1", "Stamp \x7f\t duty", ("console", "http")),
    "EU_LOP": Function("EU_LOP", "大額", ("console",)),
    "EU_ECPSFTP": Function("EU_ECPSFTP", "SFTP", ("sftp",), all_folders=True),
}
PLAIN: Any = st.recursive(
    TEXT | st.integers() | st.booleans() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, PLAIN, max_size=5))
def test_a_table_is_read_as_what_was_written(table: dict[str, Any]) -> None:
    assert tomllib.loads(table_text(table)) == table


@given(st.lists(FOLDERS, unique_by=lambda folder: folder.code, min_size=1, max_size=3))
def test_a_catalogue_exported_and_read_is_the_same_catalogue(folders: list[FolderRule]) -> None:
    catalogue = Catalogue(TYPES, FUNCTIONS, {folder.code: folder for folder in folders})
    text = catalogue_text(catalogue)
    assert parse(text) == catalogue
    assert list(parse(text).folders) == [folder.code for folder in folders], "in their order"
    assert catalogue_text(parse(text)) == text


@given(FOLDERS)
def test_a_folders_own_text_says_all_but_what_its_migration_says(folder: FolderRule) -> None:
    row = tomllib.loads(folder_text(folder))
    assert folder_of(folder.code, row) == replace(folder, route="ecp2", batch=None)


@given(FOLDERS)
def test_the_fields_of_the_form_leave_a_text_that_nobody_typed_in_as_it_is(folder: FolderRule) -> None:
    text = folder_text(folder)
    assert tomllib.loads(write_fields(text, read_fields(text))) == tomllib.loads(text)


def test_the_shipped_catalogue_comes_back_and_each_rule_of_it_is_one_that_could_be_proposed() -> None:
    catalogue = parse(shipped())
    assert parse(catalogue_text(catalogue)) == catalogue
    for code, folder in catalogue.folders.items():
        assert read_folder(code, folder_text(folder), catalogue) == folder
    function = catalogue.functions["EU_ECPSFTP"]
    assert function_of("EU_ECPSFTP", {"title": "SFTP service", "channels": ["sftp"], "all_folders": True}) == function
    assert time(20) == (catalogue.folders["SD-1"].cut_off or CutOff(time(0))).at
