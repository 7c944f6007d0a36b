"""What a body must keep: its members one by one, and then the rules of ruling.py that join them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.servers.behaviour import Behaviour
from tests.servers.members import MEMBERS, TYPES, Member, at
from tests.servers.ruling import RULES, Facts, Fault


def faults(body: dict[str, Any], behaviour: Behaviour, facts: Facts) -> Iterator[Fault]:
    """Everything that is wrong with a body; ``facts`` are the install's lists."""
    stopped = set()
    for member in MEMBERS:
        value = at(body, member.path)
        if value is ...:
            continue
        for rule, message in _member(member, value, behaviour):
            if rule not in behaviour.skips:
                stopped.add(member.path)
                yield rule, "/" + member.path, message
    if behaviour.unknown == "refuse":
        yield from _strangers(body, "")
    if stopped:
        body = _without(body, stopped)
    for rule, path, message in (one for joined in RULES for one in joined(body, behaviour, facts)):
        if rule not in behaviour.skips and not any(path.startswith(one) for one in stopped):
            yield rule, "/" + path, message


def _member(member: Member, value: Any, behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    if value is None:
        if not member.null or behaviour.null == "refused":
            yield "null", "is null."
        return
    text_ids = "text-configuration-ids" in behaviour.adds and member.path == "exam/configuration/ids"
    if not TYPES["string" if text_ids else member.type](value):
        yield f"type:{member.path}", f"is not of type {member.type}."
    elif member.choices and value not in member.choices:
        yield f"choice:{member.path}", f"is not one of {', '.join(member.choices)}."
    elif member.pattern and not re.fullmatch(member.pattern, value):
        yield f"pattern:{member.path}", "is not a SID of this kind."


def _strangers(value: Any, path: str) -> Iterator[Fault]:
    known = {member.path for member in MEMBERS}
    for name, inner in value.items():
        here = f"{path}/{name}".lstrip("/")
        if here not in known:
            yield "unknown", "/" + here, "is not known."
        elif isinstance(inner, dict) and not here.endswith(("proctorTypes", "permittedItems")):
            yield from _strangers(inner, here)


def _without(body: Any, paths: set[str], path: str = "") -> Any:
    if not isinstance(body, dict):
        return body
    return {
        name: _without(value, paths, f"{path}/{name}".lstrip("/"))
        for name, value in body.items()
        if f"{path}/{name}".lstrip("/") not in paths
    }
