"""Servers and security compared: what an operation really demands, wherever the document says so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.diff.change import Change, change, possibly
from spec.diff.document import ComparedOperation, Side, template
from spec.diff.sides import Sides
from spec.source.pointer import Json

_IDENTITY = ("type", "name", "in", "scheme", "openIdConnectUrl", "oauth2MetadataUrl")
_FLOW_ADDRESSES = ("authorizationUrl", "deviceAuthorizationUrl", "tokenUrl", "refreshUrl")


@dataclass(frozen=True, slots=True)
class Demand:
    """One alternative of a security requirement: schemes that are all needed, each with its scopes.

    ``shown`` are their names, ``described`` their names and what they are.
    """

    schemes: frozenset[str]
    scopes: frozenset[str]
    shown: str
    described: str

    def suffices_for(self, other: Demand) -> bool:
        """True if a client that satisfies this demand also satisfies the other one."""
        return other.schemes <= self.schemes and other.scopes <= self.scopes


def demands(side: Side, operation: ComparedOperation, named: frozenset[str]) -> tuple[str, list[Demand]]:
    """The pointer of the requirement that applies to an operation, and its alternatives (none: anybody may call).

    Schemes whose identity is among ``named`` are told apart by their names: a document has several of that kind.
    """
    own = operation.part.value.get("security")
    pointer = f"{operation.part.pointer}/security" if own is not None else "/security"
    listed = own if own is not None else side.document.get("security")
    found = (
        [_demand(side, each, named) for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    )
    return pointer, found or [Demand(frozenset(), frozenset(), "none", "none")]


def _demand(side: Side, requirement: Mapping[str, Json], named: frozenset[str]) -> Demand:
    schemes, scopes = set(), set()
    for name, wanted in requirement.items():
        identity = scheme_identity(side, name)
        identity = f"{identity} {name}" if identity in named else identity
        schemes.add(identity)
        scopes |= {f"{identity} {scope}" for scope in wanted or ()}
    shown = {name: f"{name}({', '.join(map(str, wanted))})" if wanted else name for name, wanted in requirement.items()}
    described = [f"{word} ({_described(side, name)})" for name, word in shown.items()]
    texts = (" and ".join(shown.values()) or "none", " and ".join(described) or "none")
    return Demand(frozenset(schemes), frozenset(scopes), *texts)


def _described(side: Side, name: str) -> str:
    """What a scheme is, in a few words: ``header X-Key``, ``http bearer``."""
    scheme = side.child(side.at("/components/securitySchemes"), name).value
    words = ("in", "name") if isinstance(scheme, Mapping) and scheme.get("type") == "apiKey" else _IDENTITY
    found = [str(scheme[word]) for word in words if word in scheme] if isinstance(scheme, Mapping) else []
    return " ".join(found) or "not described"


def scheme_identity(side: Side, name: str) -> str:
    """What a security scheme is, whatever it is called."""
    part = side.child(side.at("/components/securitySchemes"), name)
    if not isinstance(part.value, Mapping):
        return name
    found = {word: part.value.get(word) for word in _IDENTITY if word in part.value}
    if found.get("type") == "http":
        found["scheme"] = str(found.get("scheme")).lower()
    if found.get("in") == "header":
        found["name"] = str(found.get("name")).lower()
    if found.get("type") in ("oauth2", "mutualTLS"):
        found["called"] = name  # nothing else tells two of them apart
    return json.dumps(found, sort_keys=True)


def ambiguous(side: Side) -> frozenset[str]:
    """The identities that several security schemes of one document share, as two bearer schemes do."""
    names = side.children(side.at("/components"), "securitySchemes")
    counts = Counter(scheme_identity(side, name) for name in names)
    return frozenset(identity for identity, count in counts.items() if count > 1)


def security_changes(
    sides: Sides, old: ComparedOperation, new: ComparedOperation, named: frozenset[str]
) -> Iterator[Change]:
    """What a client must show for one operation: loosened, tightened, or of another kind."""
    _, one = demands(sides.old, old, named)
    pointer, two = demands(sides.new, new, named)
    shown = [" or ".join(each.shown for each in side) for side in (one, two)]
    if shown[0] == shown[1]:  # the names are the same, what they name is not
        shown = [" or ".join(each.described for each in side) for side in (one, two)]
    lost = [each for each in one if not any(each.suffices_for(other) for other in two)]
    gained = [each for each in two if not any(each.suffices_for(other) for other in one)]
    hidden = any(_is_hidden(side, operation) for side, operation in ((sides.old, old), (sides.new, new)))
    if lost:
        scoped = all(any(other.schemes <= each.schemes for other in two) for each in lost)
        rule = "security-scope-added" if scoped else "security-tightened"
        made = change(rule, pointer, shown[0], shown[1], about=new.name)
        yield possibly(made, "a security scheme was not read") if hidden else made
    if gained:
        yield change("security-loosened", pointer, shown[0], shown[1], about=new.name)


def _is_hidden(side: Side, operation: ComparedOperation) -> bool:
    """True if a scheme that an operation names was not read."""
    own = operation.part.value.get("security")
    listed = own if own is not None else side.document.get("security")
    schemes = side.at("/components/securitySchemes")
    names = (
        {name for each in listed if isinstance(each, Mapping) for name in each} if isinstance(listed, list) else set()
    )
    return any(side.child(schemes, str(name)).is_unread for name in names)


def scheme_changes(sides: Sides) -> Iterator[Change]:
    """Changes of the definitions of OAuth flows, which no requirement names (the rest is judged per operation)."""
    one = sides.old.children(sides.old.at("/components"), "securitySchemes")
    two = sides.new.children(sides.new.at("/components"), "securitySchemes")
    for name in one.keys() & two.keys():
        left, right = sides.old.children(one[name], "flows"), sides.new.children(two[name], "flows")
        pointer = f"{two[name].pointer}/flows"
        for flow in sorted({*left, *right}):
            if flow not in right:
                yield change("security-flow-removed", pointer, flow, about=name)
            elif flow not in left:
                yield change("security-flow-added", f"{pointer}/{flow}", None, flow, about=name)
            else:
                yield from _flow(left[flow].value, right[flow].value, f"{pointer}/{flow}", name)


def _flow(old: Mapping[str, Json], new: Mapping[str, Json], pointer: str, name: str) -> Iterator[Change]:
    for word in _FLOW_ADDRESSES:
        if old.get(word) != new.get(word):
            yield change("security-flow-changed", f"{pointer}/{word}", old.get(word), new.get(word), about=name)
    one, two = set(old.get("scopes") or ()), set(new.get("scopes") or ())
    for scope in sorted(one - two):
        yield change("security-scope-withdrawn", f"{pointer}/scopes", scope, about=name)
    for scope in sorted(two - one):
        yield change("security-scope-offered", f"{pointer}/scopes", None, scope, about=name)


def server_changes(
    sides: Sides, old: ComparedOperation, new: ComparedOperation, *, moved: bool = False
) -> Iterator[Change]:
    """Addresses at which an operation is, or is no longer, served; whole ones if its path ``moved``."""
    one, two = servers(sides.old, old), servers(sides.new, new)
    if moved:
        one = {f"{base.rstrip('/')}{template(old.path)}": pointer for base, pointer in one.items()}
        two = {f"{base.rstrip('/')}{template(new.path)}": pointer for base, pointer in two.items()}
    for address in one:
        if address not in two:
            yield change("server-removed", one[address], address, where="old", about=new.name)
    for address in two:
        if address not in one:
            yield change("server-added", two[address], None, address, about=new.name)


def servers(side: Side, operation: ComparedOperation) -> dict[str, str]:
    """Address → pointer of the servers that apply: the operation's, else the path's, else the document's."""
    for part in (operation.part, operation.item, side.at("")):
        listed = part.value.get("servers") if isinstance(part.value, Mapping) else None
        if isinstance(listed, list) and listed:
            return {
                address: f"{part.pointer}/servers/{index}"
                for index, server in enumerate(listed)
                if isinstance(server, Mapping)
                for address in _addresses(server)
            }
    return {"/": "/servers"}


def _addresses(server: Mapping[str, Json]) -> list[str]:
    """The addresses of a server, its variables filled in with each of their values."""
    found = [str(server.get("url", "/"))]
    variables = server.get("variables")
    for name, variable in variables.items() if isinstance(variables, Mapping) else ():
        values = (variable.get("enum") or [variable.get("default", "")]) if isinstance(variable, Mapping) else [""]
        found = [url.replace(f"{{{name}}}", str(value)) for url in found for value in values][:200]
    return [url.rstrip("/") or "/" for url in found]
