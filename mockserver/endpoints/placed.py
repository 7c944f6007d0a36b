"""Calls of operations below an install: whose they are, what their path names, what their query and body say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from mockserver.endpoints.bodies import BodyRules
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
from mockserver.state.store import Resource, made
from mockserver.tenancy.tenant import Tenant
from spec.openapi.document import Operation, Parameter, Schema
from spec.resources.sessions import NAMES
from spec.schema.keywords import clause_of
from spec.schema.texts.lossless import lossless
from spec.schema.validation import Rules, Violation, outermost
from spec.source.pointer import Json, split

_MOST_FIELDS = 200
_MOST_QUERIES, _LONGEST_QUERY = 256, 256  # how many are remembered, of so many bytes at most


class PlacedCall(NamedTuple):
    """A call that keeps its document: ``values`` are those of its query, defaults included.

    ``named`` are the resources that its path names, by part, and ``unknown`` the pointers of members of its body that
    nobody knows. ``relatives`` are those and whatever they belong to or join, by part, and what rules a session if the
    operation asks for it.
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
        sid = tenant.install.sid
        return made(Circumstances, (tenant.store, sid, self.ids, clocks(sid), self.relatives))


class NamedResources(NamedTuple):
    """What a path names, by part, and that with whatever it belongs to or joins."""

    named: Mapping[str, Resource]
    owners: dict[str, Resource]


class AskedQuery(NamedTuple):
    """The parameters of a query that are known, and what is wrong with how they are sent. Others look at it, too."""

    values: Mapping[str, Json]
    wrong: Sequence[Violation]


class PathParameter(NamedTuple):
    """A parameter of a path that names a resource: Starlette's name of it, the part that it names, and the clause."""

    name: str
    variable: str
    names: str
    clause: str

    @classmethod
    def of(cls, one: Parameter) -> PathParameter:
        """What a document says of one."""
        return cls(one.name, variable(one.name), str(one.schema.get(NAMES)), clause_of(one.schema, NAMES))


