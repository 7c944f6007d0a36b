"""Reading the regular part of ECMA regular expressions (no look-around, no back references) into a small tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

LAST = 0x10FFFF
_LARGEST_REPEAT = 1000


class PatternError(ValueError):
    """The pattern uses what a finite automaton cannot say, or is not a pattern at all."""


@dataclass(frozen=True, slots=True)
class Range:
    """Code points from ``first`` to ``last``, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Letters:
    """One code point out of some ranges."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """``^``: the beginning of the text."""


@dataclass(frozen=True, slots=True)
class End:
    """``$``: the end of the text."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts one after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part at least ``least`` and at most ``most`` times (None: any number)."""

    part: Node
    least: int
    most: int | None


Node: TypeAlias = Letters | Start | End | Chain | Choice | Repeat

DIGIT = (Range(48, 57),)
WORD = (Range(48, 57), Range(65, 90), Range(95, 95), Range(97, 122))
SPACE = (
    Range(9, 13), Range(32, 32), Range(0xA0, 0xA0), Range(0x1680, 0x1680), Range(0x2000, 0x200A),
    Range(0x2028, 0x2029), Range(0x202F, 0x202F), Range(0x205F, 0x205F), Range(0x3000, 0x3000), Range(0xFEFF, 0xFEFF),
)  # fmt: skip
_NEWLINES = (Range(10, 10), Range(13, 13), Range(0x2028, 0x2029))
_CONTROLS = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0}


def complement(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """All code points outside the ranges."""
    found: list[Range] = []
    following = 0
    for each in sorted(ranges, key=lambda item: item.first):
        if each.first > following:
            found.append(Range(following, each.first - 1))
        following = max(following, each.last + 1)
    if following <= LAST:
        found.append(Range(following, LAST))
    return tuple(found)


_CLASSES = {
    "d": DIGIT, "w": WORD, "s": SPACE,
    "D": complement(DIGIT), "W": complement(WORD), "S": complement(SPACE),
}  # fmt: skip


def parse(pattern: str) -> Node:
    """The tree of a pattern. Raises PatternError for look-around, back references, word boundaries and mistakes."""
    reader = _PatternReader(pattern)
    tree = reader.choice(0)
    if reader.at != len(pattern):
        raise PatternError(f"unexpected {pattern[reader.at]!r} at {reader.at}")
    return tree


def _one_letter(ranges: tuple[Range, ...]) -> bool:
    return len(ranges) == 1 and ranges[0].first == ranges[0].last


class _PatternReader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        letter = self.peek()
        if not letter:
            raise PatternError("the pattern ends too early")
        self.at += 1
        return letter

    def choice(self, depth: int) -> Node:
        if depth > 50:
            raise PatternError("nested too deeply")
        parts = [self.chain(depth)]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.chain(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def chain(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.peek() and self.peek() not in "|)":
            parts.append(self.repeated(self.atom(depth)))
        return Chain(tuple(parts))

    def repeated(self, part: Node) -> Node:
        letter = self.peek()
        if letter not in ("*", "+", "?", "{") or (letter == "{" and not self._counted()):
            return part
        if isinstance(part, (Start, End)):
            raise PatternError("a repeated anchor")
        if letter == "{":
            least, most = self._count()
        else:
            self.at += 1
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[letter]
        if self.peek() == "?":
            self.at += 1  # lazy or greedy: the same language
        if self.peek() in ("*", "+"):
            raise PatternError("a possessive or doubled quantifier")
        return Repeat(part, least, most)

    def _counted(self) -> bool:
        body, brace, _ = self.pattern[self.at + 1 :].partition("}")
        low, _, high = body.partition(",")
        return bool(brace) and low.isdigit() and (high == "" or high.isdigit())

    def _count(self) -> tuple[int, int | None]:
        body = self.pattern[self.at + 1 :].partition("}")[0]
        self.at += len(body) + 2
        low, comma, high = body.partition(",")
        least = int(low)
        most = least if not comma else int(high) if high else None
        if max(least, most or 0) > _LARGEST_REPEAT:
            raise PatternError("a repetition too large to unfold")
        return least, most

    def atom(self, depth: int) -> Node:
        letter = self.take()
        if letter == "(":
            return self._group(depth)
        if letter == "[":
            return Letters(self._set())
        if letter == ".":
            return Letters(complement(_NEWLINES))
        if letter in "^$":
            return Start() if letter == "^" else End()
        if letter == "\\":
            return Letters(self._escape(in_set=False))
        if letter in "*+?":
            raise PatternError(f"nothing to repeat before {letter!r}")
        return Letters((Range(ord(letter), ord(letter)),))

    def _group(self, depth: int) -> Node:
        if self.peek() == "?":
            self.at += 1
            kind = self.take()
            if kind == "<" and self.peek() not in ("=", "!"):
                while self.take() != ">":
                    pass
            elif kind != ":":
                raise PatternError("look-around or a flag")
        inner = self.choice(depth + 1)
        if self.take() != ")":
            raise PatternError("a group without end")
        return inner

    def _set(self) -> tuple[Range, ...]:
        negated = self.peek() == "^"
        self.at += negated
        ranges: list[Range] = []
        while self.peek() != "]":
            first = self._member()
            if self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                last = self._member()
                if not _one_letter(first) or not _one_letter(last) or first[0].first > last[0].last:
                    raise PatternError("a range that is none")
                ranges.append(Range(first[0].first, last[0].last))
            else:
                ranges.extend(first)
        self.at += 1
        return complement(tuple(ranges)) if negated else tuple(ranges)

    def _member(self) -> tuple[Range, ...]:
        letter = self.take()
        if letter == "\\":
            return self._escape(in_set=True)
        return (Range(ord(letter), ord(letter)),)

    def _escape(self, *, in_set: bool) -> tuple[Range, ...]:
        letter = self.take()
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter == "b" and in_set:
            return (Range(8, 8),)
        if letter in _CONTROLS:
            return (Range(_CONTROLS[letter], _CONTROLS[letter]),)
        if letter in "xu":
            return self._code(letter)
        if letter.isalnum():
            raise PatternError(f"the escape \\{letter}")
        return (Range(ord(letter), ord(letter)),)

    def _code(self, letter: str) -> tuple[Range, ...]:
        if letter == "u" and self.peek() == "{":
            digits = self.pattern[self.at + 1 :].partition("}")[0]
            self.at += len(digits) + 2
        else:
            length = 2 if letter == "x" else 4
            digits = self.pattern[self.at : self.at + length]
            self.at += length
        try:
            code = int(digits, 16)
        except ValueError:
            raise PatternError("a broken code point") from None
        return (Range(code, code),)
