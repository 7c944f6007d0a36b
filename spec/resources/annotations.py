"""Reading ``x-resource`` and ``x-signon``: from the annotations of an operation's body to its Resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from spec.openapi.document import Operation, Schema
from spec.resources.checks import answer_misuses, resource_misuses
from spec.resources.resource import ABSENT, Fallback, Leaf, Part, Resources, Signon
from spec.schema.validation import Rules
from spec.source.pointer import Json, join


class ResourceError(Exception):
    """An annotation contradicts the document; holds the pointer (within the operation's schemas) and the reason."""

    def __init__(self, schema: Json, reason: str) -> None:
        super().__init__(reason)
        self.schema, self.reason = schema, reason


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
        raise ResourceError(body, "only one member of a body can carry x-signon.")
    _check_names(parts, signons)
    members = [one for one in Rules(body).annotations if one.keyword == "x-install-member"]
    lists = {one.argument: one.schema for one in members}
    return Resources(_ordered(parts), signons[0] if signons else None, lists)


def check_resources(operation: Operation, origins: Mapping[int, str], report: Callable[[str, str], None]) -> None:
    """Report an annotation that cannot be followed, with the place where it stands."""
    try:
        found = resources(operation)
    except ResourceError as error:
        report(origins.get(id(error.schema), operation.pointer), error.reason)
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
                raise ResourceError(member, f"two parts are called {name!r}; rename one of them.")
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
        raise ResourceError(schema, "x-resource needs either identifiers (a member) or identity (the parts it joins).")
    response = raw.get("response", name)
    shown = answer.get("properties", {}).get(response)
    if shown is None:
        raise ResourceError(schema, f"the success response has no member {response!r} for this part; add it there.")
    sid_member = next((key for key, one in _members(shown) if one.get("x-sid")), None)
    result = next(((key, one) for key, one in _members(shown) if "x-result" in one), None)
    if sid_member is None or result is None:
        raise ResourceError(shown, f"the response member {response!r} needs a member with x-sid and one with x-result.")
    words = result[1]["x-result"]
    if set(words) != {"created", "found", "updated"} or not all(
        word in result[1].get("enum", ()) for word in words.values()
    ):
        raise ResourceError(result[1], "x-result maps created, found and updated to three members of its enum.")
    holder = raw.get("identifiers")
    kinds: tuple[str, ...] = ()
    sid_kind: str | None = None
    if holder is not None:
        if holder not in schema.get("properties", {}):
            raise ResourceError(schema, f"identifiers names the member {holder!r}, which this part does not have.")
        every = tuple(schema["properties"][holder].get("properties", {}))
        sid_kind = raw.get("sid", "sid")
        kinds = tuple(kind for kind in every if kind != sid_kind)
        if sid_kind not in every:
            raise ResourceError(schema, f"{holder!r} has no identifier {sid_kind!r}; name the minted one with sid.")
        if not kinds:
            raise ResourceError(schema, f"{holder!r} has the minted {sid_kind!r} only; add a kind that callers choose.")
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
    member = raw.get("member")
    if not isinstance(member, str) or member not in schema.get("properties", {}):
        raise ResourceError(schema, f"fallback-identity names the member {member!r}, which this part does not have.")
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
    for member in (raw["redirect"], raw["token"]):
        if member not in shown:
            raise ResourceError(schema, f"the success response has no member {response}/{member} for the sign-on.")
    if raw["audience"] not in schema.get("properties", {}):
        raise ResourceError(schema, f"audience names the member {raw['audience']!r}, which this part does not have.")
    claims = dict(raw.get("claims", {}))
    profile = {claim: tuple(join((member,)) for member in members) for claim, members in raw.get("profile", {}).items()}
    members = raw["audience"], raw["subject"], raw["redirect"], raw["token"]
    return Signon(name, path, response, *members, claims, schema, profile)


def _check_names(parts: Mapping[str, Part], signons: list[Signon]) -> None:
    for part in parts.values():
        for name in (*part.parents, *((part.implied_by,) if part.implied_by else ())):
            if name not in parts:
                raise ResourceError(part.schema, f"x-resource of {part.name!r} names the part {name!r}, which is none.")
        if part.implied_by and part.identifiers and part.fallback is None:
            raise ResourceError(
                part.schema,
                f"{part.name!r} comes with {part.implied_by!r}, but nothing says which one is meant unless it is sent; "
                "give it identity or fallback-identity instead of identifiers alone.",
            )
        if part.implied_by and part.required_on_create:
            raise ResourceError(
                part.schema,
                f"{part.name!r} comes with {part.implied_by!r} without being sent, so it cannot require "
                f"{part.required_on_create[0]!r} when it is new.",
            )
        for member in part.required_on_create:
            if member not in part.schema.get("properties", {}):
                raise ResourceError(part.schema, f"required-on-create names {member!r}, which this part does not have.")
    for signon in signons:
        if signon.subject not in parts:
            raise ResourceError({}, f"x-signon names the part {signon.subject!r}, which is none.")


def _ordered(parts: Mapping[str, Part]) -> tuple[Part, ...]:
    ordered: dict[str, Part] = {}

    def place(part: Part, trail: tuple[str, ...]) -> None:
        if part.name in trail:
            raise ResourceError(part.schema, f"the parts {' → '.join((*trail, part.name))} depend on each other.")
        for name in (*part.parents, *((part.implied_by,) if part.implied_by else ())):
            place(parts[name], (*trail, part.name))
        ordered.setdefault(part.name, part)

    for part in parts.values():
        place(part, ())
    return tuple(ordered.values())
