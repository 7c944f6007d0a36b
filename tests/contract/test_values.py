"""What the judge believes to be stored of a value."""

from __future__ import annotations

from contract.model.values import OURS, VAGUE, Vague, canonical, differs, leaf_values, merged, vague_where_changed
from spec.load import load
from spec.resources.annotations import resources

PARTS = resources(load().operations["provision"])
TYPES = next(leaf for leaf in PARTS.part("configuration").leaves if leaf.path == ("proctorTypes",))
ONE = "TS" + "0" * 32


def test_unknown_members_inside_a_whole_object_make_it_vague() -> None:
    assert canonical(TYPES, {ONE: {"options": {}}}) == canonical(TYPES, {ONE: {"options": {}}})
    assert isinstance(canonical(TYPES, {ONE: {"options": {}, "xUnheardOf": 1}}), Vague)


def test_a_default_that_nobody_knows_is_itself_and_nothing_else() -> None:
    """Null sets the default of the install. After a lost answer it may be there already, or what was there before."""
    user = PARTS.part("user")
    cleared = leaf_values(user, {"currencyCode": None})
    known = merged(None, leaf_values(user, {"currencyCode": "EUR"}), {}, OURS)
    once = merged(known, cleared, {}, OURS)
    assert differs(once, merged(once, cleared, {}, OURS)) is False
    unsure = vague_where_changed(known, once)
    assert differs(unsure, merged(unsure, cleared, {}, OURS)) is None
    assert differs({"/currencyCode": VAGUE}, merged({"/currencyCode": VAGUE}, cleared, {}, OURS)) is None


def test_a_text_that_somebody_converts_is_the_same_when_it_comes_again() -> None:
    configuration = PARTS.part("configuration")
    stored = merged(None, leaf_values(configuration, {"duration": "60"}), {}, OURS)
    for text, wanted in (("60", False), ("70", None)):
        assert differs(stored, merged(stored, leaf_values(configuration, {"duration": text}), {}, OURS)) is wanted
