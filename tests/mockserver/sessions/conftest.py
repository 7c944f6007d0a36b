"""Somebody who goes the whole way, for every test of sessions."""

from __future__ import annotations

from typing import Any

import pytest
from journey import Traveller


@pytest.fixture
def walker(client: Any) -> Traveller:
    return Traveller(client)
