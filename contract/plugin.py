"""The judge under plain pytest: ``pytest -p contract.plugin --pyargs contract.suite --target URL …``.

Options are those of ``check``, the URL by ``--target``. The run happens once; every clause is a test.
"""

from __future__ import annotations

from typing import Any

import pytest

from contract.runner import Report

_REPORT = pytest.StashKey[Report]()


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


def report_of(config: pytest.Config) -> Report:
    """The report of the one run of this session. Raises pytest.UsageError for options that cannot be followed."""
    if _REPORT not in config.stash:
        config.stash[_REPORT] = _run(config)
    return config.stash[_REPORT]


def arguments(config: pytest.Config) -> list[str]:
    """The options and the URL as ``invigilate check`` takes them."""
    import shlex

    target = config.getoption("target")
    return [*shlex.split(str(config.getoption("check"))), *([str(target)] if target else [])]


def _run(config: pytest.Config) -> Report:
    from contract.admission import AdmissionError
    from contract.cli import judged
    from spec.document import DocumentError
    from spec.source import SourceError

    try:
        return judged(arguments(config))
    except (AdmissionError, SourceError, DocumentError) as error:
        raise pytest.UsageError(f"invigilate: {error}") from None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what the session judged."""
    report = config.stash.get(_REPORT, None)
    if report is not None:
        terminalreporter.write_line(f"invigilate: {report.target}, {len(report.exchanges)} requests, seed {report.seed}")
