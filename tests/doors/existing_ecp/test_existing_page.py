"""The existing ECP's page: sign in, submit to what has not moved, get a receipt; until its end."""

from __future__ import annotations

from tests.doors.existing_ecp.conftest import FILE, PDF, Intake
from tests.submitting import broken_invariants


async def test_a_file_for_a_folder_that_has_not_moved_gets_its_receipt(intake: Intake) -> None:
    browser = await intake.signed_in()
    assert "Acme Securities" in browser.text and "DECL: Declaration after a Practice Session" in browser.text
    assert "SD-1" not in browser.text, "what has moved is hidden"
    assert (await browser.submit()).status_code == 200
    assert "Accepted: receipt" in browser.text and FILE in browser.text
    assert "channel: existing" in browser.page and "submitter: ACME-OPS" in browser.page
    await browser.submit()
    assert "Submitted before" in browser.text
    await browser.submit(PDF + b" once more")
    assert "Accepted: receipt" in browser.text and "bytes · 2" in browser.text
    assert broken_invariants(intake.world) == []
    await browser.sign_out()
    assert "Sign in" in browser.text
