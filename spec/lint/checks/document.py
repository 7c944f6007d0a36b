"""Lint rules about the document as a whole: references, operations, parameters, security, dry runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from spec.diff.document import ComparedOperation, DocumentValue, Side
from spec.lint.nearby import nearby
from spec.lint.possible import demanded, is_plainly_possible
from spec.lint.rules import Hit
from spec.normal.direction import Direction
from spec.normal.identity import IdentityCache
from spec.normal.merge import Schema, is_false, text
from spec.normal.place import opened, unwrapped
from spec.openapi.resolving import LocalReference, is_in_extension, target
from spec.source.pointer import Json, escape, follow
from spec.source.reading import HOLDER, Source
from spec.witness.effort import Effort
from spec.witness.engine import expanded, judge
from spec.witness.sample import samples

_LEVELS = 4  # levels of a body that a dry run looks at
_NAMES = re.compile(r"\{([^{}]+)\}")


def reference_hits(source: Source, written: Iterable[LocalReference], *, legacy: bool) -> Iterator[Hit]:
    """References that lead nowhere, out of ``components``, or have siblings that OpenAPI 3.0 ignores."""
    document: Mapping[str, Json] = source.value
    for gap in source.gaps:
        if gap.reference is None:
            continue
        message = f"The reference {gap.reference!r} cannot be resolved: it {gap.reason}."
        yield Hit("reference-unresolvable", gap.pointer, message)
    for pointer, reference in source.spliced.items():
        message = f"The reference {reference!r} stands where OpenAPI knows none; it is followed here, as by most tools."
        yield Hit("reference-misplaced", f"{pointer}/$ref", message)
    known = {gap.pointer for gap in source.gaps}
    places: dict[str, str | None] = {}
    for pointer, reference in written:
        if is_in_extension(pointer):
            continue  # whoever reads the extension knows what is meant
        if reference not in places:
            places[reference] = target(document, reference)
        place = places[reference]
        if place is None:
            if f"{pointer}/$ref" not in known:
                message = f"The reference {reference!r} cannot be resolved: it names nothing."
                yield Hit("reference-unresolvable", f"{pointer}/$ref", message)
        elif not place.startswith(("/components/", f"/{HOLDER}/")) and place:
            message = f"The reference {reference!r} leads outside 'components'."
            yield Hit("reference-outside-components", f"{pointer}/$ref", message)
        holder = follow(document, pointer) if legacy else None
        beside = sorted(set(holder) - {"$ref", "description", "summary"}) if isinstance(holder, dict) else []
        if beside and "/paths/" not in f"{pointer}/"[-7:]:
            message = f"{', '.join(map(repr, beside))} beside $ref has no effect in OpenAPI 3.0."
            yield Hit("reference-with-siblings", pointer, message)


def operation_hits(side: Side, effort: Effort) -> Iterator[Hit]:
    """Hits of every rule about operations; the effort is that of all dry runs."""
    dry = _DryRuns(side, effort)
    used: dict[str, str] = {}
    components = side.document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    known = set(schemes) if isinstance(schemes, dict) else set()
    yield from _security(side.document.get("security"), "/security", known)
    operations = side.operations().values()
    yield from _unanswered(side, operations)
    for operation in operations:
        pointer, value = operation.part.pointer, operation.part.value
        name = value.get("operationId")
        if not isinstance(name, str):
            yield Hit("operation-id-missing", pointer, f"{operation.name} has no operationId.")
            name = ""
        elif name in used:
            yield Hit(
                "operation-id-duplicate",
                f"{pointer}/operationId",
                f"The operationId {name!r} is that of {used[name]} too.",
            )
        if name:
            used.setdefault(name, operation.name)
        yield from _parameters(side, operation)
        yield from _security(value.get("security"), f"{pointer}/security", known)
        yield from _bodies(dry, operation)


def template_hits(side: Side) -> Iterator[Hit]:
    """Path templates that differ in the names of their parameters only: no request can tell them apart."""
    first: dict[str, str] = {}
    for path in side.children(side.at(""), "paths"):
        shape = _NAMES.sub("{}", path)
        if shape in first:
            message = f"The path {path} matches the same requests as {first[shape]}."
            yield Hit("path-template-duplicate", f"/paths/{escape(path)}", message)
        first.setdefault(shape, path)


def _parameters(side: Side, operation: ComparedOperation) -> Iterator[Hit]:
    wanted = set(_NAMES.findall(operation.path))
    declared: dict[str, str] = {}
    unread = False
    for holder in (operation.item, operation.part):
        listed = side.child(holder, "parameters")
        seen: set[tuple[str, str]] = set()
        for index in range(len(listed.value) if isinstance(listed.value, list) else 0):
            part = side.child(listed, str(index))
            if not isinstance(part.value, dict):
                continue
            unread = unread or "$ref" in part.value  # it stands where nothing was read
            name, place = str(part.value.get("name")), str(part.value.get("in"))
            if place == "path":
                declared[name] = part.pointer
            name = name.lower() if place == "header" else name
            if (place, name) in seen and "$ref" not in part.value:
                message = f"The {place} parameter {name!r} of {operation.name} is declared twice."
                yield Hit("parameter-duplicate", f"{listed.pointer}/{index}", message)
            seen.add((place, name))
    if unread:
        return
    for name in sorted(wanted - declared.keys()):
        message = f"{operation.name} does not declare its path parameter {name!r}."
        yield Hit("path-parameter-undeclared", operation.part.pointer, message)
    for name in sorted(declared.keys() - wanted):
        yield Hit("path-parameter-unused", declared[name], f"{operation.name} has no {name!r} in its path.")


def _security(listed: Json, pointer: str, known: set[str]) -> Iterator[Hit]:
    for index, demand in enumerate(listed if isinstance(listed, list) else ()):
        for name in demand if isinstance(demand, dict) else ():
            if name not in known:
                message = f"The security scheme {name!r} is not defined."
                yield Hit("security-scheme-unknown", f"{pointer}/{index}/{escape(name)}", message)


def _bodies(dry: _DryRuns, operation: ComparedOperation) -> Iterator[Hit]:
    side = dry.side
    body = side.child(operation.part, "requestBody")
    request = _json(side, body) if body else None
    if request is not None and body.value.get("required") is not True:
        normal = unwrapped(side.normaliser.normal(request, "request"))
        if normal.get("required"):
            needed = ", ".join(map(repr, normal["required"]))
            message = f"{operation.name} may be called without a body, though its body requires {needed}."
            yield Hit("request-body-optional", body.pointer, message)
    responses = side.children(operation.part, "responses")
    if request is not None:
        yield from dry.hits(request, body.pointer, "request", operation)
    for status, response in responses.items():
        answer = _json(side, response)
        if answer is not None:
            yield from dry.hits(answer, response.pointer, "response", operation)
            if status.startswith("2") and request is not None:
                yield from _unasked(side, request, answer, response.pointer, operation)


def _unanswered(side: Side, operations: Iterable[ComparedOperation]) -> Iterator[Hit]:
    """Operations that can fail and say nothing of it; one hit for the whole document if none of several does."""
    refusable = [one for one in operations if side.children(one.part, "responses") and _can_fail(side, one)]
    silent = [one for one in refusable if not any(map(_is_failure, side.children(one.part, "responses")))]
    if len(silent) == len(refusable) > 3:
        message = f"None of {len(silent)} operations describes an answer to a call that fails."
        yield Hit("error-responses-missing", "/paths", message)
        return
    for one in silent:
        message = f"{one.name} describes no answer to a call that fails."
        yield Hit("error-responses-missing", f"{one.part.pointer}/responses", message)


def _can_fail(side: Side, operation: ComparedOperation) -> bool:
    has_body = bool(side.child(operation.part, "requestBody"))
    return has_body or bool(operation.part.value.get("parameters")) or "{" in operation.path


def _is_failure(status: str) -> bool:
    return status[:1] in "45" or status == "default"


def _json(side: Side, part: DocumentValue) -> Json:
    """The schema of a JSON body: the component itself where nothing but a reference to it stands there."""
    for name, media in side.children(part, "content").items():
        if name.partition(";")[0].strip().lower().endswith("json"):
            found = side.child(media, "schema").value
            if isinstance(found, dict):
                return found
    return None


class _DryRuns:
    """Bodies made for operations; schemas that are written alike (one component, as a rule) are tried once."""

    def __init__(self, side: Side, effort: Effort) -> None:
        self.side, self.effort = side, effort
        self._tried: dict[tuple[Direction, str], bool] = {}
        self._noted = False
        self._demanded: IdentityCache[Json] = IdentityCache()

    def hits(self, schema: Json, pointer: str, direction: Direction, operation: ComparedOperation) -> Iterator[Hit]:
        """A hit if no body of the operation was found, or if no more are looked for."""
        key = (direction, text(schema))
        if key not in self._tried:
            found = not self.effort.is_spent and self._is_possible(self.side.normaliser.normal(schema, direction))
            if not found and self.effort.is_spent:
                yield from self._end(pointer)
                return
            self._tried[key] = found
        if not self._tried[key]:
            message = f"No valid {direction} body of {operation.name} could be generated."
            yield Hit("dry-run-failed", pointer, message)

    def _end(self, pointer: str) -> Iterator[Hit]:
        if not self._noted:
            self._noted = True
            message = f"From here on no body was generated: the search took its {self.effort.whole:,} steps."
            yield Hit("search-ended", pointer, message)

    def _is_possible(self, whole: Schema) -> bool:
        if is_plainly_possible(nearby(demanded(whole), _LEVELS, reduced=self._reduced)):
            return True
        normal = nearby(whole, _LEVELS)
        accepts = judge(normal)
        if any(map(accepts, samples(normal, effort=self.effort))):
            return True
        return any(self._is_opened(each, accepts) for each in (demanded(normal), normal))

    def _reduced(self, definition: Json) -> Json:
        """What a definition demands: worked out once, however many bodies it is within reach of."""
        known = self._demanded.get(definition)
        return self._demanded.put(definition, demanded(definition)) if known is None else known

    def _is_opened(self, normal: Schema, accepts: Callable[[Json], bool]) -> bool:
        """True if the schema with its conditions worked in gives a body that is accepted."""
        opened = expanded(normal)
        return opened is not None and not is_false(opened) and any(map(accepts, samples(opened, effort=self.effort)))


def _unasked(side: Side, request: Json, answer: Json, pointer: str, operation: ComparedOperation) -> Iterator[Hit]:
    """Members that every response must have although a request need not ask for them."""
    asked = unwrapped(side.normaliser.normal(request, "request"))
    given = unwrapped(side.normaliser.normal(answer, "response"))
    wanted = [name for name in given.get("required", ()) if name not in asked.get("required", ())]
    optional = dict(_optional(asked, asked.get("$defs", {}), sure=True)) if wanted else {}
    for name in wanted:
        if name in optional:
            message = f"Every answer of {operation.name} must have {name!r}, but a request may leave {name!r} out."
            yield Hit("response-requires-unasked", pointer, message)


def _optional(schema: Schema, definitions: Schema, *, sure: bool, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """Members that may be missing, at the top or within members."""
    whole = opened(schema, definitions)
    for name, child in whole.get("properties", {}).items():
        needed = sure and name in whole.get("required", ())
        if not needed and "object" in opened(child, definitions).get("type", ()):
            yield name, True
        if depth < 3:
            yield from _optional(child, definitions, sure=needed, depth=depth + 1)
