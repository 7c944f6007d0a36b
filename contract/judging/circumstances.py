"""What a finding is about: the words that, with clause, cause and pointer, tell one fault from another.

The words are the same from run to run and from seed to seed: they name parts, members, statuses and rules, no values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from contract.http.exchange import ReceivedResponse
from contract.judging.findings import Finding
from contract.model.identity import asked, identities_of, value_at
from contract.model.memory import Model
from contract.oracle.expectation import Expectation
from spec.openapi.document import Schema
from spec.resources.resource import ABSENT
from spec.source.pointer import Json

LONGEST = 160
_SID = re.compile(r"[A-Za-z]{2}[0-9a-f]{32}", re.IGNORECASE)
_VALUE = re.compile(
    r"""https?://[^\s"'<>]+ | [^\s"'<>@]+@[^\s"'<>@]+ | (["'`«“‘]).*?(["'`»”’]) | \biv-[\w.-]+
    | \b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b | [+-]?\d[\d.,:TZ+-]*""",
    re.IGNORECASE | re.VERBOSE,
)


def worded(text: str, body: Json = None) -> str:
    """A message without the values in it, so that the same complaint about two values is one.

    Quoted texts, names of the run, SIDs, addresses, numbers and whatever stands in the body are an ellipsis.
    """
    for value in sorted(_texts(body), key=len, reverse=True):
        text = text.replace(value, "…")
    text = _VALUE.sub("…", _SID.sub("…", text))
    return re.sub(r"(?:…\s*)+", "… ", " ".join(text.split()))[:LONGEST].strip()


def _texts(value: Json, depth: int = 0) -> Iterator[str]:
    """Strings of a body that somebody made up: they are long enough, and no single word as those of an enum are."""
    if isinstance(value, str):
        if len(value) >= 4 and (len(value) > 20 or not value.isalpha()):
            yield value
    elif isinstance(value, dict | list) and depth < 64:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, depth + 1)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """A call as it stood before its answer was learned from. ``known`` says of every part of it how it was named."""

    expected: Expectation
    known: Mapping[str, tuple[str, ...]]
    responses: Mapping[str, str]
    signon: str | None
    schema: Schema


def circumstances(model: Model, schema: Schema, expected: Expectation) -> Circumstances:
    """What is known of a call beforehand: which parts it carries, under which kind of name, and whether they exist.

    ``schema`` is that of the body.
    """
    body = expected.body if isinstance(expected.body, dict) else {}
    sids: dict[str, str | None] = {}
    known: dict[str, tuple[str, ...]] = {}
    for part in model.resources.parts:
        value = asked(model.resources, body, part)
        if not isinstance(value, dict):
            continue
        identities = identities_of(part, value, expected.install or "", sids)
        found = next((one for each in identities if (one := model.look_up(each)) is not None), None)
        sids[part.name] = found if isinstance(found, str) else None
        state = "known" if isinstance(found, str) else "new" if found is None else "unsure"
        known[part.name] = (state, *sorted({one.kind for one in identities}))
    signon = model.resources.signon
    signs_on = signon is not None and value_at(body, signon.path) is not ABSENT
    return Circumstances(
        expected,
        known,
        {part.response: part.name for part in model.resources.parts},
        signon.name if signon is not None and signs_on else None,
        schema,
    )


def site(pointer: str, schema: Schema) -> str:
    """A pointer into a body with a star for every name and number that the schema does not give by name."""
    at: Json = schema
    names = []
    for name in pointer.split("/")[1:]:
        properties = at.get("properties", {}) if isinstance(at, Mapping) else {}
        if name in properties:
            at = properties[name]
        elif isinstance(at, Mapping) and isinstance(at.get("additionalProperties"), Mapping):
            at, name = at["additionalProperties"], "*"  # the star stands for the name
        elif name.isdigit():
            at, name = at.get("items", {}) if isinstance(at, Mapping) else {}, "*"  # likewise
        else:
            at = {}
        names.append(name)
    return "".join(f"/{name}" for name in names)


def explained(findings: list[Finding], around: Circumstances, response: ReceivedResponse | None) -> list[Finding]:
    """The findings with what each is about; what a judge said already stays."""
    return [
        replace(
            one,
            about=one.about or tuple(sorted(set(_about(one, around, response)))),
            site=site(one.pointer, around.schema),
        )
        for one in findings
    ]


def _about(finding: Finding, around: Circumstances, response: ReceivedResponse | None) -> Iterator[str]:
    chosen = _BY_CAUSE.get(finding.cause) or _BY_CLAUSE.get(finding.clause)
    if chosen is not None:
        yield from chosen(finding, around, response)
        return
    first = finding.pointer.removeprefix("/").partition("/")[0]
    if first in around.responses:
        name = around.responses[first]
        if name in around.known:
            state, *kinds = around.known[name]
            yield f"{name} known by {' and '.join(kinds) or 'itself'}" if state == "known" else f"{name} {state}"


def _request(finding: Finding, around: Circumstances, response: ReceivedResponse | None) -> Iterator[str]:
    """What is wrong or odd in the request; for a good one, which parts it carries and which of them exist."""
    expected = around.expected
    phrases = [
        f"{one.clause} {site(one.pointer, around.schema)} {worded(one.message, expected.body)}"
        for one in expected.reasons
    ]
    phrases += [f"{one.clause} {site(one.pointer, around.schema)}" for one in expected.oddities]
    yield from phrases
    if not phrases:
        yield from (f"{name} {state[0]}" for name, state in around.known.items())
        if around.signon is not None:
            yield around.signon


def _refusal(finding: Finding, around: Circumstances, response: ReceivedResponse | None) -> Iterator[str]:
    """What the refusal complains of; where it names no place, its words and what was refused."""
    if response is None:
        return
    yield f"status {response.status}"
    value = response.json
    listed = value.get("errors") if isinstance(value, dict) else None
    errors = [one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict)]
    places = {site(str(one["pointer"]), around.schema) for one in errors if one.get("pointer")}
    if places:
        yield from places
        return
    message = value.get("message") if isinstance(value, dict) else None
    phrases = message if isinstance(message, str) else response.body[:400].decode("utf-8", "replace")
    yield worded(phrases, around.expected.body)
    if finding.pointer == "":
        yield from around.known
        if around.signon is not None:
            yield around.signon


def _acceptance(finding: Finding, around: Circumstances, response: ReceivedResponse | None) -> Iterator[str]:
    """Which rule the accepted request breaks there."""
    for one in around.expected.reasons:
        if (one.clause, one.pointer) == (finding.clause, finding.pointer):
            yield worded(one.message, around.expected.body)
            return


def _form(finding: Finding, around: Circumstances, response: ReceivedResponse | None) -> Iterator[str]:
    """Which kind of answer has the form."""
    if response is not None:
        yield f"status {response.status}"


def _symbol(finding: Finding, around: Circumstances, response: ReceivedResponse | None) -> Iterator[str]:
    yield f"{finding.received[:60]} for {finding.expected[:60]}"


def _status(finding: Finding, around: Circumstances, response: ReceivedResponse | None) -> Iterator[str]:
    """Which rule the refused request breaks."""
    yield from sorted({one.clause for one in around.expected.reasons})


_Words = Callable[[Finding, Circumstances, ReceivedResponse | None], Iterator[str]]
_BY_CAUSE: Mapping[str, _Words] = {
    "valid request refused": _refusal,
    "refused": _refusal,
    "accepted": _acceptance,
    "another code": _symbol,
}
_BY_CLAUSE: Mapping[str, _Words] = {
    "never-server-error": _request,
    "never-hang": _request,
    "never-trace": _request,
    "never-html": _form,
    "error-shape": _form,
    "error-code-symbolic": _form,
    "errors-complete": _status,
    "credential-not-echoed": _form,
    "success-status": _form,
}
