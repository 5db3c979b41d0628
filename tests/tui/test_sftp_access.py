"""SFTP access: five steps, keys and addresses by maker and checker, what is taken away at once, and rotation."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from backend.contract.messages import ChangeRequest, Line, RegisterAddress, RegisterKey
from backend.contract.rules.public_keys import read_public_key
from ecp_tui.screens import sftp_fields
from ecp_tui.screens.sftp_fields import KeyField
from ecp_tui.screens.sftp_rows import end_words
from ecp_tui.widgets.table import Table
from tests.tui.administrators import asks, consoles
from tests.tui.conftest import Opens
from tests.tui.driver import CAPTURES, Person
from tests.world import World

LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKQb9ZQJ1tsDkRzYcYc8oB1m7sO4P1mSWy1wQd2mZbK chan@acme"
END = read_public_key(LINE).fingerprint[-8:]
PRIVATE = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "-----END OPENSSH PRIVATE KEY-----\n"
)
no_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen signs the new key")


async def approves(world: World, checker: str, request: ChangeRequest, end: str = "") -> None:
    """Another administrator, without a console."""
    client = world.client(checker)
    try:
        await client.approve(await client.request(request.id), end)
    finally:
        await client.close()


def keeps(person: Person, name: str) -> None:
    """The screen, with one fingerprint for all: the demo's keys are made anew in each world."""
    text = re.sub(r"(SHA256:…)\S{8}", r"\1kq7LkXYZ", person.keeps(name))
    text = re.sub(r"(SHA256:)[\w+/]{43}", r"\1" + "q7Lk" * 10 + "XYZ", text)
    (CAPTURES / f"{name}.txt").write_text(text + "\n", encoding="utf-8")


def stands_on(person: Person, begins: str) -> None:
    """Puts the cursor on the first row whose key begins so."""
    table = person.app.screen.query_one(Table)
    table.go_to(next(row.key for row in table.rows if row.key.startswith(begins)))


async def opens_access(person: Person) -> None:
    await person.goes_to("SFTP access")
    await person.sees("5.3", "4.5.1", "4.5.3", "5.5", "5.7", "steps done")


async def test_five_steps_each_with_its_section_and_the_eye_on_the_next(chan: Person) -> None:
    await opens_access(chan)
    await chan.sees("● 5.3", "EU_ECPSFTP", "→ 5.5", "you come from 127.0.0.1, which is registered")
    await chan.sees("Keys   1 of 3 live", "● live", "ssh-ed25519", "Addresses", "● 127.0.0.1")
    keeps(chan, "sftp_access")
    await chan.press("enter")
    await chan.sees("Connection", "HostName", "Port", "User CHAN01", "IdentityFile ~/.ssh/ecp_chan01")
    keeps(chan, "sftp_connection")
    await chan.press("c")
    assert chan.app.clipboard.startswith("Host ecp\n    HostName 127.0.0.1\n")
    await chan.press("escape")
    await chan.press("down", "enter")
    await chan.sees("Folder structure", "/01234/", "SD-1/", "receipts/", "submit/")
    keeps(chan, "sftp_folders")
    await chan.press("c")
    assert "/01234/SD-1/submit/\n" in chan.app.clipboard


async def test_the_ssh_configuration_is_saved_and_another_file_is_not_written_over(
    chan: Person, tmp_path: Path
) -> None:
    target = tmp_path / "ecp.ssh"
    await opens_access(chan)
    await chan.press("w")
    await chan.sees("Save the ssh configuration")
    await chan.press("ctrl+u")
    await chan.pastes(str(target))
    await chan.press("enter")
    await chan.waits_until(target.exists, "for the file")
    assert "    User CHAN01\n" in target.read_text()
    await chan.press("w")
    await chan.sees("Save the ssh configuration")
    await chan.press("ctrl+u")
    await chan.pastes(str(target))
    await chan.press("enter")
    await chan.sees("Replace the file?")


async def test_a_key_is_judged_here_sent_to_a_checker_and_live_once_approved(chan: Person, world: World) -> None:
    await opens_access(chan)
    await chan.press("n")
    await chan.sees("Register an SFTP key", "ssh-keygen -t ed25519", "Lee Chi Keung (LEEDA2)", "Wong Ka Yan (WONGDA1)")
    keeps(chan, "sftp_key_empty")
    await chan.pastes(LINE)
    await chan.sees("● ssh-ed25519  chan@acme", "SHA256:", f"tell your checker the last 8 characters: {END}")
    keeps(chan, "sftp_key")
    await chan.press("f8")
    await chan.sees(
        "Requests", "◐ submitted", "for LEEDA2 or WONGDA1", f"tell your checker the last 8 characters: {END}"
    )
    keeps(chan, "sftp_access_request")
    client = world.client("LEEDA2")
    [request] = (await client.requests(state="submitted")).items
    await client.close()
    await approves(world, "LEEDA2", request, END)
    await chan.press("f5")
    await chan.sees("Keys   2 of 3 live", END)


