"""What an account holds, what it lacks, and whom to ask for it: Error 2000 in facts (FAQ Q5, Q6)."""

from __future__ import annotations

from backend.contract.messages import FunctionName, Me, Person


def rights_rows(me: Me) -> list[tuple[str, str]]:
    """Each fact with its name."""
    others = [one for one in me.delegated_administrators if one.login_id != me.login_id]
    return [
        ("Functions held", _named(me.functions) or "none"),
        ("Missing", _named(me.functions_missing) or "any function for the console; appendix 7.4 lists them"),
        ("Ask", ", ".join(map(person, others)) or "the operator"),
    ]


def person(one: Person) -> str:
    return f"{one.name} ({one.login_id})"


def _named(functions: tuple[FunctionName, ...]) -> str:
    return ", ".join(one.function for one in functions)
