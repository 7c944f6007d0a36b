"""``invigilate replay``: send the findings of a JSON report again, and say which still fail."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace as changed

from contract.cli.arguments import replay_parser


def replay(argv: list[str]) -> int:
    """Replay a report: 0 none fails any more, 1 some do, 2 cannot tell."""
    options = replay_parser().parse_args(argv)
    from contract.http.patience import UnavailableError
    from contract.http.target import BudgetError
    from contract.replaying.recorded import RecordedError
    from contract.report.outlet import complain
    from contract.run.admission import AdmissionError
    from spec.openapi.document import DocumentError
    from spec.source.reading import SourceError

    try:
        return _replay(options)
    except (AdmissionError, RecordedError, SourceError, DocumentError, UnavailableError, BudgetError) as error:
        return complain("replay", error)


def _replay(options: argparse.Namespace) -> int:
    from contract.cli.preparing import contract, guard_live, installs, open_transport, plan_of
    from contract.http.target import Target
    from contract.replaying.recorded import read_report
    from contract.replaying.replay import replay as replayed
    from contract.report.masking import masker_for, neutral
    from contract.run.admission import AdmissionError, admission
    from contract.run.knocking import knock
    from contract.run.runner import OPERATION, open_workbench

    recorded = read_report(options.report)
    if recorded.passive:
        raise AdmissionError(
            "the report is one of recorded traffic, whose requests are masked; nothing can be sent again."
        )
    if options.finding:
        strangers = set(options.finding) - {one.fingerprint for one in recorded.sequences}
        if strangers:
            raise AdmissionError(f"the report has no finding {sorted(strangers)[0]!r}.")
        recorded = changed(
            recorded, sequences=tuple(one for one in recorded.sequences if one.fingerprint in options.finding)
        )
    if not recorded.sequences:
        sys.stdout.write("The report holds no finding; nothing was sent.\n")
        return 0
    catalogue, document = contract(options)
    if options.seed is None:
        options.seed = recorded.seed
    options.install = options.install or (None if options.ready_file else recorded.install)
    entry = admission(
        options, installs(options, document), document.operations[OPERATION], os.environ, url=recorded.target
    )
    guard_live(options, entry)
    transport = open_transport(entry, options)
    plan = plan_of(options)
    try:
        target = Target(transport, most=plan.most_requests, rate=plan.rate)
        bench = open_workbench(target, entry.url, document, catalogue, entry.access, plan)
        import time

        if cannot := knock(bench, plan.arrival, time.sleep):
            raise AdmissionError(masker_for(entry.access, document, bench.published_keys).text(neutral(cannot)))
        counted = {"still fails": 0, "no longer fails": 0, "cannot be told": 0}
        target.phase = "replay"
        masker = masker_for(entry.access, document, bench.published_keys)
        for one in replayed(recorded, bench):
            counted[one.now.value] += 1
            reason = f": {one.reason}" if one.reason else ""
            text = (
                f"{one.now.value:<15} {one.sequence.clause} [{one.sequence.fingerprint}] {one.sequence.cause}{reason}"
            )
            sys.stdout.write(neutral(masker.text(text)) + "\n")
    finally:
        transport.close()
    said = ", ".join(f"{number} {label}" for label, number in counted.items() if number)
    sys.stdout.write(f"{len(recorded.sequences)} findings sent again to {entry.url}: {said}.\n")
    return 1 if counted["still fails"] else 2 if counted["cannot be told"] else 0
