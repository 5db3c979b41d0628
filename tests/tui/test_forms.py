"""The application forms: filled in without an account, saved, opened, keyed in and applied (FAQ Q8 to Q12)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from backend.contract.messages import ApplyForm, Form, FormAdministrator
from backend.contract.rules.form_documents import form_document, form_file_name, form_sha256, read_form
from backend.contract.rules.forms import TITLES
from ecp_tui.widgets.table import Table
from tests.tui.administrators import asks, consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World

AU = ("Au Yeung", "au@newco.example", "+852 2123 4567", "AUDA1")
BAO = ("陳寶蓮", "bao@newco.example", "+852 2123 4568", "BAODA2")


def change_of(world: World, service: str = "ecp") -> Form:
    """Acme appoints a third administrator."""
    kept = [
        FormAdministrator(action="keep", login_id=login_id, name=name, email=email, phone=phone)
        for login_id, name, email, phone in (
            ("WONGDA1", "Wong Ka Yan", "wongda1@acme.example", "+852 2100 0004"),
            ("LEEDA2", "Lee Chi Keung", "leeda2@acme.example", "+852 2100 0005"),
        )
    ]
    new = FormAdministrator(action="appoint", login_id="AUDA1", name=AU[0], email=AU[1], phone=AU[2])
    return Form(
        service="client_connect" if service == "client_connect" else "ecp",
        company="ACME",
        company_name="Acme Securities",
        administrators=(*kept, new),
    )


async def opens_forms(person: Person) -> None:
    """Without an account, by the landing page's Apply."""
    await person.sees("Client Connect", "Apply", "times")
    person.app.screen.query_one("#forms").focus()
    await person.press("enter")
    await person.sees("Application and maintenance forms", "Fill in a form")


async def chooses_both(person: Person) -> None:
    await person.press("enter")
    await person.sees("Which form?")
    await person.press("down", "down")


async def adds(person: Person, who: tuple[str, str, str, str]) -> None:
    """One administrator, appointed for whatever the form is."""
    await person.press("n")
    await person.sees("Delegated administrator", "Telephone")
    await person.fills_in(*who)
    await person.press("f8")
    await person.sees("Delegated administrators", who[3])


async def fills_both(person: Person) -> None:
    """Both forms of a new company, up to the review."""
    await chooses_both(person)
    await person.press("enter")
    await person.sees("The company")
    await person.fills_in("newco", "New Co Ltd")
    await person.press("f8")
    await person.sees("User types and identity codes")
    await person.press("n")
    await person.sees("What is asked for")
    await person.pastes("09876")
    await person.press("tab", "down", "tab")
    await person.pastes("New Co Securities")
    await person.press("f8")
    await person.sees("+ add", "09876", "New Co")
    await person.press("f8")
    await adds(person, AU)
    await adds(person, BAO)
    await person.press("f8")
    await person.sees("Review", "Title")


async def test_both_forms_are_filled_in_once_without_an_account(person: Person) -> None:
    await opens_forms(person)
    person.keeps("forms")
    await chooses_both(person)
    await person.sees(TITLES["ecp"][:70], TITLES["client_connect"])
    person.keeps("form_which")
    await person.press("escape")
    await fills_both(person)
    await person.sees("NEWCO · both forms · 1 identity code · 2 administrators", "ECP form", "Client Connect form")
    await person.sees("ECP_FORM_NEWCO_", "SHA-256")
    person.keeps("form_review")
    await person.press("enter")
    await person.sees("form-v1", "company: NEWCO", "identity-code: 09876")
    person.keeps("form_document")


async def test_what_is_saved_is_the_document_whose_sha256_is_shown(person: Person, tmp_path: Path) -> None:
    await opens_forms(person)
    await fills_both(person)
    target = tmp_path / "form.txt"
    await person.press("w")
    await person.sees("Save the ECP form")
    await person.press("ctrl+u")
    await person.pastes(str(target))
    await person.press("enter")
    await person.waits_until(target.exists, "for the file")
    form = read_form(target.read_text())
    assert form.company == "NEWCO" and form.service == "ecp"
    sha256 = hashlib.sha256(target.read_bytes()).hexdigest()
    await person.sees(" ".join((sha256[:16], sha256[16:32])), form_file_name(form))


async def test_fewer_than_two_administrators_a_service_do_not_go_on(person: Person) -> None:
    """3002."""
    await opens_forms(person)
    await chooses_both(person)
    await person.press("enter")
    await person.sees("The company")
    await person.fills_in("newco", "New Co Ltd")
    await person.press("f8", "f8")
    await person.sees("✕ 3002  ECP: 0 stay, 2 are needed", "Client Connect: 0 stay")
    await adds(person, AU)
    await person.sees("ECP: 1 stays, 2 are needed")
    person.keeps("form_administrators")
    await person.press("f8")
    await person.sees(
        "Fewer than two delegated administrators would remain", "leaves 1 for ECP and 1 for Client Connect"
    )
    person.keeps("form_3002")
    await adds(person, BAO)
    await person.sees("●  ECP: 2 stay", "●  Client Connect: 2 stay")


