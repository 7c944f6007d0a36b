"""The normal form of a schema: plain JSON Schema 2020-12 in which only what decides about a body is left.

References are inlined (recursive and large ones become ``$defs``), the spellings of OpenAPI 3.0 and 3.1 become one,
``allOf`` is merged, and annotations move into one member, ``NOTE``, that no validator reads. A schema of two
documents whose normal forms are equal accepts the same bodies.

Each place of a document is worked on once: a component used by a thousand operations is one object in all of them.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias
from urllib.parse import quote
from zlib import crc32

from spec.normal.direction import DIRECTIONS, Direction, Projection
from spec.normal.discriminator import wire_values
from spec.normal.evaluation import evaluated, evaluating, staying
from spec.normal.identity import IdentityCache
from spec.normal.keywords import BELOW, IN_PLACE, NAMED_BELOW, notes, said, values
from spec.normal.merge import FALSE, NOTE, UNEVALUATED, Schema, below, conjunction, is_false, size
from spec.normal.position import LEADING, Position, ScalarKey, Way, scalar_key
from spec.normal.readable import is_readable
from spec.normal.simplify import alternatives, simplified
from spec.openapi.resolving import target
from spec.source import pointer
from spec.source.pointer import Json

Subtypes: TypeAlias = Mapping[str, Mapping[str, str]]

_LARGEST_INLINE = 1500
_LARGEST_BELOW = 60
_DEEPEST_INLINE = 40
_MOST_UNCACHED = 500
_NO_NAMES: frozenset[str] = frozenset()


class Normaliser:
    """Turns the schemas of one OpenAPI document into normal forms.

    ``subtypes`` says which parents with a discriminator are read as the subtype that the body names (pointer of the
    parent → value → pointer of the subtype), ``every_subtype`` what its discriminator is noted to know.
    Normal forms of ``unchanged`` places are taken from ``twin``, the
    normaliser of another document that says the same there: then they are the same objects.
    """

    def __init__(
        self,
        document: Mapping[str, Json],
        *,
        subtypes: Subtypes | None = None,
        every_subtype: Subtypes | None = None,
        twin: Normaliser | None = None,
        unchanged: Collection[str] = (),
    ) -> None:
        self.document = document
        self.legacy = str(document.get("openapi", "")).startswith("3.0")
        self.subtypes: Subtypes = subtypes or {}
        self.every_subtype: Subtypes = every_subtype or {}
        self.twin, self.unchanged = twin, frozenset(unchanged) if twin else frozenset[str]()
        self.components: IdentityCache[str] = twin.components if twin else IdentityCache()
        self._parents = {
            id(pointer.follow(document, place)): f"{place}?" if self.subtypes.get(place) else place
            for place in {**self.subtypes, **self.every_subtype}
        }
        self.evaluated = evaluated(document)
        self._finished: dict[str, Schema] = {}
        self._sizes: dict[str, int] = {}
        self._defined: set[str] = set()
        self._named_places: dict[str, Schema] = {}
        self._places: ChainMap[str, str] = twin._places.new_child() if twin else ChainMap()
        self._cut: set[str] = set()
        self._uncached = 0
        self._noted: set[str] = twin._noted if twin else set()
        self._projections: dict[Direction | None, Callable[[Schema], Schema]] = {
            None: lambda schema: schema,
            **(twin._projections if twin else self._both()),
        }
        self._roots: IdentityCache[Schema] = IdentityCache()
        self._values: IdentityCache[Schema] = IdentityCache()
        self._scalars: dict[ScalarKey, Schema] = {}
        self._named: IdentityCache[frozenset[str]] = IdentityCache()
        self._alike: dict[frozenset[str], frozenset[str]] = {}
        self._definitions: dict[Direction | None, dict[str, Schema]] = {}

    def _both(self) -> dict[Direction | None, Callable[[Schema], Schema]]:
        return {way: Projection(way, self.components, self._noted) for way in DIRECTIONS}

    def normal(self, node: Json, direction: Direction | None = None) -> Schema:
        """The normal form of a schema of the document.

        With a direction, members that do not travel that way (``readOnly`` in requests, ``writeOnly`` in responses)
        are left out. References that lead nowhere allow anything and are noted.
        """
        known = self._roots.get(node, direction)
        if known is not None:
            return known
        parent = self._parents.get(id(node))
        read = self._value(node, Position()) if parent is None else self._expanded(parent, Position())
        schema = self._projections[direction](read)
        definitions = self._reached(schema, direction) if self.names(schema) else {}
        root = {**schema, "$defs": definitions} if definitions else schema
        return self._roots.put(node, root, direction)

    def _reached(self, schema: Schema, direction: Direction | None) -> dict[str, Schema]:
        """All definitions that any normal form of this direction reaches; those of this one are among them."""
        known = self._definitions.setdefault(direction, {})
        waiting = sorted(name for name in self.names(schema) if name not in known)
        while waiting:
            name = waiting.pop()
            if name in known:
                continue
            known[name] = definition = self._projections[direction](self._expanded(self._places[name], Position()))
            self.components.put(definition, name)
            waiting += sorted(name for name in self.names(definition) if name not in known)
        return known

    def names(self, node: Schema) -> frozenset[str]:
        """The names of the definitions that a normal form refers to, directly."""
        known = self._named.get(node)
        if known is None:
            children = list(below(node))
            known = frozenset[str]().union(*map(self.names, children)) if children else _NO_NAMES
            if isinstance(node.get("$ref"), str):
                known |= {node["$ref"].rpartition("/")[2]}
            if children:  # to look at a leaf again is cheaper than to remember it
                self._named.put(node, self._alike.setdefault(known, known))
        return known

    def _value(self, node: Json, at: Position) -> Schema:
        """The normal form of a schema for a whole value; each is worked on once, however many lead to it."""
        if not isinstance(node, dict):
            return self._schema(node, at)
        known = self._values.get(node)
        return self._values.put(node, self._part(node, at)) if known is None else known

    def _part(self, node: Json, at: Position, way: Way = "below") -> Schema:
        """The normal form of a schema that is no component; of those that hold scalars only, equal ones share one."""
        if not isinstance(node, dict) or node in self.evaluated:
            return self._schema(node, at, way)
        key = scalar_key(node)
        if key is None:
            return self._schema(node, at, way)
        known = self._scalars.get(key)
        if known is None:
            known = self._scalars[key] = self._schema(node, at, way)
            self._named.put(known, _NO_NAMES)
        return known

    def _schema(self, node: Json, at: Position, way: Way = "below") -> Schema:
        if node is False:
            return dict(FALSE)
        if not isinstance(node, dict):
            return {}
        if len(node) == 1 and isinstance(node.get("$ref"), str):
            return self._reference(node["$ref"], at, way)  # nothing but a reference: the component itself
        words = [word for word in LEADING if isinstance(node.get(word), str)]
        parts = [self._reference(node[word], at, way) for word in words]
        if self.legacy and parts:  # OpenAPI 3.0: what stands beside $ref has no effect
            return parts[0]
        own = self._own(node, at)
        if not own and len(parts) == 1 and not set(node) & {"allOf", "anyOf", "oneOf"}:
            return parts[0]
        whole = {word: own.pop(word) for word in UNEVALUATED if word in own}
        parts.insert(0, own)  # its annotations come before those of what it refers to
        parts += [self._part(child, at, "part") for child in _listed(node, "allOf")]
        for word in ("anyOf", "oneOf"):
            branches = self._branches(node, word, at)
            if branches:
                parts.append(alternatives(word, branches))
        plain = len(parts) == 1 and not whole
        found = simplified(parts[0] if plain else {**conjunction(parts), **whole})
        if is_false(found) and node.get("not") not in ({}, True):  # nobody meant that: what it says is noted
            found[NOTE] = {**found.get(NOTE, {}), "impossible": said(node)}
        return found

    def _branches(self, node: Mapping[str, Json], word: str, at: Position) -> list[Schema]:
        named = wire_values(self.document, node, {}) if "discriminator" in node else {}
        found = []
        for child in _listed(node, word):
            branch = self._part(child, at, "branch")
            place = target(self.document, child.get("$ref")) if named and isinstance(child, dict) else None
            values = sorted(value for value, aim in named.items() if aim == place)
            if values:
                branch = {**branch, NOTE: {**branch.get(NOTE, {}), "values": values}}
            found.append(staying(branch) if node in self.evaluated else branch)
        return found

    def _reference(self, reference: str, at: Position, way: Way) -> Schema:
        place = target(self.document, reference)
        if place is None:
            return {NOTE: {"unresolved": reference}}
        if place in at.in_place:
            self._cut.add(place)
            return {}  # a reference that leads back to itself without a step into the body says nothing
        if way != "part" and self.subtypes.get(place):
            place = f"{place}?"  # the parent, read as the subtype that the body names
        if place in at.open or at.depth > _DEEPEST_INLINE:
            return self._definition(place)
        schema = self._expanded(place, at)
        largest = _LARGEST_BELOW if way == "below" else _LARGEST_INLINE
        if place in self._defined or self._sizes.get(place, 0) > largest:
            return self._definition(place)
        return schema

    def _expanded(self, place: str, at: Position) -> Schema:
        """The normal form of what stands at a place, each place once."""
        if place in self._finished:
            return self._finished[place]
        if self.twin is not None and place.rstrip("?") in self.unchanged:
            schema = self.twin._expanded(place, Position())
            self._defined |= {place} & self.twin._defined
        else:
            outer, self._cut = self._cut, set()
            schema = self._at(place, at.through(place))
            left = self._cut - {place}
            self._cut = outer | left
            self._uncached += bool(left)
            if left and self._uncached < _MOST_UNCACHED:
                return schema  # holds only where those references are open already
        self._finished[place] = schema
        self._sizes[place] = size(schema, 10 * _LARGEST_INLINE)
        if schema:
            self.components.put(schema, place)
        return schema

    def _at(self, place: str, at: Position) -> Schema:
        if not place.endswith("?"):
            return self._schema(pointer.follow(self.document, place), at)
        parent = place[:-1]
        choices: list[Schema] = [self._reference(f"#{quote(parent)}", at, "part")]
        name = pointer.follow(self.document, parent)["discriminator"].get("propertyName")
        for value, child in sorted(self.subtypes[parent].items()):
            asked: Schema = {"type": ["object"], "properties": {str(name): {"enum": [value]}}, "required": [str(name)]}
            choices.append({"if": asked, "then": self._reference(f"#{quote(child)}", at, "part")})
        return simplified({"allOf": choices})

    def _definition(self, place: str) -> Schema:
        known = self._named_places.get(place)
        if known is not None:
            return known
        plain = "".join(letter if letter.isascii() and letter.isalnum() else "." for letter in place.strip("/"))
        name = f"{plain}.{crc32(place.encode('utf-8', 'surrogatepass'))}"
        self._places[name] = place
        self._defined.add(place)
        self._named_places[place] = reference = {"$ref": f"#/$defs/{name}"}
        return reference

    def _own(self, node: Mapping[str, Json], at: Position) -> Schema:
        schema = values(node, legacy=self.legacy)
        below = at.below()
        for word in BELOW:
            if isinstance(node.get(word), (dict, bool)):
                schema[word] = self._value(node[word], below)
        for word in NAMED_BELOW:
            if isinstance(node.get(word), dict):
                schema[word] = {
                    name: self._value(child, below)
                    for name, child in node[word].items()
                    if word != "patternProperties" or is_readable(name)
                }
        if isinstance(node.get("dependentSchemas"), dict):
            children = node["dependentSchemas"].items()
            schema["dependentSchemas"] = {name: self._schema(child, at) for name, child in children}
        if prefix := _listed(node, "prefixItems"):
            schema["prefixItems"] = [self._value(child, below) for child in prefix]
        for word in IN_PLACE:
            if isinstance(node.get(word), (dict, bool)):
                schema[word] = self._schema(node[word], at)
        if "unevaluatedProperties" in schema and "additionalProperties" in schema:
            del schema["unevaluatedProperties"]
        if node in self.evaluated:
            schema = evaluating(schema)
        found = {**notes(node), **schema.get(NOTE, {})}
        if isinstance(node.get("discriminator"), dict):
            found["discriminator"] = self._discriminator(node, at)
        if isinstance(node.get("contentSchema"), (dict, bool)):
            found["contentSchema"] = self._schema(node["contentSchema"], below)
        if found:
            schema[NOTE] = found
            self._noted.update(found)
        return schema

    def _discriminator(self, node: Mapping[str, Json], at: Position) -> dict[str, Json]:
        place = at.open[-1].rstrip("?") if at.open else ""
        if place and pointer.follow(self.document, place) is not node:
            place = ""  # below the component, not the component itself
        return {
            "propertyName": node["discriminator"].get("propertyName"),
            "values": wire_values(self.document, node, self.every_subtype.get(place, {})),
        }


def _listed(node: Mapping[str, Json], word: str) -> list[Json]:
    children = node.get(word)
    return children if isinstance(children, list) else []
