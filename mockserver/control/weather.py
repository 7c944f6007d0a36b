"""Weather: rules that say what happens to which calls, and the header with which a call brings its own."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviour.faults import FAULTS
from mockserver.behaviour.rules import MOST, Condition, Matching, WeatherRule
from mockserver.control.asked import ControlCall
from mockserver.control.clock import as_text, seconds
from mockserver.control.controlled import Controlled
from mockserver.http.decoding import decode
from mockserver.http.errors import Refusal, RefusalReason, refuse
from mockserver.http.response import Response, of_json
from spec.schema.telling.messages import said_of
from spec.schema.texts.lossless import lossless
from spec.schema.validation import Rules, outermost
from spec.source.pointer import Json

_NAMES: Mapping[str, str] = {"retry-after": "retryAfter", "fault": "faults"}
"""Names in the header that differ from those of the control plane."""
_WRITTEN = "Invigilate-Weather: status=503; retry-after=1"


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""
    forecast = mock.forecast

    def found(asked: ControlCall) -> WeatherRule:
        rule = forecast.rules.get(asked.values["rule"])
        if rule is None:
            name = asked.values["rule"]
            raise refuse("not-found", None, f"There is no rule {name!r}; GET /_invigilate/weather lists them.")
        return rule

    async def listed(asked: ControlCall) -> Response:
        install = mock.known(asked.install)
        rules = [one for one in forecast if install is None or one.match.install == install]
        return of_json({"rules": [shown(one) for one in rules]})

    async def make(asked: ControlCall) -> Response:
        body = asked.body
        match = Matching(**body.get("match", {}))
        mock.known(match.install or None)
        if match.operation and match.operation not in mock.document.operations:
            known = ", ".join(mock.document.operations)
            message = f"the document has no operation {match.operation!r}; it has {known}."
            raise refuse("invalid-input", "schema", message, pointer="/match/operation")
        if len(forecast.rules) >= MOST:
            raise Refusal("conflict", f"There are {MOST} rules; delete those that are not used any more.")
        rule = made(forecast.name(), body)
        forecast.rules[rule.id] = rule
        return of_json(shown(rule), status=201)

    async def clear(asked: ControlCall) -> Response:
        if asked.install is None:
            forecast.clear()
        else:
            forecast.leave(mock.tenants[asked.install].sid)
        return of_json({"cleared": True})

    async def show(asked: ControlCall) -> Response:
        return of_json(shown(found(asked)))

    async def delete(asked: ControlCall) -> Response:
        rule = found(asked)
        del forecast.rules[rule.id]
        return of_json(shown(rule))

    async def faults(_: ControlCall) -> Response:
        view = [
            {"id": one.id, "breaks": list(one.caught_by), "description": one.description}
            for one in FAULTS.values()
            if not one.beside
        ]
        return of_json({"faults": view})

    return {
        "listWeather": listed, "makeWeather": make, "clearWeather": clear, "showWeather": show,
        "deleteWeather": delete, "listFaults": faults,
    }  # fmt: skip


def condition(then: Mapping[str, Json]) -> Condition:
    """What happens, from its JSON. Raises Refusal for a fault that is none, and for what cannot be together."""
    unknown = [name for name in then.get("faults", ()) if name not in FAULTS]
    if unknown:
        message = f"there is no fault {unknown[0]!r}; GET /_invigilate/faults lists those there are."
        raise refuse("invalid-input", "schema", message, pointer="/then/faults")
    if beside := [name for name in then.get("faults", ()) if FAULTS[name].beside]:
        message = (
            f"{beside[0]!r} is about calls of no operation, over which no weather comes; start the mock with "
            f"--fault {beside[0]}."
        )
        raise refuse("invalid-input", "schema", message, pointer="/then/faults")
    if "status" not in then and (alone := {"served", "retryAfter", "code", "message"} & then.keys()):
        message = f"{sorted(alone)[0]!r} says something about a status; give one."
        raise refuse("invalid-input", "schema", message, pointer="/then/status")
    if "close" in then and (vain := {"status", "drip", "cut", "malformed", "headers"} & then.keys()):
        message = f"with 'close' there is no answer; leave out {sorted(vain)[0]!r}."
        raise refuse("invalid-input", "schema", message, pointer="/then/close")
    named = {
        name: then[name]
        for name in ("status", "code", "message", "served", "delay", "jitter", "drip", "close", "cut", "malformed")
        if name in then
    }
    return Condition(
        **named,
        retry_after=str(then.get("retryAfter", "")),
        headers=tuple(then.get("headers", {}).items()),
        faults=tuple(then.get("faults", ())),
    )


def of_header(text: str, rules: Rules) -> Condition:
    """What ``Invigilate-Weather: status=503; retry-after=1`` means. Raises Refusal with all that is wrong with it."""
    try:
        return _condition_of(text, rules)
    except Refusal as refusal:
        message = f"The header Invigilate-Weather cannot be followed: {refusal.message} Write it as '{_WRITTEN}'."
        raise Refusal("invalid-input", message) from None


def _condition_of(text: str, rules: Rules) -> Condition:
    if text.lstrip()[:1] in ("{", "["):
        raise Refusal("invalid-input", "it has a form of its own, which is no JSON.")
    then = _pieces(text)
    if faults := _faults(then, rules):
        raise Refusal("invalid-input", " ".join(one.message for one in faults), faults)
    return condition(then)


_MATCHED = ("operation", "method", "path", "install")
_COUNTED = ("times", "every", "probability", "seed", "until")


def of_option(text: str, name: str, rules: Rules) -> WeatherRule:
    """The rule of an option: ``operation=provision; status=503; every=20``, or JSON as the control plane takes it.

    ``rules`` are those of that JSON. Raises Refusal with all that is wrong with it.
    """
    if text.lstrip()[:1] in ("{", "["):
        try:
            body = decode(text.encode("utf-8", "surrogatepass"), 64)
        except Refusal as refusal:
            raise Refusal("invalid-input", said_of("it", refusal.message)) from None
    else:
        pieces = _pieces(text)
        match = {one: str(pieces.pop(one)) for one in _MATCHED if one in pieces}
        counted = {one: pieces.pop(one) for one in _COUNTED if one in pieces}
        body = {**counted, **({"match": match} if match else {}), "then": pieces}
    faults = _faults(body, rules)
    if faults:
        message = " ".join(one.placed for one in faults)
        raise Refusal("invalid-input", message, faults)
    return made(name, body)


def _faults(value: Json, rules: Rules) -> list[RefusalReason]:
    """What is wrong with a rule that no body brought."""
    found = outermost(rules.violations(value))
    return [RefusalReason(one.pointer, said_of("it", one.message), one.clause) for one in found]


def made(name: str, body: Mapping[str, Json]) -> WeatherRule:
    """The rule of its JSON. Raises Refusal for what no schema can say."""
    return WeatherRule(
        name, Matching(**body.get("match", {})), condition(body["then"]), body.get("times", 0), body.get("every", 0),
        body.get("probability", 1.0), body.get("seed", 0), seconds(body["until"]) if "until" in body else 0.0,
    )  # fmt: skip


def _pieces(text: str) -> dict[str, Json]:
    """The members of ``status=503; retry-after=1``. Raises Refusal for one that is there twice."""
    found: dict[str, Json] = {}
    for piece in text.split(";"):
        name, equals, value = (one.strip() for one in piece.partition("="))
        name = _NAMES.get(name, name)
        if not piece.strip():
            continue
        if name in found:
            raise Refusal("invalid-input", f"{name!r} is there twice; give it once.")
        if name == "faults":
            found[name] = value.split()
        else:
            read = lossless(value) if equals else True
            found[name] = value if read is None or name in ("code", "message", "until") else read
    return found


def shown(rule: WeatherRule) -> dict[str, Json]:
    """A rule as JSON, with how often it was asked and followed."""
    match, then = rule.match, rule.then
    matched = {
        name: getattr(match, name) for name in ("operation", "method", "path", "install") if getattr(match, name)
    }
    view: dict[str, Json] = {
        "id": rule.id,
        "match": {**matched, **({"body": dict(match.body)} if match.body else {})},
        "then": _then(then),
        "asked": rule.asked,
        "followed": rule.followed,
    }
    view.update({name: getattr(rule, name) for name in ("times", "every") if getattr(rule, name)})
    if rule.probability < 1:
        view.update(probability=rule.probability, seed=rule.seed)
    if rule.until:
        view["until"] = as_text(rule.until)
    return view


def _then(then: Condition) -> dict[str, Json]:
    plain = {
        name: getattr(then, name)
        for name in ("status", "code", "message", "served", "delay", "jitter", "drip", "close", "malformed")
    }
    view: dict[str, Json] = {name: value for name, value in plain.items() if value}
    view.update({"retryAfter": then.retry_after} if then.retry_after else {})
    view.update({"cut": then.cut} if then.cut >= 0 else {})
    view.update({"headers": dict(then.headers)} if then.headers else {})
    view.update({"faults": list(then.faults)} if then.faults else {})
    return view
