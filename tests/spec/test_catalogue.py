"""Clauses, contradictions and installs: our files are sound, and broken ones are refused with their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spec.catalogue.clauses import FORM_FILE, Clause, Standing, load_clauses
from spec.catalogue.cli import clauses
from spec.load import load
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from spec.schema.keywords import clause_ids, subschemas
from spec.source.pointer import follow, join, split
from spec.source.reading import SourceError, read

PARTS = resources(load().operations["provision"])
SID = "AI" + "0" * 32


def course(**members: Any) -> dict[str, Any]:
    return {"sid": SID, "resources": {"course": [{"sid": "CU" + "0" * 32, **members}]}}


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
        ("[]", r":1:1: \(whole file\): the file is an array; write an object"),
        ("clauses: []", "/clauses: 'clauses' is an array; it needs at least 1 item"),
        ("clauses: [x]", '/clauses/0: item 0 is "x"; write an object'),
        ("clauses: [{id: a, standing: implied, source: x}]", "'sentence' is missing"),
        (
            "clauses: [{id: a, sentence: s, standing: sure, source: x}]",
            'write one of "published", "implied", "adopted"',
        ),
        (
            "clauses: [{id: a, sentence: s, standing: implied, source: x, judged_by: me}]",
            'write one of "check", "mock"',
        ),
        ("clauses: [{id: a, sentence: s, standing: implied, source: x, needs: [luck]}]", "/clauses/0/needs/0: .*luck"),
        ("clauses: [{id: a, sentence: s, standing: implied, source: x, needs: luck}]", "write an array"),
        ("clauses: [{id: a, sentence: s, standing: implied, source: x, colour: red}]", '"colour"'),
        ("clauses: [{id: 3, sentence: s, standing: implied, source: x}]", "'id' is 3; write a string"),
        ("clauses: [{id: A b, sentence: s, standing: implied, source: x}]", "words in small letters"),
        (
            "clauses: [{id: a, sentence: {de: s}, standing: implied, source: x}]",
            "'sentence' is an object; write a string",
        ),
        ("clauses: [{id: a, sentence: s, standing: [x], source: x}]", "'standing' is an array"),
        (
            "clauses:" + 2 * "\n- {id: a, sentence: s, standing: implied, source: x}",
            ":3:.*occurs twice",
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
        ("x", '/installs/0: .* is "x"; write an object'),
        ({}, "'sid' is missing"),
        ({"sid": "AI0"}, "AI and 32 lower-case"),
        ({"sid": SID, "colour": "red"}, '"colour"'),
        ({"sid": SID, "name": {"de": "x"}}, "/installs/0/name: 'name' is an object; write a string"),
        ({"sid": SID, "name": None}, "'name' is null"),
        ({"sid": SID, "deployment": 5}, "'deployment' is 5"),
        ({"sid": SID, "defaults": 5}, "'defaults' is 5; write an object"),
        (
            {"sid": SID, "defaults": {"currencyCode": "XQZ"}},
            "defaults/currencyCode: 'currencyCode' is \"XQZ\"; send an ISO",
        ),
        ({"sid": SID, "defaults": {"currencyCode": 5}}, "'currencyCode' is 5; send a string or null"),
        ({"sid": SID, "defaults": {"timeZone": "Mars"}}, "defaults/timeZone: .*IANA"),
        ({"sid": SID, "members": 3}, "'members' is 3"),
        ({"sid": SID, "members": {"integrations": 3}}, "'integrations' is 3; write an object or an array"),
        ({"sid": SID, "members": {"deliverySystems": [3]}}, "an array"),
        ({"sid": SID, "members": {"deliverySystems": {"a": {}}}}, "an object"),
        ({"sid": SID, "members": {"integrations": ["II1"]}}, '/members/integrations/0: it is "II1"; it must match'),
        ({"sid": SID, "members": {"proctorTypes": {"TS1": "x"}}}, "/members/proctorTypes/TS1: .*it must match"),
        ({"sid": SID, "resources": {"campus": [{"sid": "x"}]}}, "no part 'campus'; it has course, user"),
        ({"sid": SID, "resources": {"exam": [{"sid": "x"}]}}, "depends on other parts"),
        ({"sid": SID, "resources": {"course": {}}}, "write an array"),
        ({"sid": SID, "resources": {"course": [{"name": 1}]}}, '"name"'),
        ({"sid": SID, "resources": {"course": [{"sid": "CU0"}]}}, "/resources/course/0/sid: .*must match"),
        ({"sid": SID, "resources": {"course": [{"sid": 5}]}}, "'sid' is 5"),
        (course(identifiers={"sis": "x"}), "identifiers/sis: 'course' has no identifier 'sis'; it has api, lms"),
        (course(identifiers={"external": 5}), "/identifiers/external: 'external' is 5; write a string"),
        (course(identifiers={"external": ""}), "must not be empty"),
        (course(attributes={"title": 5}), "/attributes/title: 'title' is 5"),
        (course(attributes=[]), "'attributes' is an array"),
    ],
)
def test_broken_installs_are_refused_with_file_line_and_pointer(tmp_path: Path, entry: Any, reason: str) -> None:
    (tmp_path / "installs.yaml").write_text("installs:\n  - " + json.dumps(entry))
    with pytest.raises(SourceError, match=rf"installs\.yaml:2:[0-9]+: .*{reason}"):
        load_installs(PARTS, tmp_path / "installs.yaml")


def test_every_complaint_is_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "installs.yaml"
    path.write_text(
        f"installs:\n- sid: {SID}\n  defaults:\n    timeZone: Mars\n    currencyCode: usd\n"
        "  members:\n    deliverySystems: [a]\n    integrations: [b]\n"
    )
    with pytest.raises(SourceError) as caught:
        load_installs(PARTS, path)
    assert [line.partition("installs.yaml:")[2][:2] for line in str(caught.value).splitlines()] == ["4:", "5:", "8:"]


def test_what_an_identifier_leads_to_is_one_thing(tmp_path: Path) -> None:
    path = tmp_path / "installs.yaml"
    first, second = course(identifiers={"external": "x"}), course(identifiers={"external": "x"})
    second["sid"] = SID[:-1] + "1"
    path.write_text(json.dumps({"installs": [first, second]}))
    with pytest.raises(SourceError, match="/installs/1/resources/course/0/sid: .*two different things"):
        load_installs(PARTS, path)
    first["deployment"] = second["deployment"] = "shared"
    path.write_text(json.dumps({"installs": [first, second]}))
    assert len(load_installs(PARTS, path)) == 2
    second["resources"]["course"][0]["sid"] = "CU" + "1" * 32
    path.write_text(json.dumps({"installs": [first, second]}))
    with pytest.raises(SourceError, match="identifiers/external: 'x' names two different things of the deployment"):
        load_installs(PARTS, path)


def test_installs_need_to_be_some_and_different(tmp_path: Path) -> None:
    path = tmp_path / "installs.yaml"
    path.write_text("installs: []")
    with pytest.raises(SourceError, match="it needs at least 1 item"):
        load_installs(PARTS, path)
    path.write_text(json.dumps({"installs": [{"sid": SID}, {"sid": SID}]}))
    with pytest.raises(SourceError, match="occurs twice"):
        load_installs(PARTS, path)


def test_installs_have_sensible_defaults(tmp_path: Path) -> None:
    path = tmp_path / "installs.yaml"
    path.write_text(json.dumps({"installs": [{"sid": SID, "members": {"deliverySystems": ["moodle"]}}]}))
    install = load_installs(PARTS, path)[0]
    assert (install.name, install.deployment, install.existing) == (SID, SID, ())
    assert install.members == {"deliverySystems": {"moodle": "moodle"}}


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


OWN = """
extends: builtin
clauses:
  - {id: group-name-short, sentence: Names are short., standing: adopted, source: ours}
