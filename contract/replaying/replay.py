"""Sending the sequences of a report's findings again, and saying which still fail: judged by the same oracle."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from contract.judging.findings import Ledger, Reproduced
from contract.probes.ladder import LADDER
from contract.probes.workbench import Workbench
from contract.replaying.recorded import Recorded, Sequence
from contract.report.masking import MASKED, labelled, placeholders
from contract.reproduction.sequence import SequenceStep, renaming_for, send, stage_for

TRIES = 5
"""How often something is tried that does not show every time."""
_CHANGES = "changes"
"""The probe that shows of every member whether the target tells its change."""
_TAMPERED = re.compile(r"\$BAD_CREDENTIAL\((.*)\)\Z", re.DOTALL)
_PLACEHOLDER = re.compile(r"\A((?:[A-Za-z]+ )?)(\$[A-Z0-9_]+)\Z")
_UNPROVEN = {
    Reproduced.NEVER: "it did not show a second time in the run either, so its absence says nothing",
    Reproduced.UNTRIED: "the run did not send it a second time, so a call may be missing; run the check again",
}


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
    has_served = False
    for sequence in recorded.sequences:
        try:
            fails = any(_fails(sequence, recorded, bench) for _ in range(_tries(sequence)))
            if not fails and sequence.reproduced is Reproduced.SEQUENCE:
                # in the run the target had served others before, and had shown what it can tell
                if not has_served:
                    _serve_others(bench)
                has_served = True
                fails = _fails(sequence, recorded, bench)
        except _UntoldError as error:
            yield Replayed(sequence, Now.UNTOLD, str(error))
            continue
        if fails:
            yield Replayed(sequence, Now.FAILS)
        elif sequence.reproduced in _UNPROVEN:
            yield Replayed(sequence, Now.UNTOLD, _UNPROVEN[sequence.reproduced])
        else:
            yield Replayed(sequence, Now.GONE)


def _serve_others(bench: Workbench) -> None:
    """Calls for people and things of their own, since some faults mix up what belongs to different callers; each member
    is changed once, since silence proves something only of a target that was seen to speak.
    """
    fork = bench.fork(f"iv-{secrets.token_hex(5)}")
    fork.ledger = Ledger(bench.judge.catalogue)
    for _ in range(2):
        fork.provision(fork.body())
    LADDER[_CHANGES](fork)


def _tries(sequence: Sequence) -> int:
    return TRIES if sequence.intermittent or any(step.together for step in sequence.steps) else 1


def _fails(sequence: Sequence, recorded: Recorded, bench: Workbench) -> bool:
    renaming = renaming_for(sequence.steps)
    fork = stage_for(bench, renaming, sequence.probe)
    by_probe = sequence.reproduced is Reproduced.PROBE or not sequence.steps
    if by_probe or any(_is_followed(step, bench) for step in sequence.steps):
        # sign-on links and latencies are judged by their probe, not request by request
        _run_probe(sequence, fork)
    else:
        if not sequence.complete:
            raise _UntoldError("the report holds only the end of its sequence; run the check again")
        renaming.installs(recorded.install, bench.access.install)
        if recorded.other_install is not None:
            if (
                any(recorded.other_install in one.request.path for one in sequence.steps)
                and not bench.access.other_token
            ):
                raise _UntoldError("it needs a second install: --other-install SID --other-token-env NAME")
            renaming.installs(recorded.other_install, bench.access.other_install or recorded.other_install)
        # every secret is looked up before anything is written
        send([_with_secrets(one, bench) for one in sequence.steps], fork, renaming)
        _exercised(sequence, fork, f"what was sent does not exercise it here; {_LACKING}")
    return any(one.fingerprint == sequence.fingerprint for one in fork.seen_findings)


def _is_followed(step: SequenceStep, bench: Workbench) -> bool:
    """Whether a request follows a link, or asks for what no report shows: it is judged by its probe alone."""
    path = step.request.path
    later = bench.journey is not None and bench.journey.contract.call(step.request) is not None
    return MASKED in path or ("?" in path and not later)


_LACKING = "give the options that the run had"


def _run_probe(sequence: Sequence, bench: Workbench) -> None:
    name = sequence.rung or sequence.probe
    if name not in LADDER:
        raise _UntoldError("the report holds no requests for it; run the check again")
    with bench.probe(name):
        LADDER[name](bench)
    _exercised(sequence, bench, f"the probe {name!r} could not exercise it; {_LACKING}")


def _exercised(sequence: Sequence, bench: Workbench, reason: str) -> None:
    """Nothing is said about a clause that nothing exercised."""
    clauses = bench.ledger.results
    if sequence.clause not in clauses or not clauses[sequence.clause].exercised:
        raise _UntoldError(reason)


def _with_secrets(step: SequenceStep, bench: Workbench) -> SequenceStep:
    """A step with the secrets of this run in the place of their placeholders."""
    headers = tuple((name, _value(name, value, bench)) for name, value in step.request.headers)
    if MASKED in step.request.path or MASKED.encode() in (step.request.body or b""):
        raise _UntoldError("the report masks a part of what was sent")
    return replace(step, request=replace(step.request, headers=headers))


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
            raise _UntoldError(f"it needs what stood for {found[2]}; {_LACKING}")
        return found[1] + secret
    if MASKED in value:
        raise _UntoldError(f"the report masks the header {name!r}")
    return value
