"""``invigilate proxy``: stand between a client and a server, and judge both as they talk."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from contract.cli.arguments import add_contract, add_reports, file, parser, seconds

if TYPE_CHECKING:
    from contract.proxy.session import ProxyTerms, Session
    from contract.report.baseline import Baseline

ADDON = Path(__file__).resolve().parents[1] / "proxy" / "mitmproxy_addon.py"


def proxy_parser() -> argparse.ArgumentParser:
    """The parser of ``invigilate proxy``."""
    made = parser("proxy", "Stand between a client and a server, pass everything on unchanged, and judge both. Ends at "
                  "Ctrl-C or SIGTERM. Exit codes: 0 clean, 1 findings that count, 2 could not judge.")  # fmt: skip
    add = made.add_argument
    add("upstream", nargs="?", metavar="UPSTREAM", help="the server behind: an http(s) URL, may have a path prefix")
    add("--install", metavar="SID", help="the install whose calls are judged")
    add("--host", metavar="HOST", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", metavar="N", type=int, default=0, help="port to listen on (default: a free one)")
    add("--ready-file", metavar="F", type=file, help="written when the proxy listens: its url, for its owner only")
    add("--ca-file", metavar="F", type=file, help="certificates to trust upstream, in PEM form")
    add("--timeout", metavar="S", type=seconds, default=60.0, help="longest silence upstream (default: %(default)g)")
    add("--tell", action="store_true", help="add Invigilate-Finding headers to answers; judged calls go one by one")
    add("--refuse", action="store_true", help="block what breaks the contract; judged calls go one by one")
    add("--count-requests", action="store_true", help="requests that break the contract make the exit code 1, too")
    add("--har", metavar="F", type=file, help="record what passes, with pseudonyms for secrets, for 'invigilate judge'")
    add("--from-addon", action="store_true", help="forward nothing: listen to the addon in your own mitmproxy")
    add("--addon", action="store_true", help="print the path of the addon for mitmproxy, and end")
    add_contract(made)
    add_reports(made)
    return made


def proxy(argv: list[str]) -> int:
    """Judge what passes: 0 clean, 1 findings that count, 2 could not judge."""
    options = proxy_parser().parse_args(argv)
    if options.addon:
        sys.stdout.write(f"{ADDON}\n")
        return 0
    from contract.cli.preparing import required_clauses
    from contract.proxy.session import Session
    from contract.report.baseline import Baseline, load_baseline
    from contract.report.outlet import OutletError, check_outlets, complain
    from contract.run.admission import AdmissionError
    from spec.openapi.document import DocumentError
    from spec.process.listening import ListenError, listen
    from spec.source.reading import SourceError

    try:
        check_outlets(options)
        baseline = Baseline(load_baseline(options.baseline)) if options.baseline else Baseline()
        terms = _terms(options)
        required = required_clauses(options.require, terms.catalogue)
        session = Session(terms, listen(options.host, options.port), sys.stdout)
        session.run()
        return _deliver(session, options, baseline, required)
    except (AdmissionError, ListenError, OutletError, SourceError, DocumentError) as error:
        return complain("proxy", error)


def _terms(options: argparse.Namespace) -> ProxyTerms:
    from contract.cli.preparing import contract, known_clauses
    from contract.http.access import Access
    from contract.proxy.session import ProxyTerms, checked_upstream
    from contract.proxy.wire.forwarding import Manner
    from contract.run.admission import AdmissionError
    from contract.run.runner import OPERATION
    from spec.process.ready import remove_stale
    from spec.schema.validation import Rules

    if options.upstream is None or options.install is None:
        missing = "UPSTREAM" if options.upstream is None else "--install"
        raise AdmissionError(f"{missing} is missing: invigilate proxy UPSTREAM --install AI…")
    if options.from_addon and (options.tell or options.refuse):
        raise AdmissionError("--from-addon only listens; --tell and --refuse need calls that pass through here.")
    upstream = checked_upstream(options.upstream)
    catalogue, document = contract(options)
    terms = ProxyTerms(
        document,
        catalogue,
        Access(install=options.install, token="", passive=True),
        upstream,
        only=known_clauses(options.only, catalogue),
        skip=known_clauses(options.skip, catalogue),
        strict=options.strict,
        manner=Manner(options.tell, options.refuse),
        timeout=options.timeout,
        ca_file=None if options.ca_file is None else str(options.ca_file),
        har=options.har,
        ready_file=options.ready_file,
        from_addon=options.from_addon,
    )
    if not Rules(document.operations[OPERATION].parameters[0].schema).fits_schema(options.install):
        raise AdmissionError(f"--install {options.install!r} is no SID of an install.")
    if options.ready_file is not None:
        remove_stale(options.ready_file)
    return terms


def _deliver(session: Session, options: argparse.Namespace, baseline: Baseline, required: frozenset[str]) -> int:
    from contract.report.exhibit import exhibit
    from contract.report.masking import recorded_masker
    from contract.report.outlet import deliver
    from contract.run.accounting import unexercised

    terms = session.terms
    report = session.report()
    report.unmet = unexercised(report.results, required)
    shown = [*report.exchanges, *(one for finding in report.findings() for one in finding.exchanges)]
    masker = recorded_masker(shown, terms.document)
    verdict = exhibit(report, masker, terms.access, strict=options.strict, baseline=baseline)
    deliver(verdict, options, sys.stdout, baseline)
    if verdict.exit_code == 0 and options.count_requests and session.live.request_faults:
        return 1
    return verdict.exit_code
