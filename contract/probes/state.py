"""Probes of what the target must remember: creation, re-calls, updates, identifiers and scopes."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterator
from typing import Any

from contract.composition import flat
from contract.keys import value_at
from contract.lab import Lab
from spec.formats import instant
from spec.resources import ABSENT, Leaf, Part


def _put(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of a body with a value at a path; objects on the way are made."""
    changed = copy.deepcopy(body)
    holder = changed
    for name in path[:-1]:
        holder = holder.setdefault(name, {})
    if value is ABSENT:
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = value
    return changed


def _rename(lab: Lab, body: dict[str, Any], part: Part, kind: str, text: str) -> dict[str, Any]:
    return body if part.identifiers is None else _put(body, (*part.path, part.identifiers), {kind: text})


def _named(lab: Lab) -> Iterator[Part]:
    """Parts that carry identifiers of their own."""
    for part in lab.resources.parts:
        if part.identifiers is not None and part.fallback is None:
            yield part


def _with_sids(lab: Lab, body: dict[str, Any], sids: dict[str, str], *parts: str) -> dict[str, Any]:
    changed = body
    for part in lab.resources.parts:
        if part.name in parts and part.name in sids and part.identifiers is not None:
            changed = _rename(lab, changed, part, str(part.sid_kind), sids[part.name])
    return changed


def recall(lab: Lab) -> None:
    """Everything at once, three times: created, then found; then with an update in between."""
    body = lab.body()
    for _ in range(3):
        lab.provision(body)


def subsets(lab: Lab) -> None:
    """Each part with only what it needs: what is asked for is answered, and nothing else."""
    lab.provision(lab.body("?"))
    for part in lab.resources.parts:
        needed = {part.name, part.path[0], *part.parents}
        body = lab.body(*needed)
        lab.provision(body)
        lab.provision(body)


def kinds(lab: Lab) -> None:
    """Every kind of identifier, and the same text under each: different things."""
    for part in lab.resources.parts:
        if part.identifiers is None:
            continue
        base, text = lab.body(), lab.composer.name()
        for kind in part.kinds:
            lab.provision(_rename(lab, base, part, kind, text))
        for kind in part.kinds:
            lab.provision(_rename(lab, base, part, kind, text))


def by_sid(lab: Lab) -> None:
    """What was created is found by its SID, with and without its other members."""
    body = lab.body()
    sids = lab.sids(lab.provision(body))
    for part in lab.resources.parts:
        if part.identifiers is not None and part.name in sids:
            lab.provision(_with_sids(lab, body, sids, part.name))
    named = [part.name for part in _named(lab)]
    lab.provision(_with_sids(lab, body, sids, *named))
    slim = copy.deepcopy(body)
    for part in _named(lab):
        if part.scope is None and part.name in sids and part.identifiers is not None:
            slim[part.path[0]] = {part.identifiers: {str(part.sid_kind): sids[part.name]}}
    lab.provision(slim)


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
            changed = _put(base, path, other)
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
                base = _put(base, path, other)
            elif current is ABSENT:
                continue
            lab.provision(base)
            sids = lab.sids(lab.provision(base))
            lean = _put(base, path, ABSENT)
            if part.name in sids and part.identifiers is not None and part.fallback is None:
                lean = _with_sids(lab, lean, sids, part.name)
            lab.provision(lean)
            lab.provision(base)
            if "null" in leaf.schema.get("type", ()):
                empty = _put(base, path, None)
                lab.provision(empty)
                lab.provision(empty)
                lab.provision(base)


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
                lab.provision(_put(base, path, moved))
            elif isinstance(value, int) and not isinstance(value, bool):
                lab.provision(_put(base, path, float(value)))


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
            other = _put(base, path, {options[0]: sample})
            for body in (other, base, _put(base, path, {**value, options[0]: sample}), other):
                lab.provision(body)
                lab.provision(body)


def lookalikes(lab: Lab) -> None:
    """Identifiers that differ in case, spaces or Unicode form name different things."""
    for part in _named(lab):
        base, text = lab.body(), f"{lab.composer.name()}-Caf\u00e9"
        kind = part.kinds[-1]
        for name in (text, text.upper(), text.lower(), f" {text}", f"{text} ", unicodedata.normalize("NFD", text)):
            lab.provision(_rename(lab, base, part, kind, name))


