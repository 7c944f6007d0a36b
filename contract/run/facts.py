"""Whether what the caller said of the target is so: who is wrong where it is refused, nobody can tell.

A value that was given wrongly (a kind of proctoring, an integration, the second install, the secret of a client) is
refused by every correct server. So each of them is tried in one good call before anything is judged with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from contract.generation.chance import Seeded
from contract.http.exchange import ReceivedResponse, SentRequest
from contract.oracle.expectation import Admissibility
from contract.probes.credentials.issuing import GRANT, by_basic, in_the_form, token_request
from contract.probes.workbench import Workbench

_MOST_VALUES = 5
_MOST_SIGNONS = 3
_OPTIONS = "--proctor-type, --integration, --ready-file"
_REFUSED = frozenset({400, 401, 403, 404, 409, 422})


def disputed(bench: Workbench, taken: dict[str, SentRequest]) -> str | None:
    """Why the target cannot be judged with what was said of it, or None. ``taken`` gains a call that was taken."""
    return next((one for one in _disputes(bench, taken) if one is not None), None)


def _disputes(bench: Workbench, taken: dict[str, SentRequest]) -> Iterator[str | None]:
    for name in sorted(bench.access.known):
        if name in bench.access.guessed:
            yield _try_guesses(bench, name)
        else:
            yield _try_given(bench, name)
    yield _try_other_install(bench, taken)
    yield _try_client(bench)


def _try_guesses(bench: Workbench, name: str) -> str | None:
    """Find out which members of a list the install has, where nobody told; those that it has are known from now on."""
    taken, refused = [], None
    for value in bench.access.known.get(name, ())[:_MOST_VALUES]:
        bench.composer.known = {**bench.access.known, name: (value,)}
        exchange = bench.target.once(bench.request(bench.body()))
        if exchange.response is not None and exchange.response.ok:
            taken.append(value)
            bench.record(bench.judge.judge(exchange), exchange)
        else:
            refused = exchange
    bench.tell(name, taken)
    if taken or refused is None:
        return None
    said = excerpt(refused.response) if refused.response is not None else refused.failure
    return (
        f"The target takes a course alone, and refuses it with the {name} that invigilate guessed: {said} "
        f"Say which ones the install has (--proctor-type)."
    )


def _try_given(bench: Workbench, name: str) -> str | None:
    """Whether the target takes each member of a list that it is said to have.

    Where it takes none, the fault may be its own as well as the caller's: that is for the probes to see.
    """
    taken, refused, odd = [], [], []
    for value in bench.access.known[name][:_MOST_VALUES]:
        bench.composer.known = {**bench.access.known, name: (value,)}
        # the same choices each time, so that nothing but the value can be the reason
        request = bench.request(bench.body(chance=Seeded(bench.seed)))
        if value.encode() not in (request.body or b""):
            continue  # such as an integration, which stands in a sign-on alone
        expected = bench.judge.expect(request)
        if expected.verdict is Admissibility.MUST_REFUSE:
            odd.append(value)
            continue
        exchange = bench.target.send(request)
        if exchange.response is not None and exchange.response.status in _REFUSED:
            refused.append(value)
        else:
            taken.append(value)
            bench.record(bench.judge.judge(exchange, expected), exchange)
    bench.composer.known = bench.access.known
    if odd:
        return f"The document does not allow {_listed(odd)} among the {name}: is it spelt right ({_OPTIONS})?"
    if taken and refused:
        return (
            f"The target takes a good call with {_listed(taken)}, and refuses it with {_listed(refused)}, which is "
            f"said to be among the {name} of the install as well ({_OPTIONS}). Leave out what it has not."
        )
    return None


def _listed(values: list[str]) -> str:
    return ", ".join(value if len(value) <= 40 else f"{value[:40]}…" for value in values)


def _try_other_install(bench: Workbench, taken: dict[str, SentRequest]) -> str | None:
    """Whether a good call is taken for the second install: if not, what was said of it is as likely to be wrong."""
    install = bench.access.other_install
    if install is None or bench.access.other_token is None or not taken:
        return None
    body = bench.renamed(json.loads(taken[bench.access.install].body or b"{}"))
    exchange = bench.target.send(bench.request(body, install=install))
    response = exchange.response
    if response is not None and response.status in _REFUSED | {401}:
        return (
            f"The target takes a good call for {bench.access.install}, and refuses one for the second install "
            f"{install} (status {response.status}: {excerpt(response)}). Is it one of this target, and is the token "
            "of --other-token-env good for it? Without --other-install everything else is judged."
        )
    bench.record(bench.judge.judge(exchange), exchange)
    if response is not None and response.ok:
        taken[install] = exchange.request
    return None


def _try_client(bench: Workbench) -> str | None:
    """Whether the client gets a token in one of the two ways in which it may show its secret."""
    client, contract = bench.access.client, bench.oauth
    if client is None or contract is None:
        return None
    said = []
    for shown in (by_basic(client), in_the_form(client)):
        response = bench.target.send(token_request(bench, contract, shown, GRANT)).response
        told = response.json if response is not None else None
        if response is None or not isinstance(told, dict) or told.get("error") != "invalid_client":
            return None
        said.append(str(told.get("error_description", ""))[:200])
    return (
        f"The token endpoint says of the client {client.id} that it is none, or that this is not its secret "
        f"(invalid_client: {said[0]}). Are --client-id and --client-secret-env right? Without them everything else is "
        "judged."
    )


def disputed_signon(bench: Workbench) -> str | None:
    """Whether a good call is refused only for the integration that was given: who is wrong then, nobody can tell."""
    signon = bench.resources.signon
    if signon is None or bench.composer.signon(bench.chance) is None:
        return None
    body = bench.body()
    for member in _signons(bench)[:_MOST_SIGNONS]:
        exchange = bench.target.send(bench.request({**bench.renamed(body), signon.path[0]: member}))
        response = exchange.response
        if response is None or response.status not in _REFUSED:
            bench.record(bench.judge.judge(exchange), exchange)
            continue
        without = bench.target.send(bench.request(bench.renamed(body))).response
        if without is not None and without.ok:
            return (
                f"The target refuses a good call with the {signon.audience} {member[signon.audience]} (status "
                f"{response.status}: {excerpt(response)}), and takes it without. Is it one of this install? "
                "Without --integration everything but sign-on is judged."
            )
    return None


def _signons(bench: Workbench) -> list[dict[str, str]]:
    """A sign-on member for every integration that is said to be there."""
    known = bench.composer.known
    made = []
    for name, values in known.items():
        for value in values:
            bench.composer.known = {**known, name: (value,)}
            one = bench.composer.signon(bench.chance)
            if one is not None and value in one.values():
                made.append(one)
    bench.composer.known = known
    return made


def excerpt(response: ReceivedResponse) -> str:
    """What a refusal says, in short."""
    value = response.json
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return str(value["message"])[:300]
    return response.body[:120].decode("utf-8", "replace").strip() or "an empty body."
