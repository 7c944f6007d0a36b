"""Probes of what the target must remember: creation, re-calls, updates, and what a refusal leaves behind."""

from __future__ import annotations

from contract.generation.composition import flat, step_of
from contract.model.identity import value_at
from contract.probes.changes import another, named, put, rename, with_sids
from contract.probes.workbench import Workbench
from spec.resources.resource import ABSENT, Leaf, Part
from spec.schema.texts.formats import instant
from spec.source.pointer import Json


def recall(bench: Workbench) -> None:
    """Everything at once, three times: created, then found; then with an update in between.

    Kept beside the strategies: it comes before everything else, and tells in four calls whether anything works.
    """
    body = bench.body()
    for _ in range(3):
        bench.earliest = bench.provision(body)


def memory(bench: Workbench) -> None:
    """What was created first is still known when much else has been created.

    Kept beside the strategies: only what a run made at its beginning is old at its end; every sequence begins anew.
    """
    if bench.earliest is not None:
        bench.trail.append(bench.earliest)
        bench.send(bench.earliest.request)


def subsets(bench: Workbench) -> None:
    """Each part with only what it needs: what is asked for is answered, and nothing else.

    Kept beside the strategies: the quick ladder has no sequences, and each part alone tells much in few calls.
    """
    bench.provision(bench.body("?"))
    for part in bench.resources.parts:
        needed = {part.name, part.path[0], *part.parents}
        body = _meant_for_everybody(bench, bench.body(*needed))
        bench.provision(body)
        bench.provision(body)


def _meant_for_everybody(bench: Workbench, body: dict[str, Json]) -> dict[str, Json]:
    """The body without what is meant together with parts that are not in it."""
    for part in bench.resources.parts:
        if part.fallback is None or not isinstance(value := value_at(body, part.path), dict):
            continue
        joined, member = part.fallback.joined, part.fallback.member
        if any(
            value_at(body, bench.resources.part(one).path) is ABSENT for one in joined.get(str(value.get(member)), ())
        ):
            leaf = next(one for one in part.leaves if one.path == (member,))
            plain = [one for one in flat(leaf.schema).get("enum", ()) if isinstance(one, str) and one not in joined]
            body = put(body, (*part.path, member), plain[0] if plain else ABSENT)
    return body


def _other_value(bench: Workbench, leaf: Leaf, value: Json) -> Json:
    schema = flat(leaf.schema)
    if "enum" in schema:
        return next((one for one in schema["enum"] if one != value and one is not None), ABSENT)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        step = int(step_of(schema))
        return value + step if value + step <= schema.get("maximum", value + step) else value - step
    for _ in range(8):
        made = bench.composer.value(leaf.schema, bench.chance)
        if made is not None and made != value:
            return made
    return ABSENT


def changes(bench: Workbench) -> None:
    """Every stored value is changed once, sent again, and changed back: what is said follows what is stored.

    Kept beside the strategies: every leaf by itself; a sequence draws two at random, and needs hundreds to have met
    all.
    """
    base = bench.body()
    bench.provision(base)
    for part in bench.resources.parts:
        fallback = part.fallback.member if part.fallback else None
        for leaf in part.leaves:
            if leaf.path == (fallback,):
                continue
            path = (*part.path, *leaf.path)
            other = _other_value(bench, leaf, value_at(base, path))
            if other is ABSENT:
                continue
            changed = put(base, path, other)
            bench.provision(changed)
            bench.provision(changed)
            bench.provision(base)


def omissions(bench: Workbench) -> None:
    """An optional value is left out: nothing changes, or only what is changed beside it.

    Null clears it, and clearing it again changes nothing.

    Kept beside the strategies: every optional leaf by itself, in an order that sequences rarely draw: set, left
    out, null, null again.
    """
    for part in bench.resources.parts:
        required = set(part.schema.get("required", ()))
        for leaf in part.leaves:
            if leaf.path[0] in required:
                continue
            base = bench.body()
            path = (*part.path, *leaf.path)
            current = value_at(base, path)
            if leaf.default is not ABSENT and (other := _other_value(bench, leaf, leaf.default)) is not ABSENT:
                base = put(base, path, other)
            elif current is ABSENT:
                continue
            bench.provision(base)
            sids = bench.sids(bench.provision(base))
            lean = put(base, path, ABSENT)
            if part.name in sids and part.identifiers is not None and part.fallback is None:
                lean = with_sids(bench, lean, sids, part.name)
            bench.provision(lean)
            bench.provision(base)
            if (beside := _beside(bench, part, leaf, base)) is not None:
                bench.provision(put(lean, *beside))
                bench.provision(put(base, *beside))
                bench.provision(base)
            if "null" in leaf.schema.get("type", ()):
                empty = put(base, path, None)
                bench.provision(empty)
                bench.provision(empty)
                bench.provision(base)
                if part.name in sids and part.identifiers is not None and part.fallback is None:
                    needed = {part.identifiers, *required, *part.required_on_create}
                    slim = {name: value for name, value in value_at(base, part.path).items() if name in needed}
                    alone = put(put(base, part.path, slim), path, None)
                    bench.provision(with_sids(bench, alone, sids, part.name))
                    bench.provision(put(base, path, ABSENT))