"""


def test_own_clauses_extend_those_that_ship(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clauses.yaml"
    path.write_text(OWN)
    own = load_clauses(path)
    assert own.keys() - load_clauses().keys() == {"group-name-short"}
    assert load_clauses().keys() < own.keys()
    assert clauses(["--clauses", str(path)]) == 0
    assert "group-name-short" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("extends: builtin", "extends: builtn", "clauses.yaml:2:1: /extends: 'extends' is \"builtn\""),
        ("adopted", "adoptd", "clauses.yaml:4:56: /clauses/0/standing: 'standing' is \"adoptd\""),
        ("group-name-short", "ids-required", "clauses.yaml:4:6: /clauses/0/id: the clause 'ids-required' is one of those"),
        ("group-name-short", "Group Name", "words in small letters, joined by hyphens"),
        (", source: ours", "", "clauses.yaml:4:5: /clauses/0"),
    ],
)  # fmt: skip
def test_own_clauses_are_checked_at_their_place(
    old: str, new: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "clauses.yaml"
    path.write_text(OWN.replace(old, new))
    assert clauses(["--clauses", str(path)]) == 2
    assert told in capsys.readouterr().err


def test_the_shipped_schema_knows_every_standing() -> None:
    form = json.loads(FORM_FILE.read_text())
    assert form["properties"]["clauses"]["items"]["properties"]["standing"]["enum"] == [one.value for one in Standing]
