"""Bodies for a schema, by walking it: deterministic, small first, valid in most cases (the caller checks)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, zip_longest

from spec.normal.merge import NOTE, Schema, conjunction, is_false, text
from spec.regex.automaton import texts
from spec.regex.tree import PatternError
from spec.schema.limits import MOST_REPEATS, least_values
from spec.source.pointer import Json
from spec.witness.effort import Effort
from spec.witness.engine import judge
from spec.witness.leaf import OTHERS, numbers_for, texts_for

_DEEPEST = 14
_EACH = 6
_MOST_STEPS = 20_000
"""Schemas that one walk may look at: choices within choices would never end."""
_ABSENT = object()


def samples(schema: Schema, *, most: int = 40, effort: Effort | None = None) -> Iterator[Json]:
    """At most ``most`` different bodies that a normal form is likely to accept; fewer if they take too many steps."""
    if least_values(schema, schema.get("$defs", {})) > MOST_REPEATS:
        return
    walk = _SampleWalk(schema.get("$defs", {}), schema, effort or Effort())
    seen: set[str] = set()
    for value in islice(walk.values(schema, 0), most * 3):
        key = text(value)
        if key not in seen:
            seen.add(key)
            yield value
            if len(seen) >= most:
                return


class _SampleWalk:
    def __init__(self, definitions: Schema, root: Schema, effort: Effort) -> None:
        self.definitions = definitions
        self.root = root
        self.effort, self.own = effort, Effort(_MOST_STEPS)

    def goes_on(self) -> bool:
        """Take one step; False once this walk, or the whole search, has taken too many."""
        return self.own.spend() and self.effort.spend()

    def values(self, schema: Schema, depth: int) -> Iterator[Json]:
        if depth > _DEEPEST or is_false(schema) or not self.goes_on():
            return
        if "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key not in ("$ref", "$defs")}
            yield from self.values(conjunction([self._target(schema["$ref"]), rest]), depth + 1)
            return
        for part in schema.get("allOf", ()):
            if {"$ref", "anyOf", "oneOf", "if"} & set(part):
                rest = {**schema, "allOf": [other for other in schema["allOf"] if other is not part]}
                opened = self._opened(part)
                yield from self._branches(rest, opened, depth)
                return
        if {"anyOf", "oneOf", "if"} & set(schema):
            word = next(word for word in ("anyOf", "oneOf", "if") if word in schema)
            keys = ("if", "then", "else") if word == "if" else (word,)
            rest = {key: value for key, value in schema.items() if key not in keys}
            opened = self._opened({key: schema[key] for key in keys if key in schema})
            yield from self._branches(rest, opened, depth)
            return
        yield from self._simple(schema, depth)

    def _target(self, reference: str) -> Schema:
        if reference == "#":
            return {key: value for key, value in self.root.items() if key != "$defs"}
        found: Schema = self.definitions.get(reference.rpartition("/")[2], {})
        return found

    def _opened(self, part: Schema) -> list[Schema]:
        if "if" in part:
            then, other = part.get("then", {}), part.get("else", {})
            return [conjunction([part["if"], then]), conjunction([{"not": part["if"]}, other]), other]
        for word in ("anyOf", "oneOf"):
            if word in part:
                return list(part[word])
        rest = {key: value for key, value in part.items() if key != "$ref"}
        return [conjunction([self._target(part["$ref"]), rest])]

    def _branches(self, rest: Schema, branches: list[Schema], depth: int) -> Iterator[Json]:
        self.own.spend(10 * len(branches))
        if not self.effort.spend(10 * len(branches)):
            return
        streams = [self.values(conjunction([branch, rest]), depth + 1) for branch in branches]
        for row in zip_longest(*streams, fillvalue=_ABSENT):
            yield from (value for value in row if value is not _ABSENT)

    def _simple(self, schema: Schema, depth: int) -> Iterator[Json]:
        if "enum" in schema:
            yield from schema["enum"]
            return
        barred = _barred(schema)
        types = schema.get("type")
        if types is None:
            words = set(schema)
            guessed = [name for name, hints in _HINTS.items() if hints & words]
            if not guessed and not barred:
                yield from OTHERS
            types = guessed or (["string"] if not barred else [])
            streams = [self._typed(name, schema, barred, depth) for name in types]
            yield from chain(*(islice(stream, _EACH) for stream in streams))
            yield from OTHERS
            return
        streams = [self._typed(name, schema, barred, depth) for name in sorted(types, key=_ORDER.index)]
        for row in zip_longest(*streams, fillvalue=_ABSENT):
            yield from (value for value in row if value is not _ABSENT)

    def _typed(self, name: str, schema: Schema, barred: list[Schema], depth: int) -> Iterator[Json]:
        if name == "null":
            yield None
        elif name == "boolean":
            yield from (False, True)
        elif name == "object":
            yield from self._objects(schema, depth)
        elif name == "array":
            yield from self._arrays(schema, depth)
        else:
            leaf = {key: value for key, value in schema.items() if key not in (NOTE, "$defs")}
            accepts = judge(leaf) if "$ref" not in text(leaf) else lambda _: True
            found = texts_for(schema, barred) if name == "string" else numbers_for(schema, whole=name == "integer")
            yield from filter(accepts, found)

    def _arrays(self, schema: Schema, depth: int) -> Iterator[list[Json]]:
        least = int(schema.get("minItems", 0))
        most = schema.get("maxItems")
        if least > (2000 if depth == 0 else 200) or schema.get("minContains", 0) > 2000:
            return
        first = [next(self.values(child, depth + 1), None) for child in schema.get("prefixItems", ())]
        wanted = schema.get("contains")
        if wanted is not None:
            found = list(islice(self.values(conjunction([wanted, schema.get("items", {})]), depth + 1), _EACH))
            for value in found[:3]:
                for times in {max(int(schema.get("minContains", 1)), 1), min(int(schema.get("maxContains", 2)), 100)}:
                    yield self._filled([*first, *[value] * times], schema, least, depth)
        choices = list(islice(self.values(schema.get("items", {}), depth + 1), max(_EACH, least + 2)))
        start = first[: max(least, 0)] if first else []
        yield self._filled(start, schema, least, depth)
        yield self._filled(first, schema, least, depth)
        if not is_false(schema.get("items", {})):
            for choice in choices[:_EACH]:
                yield self._filled([*first, choice], schema, least, depth)
            yield self._filled(first, schema, max(least, len(first)) + 1, depth)
            if choices:
                repeated = [*first, *[choices[0]] * max(least - len(first), 2)]
                yield repeated
                if len(choices) > 1:
                    yield [*first, *choices[: max(2, least)]]
                if most is not None and most <= 2000:
                    yield self._filled(first, schema, int(most), depth)
                yield [*first, *choices[:1] * (int(most if most is not None and most < 2000 else least) + 1)]

    def _filled(self, start: list[Json], schema: Schema, least: int, depth: int) -> list[Json]:
        value = list(start)
        stream = self.values(schema.get("items", {}), depth + 1)
        known = {text(item) for item in value}
        spare: Json = _ABSENT
        while len(value) < least and self.goes_on():
            item = next(stream, _ABSENT)
            if item is _ABSENT:
                if spare is _ABSENT:
                    break
                item = spare if not schema.get("uniqueItems") else f"a{len(value)}"
            elif schema.get("uniqueItems") and text(item) in known:
                continue
            elif spare is _ABSENT:
                spare = item
            known.add(text(item))
            value.append(item)
        return value

    def _objects(self, schema: Schema, depth: int) -> Iterator[Schema]:
        members: Schema = schema.get("properties", {})
        choices = {
            name: list(islice(self.values(self._member(schema, name), depth + 1), _EACH))
            for name in schema.get("required", ())
        }
        if not all(choices.values()):
            return
        full = {name: found[0] for name, found in choices.items()}
        spare = {name: found[1:] for name, found in choices.items()}
        if not self._demanded(schema, full, depth):
            return
        self._enough(schema, full, depth)
        yield full
        for name, values in spare.items():
            yield from ({**full, name: value} for value in values[:3])
        optional = [name for name in members if name not in full]
        for name in optional:
            for value in islice(self.values(members[name], depth + 1), 2):
                yield {**full, name: value}
        complete = dict(full)
        for name in optional:
            if (value := self._one(schema, name, depth)) is not _ABSENT:
                complete[name] = value
        yield complete
        for name in self._names(schema, 2):
            for value in islice(self.values(self._member(schema, name), depth + 1), 3):
                yield {**full, name: value}

    def _demanded(self, schema: Schema, full: Schema, depth: int) -> bool:
        """Add the members that those of a body demand beside themselves; False if one of them cannot be."""
        for name, names in schema.get("dependentRequired", {}).items():
            if name in full:
                demanded = {each: self._one(schema, each, depth) for each in names if each not in full}
                if any(value is _ABSENT for value in demanded.values()):
                    return False
                full.update(demanded)
        return True

    def _enough(self, schema: Schema, full: Schema, depth: int) -> None:
        """Add members until there are as many as the schema asks for."""
        members, least = schema.get("properties", {}), int(schema.get("minProperties", 0))
        for name in [*members, *(() if least > 200 else self._names(schema, least + len(members)))]:
            if len(full) >= least:
                break
            if name not in full and (value := self._one(schema, name, depth)) is not _ABSENT:
                full[name] = value

    def _one(self, schema: Schema, name: str, depth: int) -> Json:
        return next(self.values(self._member(schema, name), depth + 1), _ABSENT)

    def _member(self, schema: Schema, name: str) -> Schema:
        if name in schema.get("properties", {}):
            found: Schema = schema["properties"][name]
            return found
        for pattern, child in schema.get("patternProperties", {}).items():
            if judge({"pattern": pattern})(name):
                return dict(child)
        return dict(schema.get("additionalProperties", {}))

    def _names(self, schema: Schema, most: int) -> Iterator[str]:
        """Names of members that the schema does not declare."""
        names: list[str] = []
        if isinstance(schema.get("propertyNames"), dict):
            found = self.values(schema["propertyNames"], _DEEPEST - 1)
            names += list(islice((each for each in found if isinstance(each, str)), 3))
        for pattern in schema.get("patternProperties", {}):
            try:
                names += list(islice(texts([pattern]), 2))
            except PatternError:
                continue
        if "propertyNames" not in schema and not is_false(schema.get("additionalProperties", {})):
            names += [f"unexpected{index or ''}" for index in range(max(most, 1))]
        yield from (name for name in names[: max(most, 4)] if name not in schema.get("properties", {}))


_ORDER = ("object", "array", "string", "integer", "number", "boolean", "null")
_HINTS = {
    "object": {"properties", "required", "additionalProperties", "minProperties", "maxProperties", "patternProperties",
               "propertyNames", "dependentRequired"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems"},
    "string": {"minLength", "maxLength", "pattern", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}  # fmt: skip


def _barred(schema: Schema) -> list[Schema]:
    found = [schema["not"]] if "not" in schema else []
    found += [part["not"] for part in schema.get("allOf", ()) if "not" in part]
    return found + [branch for each in found for branch in each.get("anyOf", ())]
