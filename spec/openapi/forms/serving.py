"""Schemas as people write them, in the fewer words in which they are served and judged: the same values pass.

Enumerations written as branches, formats of numbers, ``dependentRequired`` and the like become keywords that engine,
judge and generator know; annotations that say nothing about values go.
"""

from __future__ import annotations

from collections.abc import Mapping

from spec.source.pointer import Json

_BRANCH_NOTES = frozenset({"const", "title", "description", "deprecated", "examples", "$comment"})
_SILENT = frozenset({"externalDocs", "$defs", "definitions", "xml", "$comment", "contentMediaType", "contentEncoding"})
_RANGES: Mapping[str, tuple[int, int] | None] = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float": None,
    "double": None,
}
_UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
OURS = frozenset({
    "x-resource", "x-signon", "x-clause", "x-safe", "x-install-default", "x-install-member", "x-after",
    "x-empty-is-unset", "x-sid", "x-result",
    "x-names", "x-source", "x-stored", "x-misspelt", "x-session", "x-lifecycle",
})  # fmt: skip
"""The annotations that mean something here; docs/document.md explains them."""


def served(schema: Mapping[str, Json], *, strict: bool = False) -> dict[str, Json]:
    """A schema object, its children already done, in the words that are served.

    Foreign ``x-`` members go, and what says nothing about values; with ``strict`` they stay, to be refused.
    """
    made = {
        key: value
        for key, value in spelt(schema).items()
        if strict or (key not in _SILENT and (key[:2] != "x-" or key in OURS))
    }
    if "example" in made:
        made.setdefault("examples", [made.pop("example")])
        made.pop("example", None)
    for word in ("oneOf", "anyOf"):
        _as_enumeration(made, word)
    _as_range(made)
    _as_conditions(made)
    if made.get("format") == "password":  # says what is shown of a value, and nothing about the value
        del made["format"]
    if made.get("format") == "uuid":
        del made["format"]
        _also(made, {"pattern": _UUID})
    return made


def spelt(schema: Mapping[str, Json]) -> dict[str, Json]:
    """A schema whose members are objects: one that is true or false says so with keywords."""
    made = dict(schema)
    members = schema.get("properties")
    if isinstance(members, Mapping) and any(isinstance(one, bool) for one in members.values()):
        made["properties"] = {
            name: ({} if one else {"not": {}}) if isinstance(one, bool) else one for name, one in members.items()
        }
    return made


def _as_enumeration(schema: dict[str, Json], word: str) -> None:
    """Branches that are constants with words about them are an enumeration with words about its values."""
    branches = schema.get(word)
    if not isinstance(branches, list) or not branches or "enum" in schema:
        return
    if not all(isinstance(one, Mapping) and "const" in one and one.keys() <= _BRANCH_NOTES for one in branches):
        return
    values = [one["const"] for one in branches]
    if any(one in values[:index] for index, one in enumerate(values)):
        return  # of oneOf, a constant that stands twice is refused
    del schema[word]
    schema["enum"] = values
    named = schema.get("x-clause")
    if isinstance(named, Mapping) and word in named:
        schema["x-clause"] = {"enum" if key == word else key: clause for key, clause in named.items()}


def _as_range(schema: dict[str, Json]) -> None:
    """``format`` of a number: its range, where it has one that JSON numbers can leave."""
    declared = schema.get("type", ())
    types = {declared} if isinstance(declared, str) else {one for one in declared if isinstance(one, str)}
    name = schema.get("format")
    if not isinstance(name, str) or name not in _RANGES or not types & {"integer", "number"}:
        return
    del schema["format"]
    if bounds := _RANGES[name]:
        low, high = schema.get("minimum"), schema.get("maximum")
        schema["minimum"] = max(low, bounds[0]) if isinstance(low, (int, float)) else bounds[0]
        schema["maximum"] = min(high, bounds[1]) if isinstance(high, (int, float)) else bounds[1]


def _as_conditions(schema: dict[str, Json]) -> None:
    """``dependentRequired``, as the conditions that it stands for."""
    dependent = schema.pop("dependentRequired", None)
    if not isinstance(dependent, Mapping):
        return
    named = schema.get("x-clause")
    clause = named.get("dependentRequired") if isinstance(named, Mapping) else None
    if clause is not None and isinstance(named, Mapping):
        schema["x-clause"] = {key: one for key, one in named.items() if key != "dependentRequired"}
    for name, wanted in dependent.items():
        if isinstance(wanted, list) and wanted:
            then = {"required": wanted, **({"x-clause": {"required": clause}} if clause is not None else {})}
            schema["allOf"] = [*schema.get("allOf", ()), {"if": {"required": [name]}, "then": then}]


def _also(schema: dict[str, Json], more: Mapping[str, Json]) -> None:
    """Put keywords beside those that there are; into ``allOf`` where one of them stands there already."""
    if more.keys() & schema.keys():
        schema["allOf"] = [*schema.get("allOf", ()), dict(more)]
    else:
        schema.update(more)
