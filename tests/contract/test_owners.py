"""A part that belongs to another is sent with it: one rule, read off the document by mock and judge alike."""

from __future__ import annotations

from spec.load import load
from spec.resources.annotations import resources

PARTS = resources(load().operations["provision"])


def concerned(*sent: str) -> dict[str, bool]:
    return dict(PARTS.concerned(lambda part: part.name in sent))


def test_what_was_sent_and_what_comes_with_it() -> None:
    assert concerned("course") == {"course": True}
    assert concerned("course", "user") == {"course": True, "user": True, "enrollment": False}
    assert concerned("course", "user", "enrollment") == {"course": True, "user": True, "enrollment": True}


def test_what_would_come_along_stays_away_without_its_owners() -> None:
    assert concerned("user") == {"user": True}


def test_owners_are_the_scope_and_what_is_joined() -> None:
    owners = {part.name: part.owners for part in PARTS.parts}
    assert owners == {
        "course": (), "user": (), "enrollment": ("user", "course"), "exam": ("course",), "configuration": ("exam",),
    }  # fmt: skip
