"""Reading ``.invigilate.yaml``: checked by a JSON Schema, refused with file, line and what is allowed there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import jsonschema_rs

from spec.source import pointer
from spec.source.pointer import Json
from spec.source.reading import Source, SourceError, read

NAME = ".invigilate.yaml"
"""The file that is read from the folder in which a command runs."""
_SCHEMA = Path(__file__).with_name("configuration.schema.json")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a project decided; empty where there is no file.

    >>> Configuration().section("diff")
    {}
    """

    value: Mapping[str, Json] = field(default_factory=dict)
    source: Source | None = None

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.source.name if self.source else NAME

    def section(self, name: str) -> Mapping[str, Json]:
        """The decisions about one command (``lint``, ``diff``); empty where there are none."""
        found: Mapping[str, Json] = self.value.get(name, {})
        return found

    def rules(self, command: str, known: Iterable[str]) -> Mapping[str, str]:
        """Rule → severity as decided for a command. Raises SourceError for a rule that the command does not have."""
        decided: Mapping[str, str] = self.section(command).get("rules", {})
        names = list(known)
        for rule in decided:
            if rule not in names:
                near = get_close_matches(rule, names, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"'invigilate {command} --rules' lists them."
                raise self.error(f"/{command}/rules/{pointer.escape(rule)}", f"there is no rule {rule!r}; {hint}")
        return decided

    def error(self, place: str, reason: str) -> SourceError:
        """The error to raise about a place in the file."""
        assert self.source is not None, "an empty configuration has no faults"
        return SourceError(self.source.name, self.source.mark(place), reason)


def configuration(path: Path | str | None = None, folder: Path | None = None) -> Configuration:
    """The configuration in a file; without a path, the one of the folder (default: the current one), if there is one.

    Raises SourceError for what the schema of the file does not allow, and for a named file that is missing.
    """
    if path is None:
        path = (folder or Path()) / NAME
        if not path.is_file():
            return Configuration()
    found = read(path)
    if found.value is None or found.value == {}:
        return Configuration({}, found)
    problem = next(iter(sorted(_validator().iter_errors(found.value), key=lambda each: str(each.instance_path))), None)
    if problem is not None:
        place = pointer.join(problem.instance_path)
        raise SourceError(found.name, found.mark(place), f"{place or '(whole file)'}: {problem.message}.")
    return Configuration(found.value, found)


@lru_cache(maxsize=1)
def _validator() -> Json:
    return jsonschema_rs.Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")), validate_formats=True)
