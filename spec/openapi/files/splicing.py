"""Putting what a reference names in its place, where OpenAPI knows no reference or gives it no component.

Path items are taken over, members beside the reference kept. ``get: {$ref: …}``, ``paths: {$ref: …}``,
``schemas: {$ref: …}`` and the like are no OpenAPI, and written in the world, for most tools follow them: so do we.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from spec.openapi.resolving import target
from spec.source.pointer import Json, edited, escape, follow, split
from spec.source.reading import Gap, written


@dataclass(frozen=True, slots=True)
class Splice:
    """A reference that is replaced by what it names: where it stands, its text, and the pointer of what it names."""

    holder: str
    text: str
    place: str


@dataclass(slots=True)
class Splicing:
    """A document while references in it are replaced. ``moved`` says of each value that was, whence it came."""

    value: dict[str, Json]
    moved: dict[str, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    _earlier: list[str] = field(default_factory=list)

    def replace(self, splices: list[Splice]) -> None:
        """Replace references, those first that stand in what others name; what leads into itself is a gap."""
        waiting = {splice.holder: splice for splice in splices}
        while waiting:
            places = sorted(waiting)
            ready = [one for one in waiting.values() if next(_below(one.place, places), None) is None]
            if not ready:
                self.gaps += [
                    Gap(f"{one.holder}/$ref", one.text, "leads back to itself", unseen=False)
                    for one in waiting.values()
                ]
                return
            self._earlier = sorted(self.moved)
            edits = {split(one.holder): self._replaced(one) for one in ready}
            self.value = edited(self.value, edits)
            for one in ready:
                del waiting[one.holder]

    def _replaced(self, splice: Splice) -> Json:
        there = follow(self.value, splice.place)
        beside = {key: child for key, child in follow(self.value, splice.holder).items() if key != "$ref"}
        reference = f"{splice.holder}/$ref"
        self._move(splice.holder, splice.place)
        self.moved[reference] = reference
        if not isinstance(there, Mapping) or not beside:
            if beside:
                self.gaps.append(Gap(reference, splice.text, "has members beside it, which go nowhere", unseen=False))
            return there
        for key, child in beside.items():
            pointer = f"{splice.holder}/{escape(key)}"
            self.moved[pointer] = pointer
            if key in there and there[key] != child:
                self.gaps.append(_both(pointer, splice.text, "an object", key))
        return {**there, **beside}

    def _move(self, here: str, there: str) -> None:
        """Note that what stands at one pointer came from another, and all that was moved there as well."""
        origin = written(there, self.moved)
        inherited = {f"{here}{key[len(there) :]}": self.moved[key] for key in _below(there, self._earlier)}
        self.moved[here] = origin
        self.moved.update(inherited)

    def take_over_items(self) -> None:
        """Put path items in the place of references to them; members beside such a reference stay."""
        self._earlier = sorted(self.moved)
        for word in ("paths", "webhooks"):
            items = self.value.get(word)
            if isinstance(items, Mapping):
                taken = {name: self._item(item, f"/{word}/{escape(name)}") for name, item in items.items()}
                self.value = {**self.value, word: taken}

    def _item(self, item: Json, pointer: str) -> Json:
        if not isinstance(item, Mapping) or not isinstance(item.get("$ref"), str):
            return item
        whole = {key: child for key, child in item.items() if key != "$ref"}
        here, passed = item, {pointer}
        while isinstance(here.get("$ref"), str):
            place = target(self.value, here["$ref"])
            if place is None:
                return item  # a gap already
            if place in passed:
                self.gaps.append(Gap(f"{pointer}/$ref", item["$ref"], "leads back to itself", unseen=False))
                return item
            passed.add(place)
            here = follow(self.value, place)
            if not isinstance(here, Mapping):
                self.gaps.append(Gap(f"{pointer}/$ref", item["$ref"], "names no path item", unseen=False))
                return item
            for key, child in here.items():
                if key in whole:
                    if key != "$ref" and child != whole[key]:
                        self.gaps.append(_both(f"{pointer}/{escape(key)}", item["$ref"], "a path item", key))
                elif key != "$ref":
                    whole[key] = child
                    self._move(f"{pointer}/{escape(key)}", f"{place}/{escape(key)}")
        return whole


def _both(pointer: str, text: str, what: str, key: str) -> Gap:
    reason = f"names {what} that has {key!r} too; which of the two counts is not defined"
    return Gap(pointer, text, reason, unseen=False)


def _below(pointer: str, places: list[str]) -> Iterator[str]:
    """Those of the sorted places that stand at a pointer or below it."""
    if pointer in places[(at := bisect_left(places, pointer)) : at + 1]:
        yield pointer
    for place in places[bisect_left(places, f"{pointer}/") :]:
        if not place.startswith(f"{pointer}/"):
            return
        yield place
