"""Which version of OpenAPI a document is written in."""

from __future__ import annotations

from collections.abc import Mapping

from spec.source.pointer import Json
from spec.source.reading import Source, SourceError

READ = ("3.0", "3.1", "3.2")


def version(document: Mapping[str, Json]) -> str:
    """The version as a text; an unquoted ``openapi: 3.1`` is a number in YAML, and meant."""
    given = document.get("openapi")
    return str(given) if isinstance(given, (str, float)) and not isinstance(given, bool) else ""


def openapi_object(found: Source) -> Mapping[str, Json]:
    """The document as an OpenAPI object whose version is a text. Raises SourceError when it is none."""
    value = found.value
    if not isinstance(value, Mapping):
        raise SourceError(found.name, found.mark(""), "is not an OpenAPI document: its root is not an object.")
    declared = version(value)
    if any(declared == one or declared.startswith(f"{one}.") for one in READ):
        return value if value["openapi"] == declared else {**value, "openapi": declared}
    if "swagger" in value:
        reason = f"is a Swagger {value['swagger']} document. Convert it to OpenAPI 3 first."
        raise SourceError(found.name, found.mark("/swagger"), reason)
    given = f"'openapi' is {value['openapi']!r}" if "openapi" in value else "it has no member 'openapi'"
    reason = f"is not an OpenAPI 3.0, 3.1 or 3.2 document: {given}. Convert it to one of these first."
    raise SourceError(found.name, found.mark("/openapi"), reason)
