"""What the sentences of a diff say where a limit came or went, of types, and of texts on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from spec.compatibility.rules import SCHEMA_RULES
from spec.diff.wording import sentence


@pytest.mark.parametrize(
    ("rule", "old", "new", "said"),
    [
        ("max-length-lowered", 9, 5, "The longest text shrank from 9 to 5 characters."),
        ("max-length-lowered", None, 5, "The text may have at most 5 characters now (before: any number)."),
        ("min-items-lowered", 1, None, "The list may be empty now (before: at least 1 item)."),
        ("max-items-raised", 1, None, "The list may have any number of items now (before: at most 1)."),
        ("pattern-narrowed", None, "^a", "The text must now match '^a'."),
        ("format-widened", "email", None, "The text need not have the format 'email' any more."),
        ("type-widened", ["integer"], ["integer", "null"], "The type 'integer' was widened to 'integer', 'null'."),
        ("type-changed", ["integer", "null"], ["string"], "The types 'integer', 'null' became 'string'."),
    ],
)
def test_sentences_of_bodies(rule: str, old: Any, new: Any, said: str) -> None:
    assert sentence(rule, old, new) == said


def test_what_travels_as_a_text_is_called_a_text() -> None:
    every = ["boolean", "null", "number", "string"]
    assert sentence("type-widened", ["integer"], every, wire=True) == "The type 'integer' was widened to any text."
    assert sentence("type-narrowed", every, ["integer"], wire=True) == "Any text was narrowed to 'integer'."
    assert "'boolean'" in sentence("type-widened", ["integer"], every)


@pytest.mark.parametrize("rule", sorted(SCHEMA_RULES))
def test_no_sentence_speaks_of_nothing_where_a_limit_came_or_went(rule: str) -> None:
    if rule.endswith(("raised", "lowered")):
        assert "nothing" not in sentence(rule, None, 5) or "nothing" not in sentence(rule, 5, None)
