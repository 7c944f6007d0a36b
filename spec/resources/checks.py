"""Annotations that would silently mean nothing, or something else, are refused: each at its own keyword."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import jsonschema_rs

from spec.openapi.document import Operation, Schema
from spec.openapi.forms.inlining import Origins
from spec.resources.resource import Part, Resources, Signon
from spec.schema.keywords import subschemas
from spec.schema.texts.formats import FORMATS
from spec.source.pointer import Json, join

ANNOTATIONS_FILE = Path(__file__).parents[1] / "annotations.schema.json"
"""The JSON Schema of the annotations; ``init`` names it to editors."""

DATE_FORMATS = frozenset({"date", "date-time", "iso-8601-date"})


@dataclass(frozen=True, slots=True)
class Misuse:
    """An annotation that cannot be followed: the schema that carries it, the tokens below that, and the reason."""

    schema: Schema
    tokens: tuple[str | int, ...]
    reason: str

    def pointer(self, origins: Origins, otherwise: str) -> str:
        """Where it stands in the document."""
        return origins.place(self.schema, self.tokens, otherwise)


def check_annotations(schema: Json, pointer: str, origins: Origins, report: Callable[[str, str], None]) -> None:
    """Report the misuses of a schema and of all schemas below it, each at its own keyword."""
    for place in subschemas(schema, pointer):
        for misuse in annotation_misuses(place.schema):
            report(misuse.pointer(origins, place.pointer), misuse.reason)


def annotation_misuses(schema: Json) -> Iterator[Misuse]:
    """What is wrong with the annotations of one schema and its members, without knowing any part or install."""
    if not isinstance(schema, Mapping):
        return
    yield from _misshapen(schema)
    siblings = schema.get("properties", {})
    for name, member in siblings.items():
        for carrier in _in_place(member):
            if isinstance(carrier.get("x-after"), str):
                yield from _after(name, carrier, siblings)
    if schema.get("x-empty-is-unset") is True and not _may_be_text(schema) and not _admits(schema, ""):
        yield Misuse(schema, ("x-empty-is-unset",), 'x-empty-is-unset speaks of "", which this schema refuses anyway.')
    if "x-safe" in schema and _is_disjoint(schema):
        yield Misuse(schema, ("x-safe",), "no value satisfies both x-safe and the schema beside it; narrow the schema.")


def resource_misuses(resources: Resources) -> Iterator[Misuse]:
    """What is wrong with the annotations of parts, seen together."""
    held: dict[str, str] = {}
    for part in resources.parts:
        yield from _prefix(part, held)
        for index, name in enumerate(part.schema["x-resource"].get("replace", ())):
            members = part.schema.get("properties", {})
            if name not in members:
                reason = f"replace names {name!r}, which {part.name!r} does not have{suggestion(name, members)}"
                yield Misuse(part.schema, ("x-resource", "replace", index), reason)
        yield from _fallbacks(part)
    if resources.signon is not None:
        yield from _claims(resources.signon, resources)


def _fallbacks(part: Part) -> Iterator[Misuse]:
    """Values of the member that identifies a part which that member never has."""
    if part.fallback is None:
        return
    member = part.schema.get("properties", {}).get(part.fallback.member)
    listed = [str(value) for schema in _in_place(member) for value in schema.get("enum", ())]
    for value in part.fallback.joined if listed else ():
        if value not in listed:
            reason = f"fallback-identity speaks of {value!r}, which {part.fallback.member!r} never is"
            reason += suggestion(value, listed)
            yield Misuse(part.schema, ("x-resource", "fallback-identity", "with", value), reason)


def suggestion(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'from'?`` if a known name is near, else the list of what there is (at most eight)."""
    listed = sorted(known)
    if near := get_close_matches(name, listed, n=1, cutoff=0.5):
        return f"; did you mean {near[0]!r}?"
    return f"; there is {', '.join(listed[:8])}." if listed else "; there is none."


@cache
def _definitions() -> Mapping[str, Json]:
    found: Mapping[str, Json] = json.loads(ANNOTATIONS_FILE.read_text(encoding="utf-8"))["$defs"]
    return found


