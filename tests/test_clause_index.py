"""The index from a clause to the code is current, and every clause leads somewhere."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from clause_index import PAGE, page  # noqa: E402 - after the path is set


def test_the_index_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python scripts/clause_index.py"


def test_every_clause_leads_to_code_or_document() -> None:
    rows = [line.split(" | ") for line in page().splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert not [row[0] for row in rows if row[2:6] == ["–"] * 4]
