"""The judge under plain pytest: ``pytest -p contract.plugin --pyargs contract.suite --target URL …``.

The same judge as ``invigilate check``, with the same options in one string. It runs once per session, also under
pytest-xdist, where the workers are told what came out; every clause is a test.
"""

from __future__ import annotations

import secrets
import shlex
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contract.cli.conduct import Prepared

SUITE = Path(__file__).parent / "suite" / "test_contract.py"
_WORKER_INPUT = "invigilate"


class AdoptedClauseWarning(UserWarning):
    """The target does not keep a clause that invigilate decided; it never fails a test unless ``--strict`` is given."""


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What the run of a session says: per clause its outcome, and the text of its findings or the reason for none."""

    line: str = ""
    sentences: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


_PREPARED = pytest.StashKey["Prepared"]()
_TOLD = pytest.StashKey[SessionResult]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--target`` and ``--check`` to pytest."""
    group = parser.getgroup("invigilate", "judging an implementation of Batch Provision")
    group.addoption("--target", metavar="URL", help="where the target is; may have a path prefix")
    group.addoption(
        "--check",
        metavar="OPTIONS",
        default="",
        help="options as for 'invigilate check', in one string: --check='--install AI… --strict --json report.json'",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the options before anything else. Raises pytest.UsageError for those that cannot be followed."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        if _WORKER_INPUT in worker:
            config.stash[_TOLD] = SessionResult(**worker[_WORKER_INPUT])
        return
    target, words = config.getoption("target"), str(config.getoption("check"))
    if target or words:
        config.stash[_PREPARED] = _prepared(words, target)


def _prepared(words: str, target: str | None) -> Prepared:
    from contract.cli.conduct import CannotStartError, prepared

    try:
        arguments = [*shlex.split(words), *([str(target)] if target else [])]
    except ValueError as error:
        raise pytest.UsageError(f"--check cannot be taken apart: {error}.") from None
    if not {one.partition("=")[0] for one in arguments} & {"--seed"}:
        arguments = ["--seed", str(secrets.randbelow(1_000_000)), *arguments]
    try:
        run = prepared(arguments)
    except CannotStartError as error:
        raise pytest.UsageError(f"invigilate: {error}") from None
    except SystemExit as ended:
        said = "see above" if ended.code else "'invigilate check --help' explains the options"
        raise pytest.UsageError(f"--check: {said}.") from None
    if run.options.dry_run:
        raise pytest.UsageError("invigilate: --dry-run is for 'invigilate check'; there is nothing to test in it.")
    return run


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what will be judged, and with which seed."""
    run = config.stash.get(_PREPARED, None)
    return [] if run is None else [f"invigilate: {run.entry.url}, seed {run.settings.seed}"]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under pytest-xdist: the run happens here, before the first worker starts, and every worker is told."""
    result = _result(node.config)
    if result is not None:
        node.workerinput[_WORKER_INPUT] = asdict(result)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to collect the suite without a target."""
    ours = any(one.path == SUITE for one in items)
    if ours and _PREPARED not in config.stash and _TOLD not in config.stash and not hasattr(config, "workerinput"):
        raise pytest.UsageError("invigilate: say what to judge: --target URL --check='--install AI…'.")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Judge once, before the first test."""
    if not session.config.option.collectonly and not session.testsfailed:
        _result(session.config)


def _result(config: pytest.Config) -> SessionResult | None:
    """What the one run of this session says; it happens when this is asked for the first time."""
    run = config.stash.get(_PREPARED, None)
    if run is not None and _TOLD not in config.stash:
        config.stash[_TOLD] = _judged(run)
    return config.stash.get(_TOLD, None)


def _judged(run: Prepared) -> SessionResult:
    from contract.cli.conduct import CannotStartError, conduct
    from contract.http.lines import guarded
    from contract.report.console import pace, remarks
    from contract.report.outlet import OutletError, deliver_files
    from contract.report.verdict import ShownClause

    try:
        verdict = conduct(run)
        deliver_files(verdict, run.options, run.baseline)
    except (CannotStartError, OutletError) as error:
        pytest.exit(f"invigilate: {error}", returncode=2)
    except Exception as error:  # noqa: BLE001  # a defect of ours is no failure of the target
        from spec.defect import defect_message

        pytest.exit(defect_message("check under pytest", error), returncode=2)
    if verdict.cannot is not None:
        pytest.exit(guarded(f"invigilate: {verdict.sentence}"), returncode=2)

    def text(clause: ShownClause) -> str:
        return "\n".join(
            line
            for one in clause.findings
            for line in (
                one.cause + (f" (known: {one.known})" if one.known is not None else ""),
                f"  expected: {one.expected}",
                f"  received: {one.received}",
                f"  pointer:  {one.pointer or '-'}",
                f"  probe:    {one.probe or '-'}, fingerprint {one.fingerprint}",
                *(f"  {line}" for line in one.curl[-12:]),
            )
        )

    said = [f"invigilate: {verdict.target}: {pace(verdict)}. {verdict.sentence}", *remarks(verdict)]
    return SessionResult(
        line="\n".join(guarded(one) for one in said),
        sentences={one.id: one.sentence for one in verdict.clauses},
        outcomes={one.id: one.outcome.value for one in verdict.clauses},
        texts={one.id: text(one) or one.reason for one in verdict.clauses},
    )


def clauses_of(config: pytest.Config) -> list[str]:
    """The clauses that the session judges, in the order of their catalogue."""
    run = config.stash.get(_PREPARED, None)
    return list(run.catalogue) if run is not None else list(config.stash.get(_TOLD, SessionResult()).outcomes)


def told_of(config: pytest.Config) -> SessionResult:
    """What the one run of this session says."""
    return config.stash[_TOLD]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what the session judged."""
    if not hasattr(config, "workerinput") and _TOLD in config.stash:
        for line in config.stash[_TOLD].line.split("\n"):
            terminalreporter.write_line(line)
