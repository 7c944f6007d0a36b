"""Probes of who is who: kinds of identifiers, scopes, SIDs, lookalikes and namesakes."""

from __future__ import annotations

import copy
import unicodedata

from contract.generation.composition import flat
from contract.probes.changes import named, put, rename, with_sids
from contract.probes.workbench import Lab


def kinds(lab: Lab) -> None:
    """Every kind of identifier, and the same text under each: different things."""
    for part in lab.resources.parts:
        if part.identifiers is None:
            continue
        base, text = lab.body(), lab.composer.name()
        for kind in part.kinds:
            lab.provision(lab.body(kinds={part.name: kind}))
            lab.provision(rename(base, part, kind, text))
        for kind in part.kinds:
            lab.provision(rename(base, part, kind, text))
    alike, text = lab.body(), lab.composer.name()
    for part in named(lab):
        alike = rename(alike, part, part.kinds[0], text)
    with lab.probe("kinds: all parts under one name"):
        lab.provision(alike)
        lab.provision(alike)


def by_sid(lab: Lab) -> None:
    """What was created is found by its SID, with and without its other members."""
    body = lab.body()
    sids = lab.sids(lab.provision(body))
    for part in lab.resources.parts:
        if part.identifiers is not None and part.name in sids:
            lab.provision(with_sids(lab, body, sids, part.name))
    for part in named(lab):
        if part.name in sids:
            lab.provision(rename(lab.renamed(body), part, str(part.sid_kind), sids[part.name].upper()))
    names = [part.name for part in named(lab)]
    lab.provision(with_sids(lab, body, sids, *names))
    slim = copy.deepcopy(body)
    for part in named(lab):
        if part.scope is None and part.name in sids and part.identifiers is not None:
            slim[part.path[0]] = {part.identifiers: {str(part.sid_kind): sids[part.name]}}
    lab.provision(slim)


def lookalikes(lab: Lab) -> None:
    """Identifiers that differ in case, spaces or Unicode form name different things."""
    for part in named(lab):
        base, text = lab.body(), f"{lab.composer.name()}-Caf\u00e9"
        kind = part.kinds[-1]
        for name in (text, text.upper(), text.lower(), f" {text}", f"{text} ", unicodedata.normalize("NFD", text)):
            lab.provision(rename(base, part, kind, name))
        long = lab.composer.name().ljust(100, "x")
        for name in (f"{long}1", f"{long}2"):
            lab.provision(rename(base, part, kind, name))


def namesakes(lab: Lab) -> None:
    """Other identifiers with all the same values: somebody else."""
    for part in named(lab):
        base = lab.body()
        lab.provision(base)
        lab.provision(rename(base, part, part.kinds[0], lab.composer.name()))


def scopes(lab: Lab) -> None:
    """The same identifier in another scope is something else, and a SID of another scope is unknown here."""
    for part in lab.resources.parts:
        if part.scope is None or part.identifiers is None:
            continue
        scope = lab.resources.part(part.scope)
        base = rename(lab.body(), part, part.kinds[0], lab.composer.name())
        sids = lab.sids(lab.provision(base))
        elsewhere = rename(base, scope, scope.kinds[0], lab.composer.name())
        lab.provision(elsewhere)
        lab.provision(elsewhere)
        lab.provision(base)
        if part.name in sids and part.fallback is None:
            foreign = with_sids(lab, elsewhere, sids, part.name)
            lab.provision(foreign)


def unknown_sids(lab: Lab) -> None:
    """A SID that names nothing or is malformed is refused, and what stood beside it was not provisioned."""
    for part in lab.resources.parts:
        if part.identifiers is None:
            continue
        base = lab.body()
        nothing = part.prefix + "".join(lab.chance.pick("0123456789abcdef") for _ in range(32))
        lab.provision(rename(base, part, str(part.sid_kind), nothing))
        lab.provision(base)
        for malformed in (nothing.upper(), nothing[:-1], f"{nothing}0", f"ZZ{nothing[2:]}", f"{nothing}\n", "junk"):
            lab.provision(rename(lab.body(), part, str(part.sid_kind), malformed))


def nameless(lab: Lab) -> None:
    """A part without identifier is the one of its kind: found again, and apart for others where others join in."""
    for part in lab.resources.parts:
        if part.fallback is None:
            continue
        leaf = next(one for one in part.leaves if one.path == (part.fallback.member,))
        base = lab.body()
        path = (*part.path, part.fallback.member)
        for value in flat(leaf.schema).get("enum", (leaf.default,)):
            body = put(base, path, value)
            for _ in range(2):
                lab.provision(body)
            for other in named(lab):
                if other.scope is None and other.name != lab.resources.parts[0].name:
                    lab.provision(rename(body, other, other.kinds[0], lab.composer.name()))
            lab.provision(body)


def other_install(lab: Lab) -> None:
    """The same bodies for another install: nothing is shared, and credentials do not open both."""
    if lab.access.other_install is None or lab.access.other_token is None:
        return
    base = lab.body()
    sids = lab.sids(lab.provision(base))
    lab.provision(base, install=lab.access.other_install)
    lab.provision(base, install=lab.access.other_install)
    lab.provision(base)
    first = lab.resources.parts[0]
    if first.name in sids:
        lab.provision(with_sids(lab, base, sids, first.name), install=lab.access.other_install)
