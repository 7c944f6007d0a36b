"""By what a request names each part: the identities under which the model looks things up."""

from __future__ import annotations

from collections.abc import Mapping

from contract.model.memory import Identity
from spec.resources.resource import ABSENT, Part, Resources
from spec.source.pointer import Json

NOWHERE = "?"
"""The scope of something whose parent is not known."""


def value_at(body: Json, path: tuple[str, ...]) -> Json:
    """What stands at a path of a body, or ABSENT."""
    for name in path:
        if not isinstance(body, dict) or name not in body:
            return ABSENT
        body = body[name]
    return body


def scope_of(part: Part, sids: Mapping[str, str | None], install: str) -> str:
    """The SID of the thing in which a part is unique, or the install."""
    return install if part.scope is None else sids.get(part.scope) or NOWHERE


def identities_of(part: Part, value: Json, install: str, sids: Mapping[str, str | None]) -> list[Identity]:
    """The identities of a part in a body; ``sids`` are those of the parts before it, as far as they are known."""
    if part.identity:
        joined = tuple(sids.get(name) or NOWHERE for name in part.identity)
        return [] if NOWHERE in joined else [Identity(part.name, install, "joins", "", joined)]
    scope = scope_of(part, sids, install)
    held = value.get(part.identifiers) if isinstance(value, dict) and part.identifiers else None
    if isinstance(held, dict):
        named = [(kind, held[kind]) for kind in part.kinds if isinstance(held.get(kind), str)]
        found = [Identity(part.name, scope, kind, text) for kind, text in named]
        if part.sid_kind and isinstance(held.get(part.sid_kind), str):
            found.append(Identity(part.name, "", "sid", held[part.sid_kind]))
        if found:
            return found
    return _fallback_identity(part, value, scope, sids)


def _fallback_identity(part: Part, value: Json, scope: str, sids: Mapping[str, str | None]) -> list[Identity]:
    if part.fallback is None or not isinstance(value, dict):
        return []
    leaf = next(leaf for leaf in part.leaves if leaf.path == (part.fallback.member,))
    meant = value.get(part.fallback.member, leaf.default)
    joined = tuple(sids.get(name) or NOWHERE for name in part.fallback.joined.get(str(meant), ()))
    return [Identity(part.name, scope, "fallback", str(meant), joined)]


def texts_of(part: Part, value: Json) -> list[tuple[str, str]]:
    """Kind and text of every identifier that a part's object carries, without the minted one."""
    held = value.get(part.identifiers) if isinstance(value, dict) and part.identifiers else None
    if not isinstance(held, dict):
        return []
    return [(kind, held[kind]) for kind in part.kinds if isinstance(held.get(kind), str)]


def asked(resources: Resources, body: Json, part: Part) -> Json:
    """What a body says of a part: its object, ``{}`` for one that another part brings along, or ABSENT."""
    value = value_at(body, part.path)
    if isinstance(value, dict):
        return value
    return {} if part.implied_by is not None and part.name in in_call(resources, body) else ABSENT


def in_call(resources: Resources, body: Json) -> Mapping[str, bool]:
    """The parts that a body is about, and whether each was sent or comes with another."""
    return resources.concerned(lambda part: isinstance(value_at(body, part.path), dict))