def _beside(bench: Workbench, part: Part, omitted: Leaf, base: dict[str, Json]) -> tuple[tuple[str, ...], Json] | None:
    """The place of another member of a part, and another value for it: an update that leaves one member out."""
    for leaf in part.leaves:
        path = (*part.path, *leaf.path)
        fixed = leaf.path == omitted.path or (part.fallback is not None and leaf.path == (part.fallback.member,))
        if fixed or leaf.date or not isinstance(value_at(base, path), str):
            continue
        if (other := _other_value(bench, leaf, value_at(base, path))) is not ABSENT:
            return path, other
    return None


def equals(bench: Workbench) -> None:
    """The same instant in another offset and the same number in another form: nothing differs.

    Kept beside the strategies: values that mean the same in another form, which are hardly ever drawn one after the
    other.
    """
    base = bench.body()
    bench.provision(base)
    for part in bench.resources.parts:
        for leaf in part.leaves:
            path = (*part.path, *leaf.path)
            value = value_at(base, path)
            if leaf.date and isinstance(value, str) and value.endswith("Z"):
                moved = f"{value[:-1]}.000+00:00"
                assert instant(moved) == instant(value)
                bench.provision(put(base, path, moved))
            elif isinstance(value, int) and not isinstance(value, bool):
                bench.provision(put(base, path, float(value)))


def replacements(bench: Workbench) -> None:
    """An object that is replaced whole gets another member, and then loses the first one.

    Kept beside the strategies: sequences draw such an object anew, which seldom shares all members but one.
    """
    base = bench.body()
    bench.provision(base)
    for part in bench.resources.parts:
        for leaf in part.leaves:
            names = leaf.schema.get("propertyNames", {})
            path = (*part.path, *leaf.path)
            value = value_at(base, path)
            raw = names.get("x-install-member")
            listed = bench.access.known.get(raw if isinstance(raw, str) else (raw or {}).get("list", ""), ())
            options = [one for one in (*names.get("enum", ()), *listed) if isinstance(value, dict) and one not in value]
            if not isinstance(value, dict) or not options or not value:
                continue
            sample = next(iter(value.values()))
            other = put(base, path, {options[0]: sample})
            for body in (other, base, put(base, path, {**value, options[0]: sample}), other):
                bench.provision(body)
                bench.provision(body)


def nothing_by_halves(bench: Workbench) -> None:
    """Known things, an update of theirs and a part that is refused: nothing has changed.

    Kept beside the strategies: a refusal between two looks at the same things, for every part that can be refused.
    """
    base = bench.body()
    bench.provision(base)
    last = list(named(bench))[-1]
    changed = base
    for part in bench.resources.parts:
        for leaf in part.leaves:
            path = (*part.path, *leaf.path)
            if isinstance(value_at(base, path), str) and "enum" not in leaf.schema and not leaf.date:
                other = _other_value(bench, leaf, value_at(base, path))
                if other is not ABSENT:
                    changed = put(changed, path, other)
                    break
    nothing = last.prefix + "".join(bench.chance.pick("0123456789abcdef") for _ in range(32))
    bench.provision(rename(changed, last, str(last.sid_kind), nothing))
    bench.provision(base)


def implied(bench: Workbench) -> None:
    """What comes with another part: there without being asked for, once, and not changed by being left out.

    Kept beside the strategies: what it was before it was left out is the point, and sequences seldom come to that.
    """
    for part in bench.resources.parts:
        if part.implied_by is None:
            continue
        asked = bench.body()
        unasked = put(asked, part.path, ABSENT)
        for _ in range(2):
            bench.provision(unasked)
        for leaf in part.leaves:
            values = [one for one in flat(leaf.schema).get("enum", ()) if one != leaf.default]
            for value in (*values, leaf.default):
                for body in (put(unasked, (*part.path, *leaf.path), value), unasked, put(unasked, part.path, {})):
                    bench.provision(body)
        for joined in part.identity:
            bench.provision(another(bench, unasked, bench.resources.part(joined)))
        bench.provision(unasked)


def needed_at_creation(bench: Workbench) -> None:
    """What is required when something is created: missing for a new one, left out for a known one.

    Kept beside the strategies: sequences leave such members out of known things only.
    """
    for part in bench.resources.parts:
        for member in part.required_on_create:
            body = bench.body()
            lean = put(body, (*part.path, member), ABSENT)
            bench.provision(lean)
            bench.provision(body)
            bench.provision(lean)


def bursts(bench: Workbench) -> None:
    """Identical calls at the same time, then one more: each thing exists once.

    Kept beside the strategies: sequences send one call at a time.
    """
    for _ in range(2):
        body = bench.body()
        if bench.burst(body, bench.options.burst):
            bench.provision(body)
