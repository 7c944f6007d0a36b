"""The judge under plain pytest: ``pytest -p contract.plugin --pyargs contract.suite --target URL …``.

Options are those of ``check``, the URL by ``--target``. The run happens once; every clause is a test.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Run:
    """What the one run of a session showed: per clause its outcome, why it was not exercised, and its findings."""

    line: str
    strict: bool
    cannot: str | None
    outcomes: dict[str, str]
    reasons: dict[str, str]
    texts: dict[str, str]


_RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--target`` and ``--check`` to pytest."""
    group = parser.getgroup("invigilate", "judging an implementation of Batch Provision")
    group.addoption("--target", metavar="URL", help="where the target is; may have a path prefix")
    group.addoption(
        "--check",
        metavar="OPTIONS",
        default="",
        help="options as for 'invigilate check', in one string: --check='--install AI… --strict'",
    )


def run_of(config: pytest.Config) -> Run:
    """The one run of this session. Raises pytest.UsageError for options that cannot be followed."""
    if _RUN not in config.stash:
        config.stash[_RUN] = _run(config)
    return config.stash[_RUN]


def _run(config: pytest.Config) -> Run:
    from contract.cli.check import judged
    from contract.report.masking import masker_for
    from contract.run.admission import AdmissionError
    from spec.openapi.document import DocumentError
    from spec.source.reading import SourceError

    target = config.getoption("target")
    arguments = [*shlex.split(str(config.getoption("check"))), *([str(target)] if target else [])]
    try:
        report, access, options = judged(arguments)
    except (AdmissionError, SourceError, DocumentError) as error:
        raise pytest.UsageError(f"invigilate: {error}") from None
    masker = masker_for(access, report.document, report.published_keys)

    def told(finding: Any) -> str:
        lines = (
            finding.cause,
            f"  expected: {finding.expected}",
            f"  received: {finding.received}",
            f"  pointer:  {finding.pointer or '-'}",
            f"  probe:    {finding.probe or '-'}, fingerprint {finding.fingerprint}",
        )
        return masker.text("\n".join(lines))

    return Run(
        line=f"invigilate: {report.target}, {len(report.exchanges)} requests, seed {report.seed}",
        strict=options.strict,
        cannot=report.cannot,
        outcomes={name: str(one.outcome()) for name, one in report.results.items()},
        reasons={name: one.reason for name, one in report.results.items()},
        texts={
            name: "\n".join(told(one) for one in result.findings.values()) for name, result in report.results.items()
        },
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what the session judged."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        terminalreporter.write_line(run.line)
