"""The one oracle: ``expect`` says what the contract makes of a request that was actually sent, in a given state."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

from contract.http import text as jsontext
from contract.http.access import Access, Credential
from contract.http.exchange import SentRequest
from contract.model.identity import asked, identities_of, in_call, scope_of, texts_of, value_at
from contract.model.memory import Identity, Model
from contract.oracle.expectation import REFUSALS, Expectation, Reason, expectation
from contract.oracle.readings import Oddity, is_plain_name, oddities, trimmed
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Operation
from spec.resources.resource import ABSENT, Part
from spec.schema.keywords import clause_of
from spec.schema.texts.formats import instant
from spec.schema.validation import Rules
from spec.source.pointer import Json, join

_CREDENTIAL_CLAUSES = {
    Credential.MISSING: ("credential-missing-refused", "no credential was sent"),
    Credential.INVALID: ("credential-invalid-refused", "the credential is not valid"),
    Credential.EXPIRED: ("credential-expired-refused", "the credential has expired"),
    Credential.FOREIGN: ("credential-foreign-refused", "the credential is that of another install"),
    Credential.RESPELLED: ("credential-exact", "the credential is a good one in another spelling"),
    Credential.CONFLICT: ("credential-conflict-refused", "two different credentials were sent"),
}
_JSON = re.compile(r'\s*application/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?\Z', re.IGNORECASE)


class Oracle:
    """Expectations of requests for one operation of a document. ``clock`` gives the present, with a time zone."""

    def __init__(
        self,
        operation: Operation,
        model: Model,
        catalogue: Catalogue,
        access: Access,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if operation.body is None:
            raise ValueError(f"The operation {operation.id!r} has no body to judge.")
        self.operation, self.model, self.catalogue, self.access, self.clock = operation, model, catalogue, access, clock
        self.schema = operation.body.json
        self.rules = Rules(self.schema, request=True)
        before, _, after = operation.path.partition("{")
        self.before, self.after = before, after.partition("}")[2]
        listed = {rule.argument for rule in self.rules.annotations if rule.keyword == "x-install-member"}
        self.listed = listed
        self.learn(access)
        self.install_rules = Rules(operation.parameters[0].schema)

    def learn(self, access: Access) -> None:
        """Take what an access says of the install for the truth."""
        self.access = access
        # what the judge was not told of, it takes for unknown; recorded traffic may know better
        self.lists = None if access.passive else {name: access.known.get(name, ()) for name in self.listed}

    def names_what_installs_have(self, body: Json) -> bool:
        """Whether a body names something that only an install can know to have."""
        nothing: dict[str, tuple[str, ...]] = dict.fromkeys(self.listed, ())
        return any(one.keyword == "x-install-member" for one in self.rules.violations(body, nothing))

    def path(self, install: str) -> str:
        """The path of the operation for an install."""
        return f"{self.before}{install}{self.after}"

    def entry(self, request: SentRequest, install: str) -> Iterator[Reason]:
        """Why whoever calls is not let in to an install."""
        yield from self._credential(request, install)
        yield from self._install_reasons(install)

    def expect(self, request: SentRequest) -> Expectation:
        """What the contract makes of a request, the model being as it is before the request."""
        path, marked, _ = request.path.partition("?")
        install = self._install(path)
        if install is None:
            reasons = [_reason("path-known", "", "the path is unknown", 404, "RESOURCENOTFOUND", {401, 403, 405})]
            return self._expectation(reasons, (), None, None, provisions=False)
        if request.method != self.operation.method:
            message = f"{request.method} is not a method of this path"
            reasons = [_reason("method-allowed", "", message, 405, "UNSUPPORTEDHTTPVERB")]
            return self._expectation(reasons, (), install, None, provisions=False)
        reasons = [*self._credential(request, install), *self._install_reasons(install), *self._media(request)]
        body = request.body or b""
        if len(body) > jsontext.LARGEST:
            reasons.append(_reason("body-size", "", "the body is larger than 1 MiB", 413, "PAYLOADTOOLARGE"))
            return self._expectation(reasons, (), install, None)
        text = jsontext.read(body)
        reasons += self._text(text, body)
        if text.broken or text.deep:
            return self._expectation(reasons, (), install, None)
        # who refuses a text for its own sake has not looked at what it says
        reasons += (replace(one, late=True) if text.oddities else one for one in self._violations(text.value))
        now = instant(self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")) or (0, "")
        odd = list(oddities(text.value, self.schema, now)) if not self._blocked(reasons) else []
        if marked:
            odd.append(Oddity("", "path-known"))
        if _spelled_otherwise(request):
            odd.append(Oddity("", "http-spelling"))
        if isinstance(text.value, dict):
            pointers = {one.pointer for one in reasons}
            reasons += self._accompanied(text.value, pointers)
            for nested in self._references(text.value, install):
                if isinstance(nested, Reason):
                    reasons.append(nested)
                else:
                    odd.append(nested)
        return self._expectation(reasons, odd, install, text.value)

    def _violations(self, value: Json) -> Iterator[Reason]:
        """What a body breaks; under a clause of its own what it would keep if its texts were trimmed."""
        found = self.rules.violations(value, self.lists)
        without_padding = trimmed(value) if found else value
        padded: set[tuple[str, str]] = set()
        if without_padding != value:
            kept = {(one.pointer, one.clause) for one in self.rules.violations(without_padding, self.lists)}
            padded = {(one.pointer, one.clause) for one in found} - kept
        for one in found:
            clause = "values-survive" if (one.pointer, one.clause) in padded else one.clause
            if one.missing:
                reason = _reason(clause, one.pointer, one.message, 404, "RESOURCENOTFOUND")
                yield replace(reason, preference_clause=one.clause)
            else:
                yield _body_reason(clause, one.pointer, one.message)

    def _expectation(
        self, reasons: list[Reason], odd: Json, install: str | None, body: Json, *, provisions: bool = True
    ) -> Expectation:
        return expectation(reasons, odd, self.catalogue, install, body, provisions=provisions)

    def _blocked(self, reasons: list[Reason]) -> bool:
        return any(self.catalogue[reason.clause].binding for reason in reasons)

    def _install(self, path: str) -> str | None:
        if not path.startswith(self.before) or not path.endswith(self.after):
            return None
        middle = path[len(self.before) : len(path) - len(self.after)]
        return unquote(middle) if middle and "/" not in middle else None

    def _credential(self, request: SentRequest, install: str) -> Iterator[Reason]:
        state = self.access.credential(request, install)
        if state not in _CREDENTIAL_CLAUSES:
            return
        clause, message = _CREDENTIAL_CLAUSES[state]
        by_header = request.header("authorization") is None
        preferred = 403 if state is Credential.FOREIGN or (by_header and state is not Credential.MISSING) else 401
        if state is Credential.CONFLICT:
            preferred = 401
        code = "FORBIDDEN" if state is Credential.FOREIGN else "AUTHENTICATIONFAILED"
        statuses = frozenset({401, 403, 404}) if state is Credential.FOREIGN else frozenset({401, 403})
        yield Reason(clause, "", message, statuses, preferred, code, clause, "credential-status")

    def _install_reasons(self, install: str) -> Iterator[Reason]:
        known = {self.access.install, self.access.other_install}
        if not self.install_rules.fits_schema(install):
            yield _reason("install-sid-form", "", "the install SID is malformed", 400, "INVALIDINPUT")
        elif install not in known and not self.access.passive:
            yield _reason("install-known", "", "the install is unknown", 404, "RESOURCENOTFOUND")

    @staticmethod
    def _media(request: SentRequest) -> Iterator[Reason]:
        declared = request.header("content-type")
        coding = request.header("content-encoding")
        if declared is None or not _JSON.match(declared) or (coding is not None and coding.lower() != "identity"):
            message = f"the body is declared as {declared or 'nothing'}" + (
                f", encoded with {coding}" if coding else ""
            )
            yield _reason("media-type", "", message, 415, "UNSUPPORTEDMEDIATYPE")

    @staticmethod
    def _text(text: jsontext.Text, body: bytes) -> Iterator[Reason]:
        if not body.strip():
            yield _body_reason("body-object", "", "the body is empty")
        elif text.broken:
            yield _body_reason("body-json", "", "the body is not JSON")
        elif text.deep:
            yield _body_reason("body-depth", "", "the body is nested deeper than 64 levels")
        for oddity in dict.fromkeys(text.oddities):
            yield _body_reason("strict-json", "", f"the body has {oddity}")

    def _references(self, body: Mapping[str, Json], install: str) -> Iterator[Reason | Oddity]:
        sids: dict[str, str | None] = {}
        for part in self.model.resources.parts:
            value = value_at(body, part.path)
            if not isinstance(value, dict):
                continue
            identities = identities_of(part, value, install, sids)
            known = [found for each in identities if isinstance(found := self.model.look_up(each), str)]
            sids[part.name] = known[0] if known else None
            yield from self._sid_reference(part, value, sids, install)
            for kind, text in texts_of(part, value):
                if not is_plain_name(text):
                    yield Oddity(join((*part.path, str(part.identifiers), kind)), "values-survive")
            if not known and self.model.doubles(part, value):
                yield Oddity(part.pointer, "match-by-identifier")
            yield from self._joined(part, value, body)
            if not known and not self._names_sid(part, value):
                yield from self._creation(part, value, identities)

    def _accompanied(self, body: Mapping[str, Json], pointers: Collection[str]) -> Iterator[Reason]:
        """Parts that belong to others, one of which is not in the call; ``pointers`` miss in the schema."""
        there = in_call(self.model.resources, body)
        for part in self.model.resources.parts:
            missing = [one for one in part.owners if one not in there] if there.get(part.name) else []
            if missing and self.model.resources.part(missing[0]).pointer not in pointers:
                message = f"a {part.name} belongs to a {missing[0]}, which is not in the call"
                clause = clause_of(part.schema, "x-resource", "owners")
                yield replace(_body_reason(clause, part.pointer, message), late=True)

    def _joined(self, part: Part, value: Mapping[str, Json], body: Mapping[str, Json]) -> Iterator[Oddity]:
        """A part that is meant together with others, which are not there."""
        if part.fallback is None:
            return
        for name in part.fallback.joined.get(str(value.get(part.fallback.member)), ()):
            if asked(self.model.resources, body, self.model.resources.part(name)) is ABSENT:
                yield Oddity(part.pointer, clause_of(part.schema, "x-resource", "fallback-identity"))

    @staticmethod
    def _names_sid(part: Part, value: Mapping[str, Json]) -> bool:
        held = value.get(part.identifiers) if part.identifiers else None
        return isinstance(held, dict) and part.sid_kind in held

    def _sid_reference(
        self, part: Part, value: Mapping[str, Json], sids: dict[str, str | None], install: str
    ) -> Iterator[Reason | Oddity]:
        if not self._names_sid(part, value) or part.identifiers is None:
            return
        sid = value[part.identifiers][part.sid_kind]
        pointer = join((*part.path, part.identifiers, str(part.sid_kind)))
        thing = self.model.things.get(sid) if isinstance(sid, str) else None
        if thing is None and isinstance(sid, str) and trimmed(sid) in self.model.things:
            yield Oddity(pointer, "ids-exact")
            return
        if thing is None or thing.part != part.name:
            message = f"{sid!r} names nothing"
            if self.model.closed:
                doubtful = clause_of(part.schema, "x-resource", "fallback-identity") if part.fallback else "schema"
                if doubtful != "schema":
                    yield _reason(doubtful, pointer, message, 404, "RESOURCENOTFOUND")
                    return
                yield _reason("unknown-sid-refused", pointer, message, 404, "RESOURCENOTFOUND", firm=True)
            else:
                yield Oddity(pointer, "unknown-sid-refused", unknown=True)
            return
        sids[part.name] = sid
        scope = scope_of(part, sids, install)
        if thing.scope != scope:
            clause = clause_of(part.schema, "x-resource", "scope") if part.scope else "installs-apart"
            clause = "ids-scoped" if clause == "schema" else clause
            message = f"{sid!r} belongs to {thing.scope}, not to {scope}"
            yield _reason(clause, pointer, message, 404, "RESOURCENOTFOUND")

    def _creation(self, part: Part, value: Mapping[str, Json], identities: list[Identity]) -> Iterator[Reason | Oddity]:
        missing = [name for name in part.required_on_create if name not in value]
        for name in missing:
            clause = clause_of(part.schema, "x-resource", "required-on-create")
            message = f"{name!r} is missing, and this {part.name} is new"
            yield replace(_body_reason(clause, join((*part.path, name)), message), late=True)
        if missing and any(self.model.look_up(each) is not None for each in identities):
            yield Oddity(part.pointer, clause_of(part.schema, "x-resource", "required-on-create"), unknown=True)


def _spelled_otherwise(request: SentRequest) -> bool:
    """Whether a request is spelled as HTTP allows and few clients do: chunked, or a scheme other than ``Bearer x``."""
    scheme = request.header("authorization") or "Bearer x"
    usual = scheme.startswith("Bearer ") and not scheme.startswith("Bearer  ")
    return request.header("transfer-encoding") is not None or (scheme.lower().startswith("bearer") and not usual)


def _body_reason(clause: str, pointer: str, message: str) -> Reason:
    return Reason(clause, pointer, message, frozenset({400}), 400, "INVALIDINPUT", "invalid-input-400", clause)


def _reason(
    clause: str,
    pointer: str,
    message: str,
    preferred: int,
    code: str,
    also: set[int] | None = None,
    *,
    firm: bool = False,
) -> Reason:
    statuses = frozenset({preferred, *(also or ())}) if firm else REFUSALS
    return Reason(clause, pointer, message, statuses, preferred, code, clause, clause)
