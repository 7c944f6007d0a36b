"""Probes of calls at once that differ: each answer belongs to its own call, and nothing of any call is lost."""

from __future__ import annotations

from contract.model.identity import value_at
from contract.model.values import leaf_value
from contract.probes.changes import put, rename, revalued
from contract.probes.workbench import Workbench
from spec.resources.resource import ABSENT, Part
from spec.source.pointer import Json

_AT_ONCE = 6
_TIMES = 2  # whether calls meet is luck


def crossings(bench: Workbench) -> None:
    """Known things in common, and calls at once that differ in one part each; then all of them once more, in turn.

    Kept beside the strategies: sequences send one call at a time.
    """
    for _ in range(_TIMES):
        for part in bench.resources.parts:
            if part.identifiers is not None and part.fallback is None:
                _beside_each_other(bench, part)
                if part.scope is None:
                    _update_beside_readers(bench, part)
    _good_beside_bad(bench)


def _beside_each_other(bench: Workbench, part: Part) -> None:
    """Calls that share everything but one part, which is another one in each."""
    base = _signing_on(bench, bench.body())
    bench.provision(base)
    fresh = bench.body()
    bodies = []
    for _ in range(_AT_ONCE):
        body = put(base, part.path, revalued(bench, value_at(fresh, part.path), part))
        bodies.append(rename(body, part, part.kinds[0], bench.composer.name()))
    with bench.probe(f"calls at once, each with a {part.name} of its own"):
        bench.provision(base)
        bench.together([bench.request(body) for body in bodies])
        for body in bodies:
            bench.provision(body)
        bench.together([bench.request(body) for body in bodies])


def _update_beside_readers(bench: Workbench, part: Part) -> None:
    """One call changes a thing while others only name it by its SID: the change stays."""
    base = bench.body()
    sids = bench.sids(bench.provision(base))
    texts = [
        leaf for leaf in part.leaves if len(leaf.path) == 1 and isinstance(leaf_value(base[part.path[0]], leaf), str)
    ]
    if part.name not in sids or not texts or part.identifiers is None or len(part.path) > 1:
        return
    leaf = texts[0]
    other = bench.composer.value(leaf.schema, bench.chance)
    changed = put(base, (*part.path, *leaf.path), other)
    slim = put(base, part.path, {part.identifiers: {str(part.sid_kind): sids[part.name]}})
    with bench.probe(f"a {part.name} is updated while others name it"):
        bench.provision(base)
        bench.together([bench.request(one) for one in (changed, *[slim] * (_AT_ONCE - 1))])
        bench.provision(changed)


def _good_beside_bad(bench: Workbench) -> None:
    """Good calls beside such as have to be refused, for their body or their credential, and calls for both installs."""
    good = [bench.body() for _ in range(_AT_ONCE)]
    first = bench.resources.parts[0]
    bad = [put(bench.body(), first.path, []) for _ in range(_AT_ONCE)]
    with bench.probe("calls at once, some of them with a fault"):
        bench.together([bench.request(body) for pair in zip(good, bad, strict=True) for body in pair])
        for body in good:
            bench.provision(body)
    nobody = [bench.body() for _ in range(_AT_ONCE)]
    with bench.probe("calls at once, some of them without a credential"):
        bench.together(
            [one for body in nobody for one in (bench.request(bench.body()), bench.request(body, headers=()))]
        )
        for body in nobody:
            bench.provision(body)
    if bench.access.other_install is None or bench.access.other_token is None:
        return
    with bench.probe("calls at once for both installs"):
        places = (None, bench.access.other_install)
        bench.together([bench.request(body, install=place) for body in nobody for place in places])
        for body in nobody:
            bench.provision(body, install=bench.access.other_install)


def _signing_on(bench: Workbench, body: dict[str, Json]) -> dict[str, Json]:
    signon = bench.resources.signon
    if signon is None or (member := bench.composer.signon(bench.chance)) is None:
        return body
    subject = bench.resources.part(signon.subject)
    return body if value_at(body, subject.path) is ABSENT else put(body, signon.path, member)
