"""Both documents side by side, and the schemas that the comparison of operations has asked to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from spec.compatibility.compare import Units
from spec.compatibility.spelling import Spellings
from spec.compatibility.usage import SchemaPair
from spec.diff.document import DocumentValue, Side
from spec.diff.lifecycle import NO_TERMS, Terms
from spec.diff.operations.wire import is_settled, on_the_wire
from spec.diff.selection import EVERYTHING, PathSelection
from spec.diff.unchanged import Differing, alike, differing, normalisers
from spec.normal.direction import DIRECTIONS, Direction
from spec.openapi.resolving import references
from spec.source.pointer import Json
from spec.witness.plain import Opinions, PlainReading, opinions

_NOT_SPELT = "not proven: a number meets a text here, and not all texts of the number are known"


@dataclass(frozen=True, slots=True)
class ComparisonKey:
    """One comparison of two schemas: where they stand, who uses them (``POST /things, request``), and how they travel.

    ``wire``: as text in a parameter, header or form, not as JSON. ``swapped``: the server asks and the client answers.
    Not ``promised``: the operation is a draft.
    """

    old: DocumentValue
    new: DocumentValue
    direction: Direction
    wire: bool = False
    xml: bool = False
    swapped: bool = False
    promised: bool = True


class Selections(NamedTuple):
    """What is compared of the old and of the new document."""

    old: PathSelection = EVERYTHING
    new: PathSelection = EVERYTHING

    def differ(self) -> bool:
        """True if the two documents are not read alike."""
        return self.old != self.new


ALL = Selections()


@dataclass(slots=True)
class SchemaComparison:
    """Two schemas that are compared, and every place that uses them."""

    asked: ComparisonKey
    body: SchemaPair
    users: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both documents, and the schema comparisons asked for so far."""

    old: Side
    new: Side
    differing: Differing
    units: Mapping[Direction, Units]
    comparisons: dict[ComparisonKey, SchemaComparison] = field(default_factory=dict, compare=False)
    readings: tuple[PlainReading, ...] = ()
    swapped: bool = False
    promised: bool = True
    terms: Terms = NO_TERMS

    @classmethod
    def of(
        cls, old: Mapping[str, Json], new: Mapping[str, Json], terms: Terms = NO_TERMS, selections: Selections = ALL
    ) -> Sides:
        """Two documents prepared for comparison."""
        found = differing(old, new)
        one, two = normalisers(old, new, found.same)
        sides = (Side(old, one, selections.old), Side(new, two, selections.new))
        spellings = Spellings()
        units = {way: Units(one.components, way, spellings) for way in DIRECTIONS}
        return cls(*sides, found, units, readings=tuple(side.reading() for side in sides), terms=terms)

    def calls(self) -> Sides:
        """The same documents for webhooks and callbacks, where the server asks and the client answers."""
        return replace(self, swapped=not self.swapped)

    def of_operation(self, *, promised: bool) -> Sides:
        """The same documents, for an operation of which something is promised, or nothing yet."""
        return self if promised == self.promised else replace(self, promised=promised)

    def ask(
        self,
        old: DocumentValue,
        new: DocumentValue,
        direction: Direction,
        user: str,
        *,
        wire: bool = False,
        xml: bool = False,
    ) -> None:
        """Ask for a comparison of two schemas that ``user`` uses."""
        one, two = self.old.normaliser, self.new.normaliser
        parent = old.pointer in one.every_subtype or new.pointer in two.every_subtype
        if one.legacy == two.legacy and not parent and alike(old.value, new.value) and not touched(self, old.value):
            return
        asked = ComparisonKey(
            DocumentValue(old.pointer, None),
            DocumentValue(new.pointer, None),
            direction,
            wire,
            xml,
            self.swapped,
            self.promised,
        )
        known = self.comparisons.get(asked)
        if known is None:
            known = self._compared(replace(asked, old=old, new=new))
            self.comparisons[asked] = known
        if user not in known.users[-1:]:
            known.users.append(user)

    def _compared(self, asked: ComparisonKey) -> SchemaComparison:
        one = self.old.normaliser.normal(asked.old.value, asked.direction)
        two = self.new.normaliser.normal(asked.new.value, asked.direction)
        if asked.wire:
            one, two = on_the_wire(one, two)
        judges = (opinions(one), opinions(two)) if asked.wire else None
        unsettled = asked.wire and not is_settled(one, two)
        unit = self.units[asked.direction].pair(one, two)

        def confirm(value: Json, lost: bool) -> str | None:
            if unsettled:
                return _NOT_SPELT
            asks = judges or tuple(
                reading.opinions(part.value, asked.direction)
                for reading, part in zip(self.readings, (asked.old, asked.new), strict=True)
            )
            return _doubt(asks[0](value), asks[1](value), lost)

        return SchemaComparison(asked, SchemaPair(one, two, unit, confirm))


def _doubt(old: Opinions, new: Opinions, lost: bool) -> str | None:
    """Why two engines and two documents do not prove that a value is lost (or gained); None if they do."""
    if old.partial or new.partial:
        return "not proven: a reference in this schema leads to what was not read"
    for opinion, name, expected in ((old, "old", lost), (new, "new", not lost)):
        if opinion.agree_on(expected):
            continue
        if opinion.limit:
            return f"not proven: under the {name} document, {opinion.limit}, which is the limit"
        said = {True: "accepts", False: "refuses", None: "cannot judge"}
        if opinion.rust is not opinion.python:
            return (
                f"not proven: under the {name} document, jsonschema-rs {said[opinion.rust]} the payload that was found "
                f"and jsonschema {said[opinion.python]} it"
            )
        if opinion.rust is None:
            return f"not proven: neither engine can read the schema of the {name} document"
        return f"not proven: both engines say that the {name} document {said[opinion.rust]} the payload that was found"
    return None


def touched(sides: Sides, *values: Json) -> bool:
    """True if a reference below one of the values names something that differs between the documents."""
    return any(text in sides.differing.texts for value in values for _, text in references(value))
