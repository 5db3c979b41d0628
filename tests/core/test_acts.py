"""The words of the audit log: every act that Client Connect records has some, and every word is of an act."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from backend.contract.messages import REQUEST_KINDS
from backend.core.client_connect import acts

CORE = Path(acts.__file__).parent
OTHERS = ("migration", "existing_intake", "existing_accounts", "audit_trail", "receipt_keys")
BESIDE = [CORE.parent / f"{name}.py" for name in OTHERS]
OF_REQUESTS = {"applied", "rejected", "returned", "withdrawn"}
"""A request's state once it was decided, which is no word in the call that records it."""


def literals(argument: ast.AST, module: str) -> Iterator[str]:
    """Strings that an argument may be, by their names in that module too, but not parts of one."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.Name) and isinstance(named := getattr(import_module(module), argument.id, None), str):
        yield named
    elif isinstance(argument, ast.IfExp):
        yield from literals(argument.body, module)
        yield from literals(argument.orelse, module)


def recorded() -> set[str]:
    """What is handed to `record`, or to a function of the same file, as its `act`."""
    found: set[str] = set()
    for path in [*CORE.rglob("*.py"), *BESIDE]:
        module = ".".join(path.relative_to(CORE.parents[2]).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        places = {"record": slice(1, 3)}  # the ledger's own, and that of a confirmation, which names who before
        for node in ast.walk(tree):
            names = [one.arg for one in node.args.args] if isinstance(node, ast.FunctionDef) else []
            if isinstance(node, ast.FunctionDef) and "act" in names:
                at = names.index("act") - ("self" in names)
                places[node.name] = slice(at, at + 1)
        prefix = "request-" if path.name == "requests.py" else ""
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            named = [one.value for one in node.keywords if one.arg == "act" and name in places]
            for argument in [*node.args[places.get(name, slice(0))], *named]:
                found |= {prefix + one for one in literals(argument, module)}
    return found | {f"request-{state}" for state in OF_REQUESTS}


def test_every_act_that_is_recorded_has_words_and_no_other() -> None:
    assert recorded() == set(acts._WORDS) | set(acts._REQUESTS)


def test_every_kind_of_request_has_words() -> None:
    assert set(acts._KINDS) == set(REQUEST_KINDS)


def test_acts_and_kinds_are_called_by_their_words_and_by_no_text_at_all() -> None:
    assert "signed-in" in acts.called("Signed IN")[0] and "key-revoked" in acts.called("sftp key")[0]
    assert acts.called("closing of the company") == (frozenset(), frozenset({"close-company"}))
    assert acts.called("{count}") == acts.called("") == (frozenset(), frozenset())