async def test_a_person_can_be_on_one_form_and_not_on_the_other(person: Person) -> None:
    await opens_forms(person)
    await fills_both(person)
    await person.press("escape")
    await person.sees("Delegated administrators")
    await person.press("enter")
    await person.sees("appoint")
    for _ in range(5):
        await person.press("tab")
    await person.press("down", "down", "down")
    await person.sees("not on this form")
    person.keeps("form_administrator")
    await person.press("f8")
    await person.sees("Client Connect: 1 stays, 2 are needed", "●  ECP: 2 stay")


async def test_a_field_says_its_own_rule_and_keeps_what_was_typed(person: Person) -> None:
    await opens_forms(person)
    await chooses_both(person)
    await person.press("enter")
    await person.sees("The company")
    await person.press("f8")
    await person.sees("9002", "The company's code is needed: 2 to 12 letters and digits.")
    await person.fills_in("!", "New Co")
    await person.press("f8")
    await person.sees("9002", "2 to 12 letters and digits", "! is not")
    await person.press("shift+tab", "ctrl+u")
    await person.pastes("newco")
    await person.press("f8", "f8", "n")
    await person.sees("Telephone")
    await person.fills_in("Au Yeung", "nobody", "123", "AUDA1")
    await person.press("f8")
    await person.sees("such as name@company.example", "nobody is not")
    await person.press("escape")
    await person.sees("Forget what was typed?", "Forget the line")
    await person.press("n")
    await person.sees("nobody")


async def test_two_people_with_one_telephone_are_told_before_the_form_is_filed(person: Person) -> None:
    """3006."""
    await opens_forms(person)
    await chooses_both(person)
    await person.press("enter")
    await person.sees("The company")
    await person.fills_in("newco", "New Co Ltd")
    await person.press("f8", "f8")
    await adds(person, AU)
    await adds(person, (*BAO[:2], AU[2], BAO[3]))
    await person.press("f8")
    await person.sees("3006", "Same person", "the same telephone")


async def test_what_was_filled_in_outlives_leaving_the_pages_and_signing_in(person: Person, world: World) -> None:
    await opens_forms(person)
    await fills_both(person)
    for _ in range(5):
        await person.press("escape")
    await person.sees("Go on with yours: NEWCO · both forms")
    await person.press("escape")
    await person.sees("Welcome")
    await person.press("ctrl+q")
    await person.sees("form not saved: NEWCO", "It is lost or cut off if you leave")
    await person.press("escape")
    await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
    await person.goes_on_to("companies")
    await person.sees("Harbour")
    await person.press("n")
    await person.sees("Go on with yours: NEWCO · both forms")
    person.keeps("forms_go_on")
    await person.press("ctrl+q")
    await person.sees("Leave ECP 2.0?")
    await person.press("o")
    await person.sees("Welcome")
    assert person.app.context.form is None


async def test_a_form_begun_is_forgotten_only_when_asked(person: Person) -> None:
    await opens_forms(person)
    await fills_both(person)
    for _ in range(5):
        await person.press("escape")
    await person.press("n")
    await person.sees("Begin a new form?", "Forget it and begin")
    await person.press("n")
    await person.press("down", "x")
    await person.sees("Forget the form?")
    await person.press("y")
    await person.does_not_see("Go on with yours")


