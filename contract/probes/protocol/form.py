"""Probes of what a body may look like: one thing wrong at a time, odd values, and text that is hardly JSON."""

from __future__ import annotations

import json

from contract.generation.breakages import breakages
from contract.http import text as jsontext
from contract.model.identity import value_at
from contract.probes.changes import put, rename
from contract.probes.workbench import JSON, Workbench
from spec.source.pointer import Json

_ODD = (
    "x" * 255,
    "x" * 256,
    "\U0001f393\U0001d54f astral",
    "\u05e9\u05dc\u05d5\u05dd \u202eabc",
    " padded ",
    "e\u0301 decomposed",
    "tab\tand\nnewline",
    "nul \x00 inside",
    "'; DROP TABLE exams; --",
    "<script>alert(1)</script>",
    "x" * 65_536,
)


def broken(bench: Workbench) -> None:
    """Every single change that the document suggests, each on a body under names of its own.

    Kept beside the strategies: every place and every rule once; a sequence draws one of some hundred.
    """
    base = bench.body()
    _add_signon(bench, base)
    _break(bench, base, ())
    for part in bench.resources.parts:
        if part.fallback is not None and part.identifiers is not None:
            _break(bench, bench.body(kinds={part.name: part.kinds[0]}), (*part.path, part.identifiers))


def _break(bench: Workbench, base: dict[str, Json], below: tuple[str, ...]) -> None:
    schema = bench.judge.oracle.schema
    for name in below:
        schema = schema["properties"][name]
    seen: set[str] = set()
    again: set[tuple[str, int]] = set()
    for place, breakage in enumerate(breakages(schema, base, below)):
        if not breakage.path or breakage.label in seen or not bench.takes(place):
            continue
        seen.add(breakage.label)
        body = bench.renamed(base)
        changed = breakage.apply(body)
        if changed != body:
            with bench.probe(f"broken: {breakage.label}"):
                exchange = bench.provision(changed)
                if exchange.response is None or exchange.response.ok or len(breakage.path) == 1:
                    continue
                # another status comes from another stage, which may have written by then
                stage = (breakage.path[0], exchange.response.status)
                if stage not in again:
                    again.add(stage)
                    bench.provision(body)


def bare(bench: Workbench) -> None:
    """Nothing at all, each member of a body alone, identifiers of no kind, and parts without what implies them.

    Kept beside the strategies: strategies draw good bodies and spoil one place, which never leaves nothing.
    """
    whole = bench.body()
    _add_signon(bench, whole)
    for label, alone in (("nothing", {}), *((name, {name: whole[name]}) for name in whole)):
        with bench.probe(f"broken: only {label}"):
            bench.provision(bench.renamed(alone))
    for part in bench.resources.parts:
        if part.identifiers is None:
            continue
        for held in ({}, {"xUnheardOf": "value"}):
            body = bench.body(kinds={part.name: part.kinds[0]})
            holder = value_at(body, part.path)
            if isinstance(holder, dict):
                holder[part.identifiers] = held
                with bench.probe(f"broken: {held} as identifiers of {part.name}"):
                    bench.provision(body)
    for part in bench.resources.parts:
        if part.implied_by is not None:
            body = bench.body()
            body.pop(part.implied_by, None)
            with bench.probe(f"broken: {part.name} without {part.implied_by}"):
                bench.provision(body)


def _add_signon(bench: Workbench, body: dict[str, Json]) -> None:
    signon = bench.resources.signon
    if signon is not None and (made := bench.composer.signon(bench.chance)) is not None:
        body[signon.path[0]] = made


def odd_values(bench: Workbench) -> None:
    """Strings that some reader would cut, trim, normalise or choke on; sent twice, so that changes show.

    Kept beside the strategies: every text at every place, and once more; a sequence draws some.
    """
    for part in bench.resources.parts:
        leaf = next((one for one in part.leaves if _is_free(one.schema)), None)
        if leaf is None:
            continue
        for text in _ODD:
            body = bench.body()
            holder = value_at(body, (*part.path, *leaf.path[:-1]))
            if isinstance(holder, dict):
                holder[leaf.path[-1]] = text
                with bench.probe(f"odd value: {text[:12]!r}, {len(text)} characters"):
                    bench.provision(body)
                    bench.provision(body)
    for part in bench.resources.parts:
        for leaf in (one for one in part.leaves if _is_string(one.schema)):
            for text in (_ODD[2], _ODD[7], _ODD[-1]):
                with bench.probe(f"odd value: {text[:12]!r}, {len(text)} characters, at {leaf.key} of {part.name}"):
                    bench.provision(put(bench.body(), (*part.path, *leaf.path), text))
        for kind, text in ((kind, text) for kind in part.kinds for text in (_ODD[2], _ODD[7], _ODD[-1])):
            with bench.probe(f"odd value: {text[:12]!r}, {len(text)} characters, as {kind} of {part.name}"):
                bench.provision(rename(bench.body(), part, kind, bench.composer.name() + text))
    texts = bench.body()
    part = bench.resources.parts[0]
    holder = value_at(texts, part.path)
    leaf = next((one for one in part.leaves if _is_free(one.schema)), None)
    if leaf is None or not isinstance(holder, dict):
        return
    with bench.probe("odd value: kept as sent"):
        for text in ("Kept as sent", "kept as sent", " Kept as sent ", "Caf\u00e9 x", "Cafe\u0301 x"):
            holder[leaf.path[-1]] = text
            bench.provision(texts)


