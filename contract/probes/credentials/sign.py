"""Probes of signing on: links and tokens of several users, and following a link where that is allowed."""

from __future__ import annotations

from contract.http.exchange import Exchange, SentRequest
from contract.judging.findings import ExchangeJudgement
from contract.model.identity import value_at
from contract.probes.workbench import Workbench
from spec.source.pointer import Json

_VISITORS = 4
_ROUNDS = 3
"""How often several visitors follow a link at once: whether they meet is luck."""


def asked(bench: Workbench) -> None:
    """Two users of one exam in turn, each twice, and once without asking: everybody gets their own, only when asked.

    Kept beside the strategies: two users in turn, which shows whose token it is; a sequence signs on whom it
    happens to know.
    """
    signon = bench.resources.signon
    if signon is None or (member := bench.composer.signon(bench.chance)) is None:
        return
    subject = bench.resources.part(signon.subject)
    one = bench.body()
    two = {**one, subject.path[0]: bench.body()[subject.path[0]]}
    first = bench.resources.parts[0]
    for body in (one, two, one, two):
        bench.provision({**body, signon.path[0]: member})
    bench.provision(one)
    bench.provision({first.path[0]: bench.body("?")[first.path[0]], signon.path[0]: member})
    slim = {name: one[name] for name in (first.path[0], subject.path[0])}
    bench.provision({**slim, signon.path[0]: member})


def keys(bench: Workbench) -> None:
    """After a while, the keys are fetched before and after a sign-on: one that is published now verifies its token.

    Kept beside the strategies: it comes when much has been signed, and looks at the keys right before and after.
    """
    signon = bench.resources.signon
    if signon is None or bench.keys is None or (member := bench.composer.signon(bench.chance)) is None:
        return
    before = bench.keys.look()
    exchange = bench.provision({**bench.body(), signon.path[0]: member})
    after = bench.keys.look()
    answer = exchange.response.json if exchange.response and exchange.response.ok else None
    shown = answer.get(signon.response) if isinstance(answer, dict) else None
    text = shown.get(signon.token) if isinstance(shown, dict) else None
    if isinstance(text, str) and (complaint := bench.keys.complaint_now(text, before, after)) is not None:
        judgement = ExchangeJudgement()
        pointer = f"/{signon.response}/{signon.token}"
        judgement.find("signon-token-signed", "key withdrawn", "a key that is published", complaint, pointer)
        bench.record(judgement, exchange)


def followed(bench: Workbench) -> None:
    """The link is followed once, which signs the user on, and once more, which does not.

    Kept beside the strategies: sequences send calls of the operation only, and follow no link.
    """
    signon = bench.resources.signon
    if signon is None or not bench.options.follow_signon or (member := bench.composer.signon(bench.chance)) is None:
        return
    body = {**bench.body(), signon.path[0]: member}
    exchange = bench.provision(body)
    path = _path_of_link(bench, exchange)
    judgement = ExchangeJudgement()
    if path is None:
        return
    first = bench.target.send(SentRequest("GET", path, (("Accept", "text/html,application/json"),)))
    again = bench.target.send(SentRequest("GET", path, (("Accept", "text/html,application/json"),)))
    if any(one.lost for one in (*first.earlier, *again.earlier)):
        # a visit whose answer was lost may have used the link up
        return
    names = _names(value_at(body, bench.resources.part(signon.subject).path)) | {
        bench.sids(exchange).get(signon.subject, "")
    }
    judgement.touch("signon-link-works", "signon-single-use")
    if first.response is None or first.response.status >= 400:
        received = f"status {first.response.status}" if first.response else str(first.failure)
        judgement.find("signon-link-works", "link refused", "the user is signed on", received)
    elif first.response.status == 200 and not any(
        name and name in first.response.body.decode("utf-8", "replace") for name in names
    ):
        judgement.find(
            "signon-link-works", "link shows another", "the user of the call", "a page that does not name them"
        )
    if again.response is None or again.response.status < 400:
        received = f"status {again.response.status}" if again.response else str(again.failure)
        judgement.find("signon-single-use", "link works twice", "a refusal", received)
    bench.trail += [first, again]
    bench.record(judgement, exchange, first, again)
    if again.response is not None and again.response.status >= 400:
        for _ in range(_ROUNDS):
            if not _followed_at_once(bench, {**bench.body(), signon.path[0]: member}):
                break


def _path_of_link(bench: Workbench, exchange: Exchange) -> str | None:
    """Where on the target the link of an answer leads, if it does."""
    signon = bench.resources.signon
    answer = exchange.response.json if exchange.response and exchange.response.ok else None
    shown = answer.get(signon.response) if signon is not None and isinstance(answer, dict) else None
    link = shown.get(signon.redirect) if signon is not None and isinstance(shown, dict) else None
    if not isinstance(link, str):
        return None
    path = bench.relative(link)
    if path is None:
        bench.unfollowed = link
    return path


def _followed_at_once(bench: Workbench, body: dict[str, Json]) -> bool:
    """Several visitors follow a link that works once, at the same time: whether no more than one was signed on."""
    exchange = bench.provision(body)
    path = _path_of_link(bench, exchange)
    if path is None:
        return False
    visits = bench.target.burst([SentRequest("GET", path, (("Accept", "text/html,application/json"),))] * _VISITORS)
    judgement = ExchangeJudgement()
    judgement.touch("signon-single-use")
    let_in = sum(one.response is not None and one.response.status < 400 for one in visits)
    if let_in > 1:
        received = f"{let_in} of {_VISITORS} visitors at once were let in"
        judgement.find("signon-single-use", "link works twice at once", "one of them", received)
    bench.trail += visits
    bench.record(judgement, exchange, *visits)
    return let_in <= 1


def _names(value: Json) -> set[str]:
    if not isinstance(value, dict):
        return set()
    return {one for one in value.values() if isinstance(one, str) and len(one) > 3}
