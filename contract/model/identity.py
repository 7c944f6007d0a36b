"""By what a request names each part: the keys under which the model looks things up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract.model.memory import Key
from spec.resources.resource import ABSENT, Part

NOWHERE = "?"
"""The scope of something whose parent is not known."""


def value_at(body: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path of a body, or ABSENT."""
    for name in path:
        if not isinstance(body, dict) or name not in body:
            return ABSENT
        body = body[name]
    return body


def scope_of(part: Part, sids: Mapping[str, str | None], install: str) -> str:
    """The SID of the thing in which a part is unique, or the install."""
    return install if part.scope is None else sids.get(part.scope) or NOWHERE


def keys_of(part: Part, value: Any, body: Any, install: str, sids: Mapping[str, str | None]) -> list[Key]:
    """The keys of a part in a body; ``sids`` are those of the parts before it, as far as they are known."""
    if part.identity:
        joined = [sids.get(name) or NOWHERE for name in part.identity]
        return [] if NOWHERE in joined else [(part.name, install, "joins", " ".join(joined))]
    scope = scope_of(part, sids, install)
    held = value.get(part.identifiers) if isinstance(value, dict) and part.identifiers else None
    if isinstance(held, dict):
        kinds = (*part.kinds, *((part.sid_kind,) if part.sid_kind else ()))
        named = [(part.name, scope, kind, held[kind]) for kind in kinds if isinstance(held.get(kind), str)]
        if named:
            return [key if key[2] != part.sid_kind else (part.name, "", "sid", key[3]) for key in named]
    return _fallback_keys(part, value, body, scope, sids)


def _fallback_keys(part: Part, value: Any, body: Any, scope: str, sids: Mapping[str, str | None]) -> list[Key]:
    if part.fallback is None or not isinstance(value, dict):
        return []
    leaf = next(leaf for leaf in part.leaves if leaf.path == (part.fallback.member,))
    meant = value.get(part.fallback.member, leaf.default)
    joined = [sids.get(name) or NOWHERE for name in part.fallback.joined.get(str(meant), ())]
    return [(part.name, scope, "fallback", " ".join([str(meant), *joined]))]


def texts_of(part: Part, value: Any) -> list[tuple[str, str]]:
    """Kind and text of every identifier that a part's object carries, without the minted one."""
    held = value.get(part.identifiers) if isinstance(value, dict) and part.identifiers else None
    if not isinstance(held, dict):
        return []
    return [(kind, held[kind]) for kind in part.kinds if isinstance(held.get(kind), str)]