def odd_everywhere(bench: Workbench) -> None:
    """The same odd text in every free string at once, identifiers included: none of them may be choked on.

    Kept beside the strategies: odd identifiers; those that sequences draw are few and plain, so that calls meet.
    """
    for text in (_ODD[2], _ODD[7], _ODD[-1]):
        body = bench.body(kinds={part.name: part.kinds[-1] for part in bench.resources.parts if part.kinds})
        for part in bench.resources.parts:
            for leaf in part.leaves:
                holder = value_at(body, (*part.path, *leaf.path[:-1]))
                if isinstance(holder, dict) and _is_string(leaf.schema):
                    holder[leaf.path[-1]] = text
            held = value_at(body, (*part.path, part.identifiers or ""))
            if isinstance(held, dict):
                for kind in held:
                    held[kind] = f"{held[kind]}{text}"
        with bench.probe(f"odd everywhere: {text[:12]!r}, {len(text)} characters"):
            bench.provision(body)


def _is_string(schema: Json) -> bool:
    return "string" in schema.get("type", ()) and _is_unbound(schema)


def _is_unbound(schema: Json) -> bool:
    return not {"enum", "format", "pattern", "allOf", "anyOf", "x-install-member"} & set(schema)


def _is_free(schema: Json) -> bool:
    return schema.get("type") == "string" and _is_unbound(schema)


def text(bench: Workbench) -> None:
    """Bodies that are no JSON, hardly JSON, or no object.

    Kept beside the strategies: strategies draw JSON, and these are bytes that are none.
    """
    for label, raw in _texts(bench):
        with bench.probe(f"text: {label}"):
            bench.provision(None, raw=raw)


def _texts(bench: Workbench) -> list[tuple[str, bytes]]:
    good = json.dumps(bench.body()).encode()
    first = next(iter(json.loads(good)))
    member = json.dumps(json.loads(good)[first])
    deep = json.dumps({**json.loads(good), "xUnheardOf": None}).replace("null", "[" * 70 + "]" * 70, 1)
    very_deep = b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    surrogate = json.dumps(bench.body()).replace('": "', '": "\\ud800', 1).encode()
    return [
        ("empty", b""),
        ("white space", b"  \n"),
        ("no JSON", b"course=1"),
        ("truncated", good[: len(good) // 2]),
        ("one brace more", good + b"}"),
        ("single quotes", good.replace(b'"', b"'")),
        ("no UTF-8", good.replace(b'"', b'"\xff\xfe', 1)),
        ("UTF-16", good.decode().encode("utf-16")),
        ("an array", b"[]"),
        ("a good body in an array", b"[" + json.dumps(bench.body()).encode() + b"]"),
        ("a string", b'"course"'),
        ("a number", b"12"),
        ("null", b"null"),
        ("true", b"true"),
        ("a byte order mark", b"\xef\xbb\xbf" + json.dumps(bench.body()).encode()),
        (
            "a duplicate member",
            b'{"' + first.encode() + b'": ' + member.encode() + b", " + json.dumps(bench.body()).encode()[1:],
        ),
        ("NaN", json.dumps({**bench.body(), "xUnheardOf": float("nan")}).encode()),
        ("Infinity", json.dumps({**bench.body(), "xUnheardOf": float("inf")}).encode()),
        ("a lone surrogate", surrogate),
        ("70 levels", deep.encode()),
        ("100,000 levels", very_deep),
        ("an integer of 5,000 digits", b'{"' + first.encode() + b'": ' + b"9" * 5000 + b"}"),
        ("2 MiB", json.dumps({**bench.body(), "xUnheardOf": "x" * (2 * jsontext.LARGEST)}).encode()),
    ]


def media(bench: Workbench) -> None:
    """Media types and encodings other than plain JSON.

    Kept beside the strategies: strategies draw bodies, and this is about headers.
    """
    body = bench.body()
    for label, declared in (
        ("text", (("Content-Type", "text/plain"),)),
        ("form", (("Content-Type", "application/x-www-form-urlencoded"),)),
        ("XML", (("Content-Type", "application/xml"),)),
        ("none", ()),
        ("gzip", (JSON, ("Content-Encoding", "gzip"))),
    ):
        with bench.probe(f"media type: {label}"):
            bench.provision(body, media=declared)
    with bench.probe("media type: with charset"):
        bench.provision(bench.body(), media=(("Content-Type", "application/json; charset=utf-8"),))
