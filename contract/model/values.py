"""What is stored of a part after a call, under our rules and under each other way that somebody could have chosen.

Written for the judge alone: the mock acts by the same rules, but in code of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from spec.resources.resource import ABSENT, Leaf, Part
from spec.schema.texts.formats import instant
from spec.source.pointer import Json, split

Attributes: TypeAlias = Mapping[str, Json]
"""Leaf pointer → canonical value; leaves without value are not there."""
Said: TypeAlias = Sequence[tuple[Leaf, Json]]
"""Each leaf of a part with what was sent for it, or ABSENT."""


class KeepingRule(NamedTuple):
    """A way of keeping values from call to call: ours, or one that breaks a clause.

    ``of`` says of what, when a clause can be broken in several ways.
    """

    clause: str = ""
    of: str = ""


OURS = KeepingRule()
CLEARS = KeepingRule("update-merges")
KEEPS_NULL = KeepingRule("update-merges", of="null")
MERGES_WHOLE = KeepingRule("update-replaces-whole")
DEFAULTS_AGAIN = KeepingRule("defaults-at-creation")
COMPARES_TEXT = KeepingRule("values-compare")
COMPARES_ORDER = KeepingRule("values-compare", of="order")
FOLDS_TEXT = KeepingRule("values-survive")
WAYS = (OURS, CLEARS, KEEPS_NULL, MERGES_WHOLE, DEFAULTS_AGAIN, COMPARES_TEXT, COMPARES_ORDER, FOLDS_TEXT)
"""Every way that is followed from the beginning; each but ours breaks one adopted clause."""


@dataclass(frozen=True, slots=True)
class Vague:
    """A stored value that the judge cannot know. Two that are ``of`` the same are equal, whatever they are.

    So a default of the install is itself when it is set once more, and something else than what was there before.
    """

    of: object = ""

    def __repr__(self) -> str:
        return "unknown"


VAGUE = Vague()
"""What was there when nobody looked."""


def unknown(part: Part) -> dict[str, Json]:
    """The values of something of which nothing is known."""
    return {leaf.key: VAGUE for leaf in part.leaves}


def differs(before: Attributes, after: Attributes) -> bool | None:
    """Whether two states differ for certain; None if only what is vague could make the difference."""
    vague = False
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        if isinstance(one, Vague) or isinstance(other, Vague):
            vague = vague or one != other
        elif one != other:
            return True
    return None if vague else False


def vague_where_changed(before: Attributes, after: Attributes) -> dict[str, Json]:
    """What is known when nobody can tell which of two states it is. What is vague then equals nothing else."""
    either = Vague(object())
    return {
        key: before[key] if key in before and key in after and before[key] == after[key] else either
        for key in before.keys() | after.keys()
    }


def changed_leaves(before: Attributes, after: Attributes) -> list[str]:
    """The leaves in which two states differ, what is vague included."""
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def canonical(leaf: Leaf, value: Json, way: KeepingRule = OURS) -> Json:
    """A value in the form in which equal values are equal: dates as instants, numbers as numbers, objects as text.

    A text where none is meant was converted by whoever took it, in a way that nobody here knows.
    """
    if isinstance(value, Vague):
        return value
    if isinstance(value, str) and "type" in leaf.schema and "string" not in leaf.schema["type"]:
        return Vague(value)
    if way is COMPARES_TEXT or way is COMPARES_ORDER:
        return json.dumps(value, sort_keys=way is COMPARES_TEXT)
    if isinstance(value, str):
        if leaf.date and (moment := instant(value)) is not None:
            return moment
        return value.strip().casefold() if way is FOLDS_TEXT else value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    if leaf.members is not None and leaf.members.unknown(value):
        # what the document does not know is ignored; that it is, is a decision of ours
        return Vague(json.dumps(value, sort_keys=True))
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return value


def leaf_value(part_value: Json, leaf: Leaf) -> Json:
    """What was sent for a leaf, or ABSENT; an empty string that means "not set" counts as absent."""
    value = part_value
    for name in leaf.path:
        if not isinstance(value, dict) or name not in value:
            return ABSENT
        value = value[name]
    return ABSENT if value == "" and leaf.empty_is_unset else value


def understood(part: Part, sent: Mapping[str, Json], doubtful: Collection[str]) -> Mapping[str, Json]:
    """What was sent of a part, where nobody knows what a reader made of it who took what the contract refuses.

    ``doubtful`` are pointers into the body at which something is refused. What a reader makes of a value, or of its
    being missing, is the same each time.
    """
    paths = {split(pointer)[len(part.path) :] for pointer in doubtful if pointer.startswith(f"{part.pointer}/")}
    after = {leaf.path: (*leaf.path[:-1], leaf.schema["x-after"]) for leaf in part.leaves if "x-after" in leaf.schema}
    paths |= {after[one] for one in paths & after.keys()}
    read = sent
    for leaf in part.leaves:
        if not any(one[: len(leaf.path)] == leaf.path[: len(one)] for one in paths):
            continue
        value = leaf_value(sent, leaf)
        shown = "" if value is ABSENT else json.dumps(value, sort_keys=True)
        read = _with(read, leaf.path, Vague((leaf.key, shown)))
    return read


def _with(value: Json, path: tuple[str, ...], leaf: Vague) -> dict[str, Json]:
    held = value if isinstance(value, Mapping) else {}
    return {**held, path[0]: leaf if len(path) == 1 else _with(held.get(path[0]), path[1:], leaf)}


def leaf_values(part: Part, sent: Json) -> Said:
    """Every leaf of a part with what was sent for it."""
    return [(leaf, leaf_value(sent, leaf)) for leaf in part.leaves]


def merged(stored: Attributes | None, said: Said, defaults: Mapping[str, Json], way: KeepingRule) -> dict[str, Json]:
    """What is stored after ``said`` arrives for something with ``stored`` values (None: it is created).

    ``defaults`` are the install's, as far as they are known.
    """
    values = dict(stored or {})
    for leaf, value in said:
        if value is ABSENT:
            if stored is None or (way is DEFAULTS_AGAIN and leaf.default is not ABSENT):
                _set(values, leaf, _default(leaf, defaults), way)
            elif way is CLEARS:
                values.pop(leaf.key, None)
                _set(values, leaf, _default(leaf, defaults), way)
        elif value is None:
            if way is not KEEPS_NULL or stored is None:
                values.pop(leaf.key, None)
                _set(values, leaf, _install_default(leaf, defaults), way)
        elif way is MERGES_WHOLE and isinstance(value, dict) and leaf.key in values:
            stored_text = values[leaf.key]
            older = json.loads(stored_text) if isinstance(stored_text, str) else {}
            vague = isinstance(stored_text, Vague)
            values[leaf.key] = Vague(object()) if vague else json.dumps({**older, **value}, sort_keys=True)
        else:
            values[leaf.key] = canonical(leaf, value, way)
    return values


def _set(values: dict[str, Json], leaf: Leaf, value: Json, way: KeepingRule) -> None:
    if value is not ABSENT and value is not None:
        values[leaf.key] = value if isinstance(value, Vague) else canonical(leaf, value, way)


def _default(leaf: Leaf, defaults: Mapping[str, Json]) -> Json:
    return _install_default(leaf, defaults) if leaf.install_default else leaf.default


def _install_default(leaf: Leaf, defaults: Mapping[str, Json]) -> Json:
    if leaf.install_default is None:
        return ABSENT
    return defaults.get(leaf.install_default, Vague(("default", leaf.install_default)))
