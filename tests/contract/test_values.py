"""What the judge believes to be stored of a value."""

from __future__ import annotations

from contract.model.values import VAGUE, canonical
from spec.load import load
from spec.resources.annotations import resources

PARTS = resources(load().operations["provision"])
TYPES = next(leaf for leaf in PARTS.part("configuration").leaves if leaf.path == ("proctorTypes",))
ONE = "TS" + "0" * 32


def test_unknown_members_inside_a_whole_object_make_it_vague() -> None:
    assert canonical(TYPES, {ONE: {"options": {}}}) == canonical(TYPES, {ONE: {"options": {}}})
    assert canonical(TYPES, {ONE: {"options": {}, "xUnheardOf": 1}}) is VAGUE
