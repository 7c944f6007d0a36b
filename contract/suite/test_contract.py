"""One test per clause of the contract, against the target that ``--target`` and ``--check`` name."""

from __future__ import annotations

import warnings

import pytest

from contract.plugin import run_of
from spec.catalogue.clauses import load_clauses

CLAUSES = load_clauses()


@pytest.mark.parametrize("clause", CLAUSES)
def test_clause(clause: str, request: pytest.FixtureRequest) -> None:
    """The target keeps the clause; an adopted one that it does not keep is a warning unless ``--strict`` is given."""
    run = run_of(request.config)
    if run.cannot is not None:
        pytest.fail(run.cannot, pytrace=False)
    outcome = run.outcomes[clause]
    if outcome == "not-exercised":
        pytest.skip(run.reasons[clause])
    message = f"{CLAUSES[clause].sentence}\n{run.texts[clause]}"
    if outcome == "failed" or (outcome == "warned" and run.strict):
        pytest.fail(message, pytrace=False)
    if outcome == "warned":
        warnings.warn(message, stacklevel=1)
