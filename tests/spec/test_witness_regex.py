"""The reader of patterns: what it makes of a pattern is what another engine finds in it, and it says what it cannot."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from spec.regex.automaton import texts
from spec.regex.tree import PatternError, parse

READ = [
    "^a$", "abc", "^(?:ab|cd)+$", "^(?<year>[0-9]{4})-[0-9]{2}$", "^[^a-z]{3}$", "^\\d{2,4}$", "^\\w+@\\w+\\.\\w{2,}$",
    "^\\S+\\s\\D\\W$", "^.{5}$", "^x{0}y$", "^a{2,}?b*?c+?d??$", "^[\\b\\n\\t-]$", "^\\x41\\u0042\\u{43}$", "^[]$|^z$",
    "^\\$\\^\\.$", "^[a\\-c]$", "^[+-]$", "^a{b$", "^$", "", "a|^b", "c$|d", "^[\\w.]+$", "^[^\\d]$",
]  # fmt: skip
NOT_READ = [
    ("(?=a)b", "look-around"), ("(?<!a)b", "look-around"), ("(?i)a", "look-around or a flag"), ("\\bword", "escape"),
    ("(a)\\1", "escape"), ("*a", "nothing to repeat"), ("a++", "possessive"), ("^*", "repeated anchor"),
    ("(a", "ends too early"), ("a)", "unexpected"), ("[a", "ends too early"), ("[z-a]", "range"), ("[\\d-z]", "range"),
    ("a{99999999}", "too large"), ("\\xZZ", "code point"), ("(" * 60 + ")" * 60, "nested"), ("a\\", "ends too early"),
]  # fmt: skip


@pytest.mark.parametrize("pattern", READ)
def test_texts_of_a_pattern_match_it(pattern: str) -> None:
    found = list(islice(texts([pattern]), 8))
    # Python's engine, in its own spelling of what JSON Schema patterns (ECMA-262) may hold
    spelled = pattern.replace("(?<year>", "(?P<year>").replace("\\u{43}", "C").replace("[]", "[^\\s\\S]")
    assert found
    assert [one for one in found if not re.search(spelled.replace("$", "\\Z").replace("\\\\Z", "\\$"), one)] == []


@pytest.mark.parametrize(("pattern", "why"), NOT_READ)
def test_what_is_not_read_is_told(pattern: str, why: str) -> None:
    with pytest.raises(PatternError, match=why):
        parse(pattern)


def test_texts_keep_to_several_patterns_and_to_lengths() -> None:
    found = list(islice(texts(["^[ab]+$", "b$"], shortest=3, longest=4), 6))
    assert found
    assert all(re.fullmatch("[ab]{2,3}b", one) for one in found)
    assert list(texts(["^a+$", "^b+$"])) == []
