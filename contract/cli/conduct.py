"""A run with the options of ``check``, from the options to the verdict: the same for the command and under pytest."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.cli.arguments import check_parser

if TYPE_CHECKING:
    from contract.report.baseline import Baseline
    from contract.report.verdict import ReportedVerdict
    from contract.run.admission import Admission
    from contract.run.runner import RunSettings
    from spec.catalogue.clauses import Catalogue
    from spec.openapi.document import Document


class CannotStartError(Exception):
    """Options that cannot be followed; the message says which, why, and how to go on."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a run needs, read and checked before anything is sent."""

    options: argparse.Namespace
    catalogue: Catalogue
    document: Document
    baseline: Baseline
    entry: Admission
    settings: RunSettings


def prepared(argv: list[str]) -> Prepared:
    """What the options of ``check`` ask for. Raises CannotStartError; exits with 2 where argparse does."""
    options = check_parser().parse_args(argv)
    from contract.cli.preparing import contract, guard_journey, guard_live, installs, settings_for
    from contract.report.baseline import Baseline, load_baseline
    from contract.report.outlet import OutletError, check_outlets
    from contract.run.admission import AdmissionError, admission
    from contract.run.runner import OPERATION
    from spec.openapi.document import DocumentError
    from spec.source.reading import SourceError

    if options.self_test:
        raise CannotStartError("--self-test is run through the 'invigilate' command, which knows the mock.")
    try:
        check_outlets(options)
        catalogue, document = contract(options)
        settings = settings_for(options, catalogue)
        baseline = Baseline(load_baseline(options.baseline)) if options.baseline else Baseline()
        entry = admission(options, installs(options, document), document.operations[OPERATION], os.environ)
        guard_journey(settings.options.journey, entry)
        if not options.dry_run:
            guard_live(options, entry)
    except (AdmissionError, OutletError, SourceError, DocumentError) as error:
        raise CannotStartError(str(error)) from None
    return Prepared(options, catalogue, document, baseline, entry, settings)


def conduct(run: Prepared, *, shown: bool = True) -> ReportedVerdict:
    """Judge the target. ``shown`` says whether progress is told on standard error. Raises CannotStartError."""
    from contract.cli.preparing import open_transport
    from contract.report.exhibit import exhibit
    from contract.report.masking import masker_for
    from contract.report.showing import control_token, is_mock, show
    from contract.run import runner
    from contract.run.admission import AdmissionError
    from contract.run.progress import progress
    from contract.run.sequences import generate

    try:
        transport = open_transport(run.entry, run.options)
    except AdmissionError as error:
        raise CannotStartError(str(error)) from None
    watching: Any = progress(run.entry.url) if shown else nullcontext()
    try:
        with terminated_as_interrupted(), hypothesis_elsewhere(), watching as watch:
            report = runner.run(
                transport,
                run.entry.url,
                run.document,
                run.catalogue,
                run.entry.access,
                run.settings,
                watch=watch,
                generate=generate,
            )
    finally:
        transport.close()
    masker = masker_for(run.entry.access, run.document, report.published_keys, report.exchanges)
    verdict = exhibit(report, masker, run.entry.access, strict=run.options.strict, baseline=run.baseline)
    if is_mock(report.exchanges):
        token = control_token(run.options.ready_file)
        place = show(verdict, run.entry.url, token=token, ca_file=run.options.ca_file)
        if place and shown:
            sys.stderr.write(f"invigilate check: the report is shown at {place}\n")
    return verdict


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends a run as SIGINT does: what was seen and created is reported."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def hypothesis_elsewhere() -> Iterator[None]:
    """Hypothesis keeps its files in a folder of its own for this user, and not in the one from which the run starts."""
    import tempfile
    from pathlib import Path

    from hypothesis import configuration

    before = configuration.__dict__.get("__hypothesis_home_directory")
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(cache).expanduser() / "invigilate" / "hypothesis"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK)
    except (OSError, RuntimeError):
        usable = False
    with nullcontext(str(folder)) if usable else tempfile.TemporaryDirectory(prefix="invigilate-") as place:
        configuration.set_hypothesis_home_dir(place)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
