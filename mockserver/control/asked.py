"""What a caller of the control plane asks, read by the document of the control plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from urllib.parse import parse_qsl, unquote

from mockserver.endpoints.routes import variable
from mockserver.http.decoding import decode
from mockserver.http.errors import Refusal, RefusalReason
from mockserver.http.request import Request
from mockserver.settings import MIB, Settings
from spec.openapi.document import Operation, Parameter
from spec.schema.texts.lossless import lossless
from spec.schema.validation import Rules, outermost
from spec.source.pointer import Json, escape

_LARGEST = 64 * MIB
_MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A call of the control plane that keeps its document: parameters by name, defaults included, and the body."""

    request: Request
    values: Mapping[str, Json]
    body: Json

    @property
    def install(self) -> str | None:
        """The SID of the install that is meant, in the query or in the body; None for all."""
        named = self.values.get("install")
        if named is None and isinstance(self.body, dict):
            named = self.body.get("install")
        return named if isinstance(named, str) else None


class ControlReader:
    """Reads the calls of one operation."""

    def __init__(self, operation: Operation, settings: Settings) -> None:
        self.operation = operation
        self.settings = replace(settings, largest_body=_LARGEST)
        self.query = {one.name: one for one in operation.parameters if one.where == "query"}
        self.path = [one for one in operation.parameters if one.where == "path"]
        self.rules = Rules(
            {"type": "object", "properties": {"path": _object(self.path), "query": _object(self.query.values())}}
        )
        self.body = Rules(operation.body.json) if operation.body else None

    async def read(self, request: Request) -> ControlCall:
        """What is asked. Raises Refusal with everything that is wrong with it."""
        path = {one.name: _value(unquote(request.path_params[variable(one.name)]), one) for one in self.path}
        query, faults = self._query(request.query)
        value = {"path": path, "query": query}
        faults += [
            RefusalReason(one.pointer, one.message, one.clause) for one in outermost(self.rules.violations(value))
        ]
        body: Json = {}
        if self.body is not None:
            raw = await request.read(self.settings)
            assert self.operation.body is not None
            if raw or self.operation.body.required:
                request.require_json()
                body = decode(raw, self.settings.deepest_body)
                faults += [
                    RefusalReason(one.pointer, one.message, one.clause) for one in outermost(self.body.violations(body))
                ]
        if faults:
            message = faults[0].placed if len(faults) == 1 else (
                f"The call has {len(faults)} faults; 'errors' lists each of them."
            )  # fmt: skip
            raise Refusal("invalid-input", message, faults)
        defaults = {name: one.schema["default"] for name, one in self.query.items() if "default" in one.schema}
        return ControlCall(request, {**defaults, **query, **path}, body)

    def _query(self, raw: bytes) -> tuple[dict[str, Json], list[RefusalReason]]:
        try:
            pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            raise Refusal("invalid-input", f"There are more than {_MOST_FIELDS} parameters; send fewer.") from None
        values: dict[str, Json] = {}
        faults: list[RefusalReason] = []
        for name, text in pairs:
            parameter = self.query.get(name)
            pointer = f"/query/{escape(name[:100])}"
            if parameter is None:
                faults.append(RefusalReason(pointer, self._unknown(name), "schema"))
            elif parameter.schema.get("type") == "array":
                values.setdefault(name, []).append(text)
            elif name in values:
                faults.append(RefusalReason(pointer, f"{name!r} is sent twice; send it once.", "schema"))
            else:
                values[name] = _value(text, parameter)
        return values, faults

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self.query, n=1)
        known = ", ".join(self.query) or "none"
        meant = f"did you mean {near[0]!r}?" if near else f"the parameters here are: {known}."
        return f"there is no parameter {name[:60]!r}; {meant}"


def _object(parameters: Json) -> dict[str, Json]:
    return {"type": "object", "properties": {one.name: one.schema for one in parameters}}


def _value(text: str, parameter: Parameter) -> Json:
    """The text of a parameter as the type that is meant, or as it is where it is not of that type."""
    kind = parameter.schema.get("type")
    found = lossless(text) if kind in ("integer", "number", "boolean") and text.strip() == text else None
    if found is None or isinstance(found, bool) != (kind == "boolean"):
        return text
    return found
