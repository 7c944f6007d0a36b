"""Probes of spellings: identifiers that careless readers take for one another, and requests spelled as HTTP allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

from contract.generation.composition import flat
from contract.model.identity import value_at
from contract.model.memory import NOBODY_KNOWS, Identity
from contract.probes.changes import named, put, renewed
from contract.probes.workbench import JSON, Workbench
from spec.resources.resource import Part
from spec.schema.texts.formats import EMAIL, HTTP_URL
from spec.schema.validation import Rules
from spec.source.pointer import Json

_PROTOTYPES = ("constructor", "__proto__", "toString", "hasOwnProperty")


def spellings(bench: Workbench) -> None:
    """Every kind of every part under texts that differ only to a careful reader, in both installs.

    Kept beside the strategies: each text is met by all those that somebody takes for it, which is rarely drawn.
    """
    access = bench.access
    others = (access.other_install,) if access.other_install is not None and access.other_token is not None else ()
    for install in (access.install, *others):
        for place in range(max(len(part.kinds) for part in named(bench))):
            outer = [
                (part, part.kinds[place]) for part in named(bench) if part.scope is None and place < len(part.kinds)
            ]
            inner = [(part, part.kinds[place]) for part in named(bench) if part.scope and place < len(part.kinds)]
            for members in (outer, inner):
                _each_alike(bench, members, install)
    _prototypes(bench)
    _separators(bench)


def _each_alike(bench: Workbench, members: Sequence[tuple[Part, str]], install: str) -> None:
    """The texts in turn, each as the identifier of several parts, none of which lies in another."""
    base, name = bench.body(), bench.composer.name()
    if not members:
        return
    label = " and ".join(f"{kind} of {part.name}" for part, kind in members)
    with bench.probe(f"spellings: {label}" + (" in the other install" if install != bench.access.install else "")):
        for text in _alike(name):
            body = base
            for part, kind in members:
                body = renewed(bench, body, part, kind, text)
            bench.provision(body, install=install)


def _alike(name: str) -> Iterator[str]:
    """Texts in pairs and more, each of which somebody's reader takes for the one before."""
    # of the whole name: its end alone is a number that other runs come to as well
    digits = str(int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big"))
    yield from (f"{name}-ab", f"{name}-a_", f"{name}-a%", f"{name}-a\\b", f"{name}-a'b", f'{name}-a"b', f"{name}-A")
    yield from (f"{name}-c+d", f"{name}-c d", f"{name}-c%20d", f"{name}-c&d", f"{name}-c&amp;d")
    yield from (f"9{digits}", f"09{digits}", f"9{digits}.0", f"9{digits}e0")
    yield from (f"{name}-caf\u00e9", f"{name}-cafe\u0301", f"{name}-\ufb01", f"{name}-fi")
    yield from (f"{name}-".ljust(299, "x") + "1", f"{name}-".ljust(299, "x") + "2")
    yield from (f"{name}-Lms", f"{name}-lms")
    # letters of an alphabet that some readers have not, and signs for which some collations have no weight
    yield from (f"{name}-\u0416\u0414", f"{name}-\u6771\u4eac", f"{name}-\U0001f393", f"{name}-\U0001f40d")


def _prototypes(bench: Workbench) -> None:
    """Names that objects of some languages have from birth; others may have used them before."""
    for part in named(bench):
        base = bench.body()
        with bench.probe(f"spellings: names of prototypes for {part.name}"):
            for text in _PROTOTYPES:
                # whatever its scope: some readers know names without their scopes
                identity = Identity(part.name, bench.access.install, part.kinds[-1], text)
                bench.judge.model.doubt(identity, NOBODY_KNOWS)
                body = renewed(bench, base, part, part.kinds[-1], text)
                for _ in range(2):
                    bench.provision(body)


def _separators(bench: Workbench) -> None:
    """What is two texts with a separator between them: the separator moves from the one into the other."""
    for part in named(bench):
        if part.scope is None:
            continue
        scope: Part = bench.resources.part(part.scope)
        if not scope.kinds:
            continue
        for separator in "/:|-. ":
            base, name, rest = bench.body(), bench.composer.name(), bench.composer.name()
            with bench.probe(f"spellings: {separator!r} between {scope.name} and {part.name}"):
                for outer, inner in ((name, f"x{separator}{rest}"), (f"{name}{separator}x", rest)):
                    body = renewed(bench, base, scope, scope.kinds[0], outer)
                    bench.provision(renewed(bench, body, part, part.kinds[-1], inner))


def spelled_requests(bench: Workbench) -> None:
    """Requests that say the same in another spelling of HTTP.

    Kept beside the strategies: strategies draw bodies, and this is about the rest of the request.
    """
    for label, accept in (
        ("anything", "*/*"),
        ("any application", "application/*"),
        ("several", "application/json, */*;q=0.1"),
        ("with a weight", "application/json;q=0.5"),
        ("what browsers do", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ):
        with bench.probe(f"HTTP: accepts {label}"):
            bench.provision(bench.body(), media=(JSON, ("Accept", accept), ("Accept-Language", "sw, pt-BR;q=0.7")))
    for declared in ("application/json;charset=UTF-8", 'application/json; charset="utf-8"', "Application/JSON"):
        with bench.probe(f"HTTP: {declared}"):
            bench.provision(bench.body(), media=(("Content-Type", declared),))
    for spelled in ("bearer {}", "BEARER {}", "Bearer   {}"):
        header = ("Authorization", spelled.format(bench.access.token))
        with bench.probe(f"HTTP: {spelled.format('…')}"):
            bench.provision(bench.body(), headers=(header,))
    for label, further in (
        ("in chunks", ("Transfer-Encoding", "chunked")),
        ("on a connection of its own", ("Connection", "close")),
    ):
        with bench.probe(f"HTTP: {label}"):
            bench.provision(bench.body(), media=(JSON, further))
            bench.provision(bench.body())


def close_changes(bench: Workbench) -> None:
    """Texts of which one is the other in capital letters where it has small ones: an update, in every text of every
    part.

    Kept beside the strategies: texts so alike are not drawn one after the other.
    """
    for part in bench.resources.parts:
        for leaf in part.leaves:
            base = bench.body()
            path = (*part.path, *leaf.path)
            value = value_at(base, path)
            if leaf.date or not isinstance(value, str) or {"enum", "x-install-member"} & set(leaf.schema):
                continue
            pair = _in_other_letters(value, flat(leaf.schema).get("format"))
            if pair is None or not all(Rules(leaf.schema).fits_schema(one) for one in pair):
                continue
            with bench.probe(f"close changes: {leaf.key} of {part.name}"):
                for text in (pair[0], pair[1], pair[1], pair[0]):
                    bench.provision(put(base, path, text))


def _in_other_letters(value: str, form: Json) -> tuple[str, str] | None:
    """Two texts that differ in the case of letters only, where case counts (RFC 5321 section 2.4, RFC 3986 6.2.2.1)."""
    if form == EMAIL:
        local, at, domain = value.partition("@")
        return (value, f"{local.swapcase()}{at}{domain}") if local.swapcase() != local else None
    if form == HTTP_URL:
        return f"{value.rstrip('/')}/Ab", f"{value.rstrip('/')}/aB"
    return (value, value.swapcase()) if form is None and value.swapcase() != value else None


def late_changes(bench: Workbench) -> None:
    """Long texts that differ in their last letter only: an update, in every text of every part.

    Kept beside the strategies: texts so long and so alike are not drawn.
    """
    for part in bench.resources.parts:
        texts = [
            leaf
            for leaf in part.leaves
            if leaf.schema.get("type") == "string" or "string" in leaf.schema.get("type", ())
        ]
        for leaf in texts:
            if {"enum", "format", "pattern", "allOf", "anyOf", "x-install-member"} & set(leaf.schema):
                continue
            base = bench.body()
            path = (*part.path, *leaf.path)
            if value_at(base, path[:-1]) is None:
                continue
            with bench.probe(f"late changes: {leaf.key} of {part.name}"):
                for end in ("a", "b", "b"):
                    bench.provision(put(base, path, "x" * 1500 + end))
