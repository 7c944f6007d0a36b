"""The first requests of a run: whether the target can be judged at all, and what to say if it cannot.

Whatever is wrong with a URL, an install or a token is recognised here, within ten requests.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urlsplit

from contract.http.exchange import Exchange, Loss, ReceivedResponse, SentRequest
from contract.http.patience import retry_after
from contract.judging.keyset import KeySet, PublishedKeys, read_keys
from contract.probes.workbench import Workbench
from contract.run.facts import disputed, disputed_signon, excerpt
from contract.run.tokens import TokenWatch

_CERTIFICATE = ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "self-signed", "self signed")
_NO_TLS = ("WRONG_VERSION_NUMBER", "wrong version number", "UNKNOWN_PROTOCOL", "unknown protocol", "RECORD_LAYER")
_MOST_BUSY, _LONGEST_BUSY = 6, 30.0
"""How often, and for how many seconds in all, a target is obeyed that says when it will be there."""
_TLS_PORT = (b"to an https", b"https port", b"tls", b"ssl")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How to arrive: seconds to ``wait`` until the target answers, where its keys are, and whether the environment
    names a proxy that is not used.
    """

    wait: float = 0.0
    jwks: str | None = None
    proxy_unused: bool = False


def knock(bench: Workbench, arrival: Arrival, sleep: Callable[[float], None]) -> str | None:
    """Wait until the target answers, see whether it can be judged, and fetch its keys. Answers why it cannot."""
    bench.target.phase = "knock"
    exchange = _first_answer(bench, arrival, sleep)
    response = exchange.response
    if response is None or exchange.lost:
        return _unreachable(exchange, arrival)
    if obstacle := _obstacle(bench, exchange.request, response):
        return obstacle
    bench.record(bench.judge.judge(exchange), exchange)
    taken = {bench.access.install: exchange.request} if response.ok else {}
    if obstacle := disputed(bench, taken):
        return obstacle
    bench.target.doubt = TokenWatch(bench.access, bench.target, taken).doubt
    path = arrival.jwks or "/oidc/jwks"
    if not path.startswith("/"):
        path = bench.relative(path) or "/oidc/jwks"
    request = SentRequest("GET", path, bench.access.headers)

    def fetch() -> KeySet:
        answer = bench.target.once(request).response
        if answer is None or answer.status != 200:
            return read_keys(b"")
        return read_keys(answer.body, stored=answer.headers.get("age", "0") != "0")

    bench.keys = PublishedKeys(fetch)
    bench.published_keys = bench.keys.first.texts()
    bench.judge.verify = bench.keys.complaint
    return disputed_signon(bench)


def _first_answer(bench: Workbench, arrival: Arrival, sleep: Callable[[float], None]) -> Exchange:
    """The answer to a call that every reading accepts, waited for as long as there is none; at least twice."""
    until = monotonic() + arrival.wait
    request = bench.request(bench.body("?"))
    earlier: list[Exchange] = []
    granted: list[float] = []
    while True:
        exchange = bench.target.once(request)
        if exchange.response is not None and exchange.response.status == 429:
            exchange = bench.target.send(request)
        if exchange.response is not None and not exchange.lost:
            return replace(exchange, earlier=(*earlier, *exchange.earlier))
        hopeless = exchange.loss is Loss.UNSENT and _is_about_tls(exchange.failure or "")
        asked = _asked_for(exchange)
        obeyed = asked is not None and len(granted) < _MOST_BUSY and sum(granted) + asked <= _LONGEST_BUSY
        if hopeless or (earlier and monotonic() >= until and not obeyed):
            return exchange
        earlier.append(exchange)
        granted += [asked] if asked is not None and obeyed else []
        sleep(max(asked, 0.2) if asked is not None and obeyed else 0.2)


def _asked_for(exchange: Exchange) -> float | None:
    """Seconds after which a target that is not there yet wants to be asked again, if it says so."""
    response = exchange.response
    return retry_after(response.headers, datetime.now(UTC)) if response is not None else None


def _is_about_tls(failure: str) -> bool:
    return any(word in failure for word in (*_CERTIFICATE, *_NO_TLS))


def _unreachable(exchange: Exchange, arrival: Arrival) -> str:
    """A sentence about a target that does not answer."""
    failure = exchange.failure or (f"status {exchange.response.status}" if exchange.response else "no answer")
    if any(word in failure for word in _CERTIFICATE):
        return f"The certificate of the target is not trusted ({failure}). Give its authority by --ca-file."
    if any(word in failure for word in _NO_TLS):
        return f"The target does not speak TLS at this port ({failure}). Is it http:// instead of https://?"
    hint = ""
    if arrival.proxy_unused:
        hint = " The environment names a proxy, which is not used unless it is given: --proxy URL."
    return f"The target cannot be reached: {failure}. Check the URL, or give it time with --wait.{hint}"


def _obstacle(bench: Workbench, request: SentRequest, response: ReceivedResponse) -> str | None:
    """Why a target that answers a good call like this cannot be judged."""
    status, text = response.status, excerpt(response)
    if status in (401, 403):
        return f"The target refuses the token (status {status}): {text}"
    if status == 407:
        return f"A proxy wants credentials (status 407): {text} Give them in --proxy http://user:password@host:port."
    if 300 <= status < 400:
        return f"The target redirects to {_place(response)} (status {status}), which is not followed: give that URL."
    if status == 400 and any(word in response.body[:2000].lower() for word in _TLS_PORT) and _is_html(response):
        return "The target speaks TLS at this port (it says so with status 400). Is it https:// instead of http://?"
    if response.ok and _starts_as_html(response):
        return f"The target answers with an HTML page (status {status}): this is no API. Is the URL where it starts?"
    if status in (404, 405, 501):
        return _nowhere(bench, request, response)
    return None


def _nowhere(bench: Workbench, request: SentRequest, response: ReceivedResponse) -> str | None:
    """Whether there is nothing at the path of the call, or nothing for its install."""
    asked = f"{request.method} {urlsplit(bench.base).path}{request.path}"
    nowhere = bench.target.once(replace(request, path=f"/{secrets.token_hex(8)}"))
    anonymous = bench.target.once(bench.request(bench.body("?"), headers=()))
    other = anonymous.response
    if other is not None and other.status in (400, 401, 403) and response.status == 404:
        return (
            f"The target does not know the install {bench.access.install} (status 404: {excerpt(response)}). "
            "Is the SID right, and is it one of this target?"
        )
    if nowhere.response is not None and nowhere.response.status == response.status:
        path = urlsplit(bench.base).path
        without = f" The URL has the path {path}: is it right?" if path else ""
        return (
            f"The target answers {response.status} to {asked}, as it does to a path that cannot exist: is the URL "
            f"where the API starts, and is the install one of this target?{without} It says: {excerpt(response)}"
        )
    return f"The target answers {response.status} to {asked}: {excerpt(response)} Is the URL where the API starts?"


def _starts_as_html(response: ReceivedResponse) -> bool:
    return response.body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _is_html(response: ReceivedResponse) -> bool:
    return "html" in response.media_type or _starts_as_html(response)


def _place(response: ReceivedResponse) -> str:
    """Where a redirect leads, without what may be secret in it."""
    try:
        parts = urlsplit(response.headers.get("location", ""))
    except ValueError:
        return "a place that cannot be read"
    if not parts.netloc:
        return parts.path[:200] or "nowhere"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]
