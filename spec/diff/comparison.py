"""The comparison of two OpenAPI documents: every operation, with all that a client or a server sees of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from spec.diff.bodies import request_changes, response_changes
from spec.diff.change import Change, Report, change, gathered
from spec.diff.document import Operation, Side, changed_targets
from spec.diff.parameters import parameter_changes
from spec.diff.schemas import Sides
from spec.diff.security import scheme_changes, security_changes, server_changes
from spec.openapi.resolving import references
from spec.source.reading import Gap, Source


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Report:
    """The changes from one OpenAPI 3.0 or 3.1 document to another, each judged for clients and for servers.

    Both documents are JSON values; what is not shaped like an OpenAPI document is passed over.
    """
    if old == new and json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True):
        return Report(())
    return Report(gathered(_changes(Sides(Side.of(old), Side.of(new)))))


def compare_sources(old: Source, new: Source) -> Report:
    """As ``compare``, for documents with their files: places lead into the files, and what was not read is told.

    What a gap hides may differ between the documents, so that the verdict is ``possible`` at least; a gap whose
    reason lies within the documents says nothing of two equal ones.
    """
    found = compare(old.value, new.value).changes
    equal = not found and old.value == new.value
    hidden = [
        *(_gap(gap, "new") for gap in new.gaps if gap.unseen or not equal),
        *(_gap(gap, "old") for gap in old.gaps if (gap.unseen or not equal) and gap not in new.gaps),
    ]
    return Report(
        tuple(
            replace(each, pointer=(old if each.where == "old" else new).shown(each.pointer))
            for each in gathered([*found, *hidden])
        )
    )


def _gap(gap: Gap, where: Literal["old", "new"]) -> Change:
    rule = "reference-unread" if gap.reference is not None else "member-not-compared"
    return replace(change(rule, gap.pointer, new=gap.reference, where=where), message=gap.sentence)


def _changes(sides: Sides) -> Iterator[Change]:
    changed = changed_targets(sides.old.document, sides.new.document)
    versions = [side.normaliser.legacy for side in (sides.old, sides.new)]
    fixed = (sides.old.operations(), sides.new.operations())
    for key, operation in fixed[0].items():
        if key not in fixed[1]:
            yield change("operation-removed", operation.part.pointer, operation.name, where="old")
            continue
        other = fixed[1][key]
        yield from security_changes(sides, operation, other)
        yield from server_changes(sides, operation, other)
        if versions[0] != versions[1] or not _same(operation, other, changed):
            yield from _operation(sides, operation, other)
    for key, operation in fixed[1].items():
        if key not in fixed[0]:
            yield change("operation-added", operation.part.pointer, None, operation.name)
    yield from scheme_changes(sides)
    yield from _called(sides, sides.old.operations("webhooks"), sides.new.operations("webhooks"))


def _same(old: Operation, new: Operation, changed: set[str]) -> bool:
    for one, two in ((old.part.value, new.part.value), (_own(old), _own(new))):
        if json.dumps(one, sort_keys=True) != json.dumps(two, sort_keys=True):
            return False
        if any(text in changed for _, text in references(one)):
            return False
    return old.path == new.path


def _own(operation: Operation) -> Any:
    return operation.item.value.get("parameters")


def _operation(sides: Sides, old: Operation, new: Operation) -> Iterator[Change]:
    if old.path != new.path:
        yield change("path-parameter-renamed", new.item.pointer, old.path, new.path)
    one, two = old.part.value, new.part.value
    if one.get("operationId") != two.get("operationId"):
        yield change(
            "operation-id-changed", new.part.pointer, one.get("operationId"), two.get("operationId"), about=new.name
        )
    if bool(one.get("deprecated")) != bool(two.get("deprecated")):
        rule = "operation-deprecated" if two.get("deprecated") else "operation-undeprecated"
        yield change(rule, new.part.pointer, about=new.name)
    yield from parameter_changes(sides, old, new)
    yield from request_changes(sides, old, new)
    yield from response_changes(sides, old, new)
    yield from _called(sides, sides.old.callbacks(old), sides.new.callbacks(new))


def _called(sides: Sides, old: dict[str, Operation], new: dict[str, Operation]) -> Iterator[Change]:
    """Webhooks and callbacks: there the server asks and the client answers, so the effects change sides."""
    for key, operation in old.items():
        if key not in new:
            yield change("webhook-removed", operation.part.pointer, operation.name, where="old")
            continue
        for found in _operation(sides, operation, new[key]):
            yield replace(
                found, client=found.server, server=found.client, witness=found.server_witness,
                server_witness=found.witness, proven=found.server_witness is not None,
            )  # fmt: skip
    for key, operation in new.items():
        if key not in old:
            yield change("webhook-added", operation.part.pointer, None, operation.name)
