"""A mock that is killed at any moment loses no acknowledged call and repeats none. ``scripts/soak`` does it a thousand times."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from stores import kept_in

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.outside
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(("workers", "kills"), [(1, 6), (2, 20)])
def test_kills_lose_nothing_and_repeat_nothing(
    kind: str, workers: int, kills: int, request: pytest.FixtureRequest
) -> None:
    with kept_in(kind, request) as place:
        command = [sys.executable, str(ROOT / "scripts/benches/soak.py"), "--store", place.address()]
        done = subprocess.run(
            [*command, "--kills", str(kills), "--workers", str(workers)], cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{kills} kills" in done.stdout
    assert "nothing was lost, nothing was done twice" in done.stdout
