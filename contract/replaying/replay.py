"""Sending the sequences of a report's findings again, and saying which still fail: judged by the same oracle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from contract.http.exchange import Exchange, Request
from contract.judging.race import judge_burst
from contract.probes.ladder import LADDER
from contract.probes.workbench import Workbench
from contract.replaying.recorded import Recorded, Sequence, Step
from contract.replaying.renaming import Renaming
from contract.report.masking import MASKED, labelled, placeholders

TRIES = 5
"""How often something is tried that does not show every time."""
_TAMPERED = re.compile(r"\$BAD_CREDENTIAL\((.*)\)\Z", re.DOTALL)
_PLACEHOLDER = re.compile(r"\A((?:[A-Za-z]+ )?)(\$[A-Z0-9_]+)\Z")


class Now(StrEnum):
    """What became of a finding."""

    FAILS = "still fails"
    GONE = "no longer fails"
    UNTOLD = "cannot be told"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A sequence after its replay; ``reason`` says why nothing can be told."""

    sequence: Sequence
    now: Now
    reason: str = ""


class _UntoldError(Exception):
    pass


def replay(recorded: Recorded, bench: Workbench) -> Iterator[Replayed]:
    """Send every sequence again. ``bench`` has knocked; each sequence gets names and a memory of its own."""
    for sequence in recorded.sequences:
        try:
            fails = any(_fails(sequence, recorded, bench) for _ in range(_tries(sequence)))
        except _UntoldError as error:
            yield Replayed(sequence, Now.UNTOLD, str(error))
        else:
            yield Replayed(sequence, Now.FAILS if fails else Now.GONE)


def _tries(sequence: Sequence) -> int:
    return TRIES if sequence.intermittent or any(step.together for step in sequence.steps) else 1


def _fails(sequence: Sequence, recorded: Recorded, bench: Workbench) -> bool:
    texts = [text for step in sequence.steps for text in (step.path, (step.body or b"").decode("utf-8", "replace"))]
    renaming = Renaming(texts)
    fork = bench.fork(next((f"iv-{new}" for new in renaming.fresh.values()), bench.composer.prefix))
    fork.name = sequence.probe
    if not sequence.steps or any("?" in step.path for step in sequence.steps):
        # sign-on links and latencies are judged by their probe, not request by request
        _run_probe(sequence, fork)
    else:
        _send(sequence, recorded, fork, renaming)
    return any(one.fingerprint == sequence.fingerprint for one in fork.seen_findings)


def _run_probe(sequence: Sequence, bench: Workbench) -> None:
    if sequence.probe not in LADDER:
        raise _UntoldError("the report holds no requests for it; run the check again")
    with bench.probe(sequence.probe):
        LADDER[sequence.probe](bench)
    clauses = bench.ledger.results
    if sequence.clause not in clauses or not clauses[sequence.clause].exercised:
        raise _UntoldError(f"the probe {sequence.probe!r} could not exercise it; give the options of the run")


def _send(sequence: Sequence, recorded: Recorded, bench: Workbench, renaming: Renaming) -> None:
    renaming.installs(recorded.install, bench.access.install)
    if recorded.other_install is not None:
        if any(recorded.other_install in step.path for step in sequence.steps) and bench.access.other_token is None:
            raise _UntoldError("it needs a second install: --other-install SID --other-token-env NAME")
        renaming.installs(recorded.other_install, bench.access.other_install or recorded.other_install)
    if not sequence.complete:
        raise _UntoldError("the report holds only the end of its sequence; run the check again")
    # every secret is looked up before anything is written
    headers = [_headers(step, bench) for step in sequence.steps]
    place = 0
    while place < len(sequence.steps):
        step = sequence.steps[place]
        group = [step]
        while step.together and place + len(group) < len(sequence.steps):
            following = sequence.steps[place + len(group)]
            if following.together != step.together:
                break
            group.append(following)
        requests = [_request(one, renaming, headers[place + index]) for index, one in enumerate(group)]
        for one, exchange in zip(group, _exchanges(bench, requests), strict=True):
            renaming.sids(one.sids, bench.sids(exchange))
        place += len(group)


def _exchanges(bench: Workbench, requests: list[Request]) -> list[Exchange]:
    if len(requests) == 1:
        return [bench.send(requests[0])]
    expected = bench.judge.expect(requests[0])
    exchanges = bench.target.burst(requests)
    bench.trail += exchanges
    bench.record(judge_burst(bench.judge, exchanges, expected), *exchanges)
    return exchanges


def _request(step: Step, renaming: Renaming, headers: tuple[tuple[str, str], ...]) -> Request:
    return Request(step.method, renaming.text(step.path), headers, renaming.body(step.body))


def _headers(step: Step, bench: Workbench) -> tuple[tuple[str, str], ...]:
    return tuple((name, _value(name, value, bench)) for name, value in step.headers)


def _value(name: str, value: str, bench: Workbench) -> str:
    if found := _TAMPERED.search(value):
        tampered = labelled(bench.access, bench.published_keys).get(found[1], ())
        for header, one in tampered:
            if header.lower() == name.lower():
                return one
        raise _UntoldError(f"the token cannot be tampered with as it was ({found[1]})")
    if found := _PLACEHOLDER.match(value):
        secret = next((one for one, known in placeholders(bench.access).items() if known == found[2]), None)
        if secret is None:
            raise _UntoldError(f"it needs what stood for {found[2]}; give the options of the run")
        return found[1] + secret
    if MASKED in value:
        raise _UntoldError(f"the report masks the header {name!r}")
    return value
