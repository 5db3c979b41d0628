"""Folders in accessible mode: what may be submitted and downloaded, and each folder's rule (FAQ Q7)."""

from __future__ import annotations

from backend.contract.messages import ActivityFilter, Folder
from ecp_tui import wording
from ecp_tui.folder_wording import rule_rows
from ecp_tui.plain.activity import Enquiry
from ecp_tui.plain.drafting import Wanted
from ecp_tui.plain.fetching import downloads
from ecp_tui.plain.filing import submit
from ecp_tui.plain.talk import Option
from ecp_tui.plain.visit import Visit
from ecp_tui.rights_wording import rights_rows


def folders(visit: Visit) -> None:
    """All that the account has, then one of them."""
    found = visit.ask(visit.client.folders)
    if not found and visit.me is not None:
        visit.talk.say("No folder is open to you; appendix 7.4 maps functions to folders.")
        visit.talk.say(*(f"{name}: {words}" for name, words in rights_rows(visit.me)))
        return
    visit.talk.menu("Folders", lambda: [_option(visit, one) for one in found])


def _option(visit: Visit, folder: Folder) -> Option:
    takes = "submission" if folder.direction == "submission" else "download"
    moved = ", still in the existing ECP" if folder.route == "existing" else ""
    return Option(f"{folder.folder}, {folder.title}, {takes}{moved}", lambda: _open(visit, folder))


def _open(visit: Visit, folder: Folder) -> None:
    talk = visit.talk
    talk.say(f"{folder.folder}: {folder.title}", *(f"{name}: {words}" for name, words in rule_rows(folder)))
    latest = f", last heard {visit.when(folder.latest)}" if folder.latest else ""
    talk.say(f"Files of the last 30 days: {wording.count(folder.files)}{latest}")
    wanted = ActivityFilter(folder=folder.folder)
    options = [Option("Activity in this folder", lambda: Enquiry(visit, wanted).open())]
    if folder.direction == "download":
        options.insert(0, Option("Download its files", lambda: downloads(visit, folder.folder)))
    elif folder.route != "existing":
        options.insert(0, Option("Submit a file here", lambda: submit(visit, Wanted(folder.folder))))
    talk.menu(f"Folder {folder.folder}", lambda: options)
