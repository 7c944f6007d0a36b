"""The options of ``invigilate check --self-test``: few of those that ``check`` has mean anything to it."""

from __future__ import annotations

from typing import NamedTuple

from contract.cli.arguments import check_parser

_TAKEN = frozenset({"self_test", "journey", "only"})


class SelfTest(NamedTuple):
    """What is judged: the faults of the journey as well, and those alone that break one of the clauses ``only``."""

    journey: bool
    only: frozenset[str]


def self_test_options(arguments: list[str]) -> SelfTest | None:
    """What the options ask for, or None when it was said why they cannot be followed."""
    parser = check_parser()
    options = vars(parser.parse_args(arguments))
    plain = vars(parser.parse_args([]))
    beside = [name for name, value in options.items() if name not in _TAKEN and value != plain[name]]
    from contract.cli.preparing import known_clauses
    from contract.report.outlet import complain
    from contract.run.admission import AdmissionError
    from spec.catalogue.clauses import load_clauses

    if beside:
        first = beside[0] if beside[0] == "url" else f"--{beside[0].replace('_', '-')}"
        message = f"--self-test judges our own mock, and takes --journey and --only alone; leave out {first}."
        complain("check", message)
        return None
    try:
        return SelfTest(options["journey"], known_clauses(options["only"], load_clauses()))
    except AdmissionError as error:
        complain("check", error)
        return None
