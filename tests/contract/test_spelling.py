"""Names of one run are nobody's in another, also those that are spelled as numbers."""

from __future__ import annotations

from contract.probes.bodies.spelling import _alike


def test_names_that_end_alike_in_two_runs_share_no_text() -> None:
    endings = ("-1", "-3f", "-1a2", "-1a2b")
    for ending in endings:
        assert not set(_alike(f"iv-0123456789{ending}")) & set(_alike(f"iv-9876543789{ending}"))
    one = list(_alike("iv-0123456789-1a2b"))
    assert len(one) == len(set(one))
    assert all(int(text) < 2**63 for text in one if text.isdigit())
