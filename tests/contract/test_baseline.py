from __future__ import annotations

from pathlib import Path

import pytest

from contract.report.baseline import load_baseline, reasons
from spec.source.reading import SourceError


def test_yaml_and_json_are_read(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text("- {fingerprint: 'aaaaaaaaaaaa', clause: schema, reason: agreed}\n")
    assert reasons(load_baseline(path)) == {"aaaaaaaaaaaa": "agreed"}
    path.write_text('[{"fingerprint": "bbbbbbbbbbbb", "clause": "schema", "reason": "agreed"}]')
    assert reasons(load_baseline(path)) == {"bbbbbbbbbbbb": "agreed"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: b", "is a list"),
        ("- x", "mapping"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema}", "needs a reason"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema, reason: ' '}", "needs a reason"),
        ("- {fingerprint: 123456789012, clause: schema, reason: x}", "quote a number"),
        ("- {fingerprint: short, clause: schema, reason: x}", "12 hexadecimal digits"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema, reason: x, more: y}", "mapping"),
    ],
)
def test_what_is_no_baseline_is_refused_with_its_place(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(text)
    with pytest.raises(SourceError, match=reason) as caught:
        load_baseline(path)
    assert f"{path}:1:" in str(caught.value)
