"""Probes of who has a session: by itself, by assignment, or not at all."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from contract.journey.calls import ADDED, ASSIGNS, LISTS, READS, REMOVED
from contract.journey.steps import Step
from contract.judging.findings import ExchangeJudgement
from contract.probes.credentials.issuing import GRANT, by_basic, token_request
from contract.probes.journey.walk import ALL, Walk, walk
from contract.probes.workbench import Workbench
from spec.resources.sessions import StoredValue

_ROUNDS = 5


def by_token(bench: Workbench) -> None:
    """A client that asks the token endpoint for a token provisions with it, and sees the session.

    Kept beside the strategies: sequences ask for no token.
    """
    found, contract, client = walk(bench, Step.TOKEN, LISTS), bench.oauth, bench.access.client
    if found is None or contract is None or client is None:
        return
    exchange = bench.target.send(token_request(bench, contract, by_basic(client), GRANT))
    value = exchange.response.json if exchange.response is not None and exchange.response.ok else None
    token = value.get("access_token") if isinstance(value, dict) else None
    if not isinstance(token, str) or bench.journey is None:
        return
    fork = bench.holding(token)
    body = found.body()
    for auth in ("bearer", "token"):
        headers = fork.access.credential_headers(token, auth)
        answer = bench.target.send(fork.request(body, headers=headers))
        status = answer.response.status if answer.response is not None else 0
        if status in (401, 403):
            continue
        judgement = ExchangeJudgement()
        judgement.touch("token-admits")
        sids = bench.sids(answer)
        if found.is_pair(sids):
            listed = bench.target.send(found.request(LISTS, sids, query=ALL, headers=headers))
            refused = listed.response.status if listed.response is not None else 0
            if refused in (401, 403):
                received = f"status {refused}"
                judgement.find("token-admits", "token refused to list", "the call is served", received)
            bench.trail += [exchange, answer, listed]
            bench.record(judgement, exchange, answer, listed)
        return


def by_itself(bench: Workbench) -> None:
    """Who comes with an exam, before it and after it has a session of it; calling again starts no other.

    Kept beside the strategies: who comes first, and that a second call starts nothing; sequences join by chance.
    """
    found = walk(bench, Step.SESSIONS, LISTS, READS)
    if found is None:
        return
    who, scope = found.journey.kind.joins
    shared = found.journey.memory.shared
    people = [
        one.name for one in bench.resources.parts if one.name in (shared, *bench.resources.part(who).identity, who)
    ]
    things = [shared, scope]
    together = found.body()
    sids = found.provisioned(together)
    if not found.is_pair(sids):
        return
    found.listed(sids)
    found.provisioned(together)
    _looked_at(found, found.listed(sids), sids)
    for first, second in ((people, things), (things, people)):
        body = found.body()
        given = {**found.provisioned(found.only(body, *first)), **found.provisioned(found.only(body, *second))}
        if found.is_pair(given):
            found.listed(given)
    # two more learners of the first course, and one more exam for all of them
    for _ in range(2):
        other = {**found.only(found.body(), *people), **found.only(together, shared)}
        given = {**sids, **found.provisioned(other)}
        found.listed(given)
    more = {**found.only(found.body(), scope), **found.only(together, shared)}
    given = {**sids, **found.provisioned(more)}
    found.listed({**sids, scope: given[scope]})


def _looked_at(found: Walk, listed: list[tuple[str, str]], sids: dict[str, str]) -> None:
    for sid, status in listed:
        found.read({**sids, found.journey.kind.name: sid})
        found.listed(sids, f"status={quote(status)}")
    found.listed(sids, "")


def by_nobody(bench: Workbench) -> None:
    """Who does not take part has no session, and nobody has one of limited scope.

    Kept beside the strategies: sequences draw roles and scopes, and look at few of their sessions.
    """
    found = walk(bench, Step.SESSIONS, LISTS)
    if found is None:
        return
    for entitled, limited in ((False, False), (True, True), (False, True)):
        body = found.body(entitled=entitled, limited=limited)
        sids = found.provisioned(body)
        if found.is_pair(sids):
            found.listed(sids)
            found.provisioned(body)
            found.listed(sids)


def assigned(bench: Workbench) -> None:
    """Two are assigned at once, one again, one is taken out and comes back; a third never.

    Kept beside the strategies: two in one call, and one of them taken back; a sequence assigns one at a time.
    """
    found = walk(bench, Step.ASSIGN, ASSIGNS, LISTS, READS)
    if found is None:
        return
    kind = found.journey.kind
    who, shared = kind.who, found.journey.memory.shared
    first = found.body(limited=True)
    sids = [found.provisioned(first)]
    if not found.is_pair(sids[0]):
        return
    for _ in range(2):
        other = found.body(limited=True)
        scope = bench.resources.part(kind.scope).path[0]
        body = {**other, **found.only(first, shared)}
        body.pop(scope, None)
        sids.append({**sids[0], **found.provisioned(body)})
    if not all(map(found.is_pair, sids)):
        return
    found.assign(sids[0], added=[sids[0][who], sids[1][who]])
    sessions = [found.session(one) for one in sids]
    found.assign(sids[0], added=[sids[0][who]])
    found.listed(sids[0])
    found.assign(sids[0], removed=[sids[1][who]])
    for one, session in zip(sids, sessions, strict=True):
        if session is not None:
            found.read({**one, kind.name: session})
        found.listed(one)
    found.assign(sids[0], removed=[sids[1][who]])
    found.assign(sids[0], added=[sids[1][who]], removed=[sids[0][who]])
    for one, session in zip(sids, sessions, strict=True):
        found.listed(one)
        if session is not None:
            found.read({**one, kind.name: session})


def misassigned(bench: Workbench) -> None:
    """Assignments that are written otherwise, name strangers, or are not for that exam.

    Kept beside the strategies: spellings that a guide has, which no strategy draws.
    """
    found = walk(bench, Step.ASSIGN, ASSIGNS, LISTS)
    if found is None:
        return
    who = found.journey.kind.who
    sids, open_ones, stranger = found.begun(limited=True), found.begun(), found.begun(limited=True)
    if not all(map(found.is_pair, (sids, open_ones, stranger))):
        return
    own = sids[who]
    for body in (
        {"add": [{f"{who}Sid": own}]},
        {"remove": [own]},
        {ADDED: own},
        {ADDED: [{"sid": own}]},
        {ADDED: [own[2:]]},
        {REMOVED: [own, None]},
        {REMOVED: {"0": own}},
        [own],
    ):
        found.call(ASSIGNS, sids, body)
    found.listed(sids)
    nobody = own[:2] + secrets.token_hex(16)
    for body in ({ADDED: [nobody]}, {ADDED: [own, stranger[who]]}, {REMOVED: [nobody]}, {ADDED: [own], REMOVED: [own]}):
        fresh = found.begun(limited=True)
        if found.is_pair(fresh):
            changed = {side: [fresh[who] if one == own else one for one in listed] for side, listed in body.items()}
            found.call(ASSIGNS, fresh, changed)
            found.listed(fresh)
    found.assign(open_ones, added=[open_ones[who]])
    instructor = found.begun(entitled=False, limited=True)
    if found.is_pair(instructor):
        found.assign(instructor, added=[instructor[who]])
        found.listed(instructor)


def pages(bench: Workbench) -> None:
    """Several sessions of one pair, page by page, in both orders, by status; and pages that nobody can mean.

    Kept beside the strategies: several sessions of one pair that differ in age, which no sequence waits for.
    """
    found = walk(bench, Step.ASSIGN, ASSIGNS, LISTS, READS)
    if found is None:
        return
    who = found.journey.kind.who
    sids = found.begun(limited=True)
    if not found.is_pair(sids):
        return
    for place in range(_ROUNDS):
        found.assign(sids, added=[sids[who]])
        if place > 1 and len(_created(found, sids)) > 2:
            break
        found.assign(sids, removed=[sids[who]])
    for query in (
        ALL, f"{ALL}&sortKeys=createdDate&sortOrder=ASC", f"{ALL}&sortKeys=createdDate&sortOrder=DESC",
        f"{ALL}&limit=1", f"{ALL}&limit=1&offset=1", f"{ALL}&limit=1&offset=2", f"{ALL}&limit=2", f"{ALL}&offset=40",
        f"{ALL}&limit=2&offset=1", "status=Closed", "status[]=Closed&status[]=Scheduled", "",
    ):  # fmt: skip
        found.listed(sids, query)
    for status in dict.fromkeys(status for _, status in found.listed(sids)):
        found.listed(sids, f"status={quote(status)}")
    for query in ("limit=x", "offset=-1", "status=active", "status=Closed&status=over", "sortOrder=up"):
        found.listed(sids, query)


def _created(found: Walk, sids: dict[str, str]) -> set[str]:
    """The moments at which what is listed came into being, as they are told."""
    exchange = found.call(LISTS, sids, query=ALL)
    what = found.journey.contract.operations[LISTS]
    member = what.shown.get(StoredValue(found.journey.kind.name, "/created"))
    value = exchange.response.json if exchange.response is not None and exchange.response.ok else None
    listed = value.get("results") if isinstance(value, dict) else None
    entries = listed if isinstance(listed, list) and member is not None else []
    return {str(one.get(member.name)) for one in entries if isinstance(one, dict) and member is not None}
