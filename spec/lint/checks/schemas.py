"""Lint rules about single schema objects: keywords, branches, patterns, formats, contradictions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from spec.lint.checks.branches import branch_hits
from spec.lint.checks.contradictions import contradiction_hits
from spec.lint.checks.keywords import NUMBER_FORMATS, PROSE, Examined, keyword_hits
from spec.lint.checks.places import SchemaPlace
from spec.lint.checks.shapes import malformed_keywords
from spec.lint.checks.spelling import misspelt_keywords
from spec.lint.rules import Hit
from spec.normal.form import Normaliser
from spec.normal.keywords import SILENT_FORMATS
from spec.normal.readable import ASSERTED_FORMATS, is_readable
from spec.source.pointer import Json
from spec.witness.effort import Effort

_REFERENCE = PROSE | {"$ref"}
_ANCHORED = re.compile(r"\A\(?\^|\$\)?\Z")
_SID = re.compile(r"\^([A-Z]{2})\[([^\]]+)\]\{32\}\$\Z")
_KNOWN_FORMATS = ASSERTED_FORMATS | SILENT_FORMATS | NUMBER_FORMATS | {"byte", "base64url"}


def schema_hits(
    places: Iterable[SchemaPlace],
    document: Mapping[str, Json],
    normaliser: Normaliser,
    formats: frozenset[str],
    effort: Effort,
) -> Iterator[Hit]:
    """Hits of every schema rule; ``formats`` are those that the project itself checks, beside the usual ones.

    Contradictions and overlapping branches are searched for with one effort; where it ends, a hit says so.
    """
    alphabets: dict[str, list[Hit]] = defaultdict(list)
    ended = False
    for place in places:
        if effort.is_spent and not ended:
            ended = True
            message = (
                "From here on nothing was searched for contradictions and overlapping branches: "
                f"the search took its {effort.whole:,} steps."
            )
            yield Hit("search-ended", place.pointer, message)
        yield from misspelt_keywords(place)
        yield from malformed_keywords(place)
        yield from _patterns(place, alphabets)
        yield from _formats(place, formats)
        if place.schema.keys() <= _REFERENCE:
            continue  # it says nothing of its own: what it names is a place as well
        normal = normaliser.normal(place.schema)
        yield from keyword_hits(Examined.of(place, normal, legacy=normaliser.legacy))
        yield from branch_hits(place, normal, normaliser, document, effort)
        yield from contradiction_hits(place, normal, effort)
    if len(alphabets) > 1:
        shown = ", ".join(sorted(alphabets))
        for hits in alphabets.values():
            hit = hits[0]
            yield Hit(hit.rule, hit.pointer, f"{hit.message} The document uses the alphabets {shown} for its SIDs.")


def _patterns(place: SchemaPlace, alphabets: dict[str, list[Hit]]) -> Iterator[Hit]:
    pattern, pointer = place.schema.get("pattern"), f"{place.pointer}/pattern"
    if not isinstance(pattern, str):
        return
    if not is_readable(pattern):
        yield Hit("pattern-unreadable", pointer, f"No validator reads the pattern {pattern!r}.")
    elif not _ANCHORED.search(pattern) and place.keyword not in ("if", "not"):
        message = f"The pattern {pattern!r} has no anchors: it accepts any text that contains a match."
        yield Hit("pattern-without-anchors", pointer, message)
    if re.search(r"\\[dws]", pattern):
        message = f"The pattern {pattern!r} has a class that tools read differently."
        yield Hit("pattern-class", pointer, message)
    if found := _SID.match(pattern):
        message = f"{found[1]} is followed by 32 of [{found[2]}]."
        alphabets[f"[{found[2]}]"].append(Hit("pattern-alphabets-differ", pointer, message))


def _formats(place: SchemaPlace, formats: frozenset[str]) -> Iterator[Hit]:
    name = place.schema.get("format")
    if isinstance(name, str) and name not in _KNOWN_FORMATS and name not in formats:
        message = f"No validator checks the format {name!r}: every value passes."
        yield Hit("format-unchecked", f"{place.pointer}/format", message)
