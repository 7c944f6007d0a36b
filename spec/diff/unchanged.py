"""What two documents say alike: the components that need no comparison, told apart from those that do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from spec.normal.discriminator import subtypes_by_parent
from spec.normal.evaluation import evaluated
from spec.normal.form import Normaliser
from spec.openapi.resolving import references, target
from spec.source.pointer import Json, follow


def alike(one: Json, two: Json) -> bool:
    """True if two JSON values are the same; the order of members does not count, 1 and true differ."""
    if one is two:
        return True
    if one != two:
        return False
    try:
        texts = [orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for value in (one, two)]
    except TypeError:  # integers beyond 64 bits, lone surrogates
        return False
    return texts[0] == texts[1]


@dataclass(frozen=True, slots=True)
class Differing:
    """References whose target differs between two documents, directly or through what it refers to.

    ``texts`` are references as they are written, ``same`` the pointers that say the same in both documents.
    """

    texts: frozenset[str]
    same: frozenset[str]


def differing(old: Mapping[str, Json], new: Mapping[str, Json]) -> Differing:
    """Which references name something else in the other document."""
    users: dict[str, set[str]] = {}
    changed: set[str] = set()
    places: dict[str, str] = {}
    for text in {text for document in (old, new) for _, text in references(document)}:
        found = [target(document, text) for document in (old, new)]
        if found[0] is None or found[0] != found[1]:
            changed.add(text)
            continue
        places[text] = found[0]
        one, two = follow(old, found[0]), follow(new, found[0])
        if not alike(one, two):
            changed.add(text)
        for value in (one, two):
            for _, inner in references(value):
                users.setdefault(inner, set()).add(text)
    by_place = {place: text for text, place in places.items()}
    parents = [subtypes_by_parent(document) for document in (old, new)]
    for parent in {*parents[0], *parents[1]}:
        name = by_place.get(parent)
        if name is None:
            continue
        if parents[0].get(parent) != parents[1].get(parent):
            changed.add(name)
        for child in {*parents[0].get(parent, {}).values(), *parents[1].get(parent, {}).values()}:
            users.setdefault(by_place.get(child, f"#{child}"), set()).add(name)
            if not alike(_there(old, child), _there(new, child)):
                changed.add(by_place.get(child, f"#{child}"))
    spreading = list(changed)
    while spreading:
        for user in users.get(spreading.pop(), ()):
            if user not in changed:
                changed.add(user)
                spreading.append(user)
    texts_of: dict[str, set[str]] = {}
    for text, place in places.items():
        texts_of.setdefault(place, set()).add(text)
    same = {place for place, texts in texts_of.items() if not texts & changed}
    return Differing(frozenset(changed), frozenset(same))


def _there(document: Mapping[str, Json], pointer: str) -> Json:
    try:
        return follow(document, pointer)
    except (LookupError, ValueError):
        return None


def normalisers(
    old: Mapping[str, Json], new: Mapping[str, Json], same: frozenset[str]
) -> tuple[Normaliser, Normaliser]:
    """The normalisers of two documents: what both say alike becomes one object in both.

    A parent with a discriminator is read as those subtypes that both documents know under the same value.
    """
    known = [subtypes_by_parent(document) for document in (old, new)]
    shared = {
        parent: {value: children[value] for value in children if value in known[1].get(parent, {})}
        for parent, children in known[0].items()
    }
    others = {
        parent: {value: known[1][parent][value] for value in values} for parent, values in shared.items() if values
    }
    one = Normaliser(old, subtypes=shared, every_subtype=known[0])
    same -= one.evaluated.places | evaluated(new).places  # what a schema around them sees is not said by them alone
    legacy = [str(document.get("openapi", "")).startswith("3.0") for document in (old, new)]
    twin = one if legacy[0] == legacy[1] else None
    return one, Normaliser(new, subtypes=others, every_subtype=known[1], twin=twin, unchanged=same)