def test_who_is_not_shown_the_end_of_a_fingerprint_is_told_who_is() -> None:
    hidden = Line(label="Fingerprint", after=f"SHA256:{'A' * 35}········")
    seen: dict[str, Any] = {"lines": (hidden,)}
    words = end_words(ChangeRequest.model_construct(**seen))
    assert words.endswith("its maker sees the last 8 characters.") and "·" not in words


async def test_a_private_key_is_refused_and_wiped_at_once(chan: Person) -> None:
    await opens_access(chan)
    await chan.press("n")
    await chan.sees("Register an SFTP key")
    await chan.pastes(PRIVATE)
    await chan.sees("5001", "This is the private key.", "The field was wiped.", "make a new key pair")
    keeps(chan, "sftp_key_private")
    field = chan.app.screen.query_one(KeyField)
    assert field.value == "" and "PRIVATE" not in chan.screen
    await chan.press("ctrl+z")
    assert field.value == ""
    assert await field.text() == ""


async def test_a_private_key_typed_line_by_line_by_a_terminal_without_paste_marks_is_wiped_too(
    chan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp_fields, "_STILL_PASTING", 60.0)  # however slow the machine is
    await opens_access(chan)
    await chan.press("n")
    await chan.sees("Register an SFTP key")
    field = chan.app.screen.query_one(KeyField)
    field.insert_text_at_cursor("-----BEGIN OPENSSH PRIVATE KEY-----")
    await chan.sees("This is the private key.")
    field.insert_text_at_cursor("QyNTUxOQAAACBikG")
    await chan.waits_until(lambda: field.value == "", "for the rest to be wiped")


async def test_a_private_key_in_a_file_is_refused_as_well(chan: Person, tmp_path: Path) -> None:
    file = tmp_path / "id_ed25519"
    file.write_text(PRIVATE)
    await opens_access(chan)
    await chan.press("n")
    await chan.sees("Register an SFTP key")
    await chan.pastes(str(file))
    await chan.sees("5001", "This is the private key.")
    assert chan.app.screen.query_one(KeyField).value == ""


async def test_a_key_is_taken_from_its_file_and_a_weak_one_is_refused_before_it_is_sent(
    chan: Person, tmp_path: Path
) -> None:
    file = tmp_path / "ecp.pub"
    file.write_text(f"{LINE}\n")
    await opens_access(chan)
    await chan.press("n")
    await chan.sees("Register an SFTP key")
    await chan.pastes(str(file))
    await chan.sees("● ssh-ed25519  chan@acme")
    await chan.press("ctrl+u")
    await chan.pastes("ssh-dss AAAAB3NzaC1kc3MAAAAB old")
    await chan.sees("5001", "Key not acceptable")
    await chan.press("f8")
    await chan.sees("5001")
    await chan.press("ctrl+u")
    await chan.press("f8")
    await chan.sees("Paste the public key, or type the file that holds it.")


async def test_where_no_file_is_local_a_key_can_only_be_pasted(opens: Opens, world: World) -> None:
    async with opens(reach="ssh") as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await opens_access(person)
        await person.press("w")
        await person.sees("Over SSH there is no disk of yours here")
        await person.press("n")
        await person.sees("Register an SFTP key", "paste it")
        await person.press("ctrl+f")
        await person.sees("over SSH, paste the text.")
        await person.pastes("/etc/passwd")
        await person.sees("5001", "This is no public key of SSH.")
        await person.press("ctrl+u")
        await person.pastes(LINE)
        await person.sees("● ssh-ed25519  chan@acme")


async def test_an_address_is_registered_and_too_wide_a_range_is_refused_here(chan: Person, world: World) -> None:
    await opens_access(chan)
    stands_on(chan, "net/127.0.0.1")
    await chan.press("n")
    await chan.sees("Register an address", "10.1.2.3 or 10.1.2.0/28")
    await chan.pastes("10.0.0.0/8")
    await chan.press("f8")
    await chan.sees("3008", "Address range too wide", "10.0.0.0/8")
    keeps(chan, "sftp_address_3008")
    await chan.press("ctrl+u")
    await chan.pastes("10.1.2.0/28")
    await chan.sees("10.1.2.0/28: 16 addresses")
    keeps(chan, "sftp_address")
    await chan.press("f8")
    await chan.sees("◐ submitted", "for LEEDA2 or WONGDA1")
    await chan.press("x")
    await chan.sees("Withdraw the request?")
    await chan.press("y")
    await chan.sees("○ withdrawn")


async def test_the_address_one_comes_from_is_offered_while_it_is_not_registered(chan: Person, world: World) -> None:
    client = world.client("CHAN01")
    await client.remove_address("CHAN01", "127.0.0.1/32")
    await client.close()
    await opens_access(chan)
    await chan.sees("127.0.0.1, which is not registered", "! 127.0.0.1")
    keeps(chan, "sftp_access_not_covered")
    stands_on(chan, "here")
    await chan.press("enter")
    await chan.sees("Register an address", "127.0.0.1: this address alone")


