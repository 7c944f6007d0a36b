"""Reading ``x-resource`` and ``x-signon``: from the annotations of an operation's body to its Resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from spec.openapi.document import Operation, Schema
from spec.openapi.forms.inlining import Origins
from spec.resources.checks import Misuse, answer_misuses, resource_misuses, suggestion
from spec.resources.resource import ABSENT, Fallback, Leaf, Part, Resources, Signon
from spec.schema.validation import Rules
from spec.source.pointer import Json, join


class ResourceError(Exception):
    """An annotation contradicts the document: the schema that carries it, the tokens below that, and the reason."""

    def __init__(self, schema: Json, *tokens: str | int, reason: str) -> None:
        super().__init__(reason)
        self.misuse = Misuse(schema, tokens, reason)


def resources(operation: Operation) -> Resources:
    """The parts of an operation's JSON body. Raises ResourceError for an annotation that cannot be followed."""
    if operation.body is None or "application/json" not in operation.body.content:
        return Resources((), None)
    body = operation.body.json
    success = next((one for status, one in sorted(operation.responses.items()) if status.startswith("2")), None)
    answer: Schema = success.content.get("application/json", {}) if success else {}
    parts: dict[str, Part] = {}
    signons: list[Signon] = []
    _collect(body, (), answer, parts, signons)
    if len(signons) > 1:
        raise ResourceError(body, reason="only one member of a body can carry x-signon.")
    _check_names(parts, signons)
    members = [one for one in Rules(body).annotations if one.keyword == "x-install-member"]
    lists = {one.argument: one.schema for one in members}
    return Resources(_ordered(parts), signons[0] if signons else None, lists)


def check_resources(operation: Operation, origins: Origins, report: Callable[[str, str], None]) -> None:
    """Report an annotation that cannot be followed, with the place where it stands."""
    try:
        found = resources(operation)
    except ResourceError as error:
        report(error.misuse.pointer(origins, operation.pointer), error.misuse.reason)
        return
    for misuse in (*resource_misuses(found), *answer_misuses(operation, found)):
        report(misuse.pointer(origins, operation.pointer), misuse.reason)


def _collect(
    schema: Schema, path: tuple[str, ...], answer: Schema, parts: dict[str, Part], signons: list[Signon]
) -> None:
    for name, member in _members(schema):
        below = (*path, name)
        if "x-resource" in member:
            if name in parts:
                raise ResourceError(member, "x-resource", reason=f"two parts are called {name!r}; rename one of them.")
            parts[name] = _part(name, below, member, answer)
        if "x-signon" in member:
            signons.append(_signon(name, below, member, answer))
        _collect(member, below, answer, parts, signons)


def _members(schema: Json) -> Iterator[tuple[str, Schema]]:
    """The members of an object schema; what a boolean says, as a schema with keywords."""
    for name, member in schema.get("properties", {}).items() if isinstance(schema, Mapping) else ():
        yield name, member if isinstance(member, Mapping) else {} if member else {"not": {}}


def _part(name: str, path: tuple[str, ...], schema: Schema, answer: Schema) -> Part:
    raw: Mapping[str, Json] = schema["x-resource"]
    if ("identifiers" in raw) == ("identity" in raw):
        reason = "x-resource needs either identifiers (a member) or identity (the parts it joins)."
        raise ResourceError(schema, "x-resource", reason=reason)
    response = raw.get("response", name)
    shown = answer.get("properties", {}).get(response)
    if shown is None:
        reason = f"the success response has no member {response!r} for this part; add it there."
        raise ResourceError(schema, "x-resource", reason=reason)
    sid_member = next((key for key, one in _members(shown) if one.get("x-sid")), None)
    result = next(((key, one) for key, one in _members(shown) if "x-result" in one), None)
    if sid_member is None or result is None:
        reason = f"the response member {response!r} needs a member with x-sid and one with x-result."
        raise ResourceError(shown, reason=reason)
    words = result[1]["x-result"]
    if set(words) != {"created", "found", "updated"} or not all(
        word in result[1].get("enum", ()) for word in words.values()
    ):
        reason = "x-result maps created, found and updated to three members of its enum."
        raise ResourceError(result[1], "x-result", reason=reason)
    holder = raw.get("identifiers")
    kinds: tuple[str, ...] = ()
    sid_kind: str | None = None
    if holder is not None:
        _demand_member(schema, holder, "x-resource", "identifiers")
        every = tuple(schema["properties"][holder].get("properties", {}))
        sid_kind = raw.get("sid", "sid")
        kinds = tuple(kind for kind in every if kind != sid_kind)
        if sid_kind not in every:
            reason = f"{holder!r} has no identifier {sid_kind!r}; name the minted one with sid."
            raise ResourceError(schema, "x-resource", reason=reason)
        if not kinds:
            reason = f"{holder!r} has the minted {sid_kind!r} only; add a kind that callers choose."
            raise ResourceError(schema, "x-resource", "identifiers", reason=reason)
    fallback = raw.get("fallback-identity")
    replaced = frozenset(raw.get("replace", ()))
    return Part(
        name=name,
        path=path,
        schema=schema,
        prefix=str(raw["prefix"]),
        response=response,
        sid_member=sid_member,
        result_member=result[0],
        created=words["created"],
        found=words["found"],
        updated=words["updated"],
        leaves=tuple(_leaves(schema, (), holder, replaced)),
        identifiers=holder,
        sid_kind=sid_kind,
        kinds=kinds,
        scope=None if raw.get("scope", "deployment") == "deployment" else raw["scope"],
        identity=tuple(raw.get("identity", ())),
        implied_by=raw.get("implied-by"),
        fallback=_fallback(schema, fallback) if fallback else None,
        required_on_create=tuple(raw.get("required-on-create", ())),
    )


