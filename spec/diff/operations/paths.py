"""Which operation of one document is which of the other, and which requests now reach another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from spec.diff.change import Change, change
from spec.diff.document import ComparedOperation, DocumentValue, template
from spec.diff.operations.parameters import parameters
from spec.diff.operations.security import servers
from spec.diff.sides import Sides
from spec.witness.engine import judge


class OperationPair(NamedTuple):
    """An operation in both documents; ``moved``: a part of its path went to or came from the servers."""

    old: ComparedOperation
    new: ComparedOperation
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The operations of two documents: those in both, those gone, those that came."""

    both: tuple[OperationPair, ...]
    gone: tuple[ComparedOperation, ...]
    come: tuple[ComparedOperation, ...]


def corresponding(
    sides: Sides, old: Mapping[str, ComparedOperation], new: Mapping[str, ComparedOperation]
) -> Correspondence:
    """Operations with the same path (whatever its parameters are called), then those with the same whole address."""
    both = [OperationPair(operation, new[key]) for key, operation in old.items() if key in new]
    gone = {key: each for key, each in old.items() if key not in new}
    come = {key: each for key, each in new.items() if key not in old}
    for key, operation in list(gone.items()):
        twin = next((name for name, each in come.items() if _same_template(operation, each)), None)
        if twin is not None:  # equal templates in one document: the path as written is the key
            both.append(OperationPair(gone.pop(key), come.pop(twin)))
    if gone and come:
        addresses: dict[str, str] = {}
        for key, operation in come.items():
            addresses.update(dict.fromkeys(_addresses(sides, operation, new=True), key))
        for key, operation in list(gone.items()):
            found = {addresses.get(address) for address in _addresses(sides, operation, new=False)} - {None}
            if len(found) == 1 and (twin := next(iter(found))) in come and twin is not None:
                both.append(OperationPair(gone.pop(key), come.pop(twin), moved=True))
    return Correspondence(tuple(both), tuple(gone.values()), tuple(come.values()))


def _same_template(old: ComparedOperation, new: ComparedOperation) -> bool:
    return old.method == new.method and template(old.path) == template(new.path)


def _addresses(sides: Sides, operation: ComparedOperation, *, new: bool) -> set[str]:
    side = sides.new if new else sides.old
    return {f"{operation.method} {address}" for address in full_addresses(servers(side, operation), operation)}


def full_addresses(bases: Mapping[str, str], operation: ComparedOperation) -> set[str]:
    """Where an operation is called: each of its servers with its path, parameters without names."""
    return {f"{base.rstrip('/')}{template(operation.path)}" for base in bases}


def shadow_changes(
    sides: Sides, old: Mapping[str, ComparedOperation], new: Mapping[str, ComparedOperation]
) -> Iterator[Change]:
    """Requests that a template took and that a concrete path, which is new, takes now (OpenAPI 3.1 section 4.8.8.2)."""
    paths = [{each.path: each.item for each in side.values()} for side in (old, new)]
    fresh = {path: item for path, item in paths[1].items() if path not in paths[0] and not path.startswith("x-")}
    if not fresh:
        return
    by_length: dict[int, list[str]] = {}
    for path in fresh:
        by_length.setdefault(path.count("/"), []).append(path)
    for operation in old.values():
        nearby = by_length.get(operation.path.count("/"))
        if nearby is None or "{" not in operation.path or operation.path not in paths[1]:
            continue
        pattern = re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^{}]*\}", operation.path))))
        for path in nearby:
            item = fresh[path]
            concrete = path.count("{") < operation.path.count("{")
            if concrete and pattern.fullmatch(path) and _accepts(sides, operation, path):
                served = isinstance(item.value.get(operation.method), Mapping)
                rule = "path-shadows-template" if served else "path-hides-method"
                yield change(rule, item.pointer, operation.path, path, about=operation.name)


def _accepts(sides: Sides, operation: ComparedOperation, path: str) -> bool:
    """True if the parameters of a template accept the words that a concrete path has in their place."""
    known: dict[str, DocumentValue] = parameters(sides.old, operation)
    wanted = re.split(r"(\{[^{}]*\})", operation.path)
    pattern = "".join("([^/]+)" if piece.startswith("{") else re.escape(piece) for piece in wanted)
    found = re.fullmatch(pattern, path)
    for index, word in enumerate(found.groups() if found else ()):
        part = known.get(f"path {index}")
        if part is None or "{" in word:
            continue
        schema = sides.old.normaliser.normal(sides.old.child(part, "schema").value or {}, "request")
        accepts = judge(schema)
        if not any(accepts(value) for value in _readings(word)):
            return False
    return True


def _readings(word: str) -> list[object]:
    """What a word in a path may mean: the text, or the number."""
    found: list[object] = [word]
    if re.fullmatch(r"-?[0-9]{1,18}", word):
        found.append(int(word))
    return found