@cache
def _shape(keyword: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{keyword}", "$defs": _definitions()})


def annotation_names() -> frozenset[str]:
    """The annotations that the shipped schema knows."""
    return frozenset(name for name in _definitions() if name.startswith("x-"))


def _misshapen(schema: Schema) -> Iterator[Misuse]:
    for keyword in sorted(annotation_names() & schema.keys()):
        value = schema[keyword]
        for error in map(_nearest, _shape(keyword).iter_errors(value)):
            stranger = (getattr(error.kind, "unexpected", None) or ())[:1]
            yield Misuse(schema, (keyword, *error.instance_path, *stranger), _sentence(keyword, error))


def _nearest(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """The error within the branch that was probably meant: one whose type fits."""
    for errors in getattr(error.kind, "context", ()):
        if errors and not any(one.kind.name == "type" and one.instance_path == error.instance_path for one in errors):
            return _nearest(errors[0])
    return error


def _sentence(keyword: str, error: jsonschema_rs.ValidationError) -> str:
    """What is wrong with the form of an annotation, in the words of the shipped schema where it has some."""
    definition = _definitions()[keyword]
    members: Mapping[str, Json] = definition.get("properties", {})
    missing, strangers = getattr(error.kind, "property", None), getattr(error.kind, "unexpected", None)
    if missing is not None and not error.instance_path:
        about = members.get(missing, {}).get("description")
        return f"{keyword} needs {missing!r}" + (f": {about}." if about else ".")
    if strangers:
        return f"{keyword} has no member {strangers[0]!r}{suggestion(strangers[0], members)}"
    about = members.get(str(error.instance_path[0]), {}).get("description") if error.instance_path else None
    about = about or definition.get("description", "")
    return f"{keyword}{join(error.instance_path)}: {error.message}; it says {about}."


def _in_place(schema: Json) -> Iterator[Schema]:
    """The schema and what its allOf adds to it."""
    if isinstance(schema, Mapping):
        yield schema
        for nested in schema.get("allOf", ()):
            yield from _in_place(nested)


def _after(name: str, carrier: Schema, siblings: Mapping[str, Json]) -> Iterator[Misuse]:
    earlier = carrier["x-after"]
    where = ("x-after",)
    if earlier == name:
        yield Misuse(carrier, where, f"x-after of {name!r} names {name!r} itself; name the earlier date beside it.")
    elif earlier not in siblings:
        others = [one for one in siblings if one != name]
        yield Misuse(
            carrier,
            where,
            f"x-after names {earlier!r}, which is no member beside {name!r}{suggestion(earlier, others)}",
        )
    else:
        for one in (name, earlier):
            if not is_date(siblings[one]):
                yield Misuse(
                    carrier, where, f"x-after compares dates, but {one!r} has no format of a date; give it date-time."
                )


def is_date(schema: Json) -> bool:
    """Whether a schema, or a branch of it, asks for the format of a date."""
    if not isinstance(schema, Mapping):
        return False
    nested = [one for key in ("allOf", "anyOf", "oneOf") for one in schema.get(key, ())]
    return schema.get("format") in DATE_FORMATS or any(map(is_date, nested))


def _admits(schema: Schema, value: Json) -> bool:
    plain = {key: child for key, child in schema.items() if not key.startswith("x-")}
    try:
        compiled = jsonschema_rs.Draft202012Validator(plain, formats=dict(FORMATS), validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError):
        return True  # told elsewhere
    return compiled.is_valid(value)


def _may_be_text(schema: Schema) -> bool:
    declared = schema.get("type")
    types = {declared} if isinstance(declared, str) else set(declared or ())
    return "string" in types or not types


def _is_disjoint(schema: Schema) -> bool:
    """True if it is proven that nothing satisfies a schema and its ``x-safe`` together."""
    plain = {key: child for key, child in schema.items() if not key.startswith("x-")}
    safe = schema["x-safe"]
    if isinstance(safe, Mapping) and isinstance(listed := safe.get("enum"), list):
        return not any(_admits(plain, value) for value in listed)
    try:
        both = jsonschema_rs.canonicalize(
            {"allOf": [plain, schema["x-safe"]]}, draft=jsonschema_rs.Draft202012, validate_formats=True
        )
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return False
    return both.satisfiability() is jsonschema_rs.canonical.Satisfiability.NO


def _prefix(part: Part, held: dict[str, str]) -> Iterator[Misuse]:
    where = ("x-resource", "prefix")
    if part.prefix in held:
        reason = f"the prefix {part.prefix!r} is that of {held[part.prefix]!r} already; SIDs tell parts apart by it."
        yield Misuse(part.schema, where, reason)
    held.setdefault(part.prefix, part.name)
    minted = part.prefix + "0" * 32
    if part.identifiers and part.sid_kind:
        form = part.schema["properties"][part.identifiers]["properties"][part.sid_kind]
        if not _fits(form, minted):
            place = f"{part.identifiers}/{part.sid_kind}"
            reason = f"SIDs of {part.name!r} start with {part.prefix!r}, but {place} refuses {minted!r}."
            yield Misuse(part.schema, where, reason)


def answer_misuses(operation: Operation, resources: Resources) -> Iterator[Misuse]:
    """Parts whose minted SIDs the answer's schema refuses."""
    successes = (one for status, one in sorted(operation.responses.items()) if status.startswith("2"))
    success = next(successes, None)
    answer: Schema = success.content.get("application/json", {}) if success else {}
    for part in resources.parts:
        shown = answer.get("properties", {}).get(part.response, {}).get("properties", {}).get(part.sid_member, {})
        minted = part.prefix + "0" * 32
        if not _fits(shown, minted):
            place = f"the answer's {part.response}/{part.sid_member}"
            reason = f"SIDs of {part.name!r} start with {part.prefix!r}, but {place} refuses {minted!r}."
            yield Misuse(part.schema, ("x-resource", "prefix"), reason)


def _fits(schema: Json, value: str) -> bool:
    try:
        return bool(jsonschema_rs.Draft202012Validator(schema).is_valid(value))
    except (ValueError, jsonschema_rs.ValidationError):
        return True  # told elsewhere


def _claims(signon: Signon, resources: Resources) -> Iterator[Misuse]:
    schema = signon.schema
    known = {part.name: part for part in resources.parts}
    stored = [leaf.key for leaf in known[signon.subject].leaves] if signon.subject in known else []
    for claim, members in signon.profile.items():
        for leaf in (one for one in members if one not in stored):
            said = leaf.lstrip("/")
            reason = f"the claim {claim!r} names {said!r}, which {signon.subject!r} does not store"
            reason += suggestion(said, [one.lstrip("/") for one in stored])
            yield Misuse(schema, ("x-signon", "profile", claim), reason)
    for claim, pointer in signon.claims.items():
        name, *rest = pointer.split("/")[1:]
        where = ("x-signon", "claims", claim)
        if name not in known:
            yield Misuse(
                schema, where, f"the claim {claim!r} names the part {name!r}, which is none{suggestion(name, known)}"
            )
        elif rest and join(rest) not in {leaf.key for leaf in known[name].leaves}:
            leaves = [leaf.key.lstrip("/") for leaf in known[name].leaves]
            said = "/".join(rest)
            reason = f"the claim {claim!r} names {said!r}, which {name!r} does not store{suggestion(said, leaves)}"
            yield Misuse(schema, where, reason)
