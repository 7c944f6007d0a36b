"""``invigilate replay --journey``: findings of sessions are sent again to a real server, broken or mended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests_support import started

pytestmark = pytest.mark.outside
BROKEN = {"cancels-wordlessly": "session-removed", "answers-the-same-url": "onboard-fresh"}
"""The faults of the mock that is judged, and the clause that each breaks."""


def told(*words: object) -> tuple[int, list[str]]:
    """The exit code of a command, and the lines that it writes."""
    command = [sys.executable, "-m", "invigilate", *map(str, words)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout.splitlines()


def mock(ready: Path, *faults: str) -> Any:
    words = [word for fault in faults for word in ("--fault", fault)]
    return started(ready, "mock", "--port", "0", "--log", "none", *words)


def test_findings_of_the_journey_fail_again_until_they_are_mended(tmp_path: Path) -> None:
    report, bad, good = (tmp_path / name for name in ("report.json", "bad.json", "good.json"))
    with mock(bad, *BROKEN):
        judged = ("--journey", "--max-examples", 0, "--seed", 5, "--json", report)
        code, _ = told("check", "--ready-file", bad, *judged)
        assert code == 1
        found = {one["id"] for one in json.loads(report.read_text())["clauses"] if one["findings"]}
        assert set(BROKEN.values()) <= found
        code, lines = told("replay", report, "--ready-file", bad, "--journey")
    assert code == 1
    failing = [line for line in lines if line.startswith("still fails")]
    assert failing == lines[:-1]
    assert all(any(f" {clause} [" in line for line in failing) for clause in BROKEN.values())
    assert lines[-1].endswith(f": {len(failing)} still fails.")
    with mock(good):
        code, mended = told("replay", report, "--ready-file", good, "--journey")
    assert code == 0
    assert [line for line in mended[:-1] if not line.startswith("no longer fails")] == []
    assert mended[-1].endswith(f": {len(failing)} no longer fails.")
