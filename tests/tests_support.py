"""Helpers that tests import by name."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet

from mockserver.auth.keys import Keys
from mockserver.auth.tokens import API_TYPE, api_claims, sign
from mockserver.state.clock import system_clock


def token(keys: Keys, install: str, *, starts: float = -10.0, lasts: float = 3600.0) -> str:
    """A token of the mock's own keys; times are seconds from now."""
    now = system_clock()
    claims = api_claims(install, issued=now + starts, starts=now + starts, expires=now + lasts, token_id="test")
    return sign(claims, API_TYPE, keys)


def some_fast(names: Iterable[str | tuple[str, ...]], every: int = 12) -> list[ParameterSet]:
    """Parameters of a matrix: each twelfth (the first included) always runs, the others under ``scripts/test --all``."""
    return [
        pytest.param(name, marks=() if index % every == 0 else pytest.mark.outside) for index, name in enumerate(names)
    ]
