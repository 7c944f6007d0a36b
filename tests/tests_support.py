"""Helpers that tests import by name."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from mockserver.auth.keys import Keys
from mockserver.auth.tokens import API_TYPE, api_claims, sign
from mockserver.state.clock import system_clock


def token(keys: Keys, install: str, *, starts: float = -10.0, lasts: float = 86_400.0) -> str:
    """A token of the mock's own keys; times are seconds from now."""
    now = system_clock()
    claims = api_claims(install, issued=now + starts, starts=now + starts, expires=now + lasts, token_id="test")
    return sign(claims, API_TYPE, keys)


def some_fast(names: Iterable[str | tuple[str, ...]], every: int = 12) -> list[ParameterSet]:
    """Parameters of a matrix: each twelfth (the first included) always runs, the others under ``scripts/test --all``."""
    return [
        pytest.param(name, marks=() if index % every == 0 else pytest.mark.outside) for index, name in enumerate(names)
    ]


@contextmanager
def started(ready: Path, *words: str) -> Iterator[Any]:
    """What the ready file of a command says, which runs in a process of its own until this ends."""
    command = [sys.executable, "-m", "invigilate", *words, "--ready-file", str(ready)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL)
    try:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.01)  # for the process, not for the clock
        yield json.loads(ready.read_text())
    finally:
        process.terminate()
        process.wait(120)
