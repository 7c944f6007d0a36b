"""The comparison of two OpenAPI documents: every operation, with all that a client or a server sees of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Literal

from spec.diff.change import Change, DiffReport, change, gathered, possibly, shown
from spec.diff.document import ComparedOperation, template
from spec.diff.lifecycle import NO_TERMS, Terms, is_promised, removal, stability_changes, unpromised, version_changes
from spec.diff.operations.bodies import request_changes, response_changes
from spec.diff.operations.parameters import parameter_changes
from spec.diff.operations.paths import corresponding, shadow_changes
from spec.diff.operations.security import ambiguous, scheme_changes, security_changes, server_changes
from spec.diff.schemas import schema_changes
from spec.diff.sides import ALL, Selections, Sides, touched
from spec.diff.unchanged import alike
from spec.openapi.forms.wellformed import well_formed
from spec.source.pointer import Json
from spec.source.reading import Gap, Source

_DEEPEST_CALLBACK = 8


def compare(
    old: Mapping[str, Json], new: Mapping[str, Json], terms: Terms = NO_TERMS, selections: Selections = ALL
) -> DiffReport:
    """The changes from one OpenAPI 3.0 or 3.1 document to another, each judged for clients and for servers.

    Both documents are JSON values; what is not shaped like an OpenAPI document is passed over. ``terms`` say what has
    been agreed about removal and deprecation, ``selections`` which operations are compared.
    """
    if alike(old, new) and not selections.differ():
        return DiffReport(())
    sides = Sides.of(old, new, terms, selections)
    found = gathered(chain(list(_changes(sides)), schema_changes(sides)))
    return DiffReport((*found, *version_changes(old, new, found, terms)))


def compare_sources(old: Source, new: Source, terms: Terms = NO_TERMS, selections: Selections = ALL) -> DiffReport:
    """As ``compare``, for documents with their files: places lead into the files, and what was not read is told.

    What a gap hides may differ between the documents, so that the verdict is ``possible`` at least; a gap whose
    reason lies within the documents says nothing of two equal ones, nor does a name that nothing has in either.
    """
    equal = old.value == new.value
    old, new = well_formed(old), well_formed(new)
    found = compare(old.value, new.value, terms, selections).changes
    equal = equal and not found
    void = {gap.reference for gap in old.gaps if gap.void} & {gap.reference for gap in new.gaps if gap.void}
    telling = [
        [one for one in side.gaps if one.unseen or not (equal or (one.void and one.reference in void))]
        for side in (old, new)
    ]
    hidden = [
        *(_gap(gap, "new") for gap in telling[1]),
        *(_gap(gap, "old") for gap in telling[0] if gap not in new.gaps),
    ]
    return DiffReport(
        tuple(
            replace(each, pointer=(old if each.where == "old" else new).shown(each.pointer))
            for each in gathered([*found, *hidden])
        )
    )


def _gap(gap: Gap, where: Literal["old", "new"]) -> Change:
    rule = "reference-unread" if gap.reference is not None else "member-not-compared"
    return replace(change(rule, gap.pointer, new=gap.reference, where=where), sentence=gap.sentence)


def _changes(sides: Sides) -> Iterator[Change]:
    fixed = (sides.old.operations(), sides.new.operations())
    pairs = corresponding(sides, *fixed)
    named = ambiguous(sides.old) | ambiguous(sides.new)
    roots = _same_roots(sides)
    for pair in pairs.both:
        same = _same(sides, pair.old, pair.new)
        found: list[Change] = []
        if not (same and roots and alike(pair.old.item.value.get("servers"), pair.new.item.value.get("servers"))):
            found += security_changes(sides, pair.old, pair.new, named)
            found += server_changes(sides, pair.old, pair.new, moved=pair.moved)
        if not same:
            promised = is_promised(pair.old)
            found += _operation(sides.of_operation(promised=promised), pair.old, pair.new, moved=pair.moved)
        yield from (unpromised(each, pair.old) for each in found)
        yield from stability_changes(pair.old, pair.new, sides.terms)
    unread = sides.new.unread_paths()
    for operation in pairs.gone:
        gone = removal(operation, sides.terms)
        if operation.key.partition(" ")[2] in unread or template(operation.path) in unread:
            gone = possibly(gone, "its path item was not read")
        yield gone
    for operation in pairs.come:
        yield change("operation-added", operation.part.pointer, None, operation.name)
    yield from shadow_changes(sides, *fixed)
    yield from scheme_changes(sides)
    yield from _called(sides, sides.old.operations("webhooks"), sides.new.operations("webhooks"))


def _same_roots(sides: Sides) -> bool:
    """True if the documents agree on what operations take from the root: servers, security, and its schemes."""
    sides_of = [
        (side.at("/servers"), side.at("/security"), side.at("/components/securitySchemes"))
        for side in (sides.old, sides.new)
    ]
    return all(alike(one.value, two.value) for one, two in zip(*sides_of, strict=True)) and not touched(
        sides, sides_of[0][2].value
    )


def _same(sides: Sides, old: ComparedOperation, new: ComparedOperation) -> bool:
    if sides.old.normaliser.legacy != sides.new.normaliser.legacy or old.path != new.path:
        return False
    pairs = ((old.part.value, new.part.value), (_own(old), _own(new)))
    return all(alike(one, two) for one, two in pairs) and not touched(sides, *(one for one, _ in pairs))


def _own(operation: ComparedOperation) -> Json:
    return operation.item.value.get("parameters")


def _operation(
    sides: Sides, old: ComparedOperation, new: ComparedOperation, *, moved: bool = False, within: tuple[str, ...] = ()
) -> Iterator[Change]:
    if sides.old.selection.path(old.path) != sides.new.selection.path(new.path) and not moved:
        yield change("path-parameter-renamed", new.item.pointer, old.path, new.path, about=new.name)
    one, two = old.part.value, new.part.value
    if one.get("operationId") != two.get("operationId"):
        names = (one.get("operationId"), two.get("operationId"))
        made = change("operation-id-changed", new.part.pointer, *names, about=new.name)
        if None in names:
            said = f"has the operationId {shown(names[1])} now" if names[0] is None else "has no operationId any more"
            made = replace(made, sentence=f"The operation {said}; nothing on the wire changes.")
        yield made
    if bool(one.get("deprecated")) != bool(two.get("deprecated")):
        rule = "operation-deprecated" if two.get("deprecated") else "operation-undeprecated"
        yield change(rule, new.part.pointer, about=new.name)
    yield from parameter_changes(sides, old, new)
    yield from request_changes(sides, old, new)
    yield from response_changes(sides, old, new)
    if new.part.pointer not in within and len(within) < _DEEPEST_CALLBACK:  # a callback may carry itself
        within = (*within, new.part.pointer)
        yield from _called(sides, sides.old.callbacks(old), sides.new.callbacks(new), within)


def _called(
    sides: Sides, old: dict[str, ComparedOperation], new: dict[str, ComparedOperation], within: tuple[str, ...] = ()
) -> Iterator[Change]:
    """Webhooks and callbacks: there the server asks and the client answers, so the effects change sides."""
    calls = sides.calls()
    gone = {key: each for key, each in old.items() if key not in new}
    come = {key: each for key, each in new.items() if key not in old}
    for key, operation in old.items():
        if key in new:
            yield from (found.swapped() for found in _operation(calls, operation, new[key], within=within))
    for key, operation in list(gone.items()):
        twin = next((name for name, each in come.items() if _is_readdressed(operation, each)), None)
        if twin is not None:
            other = come.pop(twin)
            del gone[key]
            yield change("callback-address-changed", other.item.pointer, operation.path, other.path, about=other.name)
            yield from (found.swapped() for found in _operation(calls, operation, other, moved=True, within=within))
    for operation in gone.values():
        yield change("webhook-removed", operation.part.pointer, operation.name, where="old")
    for operation in come.values():
        yield change("webhook-added", operation.part.pointer, None, operation.name)


def _is_readdressed(old: ComparedOperation, new: ComparedOperation) -> bool:
    """True if a callback of one name and method is now sent to another address."""
    return old.callback is not None and (old.callback, old.method) == (new.callback, new.method)
