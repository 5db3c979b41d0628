"""The OpenAPI document against the app: whatever it allows gets an answer that it describes, and never a crash."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from backend.contract import paths
from tests.world import World


@pytest.mark.parametrize("examples", [1, pytest.param(12, marks=pytest.mark.slow)])
def test_every_operation_answers_as_it_is_described(world: World, examples: int) -> None:
    schema = schemathesis.openapi.from_asgi(paths.OPENAPI, world.app)
    headers = {"authorization": f"Bearer {world.token('CHAN01')}"}
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # a schema it cannot read fails the test
        if (operation.method.upper(), operation.path) == ("DELETE", paths.OWN_SESSION):
            continue  # it would end the session that all others need

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case[Any]) -> None:
            checks = [not_a_server_error, content_type_conformance, response_schema_conformance]
            case.call_and_validate(headers=headers, checks=checks)

        answers()
        tried += 1
    assert tried >= 40
