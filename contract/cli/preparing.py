"""From the options of a command to what a run needs: the contract, the installs, the clauses, the way to the target.

Everything heavy is imported where it is used, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import difflib
import secrets
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from contract.http.target import HttpTransport
    from contract.journey.steps import Step
    from contract.run.admission import Admission
    from contract.run.runner import RunSettings
    from spec.catalogue.clauses import Catalogue
    from spec.openapi.document import Document
    from spec.resources.installs import Install

EXAMPLES = 60
BUDGET = 95.0
"""Seconds after which a run on a slow target generates only a few sequences, if their number was not asked for."""


def settings_for(options: argparse.Namespace, catalogue: Catalogue) -> RunSettings:
    """How the run goes, with the clauses that the options name. Raises AdmissionError for one that does not exist."""
    only, skip = known_clauses(options.only, catalogue), known_clauses(options.skip, catalogue)
    return plan_of(options, only, skip, required_clauses(options.require, catalogue))


def contract(options: argparse.Namespace) -> tuple[Catalogue, Document]:
    """The catalogue and the document. Raises SourceError or DocumentError with file and line, AdmissionError."""
    from contract.run.admission import AdmissionError
    from contract.run.runner import OPERATION
    from spec.catalogue.clauses import CLAUSES_FILE, load_clauses
    from spec.load import DOCUMENT_FILE, load
    from spec.openapi.options import reach

    catalogue = load_clauses(options.clauses or CLAUSES_FILE)
    document = load(
        options.spec or DOCUMENT_FILE, catalogue, reach(options), options.overlay, strict=options.strict_keywords
    )
    operation = document.operations.get(OPERATION)
    if operation is None or operation.body is None:
        raise AdmissionError(
            f"{document.source.name} has no operation {OPERATION!r} with a body; there is nothing to judge."
        )
    if not operation.parameters or operation.parameters[0].where != "path":
        reason = f"the first parameter of {OPERATION!r} has to be one of its path: the install"
        raise AdmissionError(f"{document.source.place(operation.pointer)}: {reason}.")
    return catalogue, document


def installs(options: argparse.Namespace, document: Document) -> tuple[Install, ...]:
    """The installs that the options name, or those that ship. Raises SourceError or DocumentError."""
    from contract.run.runner import OPERATION
    from spec.resources.agreement import installs_for

    return installs_for(document, document.operations[OPERATION], options.installs)


def known_clauses(names: Iterable[str], catalogue: Catalogue) -> frozenset[str]:
    """The given clause ids, also where several stand in one word. Raises AdmissionError for one that does not exist."""
    from contract.run.admission import AdmissionError

    chosen = frozenset(one for text in names for one in text.split(",") if one)
    for name in sorted(chosen - catalogue.keys()):
        close = difflib.get_close_matches(name, catalogue, n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(close)}?" if close else " 'invigilate clauses' lists them."
        raise AdmissionError(f"there is no clause {name!r}.{hint}")
    return chosen


def required_clauses(names: Iterable[str], catalogue: Catalogue) -> frozenset[str]:
    """The clauses that are to be exercised: ids, ``published`` for those of that standing, ``all`` for every one that
    a black box can be judged on. Raises AdmissionError for an id that does not exist.
    """
    words = [one for text in names for one in text.split(",") if one]
    chosen = known_clauses([one for one in words if one not in ("published", "all")], catalogue)
    judged = [one for one in catalogue.values() if one.judged_by == "check"]
    published = {one.id for one in judged if one.standing == "published" and "published" in words}
    return chosen | published | {one.id for one in judged if "all" in words}


def examples_of(options: argparse.Namespace) -> int:
    """How many sequences are generated."""
    asked = getattr(options, "max_examples", 0)
    return EXAMPLES if asked is None else int(asked)


def jobs_of(options: argparse.Namespace) -> int:
    """How many probes run side by side: few where the target is somebody else's, unless it was said."""
    return int(options.jobs or (2 if options.live else 8))


def plan_of(
    options: argparse.Namespace,
    only: frozenset[str] = frozenset(),
    skip: frozenset[str] = frozenset(),
    required: frozenset[str] = frozenset(),
) -> RunSettings:
    """How the run goes; the seed is drawn if none was given."""
    from urllib.request import getproxies

    from contract.probes.options import Options
    from contract.run.knocking import Arrival
    from contract.run.runner import RunSettings

    return RunSettings(
        seed=options.seed if options.seed is not None else secrets.randbelow(1_000_000),
        examples=examples_of(options),
        budget=None if getattr(options, "max_examples", None) is not None else BUDGET,
        only=only,
        skip=skip,
        arrival=Arrival(options.wait, options.jwks, proxy_unused=not options.proxy and bool(getproxies())),
        jobs=jobs_of(options),
        require=frozenset(required),
        most_seconds=options.max_time,
        most_requests=options.max_requests,
        rate=options.rate,
        options=Options(follow_signon=options.follow_signon, journey=step_of(options)),
    )


def step_of(options: argparse.Namespace) -> Step | None:
    """The last step of the journey that is walked, or None. Raises AdmissionError for a step of no journey."""
    from contract.journey.steps import Step
    from contract.run.admission import AdmissionError

    wanted = getattr(options, "to", None)
    if not getattr(options, "journey", False):
        if wanted is not None:
            raise AdmissionError("--to says how far the journey is walked; it needs --journey.")
        return None
    return Step.READ if wanted is None else Step(wanted)


def guard_journey(step: Step | None, entry: Admission) -> None:
    """Let nobody go on who cannot ask for a token. Raises AdmissionError."""
    from contract.run.admission import AdmissionError

    if step is not None and entry.access.client is None:
        raise AdmissionError(
            "--journey begins at the token endpoint, and needs a client: --client-secret-env NAME, with --client-id "
            "SID or --integration SID."
        )


def open_transport(entry: Admission, options: argparse.Namespace) -> HttpTransport:
    """The way to the target. Raises AdmissionError if --ca-file cannot be used."""
    from contract.http.target import HttpTransport
    from contract.run.admission import AdmissionError

    try:
        ca_file = str(options.ca_file) if options.ca_file else None
        return HttpTransport(entry.url, timeout=options.timeout, ca_file=ca_file, proxy=options.proxy)
    except OSError as error:
        raise AdmissionError(f"--ca-file {options.ca_file} cannot be used: {error}.") from None
    except ValueError:
        # what was given may hold a password
        raise AdmissionError("--proxy cannot be used; it is written as http://host:port.") from None


def guard_live(options: argparse.Namespace, entry: Admission) -> None:
    """Let nothing be written to another host unless that was asked for. Raises AdmissionError."""
    from contract.run.admission import AdmissionError

    if entry.loopback:
        return
    host = urlsplit(entry.url).hostname
    most = f"at most {options.max_requests}" if options.max_requests is not None else "hundreds to thousands of"
    more = "" if step_of(options) is None else ", and schedule and cancel sessions of theirs"
    writes = (
        f"{most} requests will be sent to {host}; they create courses, users at example.com, enrollments, exams and "
        f"configurations with names that start with 'iv-' in install {entry.access.install}{more}, and nothing of "
        "that can be deleted through this endpoint"
    )
    if not options.live:
        raise AdmissionError(f"{host} is not this machine. {writes[0].upper()}{writes[1:]}. Say --live to do it.")
    sys.stderr.write(f"{writes[0].upper()}{writes[1:]}.\n")
    if urlsplit(entry.url).scheme == "http":
        sys.stderr.write("The URL is plain http: the token crosses the network unprotected.\n")
