"""A text that matches a pattern, with chance injected; patterns are read as the document's own (``spec.regex``)."""

from __future__ import annotations

from contract.generation.chance import Chance
from spec.regex.tree import Chain, Choice, End, Letters, Node, Repeat, Start, parse

_MOST = 12
_PRINTABLE = (0x21, 0x7E)


def matching(pattern: str, chance: Chance) -> str:
    """A short text that matches; printable ASCII where the pattern lets one choose. Raises PatternError."""
    return _text(parse(pattern), chance)


def _text(node: Node, chance: Chance) -> str:
    if isinstance(node, Start | End):
        return ""
    if isinstance(node, Letters):
        return _letter(node, chance)
    if isinstance(node, Chain):
        return "".join(_text(part, chance) for part in node.parts)
    if isinstance(node, Choice):
        return _text(chance.pick(node.parts), chance)
    return _repeated(node, chance)


def _repeated(node: Repeat, chance: Chance) -> str:
    most = node.least + _MOST if node.most is None else min(node.most, node.least + _MOST)
    return "".join(_text(node.part, chance) for _ in range(chance.integer(node.least, most)))


def _letter(letters: Letters, chance: Chance) -> str:
    low, high = _PRINTABLE
    printable = [(max(one.first, low), min(one.last, high)) for one in letters.ranges]
    ranges = [one for one in printable if one[0] <= one[1]] or [(one.first, one.last) for one in letters.ranges]
    first, last = chance.pick(ranges)
    return chr(chance.integer(first, last))
