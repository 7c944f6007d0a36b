"""``invigilate check``: judge an implementation. Everything heavy is imported after the arguments were read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contract.cli.arguments import check_parser

if TYPE_CHECKING:
    from contract.run.admission import Admission
    from contract.run.runner import RunSettings
    from spec.catalogue.clauses import Catalogue
    from spec.openapi.document import Document


def check(argv: list[str]) -> int:
    """Judge a target: 0 clean, 1 findings that count, 2 could not check."""
    check_parser().parse_args(argv)  # before anything heavy is imported, so that --help is quick
    from contract.cli.conduct import CannotStartError, conduct, prepared
    from contract.report.outlet import OutletError, complain, deliver

    try:
        run = prepared(argv)
        if run.options.dry_run:
            return _rehearse(run.entry, run.document, run.catalogue, run.settings)
        verdict = conduct(run)
        deliver(verdict, run.options, sys.stdout, run.baseline)
    except (CannotStartError, OutletError) as error:
        return complain("check", error)
    return verdict.exit_code


def _rehearse(entry: Admission, document: Document, catalogue: Catalogue, plan: RunSettings) -> int:
    from contract.replaying.rehearsal import Rehearsal
    from contract.report.masking import masker_for
    from contract.run.runner import OPERATION, run
    from spec.resources.annotations import resources

    shown = Rehearsal(
        urlsplit(entry.url).path,
        resources(document.operations[OPERATION]),
        masker_for(entry.access, document, [], []),
        sys.stdout.write,
    )
    run(shown, entry.url, document, catalogue, entry.access, plan, sleep=lambda _: None)
    sys.stdout.write(
        f"# {shown.count} requests would be sent to {entry.url}, and {plan.examples} generated sequences of up to ten "
        f"more calls each. Seed {plan.seed}. Later requests depend on answers. Nothing was sent.\n"
    )
    return 0
