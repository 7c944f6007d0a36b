"""Documents of other people: ours with one to four further parts, drawn by Hypothesis in every combination that loads."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

NAMES = ("room", "seat", "badge", "locker")
EXISTING = ("course", "user", "exam")
RESULT = {"$ref": "#/components/schemas/Result"}
TEXTS: dict[str, Any] = {"type": "string", "minLength": 1, "x-clause": {"minLength": "ids-non-empty"}}
LEAVES: dict[str, Any] = {
    "label": {"type": "string"},
    "note": {"type": ["string", "null"]},
    "size": {"type": "integer", "minimum": 1, "maximum": 400},
    "open": {"type": "boolean", "default": False},
    "colour": {"type": "string", "enum": ["red", "green", "blue"]},
    "tags": {
        "type": "object",
        "propertyNames": {"enum": ["near", "far", "loud"]},
        "additionalProperties": {"type": "object", "properties": {"why": {"type": "string"}}},
    },
    "hours": {"type": "object", "properties": {"weekday": {"type": "integer", "minimum": 0, "maximum": 24}}},
}


@dataclass(frozen=True)
class Drawn:
    """One further part: everything that ``x-resource`` can say, as it was drawn."""

    name: str
    prefix: str
    within: str | None  # the part in whose object it stands
    scope: str
    identity: tuple[str, ...]
    kinds: tuple[str, ...]
    fallback: bool
    joined: str | None  # what counts as well when its kind is "special"
    implied_by: str | None
    needed: tuple[str, ...]  # required when it is new
    leaves: tuple[str, ...]
    replace: bool

    @property
    def resource(self) -> dict[str, Any]:
        found: dict[str, Any] = {"prefix": self.prefix}
        if self.identity:
            found["identity"] = list(self.identity)
        else:
            found |= {"identifiers": "ids", "scope": self.scope}
        if self.fallback:
            joined = {"with": {"special": [self.joined]}} if self.joined else {}
            found["fallback-identity"] = {"member": "kind", **joined}
        if self.implied_by:
            found["implied-by"] = self.implied_by
        if self.needed:
            found["required-on-create"] = list(self.needed)
        if self.replace and "tags" in self.leaves:
            found["replace"] = ["tags"]
        return found

    @property
    def schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        found: dict[str, Any] = {"type": "object", "properties": properties, "x-resource": self.resource}
        if self.kinds:
            properties["ids"] = ids(self.prefix, self.kinds)
            if self.fallback:
                found["x-safe"] = {"not": {"required": ["ids"]}}
            else:
                found |= {"required": ["ids"], "x-clause": {"required": "ids-required"}}
        if self.fallback:
            properties["kind"] = {"type": "string", "enum": ["plain", "special"], "default": "plain"}
        properties |= {name: copy.deepcopy(LEAVES[name]) for name in self.leaves}
        if self.needed:
            found["x-safe"] = {**found.get("x-safe", {}), "required": list(self.needed)}
        return found

    @property
    def answer(self) -> dict[str, Any]:
        sid = {"type": "string", "pattern": f"^{self.prefix}[a-z0-9]{{32}}$", "x-sid": True}
        return {"type": "object", "required": ["sid", "result"], "properties": {"sid": sid, "result": RESULT}}


def ids(prefix: str, kinds: Sequence[str]) -> dict[str, Any]:
    every = ("sid", *kinds)
    pairs = [[one, other] for index, one in enumerate(every) for other in every[index + 1 :]]
    several = {"anyOf": [{"required": pair} for pair in pairs]} if len(pairs) > 1 else {"required": pairs[0]}
    return {
        "type": "object",
        "properties": {
            "sid": {"type": "string", "pattern": f"^{prefix}[a-z0-9]{{32}}$", "x-clause": {"pattern": "sid-form"}},
            **{kind: copy.deepcopy(TEXTS) for kind in kinds},
        },
        "anyOf": [{"required": [kind]} for kind in every],
        "not": several,
        "x-clause": {"anyOf": "ids-at-least-one", "not": "ids-at-most-one"},
    }


@dataclass
class Drawing:
    """The further parts of one document."""

    parts: list[Drawn] = field(default_factory=list)

    def change(self, tree: dict[str, Any]) -> None:
        """Put the parts into the tree of our document."""
        schemas = tree["components"]["schemas"]
        holders = {None: schemas["Provision"], "exam": schemas["Exam"], "course": schemas["Course"]}
        for part in self.parts:
            name = part.name.capitalize()
            schemas[name], schemas[f"Provisioned{name}"] = part.schema, part.answer
            holders[part.name] = schemas[name]
            holders[part.within]["properties"][part.name] = {"$ref": f"#/components/schemas/{name}"}
            schemas["Provisioned"]["properties"][part.name] = {"$ref": f"#/components/schemas/Provisioned{name}"}

    def __repr__(self) -> str:
        return "\n".join(
            f"{part.name} in {part.within or 'the body'}: {part.resource} {part.leaves}" for part in self.parts
        )


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """One to four parts; each may belong to, join, come with or stand in any of ours and those before it."""
    made: list[Drawn] = []
    for name, prefix in zip(NAMES[: draw(st.integers(1, 4))], ("RM", "SE", "BA", "LO"), strict=False):
        others = [*EXISTING, *(one.name for one in made)]
        identified = draw(st.integers(0, 3)) > 0
        fallback = identified and draw(st.booleans())
        implied = (fallback or not identified) and draw(st.booleans())
        leaves = tuple(draw(st.lists(st.sampled_from(sorted(LEAVES)), max_size=4, unique=True)))
        within = draw(st.sampled_from([None, None, "exam", "course", *(one.name for one in made)]))
        joins = (
            () if identified else tuple(draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True)))
        )
        made.append(
            Drawn(
                name,
                prefix,
                within,
                draw(st.sampled_from(["deployment", *others])),
                joins,
                tuple(draw(st.lists(st.sampled_from(("api", "lms", "external")), min_size=1, max_size=3, unique=True)))
                if identified
                else (),
                fallback,
                draw(st.sampled_from([None, *others])) if fallback else None,
                draw(st.sampled_from(others)) if implied else None,
                tuple(draw(st.lists(st.sampled_from(leaves), max_size=1))) if leaves and not implied else (),
                leaves,
                draw(st.booleans()),
            )
        )
    return Drawing(made)
