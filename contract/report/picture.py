"""The shapes of the two pictures of a verdict, computed so that the page only has to draw them."""

from __future__ import annotations

from dataclasses import dataclass

from contract.report.verdict import GRAVEST_FIRST, ReportedVerdict, Tick
from spec.catalogue.clauses import Standing

MOST_BARS = 240
ORDER = GRAVEST_FIRST


@dataclass(frozen=True, slots=True)
class Cell:
    """One clause in the picture: its column and row, its outcome and its id."""

    column: int
    row: int
    outcome: str
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """The clauses of one standing."""

    standing: str
    cells: tuple[Cell, ...]
    rows: int
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many clauses of a band have an outcome."""

    outcome: str
    number: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A slice of time on the timeline: how many answers of each kind came in it, stacked from ``base`` on (0 to 1)."""

    place: int
    kind: str
    base: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Span:
    """A phase on the timeline, from slice to slice."""

    phase: str
    first: int
    last: int
    requests: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Requests over time; ``slices`` of ``seconds`` each, and the most requests in one of them."""

    bars: tuple[Bar, ...]
    spans: tuple[Span, ...]
    slices: int
    seconds: float
    most: int


def bands(verdict: ReportedVerdict, columns: int = 20) -> list[Band]:
    """A band of cells per standing, those that failed first."""
    made = []
    for standing in Standing:
        clauses = sorted(
            (one for one in verdict.clauses if one.standing is standing), key=lambda one: ORDER.index(one.outcome)
        )
        cells = tuple(
            Cell(place % columns, place // columns, one.outcome.value, one.id) for place, one in enumerate(clauses)
        )
        counts = tuple(Count(outcome.value, verdict.count(outcome, standing)) for outcome in ORDER)
        made.append(Band(standing.value, cells, -(-len(clauses) // columns), counts))
    return made


def kind_of(tick: Tick) -> str:
    """How an answer is coloured: by the first digit of its status."""
    return "none" if tick.status is None else f"s{min(max(tick.status // 100, 1), 5)}"


def timeline(verdict: ReportedVerdict) -> Timeline:
    """The requests in slices of time."""
    ticks = verdict.ticks
    if not ticks:
        return Timeline((), (), 1, 0.0, 0)
    end = max(tick.started for tick in ticks) + 1e-6
    slices = max(1, min(MOST_BARS, len(ticks)))
    counted: dict[int, dict[str, int]] = {}
    spans: dict[str, list[int]] = {}
    for tick in ticks:
        place = min(slices - 1, max(0, int(tick.started / end * slices)))
        kinds = counted.setdefault(place, {})
        kinds[kind_of(tick)] = kinds.get(kind_of(tick), 0) + 1
        spans.setdefault(tick.phase or "recorded", []).append(place)
    most = max(sum(kinds.values()) for kinds in counted.values())
    bars = []
    for place, kinds in sorted(counted.items()):
        base = 0
        for kind in sorted(kinds):
            name = "no answer" if kind == "none" else f"status {kind[1]}xx"
            bars.append(Bar(place, kind, base / most, kinds[kind] / most, f"{kinds[kind]} × {name}"))
            base += kinds[kind]
    phases = tuple(Span(phase, min(places), max(places), len(places)) for phase, places in spans.items())
    return Timeline(tuple(bars), phases, slices, end / slices, most)
