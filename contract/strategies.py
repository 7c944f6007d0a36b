"""Request bodies as Hypothesis strategies, for anyone's own tests.

>>> from hypothesis import given
>>> from contract.strategies import bodies
>>> from spec.load import load
>>> BODIES = bodies(load(), known={"proctorTypes": ["TS4b894875d26194988853e490dfb9bc41"]})
>>> @given(BODIES.valid(having=["exam"]))
... def test_our_server_takes_every_exam(body):
...     assert post(body).status_code == 200

Everything is read off the document: members, patterns, formats, conditions, scopes. docs/strategies.md explains it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from contract.generation.bodies import Bodies, Body
from contract.generation.objects import Vocabulary
from spec.openapi.document import Document
from spec.resources.annotations import resources

__all__ = ["Bodies", "Body", "bodies"]


def bodies(
    document: Document,
    *,
    operation: str = "provision",
    known: Mapping[str, Sequence[str]] | None = None,
    now: datetime | None = None,
) -> Bodies:
    """The strategies for an operation of a document.

    ``known`` maps a list of the install (``x-install-member``) to the values that the target has: members that need
    one are left out without it. ``now`` is the moment in which windows are open (default: the present); give it a
    time zone. Raises ValueError for an operation without a JSON body.
    """
    found = document.operations.get(operation)
    if found is None or found.body is None:
        raise ValueError(f"{document.source.name} has no operation {operation!r} with a JSON body.")
    moment = now or datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("'now' has no time zone; give one, such as datetime.now(UTC).")
    return Bodies(found.body.json, resources(found), Vocabulary(dict(known or {}), moment))
