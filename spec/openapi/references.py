"""Resolving ``$ref``: every reference is replaced by a copy of what it names, wherever in the document that stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from spec.source.pointer import follow

_BESIDE_REF = frozenset(
    {"summary", "description", "title", "default", "deprecated", "examples", "readOnly", "writeOnly"}
)

Report = Callable[[str, str], None]


class Resolver:
    """Inlines references. Complaints go to ``report(pointer, reason)``; what cannot be resolved becomes ``{}``."""

    def __init__(self, root: Mapping[str, Any], report: Report) -> None:
        self.root, self.report = root, report
        self.origins: dict[int, str] = {}
        self._keep: list[Any] = []  # origins are keyed by identity: nothing may be collected

    def inline(self, value: Any, pointer: str, trail: tuple[str, ...] = ()) -> Any:
        """The value with every reference below it replaced; remembers in ``origins`` where each mapping stood."""
        if isinstance(value, list):
            return [self.inline(item, f"{pointer}/{index}", trail) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            return self._target(value, pointer, trail)
        inlined = {
            key: self.inline(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", trail)
            for key, item in value.items()
        }
        return self._remember(inlined, pointer)

    def _remember(self, mapping: dict[str, Any], pointer: str) -> dict[str, Any]:
        self._keep.append(mapping)
        self.origins[id(mapping)] = pointer
        return mapping

    def _target(self, value: dict[str, Any], pointer: str, trail: tuple[str, ...]) -> Any:
        reference: str = value["$ref"]
        if not reference.startswith("#"):
            self.report(pointer, f"$ref {reference!r} leaves the document; copy what it names into components.")
            return {}
        target = unquote(reference[1:])
        if target in trail:
            self.report(pointer, f"$ref {reference!r} contains itself; unfold it: recursive schemas are not served.")
            return {}
        try:
            named = follow(self.root, target)
        except (LookupError, ValueError):
            self.report(pointer, f"$ref {reference!r} names nothing in this document; correct the pointer.")
            return {}
        inlined = self.inline(named, target, (*trail, target))
        beside = {key: item for key, item in value.items() if key != "$ref"}
        if not beside:
            return inlined
        stranger = next((key for key in beside if key not in _BESIDE_REF and not key.startswith("x-")), None)
        if stranger is not None or not isinstance(inlined, dict):
            self.report(
                pointer, f"{stranger!r} stands beside $ref; put both into allOf, so that every tool heeds both."
            )
            return inlined
        merged = {**inlined, **self.inline(beside, pointer, trail)}
        if isinstance(inlined.get("x-clause"), dict) and isinstance(beside.get("x-clause"), dict):
            merged["x-clause"] = {**inlined["x-clause"], **beside["x-clause"]}
        return self._remember(merged, target)