def _fallback(schema: Schema, raw: Mapping[str, Json]) -> Fallback:
    member = raw["member"]
    _demand_member(schema, member, "x-resource", "fallback-identity", "member")
    return Fallback(member, {str(value): tuple(names) for value, names in raw.get("with", {}).items()})


def _leaves(schema: Schema, path: tuple[str, ...], holder: str | None, replaced: frozenset[str]) -> list[Leaf]:
    found: list[Leaf] = []
    for name, member in _members(schema):
        if (not path and name == holder) or "x-resource" in member or "x-signon" in member:
            continue
        below = (*path, name)
        if "properties" in member and not (not path and name in replaced):
            found += _leaves(member, below, None, frozenset())
            continue
        found.append(
            Leaf(
                path=below,
                schema=member,
                default=member.get("default", ABSENT),
                install_default=member.get("x-install-default"),
                empty_is_unset=bool(member.get("x-empty-is-unset")),
                date=_is_date(member),
            )
        )
    return found


def _is_date(schema: Schema) -> bool:
    nested = [one for key in ("allOf", "anyOf", "oneOf") for one in schema.get(key, ())]
    return schema.get("format") == "date-time" or any(_is_date(one) for one in nested)


def _signon(name: str, path: tuple[str, ...], schema: Schema, answer: Schema) -> Signon:
    raw: Mapping[str, Json] = schema["x-signon"]
    response = raw.get("response", name)
    shown = answer.get("properties", {}).get(response, {}).get("properties", {})
    for word in ("redirect", "token"):
        member = raw[word]
        if member not in shown:
            reason = (
                f"the success response has no member {response}/{member} for the sign-on{suggestion(member, shown)}"
            )
            raise ResourceError(schema, "x-signon", word, reason=reason)
    _demand_member(schema, raw["audience"], "x-signon", "audience")
    claims = dict(raw.get("claims", {}))
    profile = {claim: tuple(join((member,)) for member in members) for claim, members in raw.get("profile", {}).items()}
    members = raw["audience"], raw["subject"], raw["redirect"], raw["token"]
    return Signon(name, path, response, *members, claims, schema, profile)


def _check_names(parts: Mapping[str, Part], signons: list[Signon]) -> None:
    for part in parts.values():
        for named in _named(part):
            if named.name not in parts:
                reason = f"x-resource of {part.name!r} names the part {named.name!r}, which is none"
                reason += suggestion(named.name, parts)
                raise ResourceError(part.schema, "x-resource", *named.tokens, reason=reason)
        if part.implied_by and part.identifiers and part.fallback is None:
            raise ResourceError(
                part.schema,
                "x-resource",
                "implied-by",
                reason=f"{part.name!r} comes with {part.implied_by!r}, but nothing says which one is meant unless it "
                "is sent; give it identity or fallback-identity instead of identifiers alone.",
            )
        if part.implied_by and part.required_on_create:
            raise ResourceError(
                part.schema,
                "x-resource",
                "implied-by",
                reason=f"{part.name!r} comes with {part.implied_by!r} without being sent, so it cannot require "
                f"{part.required_on_create[0]!r} when it is new.",
            )
        for index, member in enumerate(part.required_on_create):
            _demand_member(part.schema, member, "x-resource", "required-on-create", index)
    for signon in signons:
        if signon.subject not in parts:
            reason = f"x-signon names the part {signon.subject!r}, which is none{suggestion(signon.subject, parts)}"
            raise ResourceError(signon.schema, "x-signon", "subject", reason=reason)


class _NamedPart(NamedTuple):
    """A part that an ``x-resource`` names, and the tokens below that at which it does."""

    name: str
    tokens: tuple[str | int, ...]


def _named(part: Part) -> Iterator[_NamedPart]:
    if part.scope:
        yield _NamedPart(part.scope, ("scope",))
    if part.implied_by:
        yield _NamedPart(part.implied_by, ("implied-by",))
    yield from (_NamedPart(name, ("identity", index)) for index, name in enumerate(part.identity))
    for value, names in part.fallback.joined.items() if part.fallback else ():
        where = ("fallback-identity", "with", value)
        yield from (_NamedPart(name, (*where, index)) for index, name in enumerate(names))


def _demand_member(schema: Schema, name: str, *tokens: str | int) -> None:
    known = schema.get("properties", {})
    if name not in known:
        reason = f"{tokens[1]} names the member {name!r}, which this part does not have{suggestion(name, known)}"
        raise ResourceError(schema, *tokens, reason=reason)


def _ordered(parts: Mapping[str, Part]) -> tuple[Part, ...]:
    ordered: dict[str, Part] = {}

    def place(part: Part, trail: tuple[str, ...]) -> None:
        if part.name in trail:
            reason = f"the parts {' → '.join((*trail, part.name))} depend on each other."
            raise ResourceError(part.schema, "x-resource", reason=reason)
        for name in (*part.parents, *((part.implied_by,) if part.implied_by else ())):
            place(parts[name], (*trail, part.name))
        ordered.setdefault(part.name, part)

    for part in parts.values():
        place(part, ())
    return tuple(ordered.values())