async def test_a_received_file_fills_the_wizard_and_shows_its_own_sha256(
    opens: Opens, world: World, tmp_path: Path
) -> None:
    text = form_document(change_of(world)) + "signed: Au Yeung\n"
    file = tmp_path / "received.txt"
    file.write_text(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        await maker.goes_on_to("companies")
        await maker.sees("Acme")
        await maker.press("n")
        await maker.sees("Open a form file")
        await maker.press("ctrl+f")
        await maker.sees("Open a form file", "signatures below the line")
        await maker.pastes(str(file))
        await maker.press("f8")
        await maker.sees("Review", "received.txt", sha256[:16], form_sha256(change_of(world))[:16])
        await maker.sees("! Company ACME", "change for ECP")
        maker.keeps("form_received")
        await maker.press("f8")
        await maker.sees("What the form changes", "AUDA1")
        maker.keeps("form_key_in")
        await maker.press("f8")
        await maker.sees(
            "Keyed in", "◐ submitted", "ACME  Acme Securities", "ECP form", "Keyed in by Kwok Lai Kuen (OPER01)"
        )
        await maker.sees("another operator checks it")
        maker.keeps("forms_keyed_in")
        client = world.client("OPER02")
        [request] = (await client.requests(kind="apply-form")).items
        await client.close()
        assert isinstance(request.proposal, ApplyForm) and request.proposal.sha256 == sha256
        await checker.goes_to("Operator")
        await checker.sees("1 form to decide")
        await checker.chooses("companies")
        await checker.sees("Forms to decide", "◐ submitted", "ACME  ECP form")
        checker.keeps("operator_forms")


async def test_a_file_whose_names_a_terminal_would_obey_is_refused(
    person: Person, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "hostile.txt"
    file.write_text(form_document(change_of(world)).replace("Acme Securities", "Acme%1B]52;c;aGFja%07"))
    await opens_forms(person)
    await person.press("ctrl+f")
    await person.sees("signatures below the line")
    await person.pastes(str(file))
    await person.press("f8")
    await person.sees("9002", "company-name is not what it can be")
    assert "\x1b" not in person.screen and person.app.context.form is None


async def test_a_file_takes_the_place_of_what_was_filled_in_only_when_asked(
    person: Person, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "received.txt"
    file.write_text(form_document(change_of(world)))
    await opens_forms(person)
    await fills_both(person)
    for _ in range(5):
        await person.press("escape")
    await person.sees("Go on with yours")
    await person.press("ctrl+f")
    await person.sees("signatures below the line")
    await person.pastes(str(file))
    await person.press("f8")
    await person.sees("Open the file instead?", "NEWCO · both forms", "Forget it and open")
    await person.press("n")
    assert person.app.context.form is not None and person.app.context.form.company == "NEWCO"
    await person.press("f8")
    await person.sees("Open the file instead?")
    await person.press("y")
    await person.sees("Review", "ACME · ECP form · 3 administrators")


async def test_only_one_of_the_two_forms_keyed_in_is_warned_of(opens: Opens, world: World) -> None:
    """FAQ Q12."""
    await asks(world, "OPER01", ApplyForm(form=change_of(world)))
    async with consoles(opens, world, "OPER02") as (operator,):
        await operator.press("ctrl+p")
        await operator.types("Forms")
        await operator.press("enter")
        await operator.sees("Keyed in", "! Company ACME", "1 form keyed in, 1 to check")
        table = operator.app.screen.query_one(Table)
        table.go_to("warning/0")
        await operator.sees("change for ECP alone")
        operator.keeps("forms_warning")
        await asks(world, "OPER01", ApplyForm(form=change_of(world, "client_connect")))
        await operator.press("f5")
        await operator.sees("2 forms keyed in, 2 to check")
        await operator.does_not_see("! Company ACME")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"account,amount\n1,2\n", "neither of the two forms begins like this"),
        (b"x" * 200_000, "it is something else"),
        (TITLES["ecp"].encode() + b"\nform-v1\ncompany: A\x1b]52;c;aGFja\x07\n", "Line"),
    ],
)
async def test_a_file_that_is_no_form_is_refused_with_what_is_wrong(
    person: Person, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "other.txt"
    file.write_bytes(content)
    await opens_forms(person)
    await person.press("ctrl+f")
    await person.sees("signatures below the line")
    await person.pastes(str(file))
    await person.press("f8")
    await person.sees("9002", words)
    assert person.app.context.form is None


async def test_nobody_but_operators_keys_in_and_without_local_files_a_form_is_read_and_copied(
    opens: Opens, world: World
) -> None:
    async with opens(reach="ssh") as person:
        await opens_forms(person)
        await fills_both(person)
        await person.press("f8")
        await person.sees("Forms are keyed in by the operator's staff")
        await person.press("w")
        await person.sees("Over SSH there is no disk of yours here")
        await person.press("enter")
        await person.sees("form-v1")
        await person.press("c")
        document = person.app.clipboard
        assert document.startswith(TITLES["ecp"])
    async with opens(reach="ssh") as person:
        await opens_forms(person)
        await person.press("ctrl+f")
        await person.sees("paste all that the file holds")
        await person.press("ctrl+f")
        await person.sees("Your files are on another computer")
        await person.pastes(document)
        await person.press("f8")
        await person.sees("Review", "Received", "pasted")


async def test_the_narrowest_wizard_shows_every_field(opens: Opens) -> None:
    async with opens(size=(40, 12)) as person:
        await opens_forms(person)
        await fills_both(person)
        person.keeps("form_review_at_40")


async def test_administrators_see_the_forms_of_their_own_company_alone(opens: Opens, world: World) -> None:
    await asks(world, "OPER01", ApplyForm(form=change_of(world)))
    async with consoles(opens, world, "WONGDA1", "HODA1") as (ours, theirs):
        for person in (ours, theirs):
            await person.press("ctrl+p")
            await person.types("Forms")
            await person.press("enter")
            await person.sees("Application and maintenance forms")
        await ours.sees("Keyed in", "◐ submitted", "ACME  Acme Securities")
        stands = ours.app.screen.query_one(Table)
        stands.go_to("req/1")
        await ours.press("enter")
        await ours.sees("ACME", "AUDA1", "OPER01")
        await theirs.does_not_see("Keyed in", "ACME")
