"""Probes of who is who: kinds of identifiers, scopes, SIDs, lookalikes and namesakes."""

from __future__ import annotations

import copy
import unicodedata

from contract.generation.composition import flat
from contract.probes.changes import another, named, put, rename, with_sids
from contract.probes.workbench import Workbench


def kinds(bench: Workbench) -> None:
    """Every kind of identifier, and the same text under each: different things.

    Kept beside the strategies: one text under every kind of every part, which a sequence draws with luck only.
    """
    for part in bench.resources.parts:
        if part.identifiers is None:
            continue
        base, text = bench.body(), bench.composer.name()
        for kind in part.kinds:
            bench.provision(bench.body(kinds={part.name: kind}))
            bench.provision(rename(base, part, kind, text))
        for kind in part.kinds:
            bench.provision(rename(base, part, kind, text))
    alike, text = bench.body(), bench.composer.name()
    for part in named(bench):
        alike = rename(alike, part, part.kinds[0], text)
    with bench.probe("kinds: all parts under one name"):
        bench.provision(alike)
        bench.provision(alike)


def by_sid(bench: Workbench) -> None:
    """What was created is found by its SID, with and without its other members.

    Kept beside the strategies: all parts by SID at once, and SIDs in capitals, which no rule of the sequences
    sends.
    """
    body = bench.body()
    sids = bench.sids(bench.provision(body))
    for part in bench.resources.parts:
        if part.identifiers is not None and part.name in sids:
            bench.provision(with_sids(bench, body, sids, part.name))
    for part in named(bench):
        if part.name in sids:
            bench.provision(rename(bench.renamed(body), part, str(part.sid_kind), sids[part.name].upper()))
    names = [part.name for part in named(bench)]
    bench.provision(with_sids(bench, body, sids, *names))
    slim = copy.deepcopy(body)
    for part in named(bench):
        if part.scope is None and part.name in sids and part.identifiers is not None:
            slim[part.path[0]] = {part.identifiers: {str(part.sid_kind): sids[part.name]}}
    bench.provision(slim)


def lookalikes(bench: Workbench) -> None:
    """Identifiers that differ in case, spaces or Unicode form name different things.

    Kept beside the strategies: texts that careless readers take for one another are met in turn, in few calls.
    """
    for part in named(bench):
        base, text = bench.body(), f"{bench.composer.name()}-Caf\u00e9"
        kind = part.kinds[-1]
        for name in (text, text.upper(), text.lower(), f" {text}", f"{text} ", unicodedata.normalize("NFD", text)):
            bench.provision(rename(base, part, kind, name))
        long = bench.composer.name().ljust(100, "x")
        for name in (f"{long}1", f"{long}2"):
            bench.provision(rename(base, part, kind, name))


def namesakes(bench: Workbench) -> None:
    """Other identifiers with all the same values: somebody else.

    Kept beside the strategies: everything alike but the name; in sequences no two things of different executions
    share a text.
    """
    for part in named(bench):
        base = bench.body()
        bench.provision(base)
        bench.provision(rename(base, part, part.kinds[0], bench.composer.name()))


def scopes(bench: Workbench) -> None:
    """The same identifier in another scope is something else, and a SID of another scope is unknown here.

    Kept beside the strategies: the quick ladder has no sequences, whose rule for it needs two scopes that happen to
    be there.
    """
    for part in bench.resources.parts:
        if part.scope is None or part.identifiers is None:
            continue
        scope = bench.resources.part(part.scope)
        base = rename(bench.body(), part, part.kinds[0], bench.composer.name())
        sids = bench.sids(bench.provision(base))
        elsewhere = another(bench, base, scope)
        bench.provision(elsewhere)
        bench.provision(elsewhere)
        bench.provision(base)
        if part.name in sids and part.fallback is None:
            foreign = with_sids(bench, elsewhere, sids, part.name)
            bench.provision(foreign)


def unknown_sids(bench: Workbench) -> None:
    """A SID that names nothing or is malformed is refused, and what stood beside it was not provisioned.

    Kept beside the strategies: SIDs that are malformed in each way, and what stood beside them; sequences name what
    exists.
    """
    for part in bench.resources.parts:
        if part.identifiers is None:
            continue
        base = bench.body()
        nothing = part.prefix + "".join(bench.chance.pick("0123456789abcdef") for _ in range(32))
        bench.provision(rename(base, part, str(part.sid_kind), nothing))
        bench.provision(base)
        for malformed in (nothing.upper(), nothing[:-1], f"{nothing}0", f"ZZ{nothing[2:]}", f"{nothing}\n", "junk"):
            bench.provision(rename(bench.body(), part, str(part.sid_kind), malformed))


def nameless(bench: Workbench) -> None:
    """A part without identifier is the one of its kind: found again, and apart for others where others join in.

    Kept beside the strategies: every value of the telling member, with and without others who join in.
    """
    for part in bench.resources.parts:
        if part.fallback is None:
            continue
        leaf = next(one for one in part.leaves if one.path == (part.fallback.member,))
        base = bench.body()
        path = (*part.path, part.fallback.member)
        for value in flat(leaf.schema).get("enum", (leaf.default,)):
            body = put(base, path, value)
            for _ in range(2):
                bench.provision(body)
            for other in named(bench):
                if other.scope is None and other.name != bench.resources.parts[0].name:
                    bench.provision(rename(body, other, other.kinds[0], bench.composer.name()))
            bench.provision(body)


def other_install(bench: Workbench) -> None:
    """The same bodies for another install, every kind of identifier: nothing is shared, and credentials do not open
    both.

    Kept beside the strategies: SIDs of one install in the other, which no rule of the sequences sends.
    """
    if bench.access.other_install is None or bench.access.other_token is None:
        return
    parts = [part for part in named(bench) if part.kinds]
    for place in range(max((len(part.kinds) for part in parts), default=1)):
        base = bench.body(kinds={part.name: part.kinds[place % len(part.kinds)] for part in parts})
        sids = bench.sids(bench.provision(base))
        bench.provision(base, install=bench.access.other_install)
        bench.provision(base, install=bench.access.other_install)
        bench.provision(base)
        first = bench.resources.parts[0]
        if first.name in sids and place == 0:
            bench.provision(with_sids(bench, base, sids, first.name), install=bench.access.other_install)
