"""The installs that a mock serves: defaults, lists of what each has, and what exists before the first call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from spec.openapi.document import Schema
from spec.resources.resource import Resources
from spec.schema.sources import Complaint, check_source, refuse_source, repeated
from spec.schema.telling.messages import said_of
from spec.schema.validation import Rules, outermost
from spec.source.pointer import Json, escape, join
from spec.source.reading import read

INSTALLS_FILE = Path(__file__).parents[1] / "installs.yaml"
INSTALL_SID = "^AI[a-f0-9]{32}$"
"""The form of the SID of an install, as an ECMA pattern."""


def install_sid_advice(text: str) -> str:
    """How the SID of an install has to be written, seen what somebody wrote: the end of a sentence."""
    advice = "send AI and 32 lower-case hexadecimal digits"
    if text.startswith("IN"):
        return f"{advice}: the identifier page says IN, which the paths of the API never take (B-14)"
    if text.lower().startswith("ai") and text != text[:2].upper() + text[2:].lower():
        return f"{advice}, in just this case of letters"
    return advice


class IdentifierName(NamedTuple):
    """An identifier within a deployment, for a part."""

    deployment: str
    part: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Existing:
    """Something that exists before the first call. ``attributes`` has the form of its part in a request."""

    part: str
    sid: str
    identifiers: Mapping[str, str]
    attributes: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ClientTerms:
    """What is said of an integration as an OAuth client; ``lifetime`` is that of its tokens, in seconds.

    ``redirects`` are its redirection URIs, ``backchannel`` is the URL that is told of logouts.
    """

    secret: str | None = field(default=None, repr=False)
    lifetime: int | None = None
    redirects: tuple[str, ...] = ()
    backchannel: str | None = None


@dataclass(frozen=True, slots=True)
class Install:
    """One install. Installs of the same deployment share what is scoped to the deployment.

    ``members`` maps each list that ``x-install-member`` names to value → label; ``clients`` what is said of some of
    its integrations as OAuth clients, by SID.
    """

    sid: str
    name: str
    deployment: str
    defaults: Mapping[str, Json]
    members: Mapping[str, Mapping[str, str]]
    existing: tuple[Existing, ...]
    clients: Mapping[str, ClientTerms] = field(default_factory=dict)


INTEGRATIONS = "integrations"
"""The list of an install whose members are OAuth clients."""
_NAME = {"type": "string", "minLength": 1}
_CLIENT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "secret": {"type": "string", "pattern": "^[ -~]{6,}$", "title": "6 printable ASCII characters or more"},
        "tokenLifetime": {"type": "integer", "minimum": 1, "maximum": 10**9},
        "redirectUris": {"type": "array", "items": {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:[^#]+$"}},
        "backchannelLogoutUri": {"type": "string", "format": "http-url"},
    },
}
_SCHEMA: Schema = {
    "type": "object",
    "required": ["installs"],
    "additionalProperties": False,
    "properties": {
        "installs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["sid"],
                "additionalProperties": False,
                "properties": {
                    "sid": {
                        "type": "string",
                        "pattern": INSTALL_SID,
                        "title": "AI and 32 lower-case hexadecimal digits",
                    },
                    "name": _NAME,
                    "deployment": _NAME,
                    "defaults": {"type": "object"},
                    "members": {
                        "type": "object",
                        "additionalProperties": {
                            "anyOf": [
                                {"type": "object", "additionalProperties": {"type": "string"}},
                                {"type": "array", "items": _NAME},
                            ]
                        },
                    },
                    "clients": {"type": "object", "additionalProperties": _CLIENT},
                    "resources": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["sid"],
                                "additionalProperties": False,
                                "properties": {
                                    "sid": _NAME,
                                    "identifiers": {"type": "object", "additionalProperties": _NAME},
                                    "attributes": {"type": "object"},
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}


def load_installs(resources: Resources, path: Path | str = INSTALLS_FILE) -> tuple[Install, ...]:
    """The installs of a file, the first being the demo install.

    Raises SourceError with file, line, pointer and reason for all that is no install, that the document would refuse
    (a default, a value of a list, an existing resource), or that stands there twice.
    """
    source = read(path)
    check_source(source, _SCHEMA)
    entries: list[dict[str, Json]] = source.value["installs"]
    refuse_source(source, complaints(entries, resources))
    return tuple(map(_install, entries))


def _install(entry: Mapping[str, Json]) -> Install:
    listed = entry.get("members", {}).items()
    return Install(
        sid=entry["sid"],
        name=entry.get("name", entry["sid"]),
        deployment=entry.get("deployment", entry["sid"]),
        defaults=entry.get("defaults", {}),
        members={name: one if isinstance(one, dict) else {value: value for value in one} for name, one in listed},
        existing=tuple(
            Existing(part, one["sid"], one.get("identifiers", {}), one.get("attributes", {}))
            for part, known in entry.get("resources", {}).items()
            for one in known
        ),
        clients={
            name: ClientTerms(
                one.get("secret"),
                one.get("tokenLifetime"),
                tuple(one.get("redirectUris", ())),
                one.get("backchannelLogoutUri"),
            )
            for name, one in entry.get("clients", {}).items()
        },
    )


def complaints(entries: list[dict[str, Json]], resources: Resources) -> Iterator[Complaint]:
    """What is wrong with installs that have the form of the file, for a document; pointers begin with ``/installs``."""
    yield from repeated("/installs", "install", [entry["sid"] for entry in entries])
    holders: dict[IdentifierName, str] = {}
    owners: dict[str, str] = {}
    for index, entry in enumerate(entries):
        pointer = f"/installs/{index}"
        yield from _of_clients(entry, owners, pointer)
        yield from _of_defaults(entry.get("defaults", {}), resources, f"{pointer}/defaults")
        yield from _of_members(entry.get("members", {}), resources, f"{pointer}/members")
        for name, listed in entry.get("resources", {}).items():
            for place, one in enumerate(listed):
                at = f"{pointer}/resources/{escape(name)}/{place}"
                yield from _of_existing(name, one, resources, at)
                yield from _of_names(name, one, str(entry.get("deployment", entry["sid"])), holders, at)


def _of_defaults(defaults: Mapping[str, Json], resources: Resources, pointer: str) -> Iterator[Complaint]:
    for part in resources.parts:
        for leaf in part.leaves:
            if leaf.install_default is not None and leaf.install_default in defaults:
                for one in outermost(Rules(leaf.schema).violations(defaults[leaf.install_default])):
                    reason = said_of(repr(leaf.install_default), one.message)
                    yield Complaint(f"{pointer}/{escape(leaf.install_default)}{one.pointer}", reason)


def _of_members(members: Mapping[str, Json], resources: Resources, pointer: str) -> Iterator[Complaint]:
    for name, schema in resources.lists.items():
        for index, value in enumerate(members.get(name, ())):
            token = value if isinstance(members[name], dict) else index
            for one in outermost(Rules(schema).violations(value)):
                reason = said_of("it", one.message)
                yield Complaint(f"{pointer}/{escape(name)}/{escape(token)}", reason)


def _of_clients(entry: Mapping[str, Json], owners: dict[str, str], pointer: str) -> Iterator[Complaint]:
    """An integration is a client of one install: a token that it gets speaks for that one."""
    listed = entry.get("members", {}).get(INTEGRATIONS, ())
    for index, name in enumerate(listed):
        if isinstance(name, str) and owners.setdefault(name, entry["sid"]) != entry["sid"]:
            token = name if isinstance(listed, dict) else index
            reason = f"{name!r} is an integration of {owners[name]} already; nobody could tell for whom its tokens are."
            yield Complaint(f"{pointer}/members/{INTEGRATIONS}/{escape(token)}", reason)
    for name in entry.get("clients", {}):
        if name not in listed:
            reason = f"{name!r} is no integration of this install; list it in members/{INTEGRATIONS}."
            yield Complaint(f"{pointer}/clients/{escape(name)}", reason)


def _of_existing(name: str, entry: Mapping[str, Json], resources: Resources, pointer: str) -> Iterator[Complaint]:
    part = next((one for one in resources.parts if one.name == name), None)
    if part is None:
        known = ", ".join(one.name for one in resources.parts) or "none"
        yield Complaint(pointer, f"the document has no part {name!r}; it has {known}.")
        return
    if part.scope is not None or part.identity or part.identifiers is None:
        yield Complaint(pointer, f"{name!r} depends on other parts; only parts of a deployment can pre-exist.")
        return
    for stranger in entry.get("identifiers", {}).keys() - set(part.kinds):
        reason = f"{name!r} has no identifier {stranger!r}; it has {', '.join(part.kinds)}."
        yield Complaint(f"{pointer}/identifiers/{escape(stranger)}", reason)
    rules = Rules(part.schema)
    for kind, text in {str(part.sid_kind): entry["sid"], **entry.get("identifiers", {})}.items():
        below = join((part.identifiers, kind))
        for one in rules.violations({part.identifiers: {kind: text}}):
            if one.pointer == below:
                yield Complaint(
                    f"{pointer}/{'sid' if kind == part.sid_kind else f'identifiers/{escape(kind)}'}", one.message
                )
    named = {part.identifiers: {part.sid_kind: entry["sid"]}}
    for one in outermost(rules.violations({**entry.get("attributes", {}), **named})):
        if not one.pointer.startswith(join((part.identifiers,))):
            yield Complaint(f"{pointer}/attributes{one.pointer}", one.message)


def _of_names(
    part: str, entry: Mapping[str, Json], deployment: str, holders: dict[IdentifierName, str], pointer: str
) -> Iterator[Complaint]:
    """What an identifier leads to is one thing: a SID everywhere, another identifier within a deployment."""
    written = json.dumps([deployment, part, entry], sort_keys=True)
    if holders.setdefault(IdentifierName("", "", "sid", entry["sid"]), written) != written:
        yield Complaint(f"{pointer}/sid", f"{entry['sid']!r} stands for two different things.")
    for kind, text in entry.get("identifiers", {}).items():
        if holders.setdefault(IdentifierName(deployment, part, kind, text), entry["sid"]) != entry["sid"]:
            reason = f"{text!r} names two different things of the deployment {deployment!r}."
            yield Complaint(f"{pointer}/identifiers/{escape(kind)}", reason)