async def test_revoking_a_key_and_removing_an_address_name_the_consequence(chan: Person) -> None:
    await opens_access(chan)
    stands_on(chan, "net/127.0.0.1")
    await chan.press("x")
    await chan.sees("Remove the address?", "Remove and cut its connections")
    keeps(chan, "sftp_remove")
    await chan.press("y")
    await chan.sees("127.0.0.1, which is not registered")
    stands_on(chan, "key/")
    await chan.sees("x revoke", "Enter replaces it by a new one.")
    await chan.press("x")
    await chan.sees("Revoke the key?", "Revoke and cut its connections")
    keeps(chan, "sftp_revoke")
    await chan.press("n")
    await chan.sees("Keys   1 of 3 live")
    await chan.press("x")
    await chan.sees("Revoke the key?")
    await chan.press("y")
    await chan.sees("Keys   0 of 3 live", "✕ revoked")
    keeps(chan, "sftp_access_revoked")
    await chan.press("x")
    await chan.sees("Choose a key to revoke")


@no_keygen
async def test_a_live_key_signs_its_successor_and_no_checker_is_needed(
    chan: Person, world: World, tmp_path: Path
) -> None:
    old = world.people["CHAN01"].ssh_key
    assert old is not None
    new = tmp_path / "new"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", new, "-C", "next"], check=True)
    await opens_access(chan)
    stands_on(chan, "key/")
    await chan.press("enter")
    await chan.sees("SFTP key", "ssh-keygen -Y sign -n sftp-key@ecp", "needs no checker")
    keeps(chan, "sftp_rotation")
    await chan.pastes(f"{new}.pub")
    await chan.sees("● ssh-ed25519  next")
    await chan.press("f8")
    await chan.sees("Both are needed")
    subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-n", "sftp-key@ecp", "-f", old, f"{new}.pub"],
        check=True,
        capture_output=True,
    )
    await chan.pastes(f"{new}.pub.sig")
    await chan.press("f8")
    await chan.sees("Keys   2 of 3 live", "Revoke the old key once nothing uses it any more.")


@no_keygen
async def test_a_successor_signed_by_another_key_is_refused(chan: Person, world: World, tmp_path: Path) -> None:
    for name in ("new", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name, "-C", name], check=True)
    subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-n", "sftp-key@ecp", "-f", tmp_path / "stranger", tmp_path / "new.pub"],
        check=True,
        capture_output=True,
    )
    await opens_access(chan)
    stands_on(chan, "key/")
    await chan.press("enter")
    await chan.sees("SFTP key", "needs no checker")
    await chan.pastes((tmp_path / "new.pub").read_text())
    await chan.press("tab")
    await chan.pastes((tmp_path / "new.pub.sig").read_text())
    await chan.press("f8")
    await chan.sees("5001", "not of a live key of CHAN01")


async def test_administrators_see_the_page_of_their_user_and_what_waits_there(opens: Opens, world: World) -> None:
    request = await asks(world, "CHAN01", RegisterKey(login_id="CHAN01", public_key=LINE))
    await asks(world, "CHAN01", RegisterAddress(login_id="CHAN01", network="10.1.2.3"))
    async with consoles(opens, world, "WONGDA1") as (wong,):
        page = wong.app.screen
        page.go("sftp_access", login_id="CHAN01")  # type: ignore[attr-defined]  # as Users does
        await wong.sees("SFTP access › CHAN01", "● live", "◐ submitted", "for LEEDA2 or WONGDA1")
        keeps(wong, "sftp_access_of_user")
        stands_on(wong, f"req/{request.id}")
        await wong.press("enter")
        await wong.sees("Register SFTP key of CHAN01", "by Chan Tai Man (CHAN01)")
        await wong.press("escape")
        await wong.sees("SFTP access › CHAN01")
        await wong.press("escape")
        await wong.sees("Users")
        await wong.goes_to("SFTP access")
        await wong.sees("→ 5.3", "WONGDA1")


async def test_an_account_without_the_function_sees_whom_to_ask(person: Person, world: World) -> None:
    await person.sign_in_as("LEE02", world.people["LEE02"], world.fresh_otp("LEE02"))
    await person.goes_to("SFTP access")
    await person.sees("→ 5.3", "Ask Lee Chi Keung (LEEDA2)", "to grant", "EU_ECPSFTP")
    keeps(person, "sftp_access_without")


async def test_the_narrowest_page_keeps_steps_keys_and_acts(opens: Opens, world: World) -> None:
    async with opens(size=(40, 12)) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await opens_access(person)
        keeps(person, "sftp_access_at_40")
        await person.press("down")
        await person.sees("● live")
