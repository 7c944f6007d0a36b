"""The drawing of a session's state machine is that of the document."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from journey_page import PAGE, page  # noqa: E402 - after the path is set

from spec.load import load  # noqa: E402
from spec.resources.sessions import session_kind  # noqa: E402


def test_the_drawing_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python scripts/journey_page.py"


def test_every_row_of_the_document_is_in_the_table_and_every_way_in_the_picture() -> None:
    kind = session_kind(load().operations)
    assert kind is not None
    text = page()
    for row in kind.lifecycle.transitions:
        assert f"| {row.status or '–'} | {row.event} | {row.next or '409'}" in text
    ways = {(row.status, row.next) for row in kind.lifecycle.transitions if row.next not in (None, row.status)}
    assert text.count(" --> ") >= len(ways)
