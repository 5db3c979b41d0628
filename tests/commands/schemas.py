"""What a command wrote with `--json`, held to the schemas that docs/answers.schema.json publishes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click
from jsonschema_rs import Draft202012Validator

from ecp_tui.commands import ecp
from ecp_tui.commands.answers import ANSWERS, KINDS
from ecp_tui.commands.nouns import Noun

_PAGE = Path(__file__).parents[2] / "docs" / "answers.schema.json"


def assert_as_documented(arguments: Sequence[str], out: str) -> None:
    """Every line of it is one answer of that command, or a fault; with no name that is not documented."""
    names = [*(kind.__name__ for kind in ANSWERS[command_of(arguments)]), "Fault"]
    for line in out.splitlines():
        answer = json.loads(line)
        fitting = [name for name in names if _validator(name).is_valid(answer)]
        errors = [error.message for name in names for error in _validator(name).iter_errors(answer)]
        assert fitting, (arguments, line, errors)
        assert any(set(answer) <= set(KINDS[name].model_fields) for name in fitting), (arguments, line)


def command_of(arguments: Sequence[str]) -> str:
    """The words of the command, its verb said."""
    name, *rest = arguments
    found = ecp.get_command(click.Context(ecp), name)
    if not isinstance(found, Noun):
        return name
    return f"{name} {rest[0] if rest and rest[0] in found.commands else found.DEFAULT}"


@cache
def _validator(name: str) -> Any:
    page = json.loads(_PAGE.read_text("utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": page["$defs"]}, validate_formats=True)
