"""``invigilate judge``: judge recorded traffic, without access to any server."""

from __future__ import annotations

import argparse
import sys

from contract.cli.arguments import judge_parser


def judge(argv: list[str]) -> int:
    """Judge a HAR file: 0 clean, 1 findings that count, 2 could not judge."""
    options = judge_parser().parse_args(argv)
    from contract.http.har import HarError
    from contract.report.outlet import OutletError, check_outlets, complain
    from contract.run.admission import AdmissionError
    from spec.openapi.document import DocumentError
    from spec.source.reading import SourceError

    try:
        check_outlets(options)
        return _judge(options)
    except (AdmissionError, HarError, OutletError, SourceError, DocumentError) as error:
        return complain("judge", error)


def _judge(options: argparse.Namespace) -> int:
    from contract.cli.preparing import contract, known_clauses, required_clauses
    from contract.http.access import Access
    from contract.http.har import read_har
    from contract.report.baseline import Baseline, load_baseline
    from contract.report.exhibit import exhibit
    from contract.report.masking import recorded_masker
    from contract.report.outlet import deliver
    from contract.run.accounting import unexercised
    from contract.run.admission import AdmissionError
    from contract.run.passive import judge_recording
    from contract.run.runner import OPERATION
    from spec.schema.validation import Rules

    catalogue, document = contract(options)
    only, skip = known_clauses(options.only, catalogue), known_clauses(options.skip, catalogue)
    baseline = Baseline(load_baseline(options.baseline)) if options.baseline else Baseline()
    operation = document.operations[OPERATION]
    if not Rules(operation.parameters[0].schema).fits_schema(options.install):
        raise AdmissionError(f"--install {options.install!r} is no SID of an install.")
    before, _, rest = operation.path.partition("{")
    path = f"{before}{options.install}{rest.partition('}')[2]}"
    recording = read_har(options.traffic, path, host=options.host)
    access = Access(install=options.install, token="", passive=True)
    report = judge_recording(recording, options.traffic.name, document, catalogue, access, only=only, skip=skip)
    report.unmet = unexercised(report.results, frozenset(required_clauses(options.require, catalogue)))
    masker = recorded_masker([call.exchange for call in recording.calls], document)
    verdict = exhibit(report, masker, access, strict=options.strict, baseline=baseline)
    deliver(verdict, options, sys.stdout, baseline)
    return verdict.exit_code
