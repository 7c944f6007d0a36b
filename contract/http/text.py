"""Reading a body as the strictest and as the most lenient reader would, and telling where they part."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from spec.schema.texts.surrogates import has_half
from spec.source.depth import deeper_than
from spec.source.pointer import Json

DEEPEST = 64
LARGEST = 1_048_576


@dataclass(slots=True)
class Text:
    """A body that was read. ``broken``: no reader takes it. ``oddities``: what strict readers refuse in it."""

    value: Json = None
    broken: bool = False
    oddities: list[str] = field(default_factory=list)
    deep: bool = False


def read(body: bytes) -> Text:
    """Read a body; never raises."""
    text = Text()
    try:
        decoded = body.decode("utf-8")
    except UnicodeDecodeError:
        return Text(broken=True)
    if decoded.startswith("\ufeff"):
        text.oddities.append("a byte order mark")
        decoded = decoded[1:]
    try:
        text.value = json.loads(
            decoded, object_pairs_hook=lambda pairs: _object(pairs, text), parse_constant=_constant(text)
        )
    except RecursionError:
        return Text(deep=True)
    except ValueError:
        return Text(broken=True)
    text.deep = deeper_than(DEEPEST, text.value) is not None
    if not text.deep and has_half(text.value):
        text.oddities.append("a lone surrogate")
    return text


def _object(pairs: list[tuple[str, Json]], text: Text) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        text.oddities.append("a duplicate member name")
    return value


def _constant(text: Text) -> Json:
    def note(word: str) -> float:
        text.oddities.append(f"the word {word}")
        return float(word.replace("Infinity", "inf"))

    return note
