"""Which page a rule is changed on: a folder's on fields or as text, a function's as text."""

from __future__ import annotations

from ecp_tui.screens.folder_form import FolderFormScreen
from ecp_tui.screens.proposal_form import Reviewing
from ecp_tui.screens.rule_form import Draft, RuleForm
from ecp_tui.screens.rule_text import RuleTextScreen

NEW_FOLDER = """\
title = ""
direction = "submission"
functions = []
channels = ["console", "http", "sftp"]
user_types = []
input_date_meaning = "trade date"
patterns = []
"""
NEW_FUNCTION = """\
title = ""
channels = ["console", "http"]
"""


def as_fields(draft: Draft, reviewing: Reviewing) -> RuleForm:
    return FolderFormScreen(draft, reviewing, as_text)


def as_text(draft: Draft, reviewing: Reviewing) -> RuleForm:
    return RuleTextScreen(draft, reviewing, as_fields if draft.of == "folder" else None)