class PlacedCalls:
    """Reads the calls of one operation. Those that are ``ruled`` are told of the rules for the session they name."""

    def __init__(
        self, operation: Operation, installs: Installs, ledger: Ledger, runtime: Runtime, *, ruled: bool = False
    ) -> None:
        self.operation, self.installs, self.ledger, self.ruled = operation, installs, ledger, ruled
        self.action = f"call {operation.id} of"
        self.settings, self.behaviour = runtime.settings, runtime.behaviour
        path = [one for one in operation.parameters if one.where == "path" and one.name != installs.parameter.name]
        self.path = tuple(map(PathParameter.of, path))
        self.backwards = self.path[::-1]
        self.query = {one.name: one for one in operation.parameters if one.where == "query"}
        self.defaults = {name: one.schema["default"] for name, one in self.query.items() if "default" in one.schema}
        self.rules = Rules({
            "type": "object",
            "properties": {one.name: one.schema for one in (*path, *self.query.values())},
        })  # fmt: skip
        self.body = BodyRules(operation.body.json) if operation.body else None
        self._remembered = lru_cache(maxsize=_MOST_QUERIES)(self._query)

    @property
    def schema(self) -> Schema:
        """The schema of the body."""
        assert self.body is not None
        return self.body.schema

    async def read(self, request: Request) -> PlacedCall:
        """The call, judged in the order of the contract. Raises Refusal."""
        tenant = self.installs.tenant(request)
        foreign(request, tenant.install, self.behaviour, self.action)
        body: Json = None
        if self.body is not None:
            request.require_json()
            body = self._decoded(await request.read(self.settings))
        scope = request.scope
        params = scope["path_params"]
        path = {one.name: _decoded(params[one.variable]) for one in self.path}
        query, twice = self._asked(scope.get("query_string", b""))
        found = [*twice]
        sent = {**query, **path} if query else path
        if not self.rules.fits_schema(sent):
            found += map(_of_parameter, outermost(self.rules.violations(sent)))
        unknown: list[str] = []
        if self.body is not None:
            broken, unknown = self.body.judged(body, tenant.lists)
            if broken:
                found += outermost(broken)
        for judge in self.behaviour.judging:
            found = judge(found, body)
        if unknown and tenant.settings.reject_unknown_members:
            message = "is a member that the contract does not know; leave it out."
            found += [Violation(one, "unknown-members-ignored", "unknown", message) for one in unknown]
        if found:
            raise _refused(found)
        ids = self.behaviour.names(tenant.ids) if self.behaviour.ids else tenant.ids
        named, relatives = self._named(tenant, path)
        if self.ruled:
            self.ledger.add_rules(tenant.store, relatives)
        values = {**self.defaults, **query} if query else self.defaults
        return made(PlacedCall, (request, tenant, ids, values, named, body, unknown, relatives))

    def _decoded(self, raw: bytes) -> Json:
        return decode(raw, self.settings.deepest_body)

    def _asked(self, raw: bytes) -> AskedQuery:
        """What a query says; most queries are short, few, and come again."""
        return self._remembered(raw) if len(raw) <= _LONGEST_QUERY else self._query(raw)

    def _query(self, raw: bytes) -> AskedQuery:
        """What a query says; ``name[]`` is the name of a list."""
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
        return AskedQuery(values, wrong)

    def _named(self, tenant: Tenant, path: Mapping[str, str]) -> NamedResources:
        """What a path names, and what that belongs to or joins. Raises Refusal unless each is there, in its place.

        What is named last is looked at first: most of what comes before it is among its owners, and not looked up.
        """
        store, deployment, joining = tenant.store, tenant.install.deployment, self.ledger.joining
        named: dict[str, Resource] = {}
        owners: dict[str, Resource] = {}
        for one in self.backwards:
            sid = path[one.name]
            known = owners.get(one.names)
            if known is not None and known.sid == sid:
                named[one.names] = known
                continue
            resource = store.read(sid)
            if resource is None or resource.part != one.names:
                raise self._not_there(tenant, path)
            named[one.names] = resource
            found = store.lineage(resource, joining)
            if not _is_within(deployment, found):
                raise self._not_there(tenant, path)
            if not owners:
                owners = found
                continue
            for part, owner in found.items():
                if owners.setdefault(part, owner).sid != owner.sid and one.clause not in self.behaviour.lenient:
                    raise _apart(self.path[-1], path, one)
        return made(NamedResources, (named, owners))

    def _not_there(self, tenant: Tenant, path: Mapping[str, str]) -> Refusal:
        """The refusal of a path: of the first that is not there, else of the first that is in another deployment."""
        store, deployment = tenant.store, tenant.install.deployment
        found = [store.read(path[one.name]) for one in self.path]
        for one, resource in zip(self.path, found, strict=True):
            if resource is None or resource.part != one.names:
                return _unknown(one, path)
        foreign = (
            one
            for one, resource in zip(self.path, found, strict=True)
            if resource is not None and not _is_within(deployment, self.ledger.owners(store, resource))
        )
        return _unknown(next(foreign, self.path[-1]), path)


def _decoded(segment: str) -> str:
    return unquote(segment, errors="replace") if "%" in segment else segment


def _is_within(deployment: str, owners: Mapping[str, Resource]) -> bool:
    """Whether a resource, given with all its owners, is in a deployment."""
    for one in owners.values():  # noqa: SIM110 - of every call, and any() costs three times as much
        if one.scope == deployment:
            return True
    return False


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


def _apart(one: PathParameter, path: Mapping[str, str], other: PathParameter) -> Refusal:
    """The refusal of a path whose SIDs do not belong together."""
    message = f"{one.name} in the path is '{path[one.name]}', which is no {one.names} of the {other.names} in the path."
    return refuse("not-found", one.clause, message)


def _unknown(one: PathParameter, path: Mapping[str, str]) -> Refusal:
    message = f"{one.name} in the path is '{shown(path[one.name].encode())}', which names no {one.names} here."
    return refuse("not-found", one.clause, message)
