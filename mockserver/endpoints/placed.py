"""Calls of operations below an install: whose they are, what their path names, what their query and body say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from mockserver.endpoints.provision import Installs, foreign
from mockserver.endpoints.routes import variable
from mockserver.http.decoding import decode
from mockserver.http.errors import Refusal, of_violations, refuse
from mockserver.http.request import Request, shown
from mockserver.runtime import Runtime
from mockserver.sessions.events import Circumstances
from mockserver.sessions.ledger import Ledger
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids
from mockserver.state.store import Resource
from mockserver.tenancy.tenant import Tenant
from spec.openapi.document import Operation, Parameter, Schema
from spec.resources.sessions import NAMES
from spec.schema.keywords import clause_of
from spec.schema.members import members
from spec.schema.texts.lossless import lossless
from spec.schema.validation import Rules, Violation, outermost
from spec.source.pointer import Json, split

_MOST_FIELDS = 200


class PlacedCall(NamedTuple):
    """A call that keeps its document: ``values`` are those of its query, defaults included.

    ``named`` are the resources that its path names, by part, and ``unknown`` the pointers of members of its body that
    nobody knows. ``relatives`` are those and whatever they belong to or join, by part.
    """

    request: Request
    tenant: Tenant
    ids: Ids
    values: Mapping[str, Json]
    named: Mapping[str, Resource]
    body: Json
    unknown: Sequence[str]
    relatives: Mapping[str, Resource] = MappingProxyType({})

    def at(self, clocks: Clocks) -> Circumstances:
        """The circumstances of what it brings about."""
        tenant = self.tenant
        return Circumstances(tenant.store, tenant.sid, self.ids, clocks(tenant.sid), self.relatives)


class PlacedCalls:
    """Reads the calls of one operation."""

    def __init__(self, operation: Operation, installs: Installs, ledger: Ledger, runtime: Runtime) -> None:
        self.operation, self.installs, self.ledger = operation, installs, ledger
        self.settings, self.behaviour = runtime.settings, runtime.behaviour
        path = [one for one in operation.parameters if one.where == "path" and one.name != installs.parameter.name]
        self.path = {one.name: one for one in path}
        self.query = {one.name: one for one in operation.parameters if one.where == "query"}
        self.rules = Rules({
            "type": "object",
            "properties": {one.name: one.schema for one in (*self.path.values(), *self.query.values())},
        })  # fmt: skip
        self.body = Rules(operation.body.json, request=True) if operation.body else None
        self.members = members(operation.body.json) if operation.body else None

    @property
    def schema(self) -> Schema:
        """The schema of the body."""
        assert self.operation.body is not None
        return self.operation.body.json

    async def read(self, request: Request) -> PlacedCall:
        """The call, judged in the order of the contract. Raises Refusal."""
        tenant = self.installs.tenant(request)
        foreign(request, tenant.install, self.behaviour)
        body: Json = None
        if self.body is not None:
            request.require_json()
            body = self._decoded(await request.read(self.settings))
        path = {name: unquote(request.path_params[variable(name)], errors="replace") for name in self.path}
        query, twice = self._query(request.query)
        found = [*twice, *map(_of_parameter, outermost(self.rules.violations({**query, **path})))]
        unknown: list[str] = []
        if self.body is not None:
            found += outermost(self.body.violations(body, tenant.lists))
            unknown = self.members.unknown(body) if self.members is not None else []
        for judge in self.behaviour.judging:
            found = judge(found, body)
        if tenant.settings.reject_unknown_members:
            message = "is a member that the contract does not know; leave it out."
            found += [Violation(one, "unknown-members-ignored", "unknown", message) for one in unknown]
        if found:
            raise _refused(found)
        ids = self.behaviour.names(tenant.ids)
        defaults = {name: one.schema["default"] for name, one in self.query.items() if "default" in one.schema}
        named = self._named(tenant, path)
        relatives = self._related(tenant, path, named)
        return PlacedCall(request, tenant, ids, {**defaults, **query}, named, body, unknown, relatives)

    def _decoded(self, raw: bytes) -> Json:
        return decode(raw, self.settings.deepest_body)

    def _query(self, raw: bytes) -> tuple[dict[str, Json], list[Violation]]:
        """The parameters that are known, and what is wrong with how they are sent; ``name[]`` is the name of a list."""
        try:
            pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            message = f"There are more than {_MOST_FIELDS} parameters; send fewer."
            raise refuse("invalid-input", "page-form", message) from None
        values: dict[str, Json] = {}
        wrong: list[Violation] = []
        for sent, text in pairs:
            name = sent.removesuffix("[]")
            parameter = self.query.get(name)
            if parameter is None:
                continue
            if parameter.schema.get("type") == "array":
                values.setdefault(name, []).append(text)
            elif name in values:
                wrong.append(Violation("", "page-form", "query", f"{name!r} is sent twice; send it once."))
            else:
                values[name] = _value(text, parameter)
        return values, wrong

    def _named(self, tenant: Tenant, path: Mapping[str, str]) -> dict[str, Resource]:
        """The resources that a path names. Raises Refusal unless each is there."""
        named: dict[str, Resource] = {}
        for name, sid in path.items():
            schema = self.path[name].schema
            resource = tenant.store.read(sid)
            if resource is None or resource.part != schema.get(NAMES) or not self._is_within(tenant, resource):
                raise _unknown(name, sid, schema)
            named[resource.part] = resource
        return named

    def _related(
        self, tenant: Tenant, path: Mapping[str, str], named: Mapping[str, Resource]
    ) -> Mapping[str, Resource]:
        """The relatives of what a path names. Raises Refusal unless they belong together.

        What is named last is looked at first: most of what comes before it is among its relatives.
        """
        relatives: dict[str, Resource] = {}
        for name, sid in [*path.items()][::-1]:
            schema = self.path[name].schema
            resource = named[str(schema[NAMES])]
            known = relatives.get(resource.part)
            if known is not None and known.sid == sid:
                continue
            for part, one in self.ledger.relatives(tenant.store, resource).items():
                if relatives.setdefault(part, one).sid != one.sid and not self._overlooks(schema):
                    last = [*path][-1]
                    raise _unknown(last, path[last], self.path[last].schema)
        return relatives

    def _overlooks(self, schema: Schema) -> bool:
        return clause_of(schema, NAMES) in self.behaviour.lenient

    def _is_within(self, tenant: Tenant, resource: Resource) -> bool:
        while (owner := tenant.store.read(resource.scope)) is not None:
            resource = owner
        return resource.scope == tenant.install.deployment


def _of_parameter(one: Violation) -> Violation:
    """What is wrong with a parameter is nowhere in the body; of an item it is told in which parameter it stands."""
    name, *item = split(one.pointer)
    return replace(one, pointer="", message=f"{name!r}, {one.message}" if item else one.message)


def _value(text: str, parameter: Parameter) -> Json:
    """The text of a parameter as the type that is meant, or as it is where it is not of that type."""
    kind = parameter.schema.get("type")
    found = lossless(text) if kind in ("integer", "number", "boolean") and text.strip() == text else None
    return text if found is None or isinstance(found, bool) != (kind == "boolean") else found


def _refused(found: Sequence[Violation]) -> Refusal:
    if len(found) == 1:
        return of_violations(found)
    faults = of_violations(found).faults
    return Refusal("invalid-input", f"The call has {len(found)} faults; 'errors' lists each of them.", faults)


def _unknown(name: str, sid: str, schema: Schema) -> Refusal:
    message = f"{name} in the path is '{shown(sid.encode())}', which names no {schema.get(NAMES)} here."
    return refuse("not-found", clause_of(schema, NAMES), message)
