"""The installs that a mock serves: defaults, lists of what each has, and what exists before the first call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spec.resources.resource import Part, Resources
from spec.schema.validation import Rules
from spec.source.pointer import escape
from spec.source.reading import Source, SourceError, read

INSTALLS_FILE = Path(__file__).parents[1] / "installs.yaml"
_SID = re.compile(r"AI[a-f0-9]{32}\Z")


@dataclass(frozen=True, slots=True)
class Existing:
    """Something that exists before the first call. ``attributes`` has the form of its part in a request."""

    part: str
    sid: str
    identifiers: Mapping[str, str]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Install:
    """One install. Installs of the same deployment share what is scoped to the deployment.

    ``members`` maps each list that ``x-install-member`` names to value → label.
    """

    sid: str
    name: str
    deployment: str
    defaults: Mapping[str, Any]
    members: Mapping[str, Mapping[str, str]]
    existing: tuple[Existing, ...]


def load_installs(resources: Resources, path: Path | str = INSTALLS_FILE) -> tuple[Install, ...]:
    """The installs of a file, the first being the demo install. Raises SourceError with place and reason."""
    source = read(path)
    entries = source.value.get("installs") if isinstance(source.value, dict) else None
    if not isinstance(entries, list) or not entries:
        raise SourceError(source.name, source.mark(""), "must be a mapping whose member 'installs' lists the installs.")
    reader = _Reader(source, resources)
    installs = tuple(reader.install(entry, f"/installs/{index}") for index, entry in enumerate(entries))
    for index, install in enumerate(installs):
        if install.sid in {other.sid for other in installs[:index]}:
            raise reader.fail(f"/installs/{index}", f"the install {install.sid} occurs twice.")
    return installs


class _Reader:
    def __init__(self, source: Source, resources: Resources) -> None:
        self.source, self.resources = source, resources

    def fail(self, pointer: str, reason: str) -> SourceError:
        return SourceError(self.source.name, self.source.mark(pointer), f"{reason} ({pointer})")

    def install(self, entry: Any, pointer: str) -> Install:
        if not isinstance(entry, dict):
            raise self.fail(pointer, "an install is a mapping with sid, name, deployment, defaults and members.")
        if stranger := sorted(entry.keys() - {"sid", "name", "deployment", "defaults", "members", "resources"}):
            raise self.fail(f"{pointer}/{escape(stranger[0])}", f"an install has no member {stranger[0]!r}.")
        sid = entry.get("sid")
        if not isinstance(sid, str) or not _SID.match(sid):
            raise self.fail(f"{pointer}/sid", "the sid of an install is AI and 32 lower-case hexadecimal digits.")
        members = {name: self._list(one, f"{pointer}/members/{name}") for name, one in entry.get("members", {}).items()}
        existing = [
            self._existing(name, one, f"{pointer}/resources/{escape(name)}/{index}")
            for name, listed in entry.get("resources", {}).items()
            for index, one in enumerate(listed)
        ]
        return Install(
            sid=sid,
            name=str(entry.get("name", sid)),
            deployment=str(entry.get("deployment", sid)),
            defaults=entry.get("defaults", {}),
            members=members,
            existing=tuple(existing),
        )

    def _list(self, entry: Any, pointer: str) -> Mapping[str, str]:
        if isinstance(entry, list):
            return {str(value): str(value) for value in entry}
        if isinstance(entry, dict):
            return {value: str(label) for value, label in entry.items()}
        raise self.fail(pointer, "a list of an install is a sequence of values or a mapping of value to label.")

    def _existing(self, name: str, entry: Any, pointer: str) -> Existing:
        try:
            part = self.resources.part(name)
        except KeyError:
            raise self.fail(pointer, f"the document has no part {name!r}.") from None
        if part.scope is not None or part.identity:
            raise self.fail(pointer, f"{name!r} depends on other parts; only parts of a deployment can pre-exist.")
        if not isinstance(entry, dict) or entry.keys() - {"sid", "identifiers", "attributes"}:
            raise self.fail(pointer, "an existing resource is a mapping with sid, identifiers and attributes.")
        self._check(part, entry, pointer)
        return Existing(name, entry["sid"], entry.get("identifiers", {}), entry.get("attributes", {}))

    def _check(self, part: Part, entry: dict[str, Any], pointer: str) -> None:
        body = {part.identifiers: {part.sid_kind: entry.get("sid")}, **entry.get("attributes", {})}
        for violation in Rules(part.schema).violations(body):
            raise self.fail(pointer, f"{violation.pointer}: {violation.message}")
        if stranger := sorted(entry.get("identifiers", {}).keys() - set(part.kinds)):
            raise self.fail(f"{pointer}/identifiers", f"{part.name!r} has no identifier {stranger[0]!r}.")
