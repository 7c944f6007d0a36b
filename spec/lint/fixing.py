"""Mending what has one right answer, in the text itself, so that comments and order survive.

Every edit is checked before it is kept: the edited text must read as the document that was meant, else it is left.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from spec.lint.checks.spelling import same_but_for_case
from spec.lint.rules import LintFinding
from spec.source.pointer import Json, follow, join, split
from spec.source.reading import Source, SourceError, parse

_NULLABLE = re.compile(r",\s*\"?nullable\"?:\s*(?:true|false)|\"?nullable\"?:\s*(?:true|false)\s*,\s*")
_CLASS = re.compile(r"\\d|\[[^\]]*\\d[^\]]*\]")


class Edit(NamedTuple):
    """A text that may be the mended one, and the document that it must then hold."""

    text: str
    wanted: Json


def mended(text: str, source: Source, found: list[LintFinding]) -> tuple[str, list[LintFinding]]:
    """The text with what could be mended, and the findings that this took care of."""
    done: list[LintFinding] = []
    for finding in sorted(found, key=lambda one: (one.line, one.column), reverse=True):
        if finding.rule not in FIXERS or finding.file != source.name:
            continue
        current = parse(text, source.name)
        for edit in FIXERS[finding.rule](text, current, finding.pointer):
            if _reads_as(edit, source.name):
                text = edit.text
                done.append(finding)
                break
    return text, done[::-1]


def _reads_as(edit: Edit, name: str) -> bool:
    try:
        return bool(parse(edit.text, name).value == edit.wanted)
    except SourceError:
        return False


def _spelling(text: str, source: Source, pointer: str) -> Iterator[Edit]:
    """A keyword that differs from the right one in case, dashes or underscores only."""
    *above, word = split(pointer)
    right = same_but_for_case(word)
    if right is None:
        return
    lines = text.splitlines(keepends=True)
    mark = source.mark(pointer)
    line = lines[mark.line - 1]
    if word in line[mark.column - 1 :]:
        start = line.index(word, mark.column - 1)
        lines[mark.line - 1] = line[:start] + right + line[start + len(word) :]
        wanted = copy.deepcopy(source.value)
        holder = follow(wanted, above)
        if right not in holder:
            renamed = {right if key == word else key: value for key, value in holder.items()}
            holder.clear()
            holder.update(renamed)
            yield Edit("".join(lines), wanted)


def _nullable(text: str, source: Source, pointer: str) -> Iterator[Edit]:
    """``nullable: true`` in OpenAPI 3.1 becomes ``null`` among the types; ``false`` says nothing and goes."""
    *above, word = split(pointer)
    if word != "nullable" or not str(source.value.get("openapi", "")).startswith("3.1"):
        return
    wanted = copy.deepcopy(source.value)
    holder = follow(wanted, above)
    meant = holder.pop("nullable")
    if meant is True and not isinstance(holder.get("type"), str):
        return
    kind = str(holder.get("type"))
    if meant is True:
        holder["type"] = [kind, "null"]
    at = source.mark(pointer).line - 1
    typed_at = source.mark(join((*above, "type"))).line - 1
    lines = text.splitlines(keepends=True)
    typed = _with_null(lines, typed_at, kind) if meant is True else lines
    yield Edit("".join([*typed[:at], *typed[at + 1 :]]), wanted)
    yield Edit("".join([*typed[:at], _NULLABLE.sub("", typed[at]), *typed[at + 1 :]]), wanted)


def _with_null(lines: list[str], at: int, kind: str) -> list[str]:
    """The lines with ``null`` among the types on one of them."""
    quote = '"' if f'"{kind}"' in lines[at] else ""
    listed = f"[{quote}{kind}{quote}, " + ('"null"]' if quote else "'null']")
    written = re.compile(rf"(\"?type\"?:\s*)[\"']?{re.escape(kind)}[\"']?")
    typed = written.sub(lambda found: found[1] + listed, lines[at], count=1)
    return [*lines[:at], typed, *lines[at + 1 :]]


def _pattern(text: str, source: Source, pointer: str) -> Iterator[Edit]:
    r"""``\d`` in a pattern, which tools read differently, becomes ``[0-9]``."""
    *above, word = split(pointer)
    value = follow(source.value, pointer)
    if word != "pattern" or not isinstance(value, str) or "\\d" not in value:
        return
    right = _CLASS.sub(lambda found: _digits(found[0]), value)
    wanted = copy.deepcopy(source.value)
    follow(wanted, above)["pattern"] = right
    lines = text.splitlines(keepends=True)
    at = source.mark(pointer).line - 1
    for written, meant in ((value, right), (value.replace("\\", "\\\\"), right.replace("\\", "\\\\"))):
        if written in lines[at]:
            yield Edit("".join([*lines[:at], lines[at].replace(written, meant, 1), *lines[at + 1 :]]), wanted)


def _digits(found: str) -> str:
    return found.replace("\\d", "0-9") if found.startswith("[") else "[0-9]"


def _branch(text: str, source: Source, pointer: str) -> Iterator[Edit]:
    """A branch of anyOf or allOf that stands there already goes; of oneOf it is no repetition but a fault."""
    *above, index = split(pointer)
    if not above or above[-1] not in ("anyOf", "allOf"):
        return
    wanted = copy.deepcopy(source.value)
    branches = follow(wanted, above)
    del branches[int(index)]
    lines = text.splitlines(keepends=True)
    first = source.mark(pointer).line - 1
    for last in range(first + 1, min(first + 60, len(lines)) + 1):
        yield Edit("".join([*lines[:first], *lines[last:]]), wanted)


Fixer = Callable[[str, Source, str], Iterator[Edit]]
FIXERS: Mapping[str, Fixer] = {
    "keyword-misspelt": _spelling,
    "keyword-without-effect": _nullable,
    "pattern-class": _pattern,
    "duplicate-branch": _branch,
}
"""The rules whose findings can have one right answer."""
