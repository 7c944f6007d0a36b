"""Texts that match some patterns and not others, found (or ruled out) with finite automata."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from spec.regex.tree import LAST, Chain, Choice, End, Letters, Node, PatternError, Range, Repeat, Start, parse

_MOST_STATES = 20000
_PREFERRED = "a0A1bfzZ9_-. @/~!é"


@dataclass(slots=True)
class _Machine:
    """A non-deterministic automaton for "the pattern occurs in the text" (what ``pattern`` means)."""

    moves: list[list[tuple[tuple[Range, ...], int]]] = field(default_factory=list)
    free: list[list[tuple[int, str]]] = field(default_factory=list)  # "": always, "^": at the start, "$": at the end

    def state(self) -> int:
        if len(self.moves) >= _MOST_STATES:
            raise PatternError("the pattern unfolds too far")
        self.moves.append([])
        self.free.append([])
        return len(self.moves) - 1

    def build(self, node: Node, start: int) -> int:
        """Add the node behind ``start``; returns the state after it."""
        if isinstance(node, Letters):
            after = self.state()
            self.moves[start].append((node.ranges, after))
            return after
        if isinstance(node, (Start, End)):
            after = self.state()
            self.free[start].append((after, "^" if isinstance(node, Start) else "$"))
            return after
        if isinstance(node, Chain):
            for part in node.parts:
                start = self.build(part, start)
            return start
        if isinstance(node, Choice):
            after = self.state()
            for part in node.parts:
                before = self.state()
                self.free[start].append((before, ""))
                self.free[self.build(part, before)].append((after, ""))
            return after
        return self._repeat(node, start)

    def _repeat(self, node: Repeat, start: int) -> int:
        for _ in range(node.least):
            start = self.build(node.part, start)
        after = self.state()
        self.free[start].append((after, ""))
        if node.most is None:
            again = self.state()
            self.free[start].append((again, ""))
            end = self.build(node.part, again)
            self.free[end] += [(again, ""), (after, "")]
        else:
            for _ in range(node.most - node.least):
                start = self.build(node.part, start)
                self.free[start].append((after, ""))
        return after

    def closure(self, states: frozenset[int], allowed: str) -> frozenset[int]:
        found, stack = set(states), list(states)
        while stack:
            for after, anchor in self.free[stack.pop()]:
                if after not in found and (not anchor or anchor in allowed):
                    found.add(after)
                    stack.append(after)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _PatternWalk:
    """One pattern, ready to be followed letter by letter; ``matched`` absorbs everything that follows."""

    machine: _Machine
    first: int
    final: int
    memo: dict[tuple[frozenset[int], int], frozenset[int]] = field(default_factory=dict, compare=False)

    def begin(self) -> frozenset[int]:
        return self._settled(self.machine.closure(frozenset({self.first}), "^"))

    def _settled(self, states: frozenset[int]) -> frozenset[int]:
        return frozenset({self.final}) if self.final in states else states

    def step(self, states: frozenset[int], code: int) -> frozenset[int]:
        if self.final in states:
            return states
        key = (states, code)
        if key not in self.memo:
            moved = {
                after
                for state in states
                for ranges, after in self.machine.moves[state]
                if any(each.first <= code <= each.last for each in ranges)
            }
            moved.add(self.first)  # the match may begin later
            self.memo[key] = self._settled(self.machine.closure(frozenset(moved), ""))
        return self.memo[key]

    def accepts(self, states: frozenset[int], *, at_start: bool) -> bool:
        return self.final in self.machine.closure(states, "^$" if at_start else "$")


@lru_cache(maxsize=256)
def _search(pattern: str) -> _PatternWalk:
    machine = _Machine()
    first = machine.state()
    final = machine.build(parse(pattern), first)
    return _PatternWalk(machine, first, final)


def is_found(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, in as many steps as it has letters. Raises PatternError if not regular."""
    walk = _search(pattern)
    states = walk.begin()
    for letter in text:
        states = walk.step(states, ord(letter))
    return walk.accepts(states, at_start=not text)


def _letters(searches: Sequence[_PatternWalk]) -> list[int]:
    """One code point for each class of code points that no pattern tells apart; familiar letters first."""
    cuts = {0, 0xD800, 0xE000, LAST + 1}
    for search in searches:
        for moves in search.machine.moves:
            for ranges, _ in moves:
                for each in ranges:
                    cuts |= {each.first, each.last + 1}
    edges = sorted(cuts)
    preferred = [ord(letter) for letter in _PREFERRED]
    found: list[int] = []
    for low, high in pairwise(edges):
        if low >= 0xD800 and high <= 0xE000:
            continue
        inside = [code for code in preferred if low <= code < high]
        found.append(inside[0] if inside else max(low, min(33, high - 1)))
    return sorted(found, key=lambda code: (preferred.index(code) if code in preferred else 100, code))


def texts(
    matching: Sequence[str], failing: Sequence[str] = (), *, shortest: int = 0, longest: int | None = None
) -> Iterator[str]:
    """Texts that match every pattern of the first list and none of the second, shortest first.

    Lengths count code points. An empty iterator is a proof that there is none. Raises PatternError when a
    pattern is not regular, or the search grows beyond its bound.
    """
    wanted = [_search(pattern) for pattern in matching]
    barred = [_search(pattern) for pattern in failing]
    searches = [*wanted, *barred]
    letters = _letters(searches)
    begin = tuple(search.begin() for search in searches)
    limit = shortest if longest is None else min(shortest, longest + 1)
    queue: deque[tuple[tuple[frozenset[int], ...], int, str]] = deque([(begin, 0, "")])
    seen = {(begin, 0)}
    while queue:
        states, length, text = queue.popleft()
        if length >= shortest and _fits(wanted, barred, states, at_start=length == 0):
            yield text
        if longest is not None and length >= longest:
            continue
        for code in letters:
            after = tuple(search.step(state, code) for search, state in zip(searches, states, strict=True))
            # beyond the shortest length only the state matters, unless an upper bound also counts
            mark = length + 1 if longest is not None else min(length + 1, max(limit, 1))
            if (after, mark) not in seen:
                if len(seen) > _MOST_STATES:
                    raise PatternError("the search for a text grows too large")
                seen.add((after, mark))
                queue.append((after, length + 1, text + chr(code)))


def _fits(
    wanted: Sequence[_PatternWalk],
    barred: Sequence[_PatternWalk],
    states: tuple[frozenset[int], ...],
    *,
    at_start: bool,
) -> bool:
    cut = len(wanted)
    return all(
        search.accepts(state, at_start=at_start) for search, state in zip(wanted, states[:cut], strict=True)
    ) and not any(search.accepts(state, at_start=at_start) for search, state in zip(barred, states[cut:], strict=True))
