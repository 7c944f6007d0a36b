"""Probes of what the target must remember: creation, re-calls, updates, and what a refusal leaves behind."""

from __future__ import annotations

from typing import Any

from contract.generation.composition import flat
from contract.model.identity import value_at
from contract.probes.changes import named, put, rename, with_sids
from contract.probes.workbench import Lab
from spec.resources.resource import ABSENT, Leaf
from spec.schema.formats import instant


def recall(lab: Lab) -> None:
    """Everything at once, three times: created, then found; then with an update in between."""
    body = lab.body()
    for _ in range(3):
        lab.earliest = lab.provision(body)


def memory(lab: Lab) -> None:
    """What was created first is still known when much else has been created."""
    if lab.earliest is not None:
        lab.trail.append(lab.earliest)
        lab.send(lab.earliest.request)


def subsets(lab: Lab) -> None:
    """Each part with only what it needs: what is asked for is answered, and nothing else."""
    lab.provision(lab.body("?"))
    for part in lab.resources.parts:
        needed = {part.name, part.path[0], *part.parents}
        body = lab.body(*needed)
        lab.provision(body)
        lab.provision(body)


def _other_value(lab: Lab, leaf: Leaf, value: Any) -> Any:
    schema = flat(leaf.schema)
    if "enum" in schema:
        return next((one for one in schema["enum"] if one != value and one is not None), ABSENT)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1 if value + 1 <= schema.get("maximum", value + 1) else value - 1
    for _ in range(8):
        made = lab.composer.value(leaf.schema, lab.chance)
        if made is not None and made != value:
            return made
    return ABSENT


def changes(lab: Lab) -> None:
    """Every stored value is changed once, sent again, and changed back: what is said follows what is stored."""
    base = lab.body()
    lab.provision(base)
    for part in lab.resources.parts:
        fallback = part.fallback.member if part.fallback else None
        for leaf in part.leaves:
            if leaf.path == (fallback,):
                continue
            path = (*part.path, *leaf.path)
            other = _other_value(lab, leaf, value_at(base, path))
            if other is ABSENT:
                continue
            changed = put(base, path, other)
            lab.provision(changed)
            lab.provision(changed)
            lab.provision(base)


def omissions(lab: Lab) -> None:
    """An optional value is left out: nothing changes. Null clears it, and clearing it again changes nothing."""
    for part in lab.resources.parts:
        required = set(part.schema.get("required", ()))
        for leaf in part.leaves:
            if leaf.path[0] in required:
                continue
            base = lab.body()
            path = (*part.path, *leaf.path)
            current = value_at(base, path)
            if leaf.default is not ABSENT and (other := _other_value(lab, leaf, leaf.default)) is not ABSENT:
                base = put(base, path, other)
            elif current is ABSENT:
                continue
            lab.provision(base)
            sids = lab.sids(lab.provision(base))
            lean = put(base, path, ABSENT)
            if part.name in sids and part.identifiers is not None and part.fallback is None:
                lean = with_sids(lab, lean, sids, part.name)
            lab.provision(lean)
            lab.provision(base)
            if "null" in leaf.schema.get("type", ()):
                empty = put(base, path, None)
                lab.provision(empty)
                lab.provision(empty)
                lab.provision(base)
                if part.name in sids and part.identifiers is not None and part.fallback is None:
                    needed = {part.identifiers, *required, *part.required_on_create}
                    slim = {name: value for name, value in value_at(base, part.path).items() if name in needed}
                    alone = put(put(base, part.path, slim), path, None)
                    lab.provision(with_sids(lab, alone, sids, part.name))
                    lab.provision(put(base, path, ABSENT))


def equals(lab: Lab) -> None:
    """The same instant in another offset and the same number in another form: nothing differs."""
    base = lab.body()
    lab.provision(base)
    for part in lab.resources.parts:
        for leaf in part.leaves:
            path = (*part.path, *leaf.path)
            value = value_at(base, path)
            if leaf.date and isinstance(value, str) and value.endswith("Z"):
                moved = f"{value[:-1]}.000+00:00"
                assert instant(moved) == instant(value)
                lab.provision(put(base, path, moved))
            elif isinstance(value, int) and not isinstance(value, bool):
                lab.provision(put(base, path, float(value)))


def replacements(lab: Lab) -> None:
    """An object that is replaced whole gets another member, and then loses the first one."""
    base = lab.body()
    lab.provision(base)
    for part in lab.resources.parts:
        for leaf in part.leaves:
            names = leaf.schema.get("propertyNames", {})
            path = (*part.path, *leaf.path)
            value = value_at(base, path)
            raw = names.get("x-install-member")
            listed = lab.access.known.get(raw if isinstance(raw, str) else (raw or {}).get("list", ""), ())
            options = [one for one in (*names.get("enum", ()), *listed) if isinstance(value, dict) and one not in value]
            if not isinstance(value, dict) or not options or not value:
                continue
            sample = next(iter(value.values()))
            other = put(base, path, {options[0]: sample})
            for body in (other, base, put(base, path, {**value, options[0]: sample}), other):
                lab.provision(body)
                lab.provision(body)


def nothing_by_halves(lab: Lab) -> None:
    """Known things, an update of theirs and a part that is refused: nothing has changed."""
    base = lab.body()
    lab.provision(base)
    last = list(named(lab))[-1]
    changed = base
    for part in lab.resources.parts:
        for leaf in part.leaves:
            path = (*part.path, *leaf.path)
            if isinstance(value_at(base, path), str) and "enum" not in leaf.schema and not leaf.date:
                other = _other_value(lab, leaf, value_at(base, path))
                if other is not ABSENT:
                    changed = put(changed, path, other)
                    break
    nothing = last.prefix + "".join(lab.chance.pick("0123456789abcdef") for _ in range(32))
    lab.provision(rename(changed, last, str(last.sid_kind), nothing))
    lab.provision(base)


def implied(lab: Lab) -> None:
    """What comes with another part: there without being asked for, once, and not changed by being left out."""
    for part in lab.resources.parts:
        if part.implied_by is None:
            continue
        asked = lab.body()
        unasked = {name: value for name, value in asked.items() if name != part.path[0]}
        for _ in range(2):
            lab.provision(unasked)
        for leaf in part.leaves:
            values = [one for one in flat(leaf.schema).get("enum", ()) if one != leaf.default]
            for value in (*values, leaf.default):
                for body in (put(unasked, (*part.path, *leaf.path), value), unasked, {**unasked, part.path[0]: {}}):
                    lab.provision(body)
        for joined in part.identity:
            other = lab.resources.part(joined)
            lab.provision(rename(unasked, other, other.kinds[0], lab.composer.name()))
        lab.provision(unasked)


def needed_at_creation(lab: Lab) -> None:
    """What is required when something is created: missing for a new one, left out for a known one."""
    for part in lab.resources.parts:
        for member in part.required_on_create:
            body = lab.body()
            lean = put(body, (*part.path, member), ABSENT)
            lab.provision(lean)
            lab.provision(body)
            lab.provision(lean)


def bursts(lab: Lab) -> None:
    """Identical calls at the same time, then one more: each thing exists once."""
    for _ in range(2):
        body = lab.body()
        if lab.burst(body, lab.options.burst):
            lab.provision(body)
