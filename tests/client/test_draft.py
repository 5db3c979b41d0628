"""A file's name proposes folder, identity and date; what disagrees is refused before anything is sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import Folder, IdentityName
from ecp_tui.draft import Draft, from_name, propose, takers

ACME = IdentityName(identity_code="01234", name="Acme Securities", user_type="SEHK Participant")
SUBSIDIARY = IdentityName(identity_code="01235", name="Acme Futures", user_type="SEHK Participant")


def folder(code: str = "SD-1", *patterns: str, identities: tuple[IdentityName, ...] = (ACME, SUBSIDIARY)) -> Folder:
    return Folder(
        folder=code,
        title="Stamp Duty Daily Return",
        direction="submission",
        functions=("EU_SD1",),
        channels=("console",),
        user_types=("SEHK Participant",),
        patterns=patterns or ("SD_{identity}_{date}.csv", "SD1_{identity}_{date}.csv"),
        input_date_meaning="trade date",
        rule="today",
        size_limit=1000,
        identities=identities,
        default_input_date=date(2022, 5, 11),
    )


NO_DATE = folder("DECL", "DECL_{identity}.pdf")


def test_the_name_proposes_folder_identity_and_date() -> None:
    draft = propose(Path("/x/SD1_01235_20220512.csv"), [folder(), NO_DATE])
    assert draft.folder is not None
    assert (draft.folder.folder, draft.identity_code, draft.input_date) == ("SD-1", "01235", date(2022, 5, 12))


def test_what_was_named_stands_even_against_the_name() -> None:
    draft = propose(Path("SD1_01235_20220512.csv"), [folder()], identity_code="01234", input_date=date(2022, 5, 1))
    assert (draft.identity_code, draft.input_date) == ("01234", date(2022, 5, 1))
    with pytest.raises(Refused) as refused:
        draft.request(10)
    assert refused.value.number == 4505


def test_without_a_date_in_the_name_the_latest_still_due_is_proposed() -> None:
    assert propose(Path("DECL_01234.pdf"), [folder(), NO_DATE]).input_date == date(2022, 5, 11)


def test_a_wrong_date_is_explained_before_upload() -> None:
    """FAQ Q24."""
    with pytest.raises(Refused) as refused:
        Draft(Path("SD_01234_20220512.csv"), folder(), "01234", date(2022, 5, 11)).request(10)
    assert refused.value.number == 4505
    assert refused.value.what == "The name says 2022-05-12, the input date says 2022-05-11."
    assert refused.value.values["right_name"] == "SD_01234_20220511.csv"


def test_the_name_can_be_taken_at_its_word() -> None:
    draft = Draft(Path("SD_01235_20220512.csv"), folder(), "01234", date(2022, 5, 11))
    assert from_name(draft) == Draft(draft.path, draft.folder, "01235", date(2022, 5, 12))


def test_a_name_that_no_folder_takes_is_a_4505() -> None:
    with pytest.raises(Refused) as refused:
        propose(Path("return.csv"), [folder()])
    assert refused.value.number == 4505


def test_a_folder_that_is_not_granted_is_unknown() -> None:
    with pytest.raises(Refused) as refused:
        propose(Path("SD1_01234_20220512.csv"), [NO_DATE], folder="SD-1")
    assert refused.value.number == 4501


def test_of_several_fitting_folders_the_one_that_holds_the_identity_is_taken() -> None:
    other = IdentityName(identity_code="09999", name="Other", user_type="SEHK Participant")
    assert takers([folder(), folder("SD-2", identities=(other,))], "SD1_09999_20220512.csv")[0].folder == "SD-2"
    with pytest.raises(Refused) as refused:
        propose(Path("SD1_01234_20220512.csv"), [folder(), folder("SD-2")])
    assert "SD-1, SD-2" in refused.value.what


@pytest.mark.parametrize(("size", "number"), [(0, 4512), (1001, 4511)])
def test_empty_and_too_large_files_are_refused_before_a_byte_is_read(size: int, number: int) -> None:
    with pytest.raises(Refused) as refused:
        propose(Path("SD1_01234_20220512.csv"), [folder()]).request(size)
    assert refused.value.number == number


def test_with_several_identities_and_none_in_the_name_nothing_is_guessed() -> None:
    draft = propose(Path("BCAN_20220512.csv"), [folder("BCAN", "BCAN_{date}.csv")])
    assert draft.identity_code is None
    with pytest.raises(Refused) as refused:
        draft.request(10)
    assert "Name the identity" in refused.value.what


@pytest.mark.parametrize("name", ["[/b].csv", "a\x1b]52;c;x\x07.csv", "..", "SD1_01234_20220512.csv ", "n" * 255])
def test_hostile_names_are_refused_and_shown_escaped(name: str) -> None:
    with pytest.raises(Refused) as refused:
        propose(Path(name), [folder()])
    assert "\x1b" not in str(refused.value)
