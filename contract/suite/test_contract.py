"""One test per clause of the contract, against the target that ``--target`` and ``--check`` name."""

from __future__ import annotations

import warnings

import pytest

from contract.plugin import AdoptedClauseWarning, clauses_of, told_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each clause of the catalogue that the options name."""
    metafunc.parametrize("clause", clauses_of(metafunc.config))


def test_clause(clause: str, request: pytest.FixtureRequest) -> None:
    """The target keeps the clause; an adopted one that it does not keep is a warning unless ``--strict`` is given."""
    result = told_of(request.config)
    outcome, text = result.outcomes[clause], result.texts[clause]
    message = f"{result.sentences[clause]}\n{text}"
    if outcome == "not-exercised":
        pytest.skip(text)
    elif outcome == "failed":
        pytest.fail(message, pytrace=False)
    elif outcome == "known":
        pytest.xfail(text)
    elif outcome == "warned":
        with warnings.catch_warnings():
            # whatever -W says of other warnings, this one is told and never fails
            warnings.simplefilter("always", AdoptedClauseWarning)
            warnings.warn(message, AdoptedClauseWarning, stacklevel=1)
