"""One file of several: nothing but its layout changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from spec.diff.comparison import compare_sources
from spec.openapi.files.bundle import as_file, bundled
from spec.openapi.files.sources import document
from spec.reporting.cli import diff
from spec.source.reading import HOLDER, parse

DATA = Path(__file__).parents[1] / "data" / "diff"
CASES = sorted(
    path
    for pattern in (
        "files-*/old.yaml",
        "files-*/*/openapi.yaml",
        "anchor/*.yaml",
        "id*/*.yaml",
        "dynamic-reference/*.yaml",
    )
    for path in DATA.glob(pattern)
    if path.name != "expected.yaml" and "mapping" not in str(path) and not document(path).gaps
)


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.relative_to(DATA)))
@pytest.mark.parametrize("json", [False, True])
def test_a_bundle_promises_what_its_files_do(path: Path, json: bool, tmp_path: Path) -> None:
    source = document(path)
    made = bundled(source)
    text = as_file(made, json=json)
    assert parse(text, "bundle").value == made
    assert HOLDER not in made
    (tmp_path / "bundle.yaml").write_text(text)
    found = document(tmp_path / "bundle.yaml")
    assert not found.gaps
    assert not found.files
    assert compare_sources(source, found).verdict == "unchanged"
    assert compare_sources(found, source).verdict == "unchanged"


def test_names_of_components_are_not_taken_twice(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\ncomponents:\n  schemas:\n    note: {type: string}\n"
        "    a: {$ref: 'one.yaml#/note'}\n    b: {$ref: 'two.yaml#/note'}\n"
    )
    (tmp_path / "one.yaml").write_text("note: {type: integer}")
    (tmp_path / "two.yaml").write_text("note: {type: boolean}")
    schemas = bundled(document(tmp_path / "openapi.yaml"))["components"]["schemas"]
    assert {schemas[name]["$ref"] for name in "ab"} == {"#/components/schemas/note_2", "#/components/schemas/note_3"}
    assert schemas["note"] == {"type": "string"}


def test_the_command_writes_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = DATA / "files-nested-folders"
    assert diff(["--bundle", str(tmp_path / "one.yaml"), str(case / "new.yaml")]) == 0
    written = yaml.safe_load((tmp_path / "one.yaml").read_text())
    assert sorted(written["components"]["schemas"]) == ["note", "thing"]
    assert diff([str(case / "new.yaml"), str(tmp_path / "one.yaml")]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert diff([str(case / "old.yaml"), str(case / "new.yaml"), "--bundle", str(tmp_path / "two.json")]) == 1
    assert (tmp_path / "two.json").read_text().startswith("{")


def test_the_command_says_what_it_could_not_take_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(["--bundle", str(tmp_path / "one.yaml"), str(DATA / "files-missing" / "new.yaml")]) == 0
    assert "What 'nowhere.yaml' names was not read" in capsys.readouterr().err
    assert diff(["--bundle", str(tmp_path), str(DATA / "files-missing" / "new.yaml")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert diff(["--bundle", str(tmp_path / "x"), "nowhere.yaml"]) == 2
