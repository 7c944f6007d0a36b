"""Clauses, contradictions and installs: our files are sound, and broken ones are refused with their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spec.catalogue.clauses import Clause, load_clauses
from spec.catalogue.cli import clauses
from spec.load import load
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from spec.schema.keywords import clause_ids, subschemas
from spec.source.pointer import follow, join, split
from spec.source.reading import SourceError, read

PARTS = resources(load().operations["provision"])
SID = "AI" + "0" * 32


def test_every_clause_that_the_document_names_is_in_the_catalogue_and_settles_something_known() -> None:
    catalogue = load_clauses()
    named = {
        clause
        for schema in load().tree["components"]["schemas"].values()
        for place in subschemas(schema, "")
        if isinstance(place.schema, dict)
        for clause in clause_ids(place.schema.get("x-clause"))
    }
    assert named <= set(catalogue)
    known = {
        one["id"] for one in read(Path(__file__).parents[2] / "spec" / "contradictions.yaml").value["contradictions"]
    }
    assert {one.settles for one in catalogue.values() if one.settles} <= known


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "must be a mapping"),
        ("clauses: []", "must be a mapping"),
        ("clauses: [x]", "a clause is a mapping"),
        ("clauses: [{id: a}]", "needs a sentence"),
        ("clauses: [{id: a, sentence: s, standing: sure, source: x}]", "a standing is one of"),
        ("clauses: [{id: a, sentence: s, standing: implied, source: x, judged_by: me}]", "check or mock"),
        ("clauses: [{id: a, sentence: s, standing: implied, source: x, needs: [luck]}]", "needs are among"),
        ("clauses: [{id: a, sentence: s, standing: implied, source: x, colour: red}]", "no member 'colour'"),
        (
            "clauses:" + 2 * "\n- {id: a, sentence: s, standing: implied, source: x}",
            "occurs twice",
        ),
    ],
)
def test_broken_catalogues_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "clauses.yaml").write_text(text)
    with pytest.raises(SourceError, match=reason):
        load_clauses(tmp_path / "clauses.yaml")


def test_the_command_lists_every_clause(capsys: pytest.CaptureFixture[str]) -> None:
    assert clauses([]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in load_clauses())
    assert clauses(["--json", "--standing", "implied"]) == 0
    listed = json.loads(capsys.readouterr().out)["clauses"]
    assert {one["standing"] for one in listed} == {"implied"}
    assert set(listed[0]) == {"id", "sentence", "standing", "source", "judged_by", "needs", "settles"}
    assert clauses(["--clauses", "/nowhere.yaml"]) == 2
    assert "/nowhere.yaml" in capsys.readouterr().err


def test_binding_clauses_are_those_that_no_reading_contradicts() -> None:
    catalogue: dict[str, Clause] = dict(load_clauses())
    assert catalogue["recall-finds"].binding
    assert catalogue["asked-present"].binding
    assert not catalogue["all-or-nothing"].binding


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("x", "an install is a mapping"),
        ({"sid": "AI0"}, "32 lower-case"),
        ({"sid": SID, "colour": "red"}, "no member 'colour'"),
        ({"sid": SID, "members": {"integrations": 3}}, "a sequence of values or a mapping"),
        ({"sid": SID, "resources": {"campus": [{}]}}, "no part 'campus'"),
        ({"sid": SID, "resources": {"exam": [{}]}}, "depends on other parts"),
        ({"sid": SID, "resources": {"course": [{"name": 1}]}}, "an existing resource is"),
        ({"sid": SID, "resources": {"course": [{"sid": "CU0"}]}}, "must match"),
        (
            {"sid": SID, "resources": {"course": [{"sid": "CU" + "0" * 32, "identifiers": {"sis": "x"}}]}},
            "no identifier 'sis'",
        ),
    ],
)
def test_broken_installs_are_refused(tmp_path: Path, entry: Any, reason: str) -> None:
    (tmp_path / "installs.yaml").write_text(json.dumps({"installs": [entry]}))
    with pytest.raises(SourceError, match=reason):
        load_installs(PARTS, tmp_path / "installs.yaml")


def test_installs_need_to_be_some_and_different(tmp_path: Path) -> None:
    path = tmp_path / "installs.yaml"
    path.write_text("installs: []")
    with pytest.raises(SourceError, match="must be a mapping"):
        load_installs(PARTS, path)
    path.write_text(json.dumps({"installs": [{"sid": SID}, {"sid": SID}]}))
    with pytest.raises(SourceError, match="occurs twice"):
        load_installs(PARTS, path)


def test_installs_have_sensible_defaults(tmp_path: Path) -> None:
    path = tmp_path / "installs.yaml"
    path.write_text(json.dumps({"installs": [{"sid": SID, "members": {"integrations": ["II1"]}}]}))
    install = load_installs(PARTS, path)[0]
    assert (install.name, install.deployment, install.existing) == (SID, SID, ())
    assert install.members == {"integrations": {"II1": "II1"}}


def test_pointers_are_joined_split_and_followed() -> None:
    assert join(["a/b", "c~d", 0]) == "/a~1b/c~0d/0"
    assert split("/a~1b/c~0d/0") == ("a/b", "c~d", "0")
    assert split("") == ()
    assert follow({"a": [1, {"b": 2}]}, "/a/1/b") == 2
    for pointer in ("/a/01", "/a/-1", "/a/x", "/nope", "/a/0/b"):
        with pytest.raises(LookupError):
            follow({"a": [1]}, pointer)
    with pytest.raises(ValueError, match="JSON Pointer"):
        split("a")
