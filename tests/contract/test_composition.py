"""What the ladder composes keeps the schema it is made from."""

from __future__ import annotations

from typing import Any

import pytest

from contract.generation.chance import Seeded
from contract.generation.composition import Composer
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.schema.validation import Rules


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "multipleOf": 7},
        {"type": "integer", "multipleOf": 2.5, "minimum": 1, "maximum": 11},
        {"type": "integer", "multipleOf": 2**64 + 3},
        {"type": "integer", "multipleOf": 4, "exclusiveMinimum": 4, "exclusiveMaximum": 12},
        {"type": "integer", "multipleOf": 5, "minimum": -12, "maximum": -3},
        {"type": "number", "multipleOf": 0.25, "exclusiveMinimum": 0},
        {"type": "number", "minimum": 0.5, "maximum": 1.5},
    ],
)
def test_numbers_that_are_composed_are_multiples_within_their_bounds(
    schema: dict[str, Any], document: Document
) -> None:
    operation = document.operations["provision"]
    assert operation.body is not None
    composer = Composer(operation.body.json, resources(operation), {}, "iv-test")
    rules = Rules(schema)
    made = [composer.value(schema, Seeded(seed)) for seed in range(40)]
    assert [one for one in made if not rules.fits_schema(one)] == []
