"""Small checks that are put together into the rules of a body, as validation libraries of other stacks do it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from servers.second.server.messages import Violation

Check = Callable[[Any, str], Iterator[Violation]]
Test = Callable[[Any], bool]


class Rule(NamedTuple):
    """A test of a value, with the sentence and the clause for a value that fails it."""

    test: Test
    message: str
    clause: str


class Member(NamedTuple):
    """A member of an object: its check and, if it must be there, the clause that says so."""

    check: Check
    required: str | None = None


def text(*rules: Rule, nullable: bool = False, clause: str = "schema") -> Check:
    return _scalar(lambda value: isinstance(value, str), "a string", rules, nullable, clause)


def boolean() -> Check:
    return _scalar(lambda value: isinstance(value, bool), "true or false", (), False, "schema")


def whole(*rules: Rule) -> Check:
    def is_whole(value: Any) -> bool:
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value == value // 1)
        )

    return _scalar(is_whole, "a whole number", rules, False, "schema")


def _scalar(is_type: Test, name: str, rules: tuple[Rule, ...], nullable: bool, clause: str) -> Check:
    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if value is None and nullable:
            return
        if not is_type(value):
            yield Violation(pointer, f"{shown(value)} is not {name}.", clause)
            return
        yield from (
            Violation(pointer, f"{shown(value)} {rule.message}", rule.clause) for rule in rules if not rule.test(value)
        )

    return check


def anything() -> Check:
    return lambda value, pointer: iter(())


def record(*further: Check, clause: str = "schema", **members: Member) -> Check:
    """An object with these members; others are ignored. ``further`` are checks of the object as a whole."""

    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, dict):
            yield Violation(pointer, f"{shown(value)} is not an object.", clause)
            return
        for name, member in members.items():
            if name in value:
                yield from member.check(value[name], f"{pointer}/{name}")
            elif member.required:
                yield Violation(f"{pointer}/{name}", f"'{name}' is missing.", member.required)
        for whole_check in further:
            yield from whole_check(value, pointer)

    return check


def mapping(key: Rule | tuple[Rule, ...], value_check: Check, least: Rule | None = None) -> Check:
    """An object whose keys keep rules and whose values keep a check."""
    rules = (key,) if isinstance(key, Rule) else key

    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, dict):
            yield Violation(pointer, f"{shown(value)} is not an object.", "schema")
            return
        if least and not least.test(value):
            yield Violation(pointer, least.message, least.clause)
        for name, inner in value.items():
            place = f"{pointer}/{escaped(name)}"
            wrong = next((rule for rule in rules if not rule.test(name)), None)
            if wrong:
                yield Violation(place, f"{shown(name)} {wrong.message}", wrong.clause)
            yield from value_check(inner, place)

    return check


def matches(pattern: str) -> Test:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def shown(value: Any) -> str:
    return f"{value!r:.60}"