def namesakes(lab: Lab) -> None:
    """Other identifiers with all the same values: somebody else."""
    for part in _named(lab):
        base = lab.body()
        lab.provision(base)
        lab.provision(_rename(lab, base, part, part.kinds[0], lab.composer.name()))


def scopes(lab: Lab) -> None:
    """The same identifier in another scope is something else, and a SID of another scope is unknown here."""
    for part in lab.resources.parts:
        if part.scope is None or part.identifiers is None:
            continue
        scope = lab.resources.part(part.scope)
        base = _rename(lab, lab.body(), part, part.kinds[0], lab.composer.name())
        sids = lab.sids(lab.provision(base))
        elsewhere = _rename(lab, base, scope, scope.kinds[0], lab.composer.name())
        lab.provision(elsewhere)
        lab.provision(elsewhere)
        lab.provision(base)
        if part.name in sids and part.fallback is None:
            foreign = _with_sids(lab, elsewhere, sids, part.name)
            lab.provision(foreign)


def unknown_sids(lab: Lab) -> None:
    """A SID that names nothing is refused, and what stood beside it was not provisioned."""
    for part in lab.resources.parts:
        if part.identifiers is None:
            continue
        base = lab.body()
        nothing = part.prefix + "".join(lab.chance.pick("0123456789abcdef") for _ in range(32))
        lab.provision(_rename(lab, base, part, str(part.sid_kind), nothing))
        lab.provision(base)


def nothing_by_halves(lab: Lab) -> None:
    """Known things, an update of theirs and a part that is refused: nothing has changed."""
    base = lab.body()
    lab.provision(base)
    last = list(_named(lab))[-1]
    changed = base
    for part in lab.resources.parts:
        for leaf in part.leaves:
            path = (*part.path, *leaf.path)
            if isinstance(value_at(base, path), str) and "enum" not in leaf.schema and not leaf.date:
                other = _other_value(lab, leaf, value_at(base, path))
                if other is not ABSENT:
                    changed = _put(changed, path, other)
                    break
    nothing = last.prefix + "".join(lab.chance.pick("0123456789abcdef") for _ in range(32))
    lab.provision(_rename(lab, changed, last, str(last.sid_kind), nothing))
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
                for body in (_put(unasked, (*part.path, *leaf.path), value), unasked, {**unasked, part.path[0]: {}}):
                    lab.provision(body)
        for joined in part.identity:
            other = lab.resources.part(joined)
            lab.provision(_rename(lab, unasked, other, other.kinds[0], lab.composer.name()))
        lab.provision(unasked)


def needed_at_creation(lab: Lab) -> None:
    """What is required when something is created: missing for a new one, left out for a known one."""
    for part in lab.resources.parts:
        for member in part.required_on_create:
            body = lab.body()
            lean = _put(body, (*part.path, member), ABSENT)
            lab.provision(lean)
            lab.provision(body)
            lab.provision(lean)


def nameless(lab: Lab) -> None:
    """A part without identifier is the one of its kind: found again, and apart for others where others join in."""
    for part in lab.resources.parts:
        if part.fallback is None:
            continue
        leaf = next(one for one in part.leaves if one.path == (part.fallback.member,))
        base = lab.body()
        path = (*part.path, part.fallback.member)
        for value in flat(leaf.schema).get("enum", (leaf.default,)):
            body = _put(base, path, value)
            for _ in range(2):
                lab.provision(body)
            for other in _named(lab):
                if other.scope is None and other.name != lab.resources.parts[0].name:
                    lab.provision(_rename(lab, body, other, other.kinds[0], lab.composer.name()))
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
        lab.provision(_with_sids(lab, base, sids, first.name), install=lab.access.other_install)


def bursts(lab: Lab) -> None:
    """Identical calls at the same time, then one more: each thing exists once."""
    for _ in range(2):
        body = lab.body()
        lab.burst(body, lab.options.burst)
        lab.provision(body)
