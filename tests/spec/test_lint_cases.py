"""Every lint rule has documents that break it (negative) and documents that keep it (positive)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spec.catalogue.clauses import load_clauses
from spec.lint.cli import lint
from spec.lint.explanations import EXPLANATIONS
from spec.lint.linting import findings
from spec.lint.report import FORMATS
from spec.lint.rules import LINT_RULES
from spec.openapi.files.sources import document
from spec.schema.texts.formats import FORMATS as CHECKED_FORMATS
from spec.source.reading import parse, read

DATA = Path(__file__).parents[1] / "data" / "lint"
FILES = sorted(DATA.glob("*/*/*.yaml"))
CLAUSES = load_clauses()


def rules_in(path: Path) -> set[str]:
    return {each.rule for each in findings(document(path), formats=frozenset(CHECKED_FORMATS), clauses=CLAUSES)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_case(path: Path) -> None:
    rule = path.parts[-3]
    assert (rule in rules_in(path)) == (path.parts[-2] == "negative")


@pytest.mark.parametrize("rule", LINT_RULES)
def test_every_rule_has_both_kinds_of_case(rule: str) -> None:
    assert list((DATA / rule / "positive").glob("*.yaml"))
    assert list((DATA / rule / "negative").glob("*.yaml"))


def test_every_rule_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert EXPLANATIONS.keys() == LINT_RULES.keys()
    assert lint(["--explain", "branches-overlap"]) == 0
    assert "exactly one branch" in capsys.readouterr().out
    assert lint(["--explain", "branch-overlap"]) == 2
    assert "Did you mean 'branches-overlap'?" in capsys.readouterr().err


def test_our_own_document_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    document = Path(__file__).parents[2] / "spec" / "openapi.yaml"
    assert lint([str(document)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_rule_place_and_message(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = DATA / "required-in-non-object" / "negative" / "string.yaml"
    assert lint([str(path), "--format", form]) == 1
    shown = capsys.readouterr().out
    assert "required-in-non-object" in shown
    assert "never takes effect" in shown
    if form in ("json", "sarif"):
        json.loads(shown)


def test_all_faults_of_an_example_are_found() -> None:
    text = """
openapi: 3.1.0
components:
  schemas:
    A:
      type: object
      required: [a, b]
      properties: {a: {type: integer}, b: {type: string}}
      example: {a: x, b: null}
"""
    found = [each for each in findings(parse(text, "here.yaml")) if each.rule == "example-mismatch"]
    assert len(found) == 2
    assert all(each.place == "here.yaml:9:7" for each in found)


@pytest.mark.parametrize("text", ["", "a: [", "[1]", "swagger: '2.0'", "openapi: 3.1.0\nopenapi: 3.1.0"])
def test_what_is_no_document_exits_with_2_and_a_place(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    assert lint([str(path)]) == 2
    assert f"{path}:" in capsys.readouterr().err


LARGE = """
openapi: 3.1.0
paths:
  /things:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}
      responses:
        '200': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}}
        '400': {description: refused}
components:
  schemas:
    A: {type: object, required: [a], properties: {a: {type: integer, multipleOf: 4, minimum: 1, maximum: 3}}}
    B: {type: object, required: [b], properties: {b: {type: integer, multipleOf: 4, minimum: 1, maximum: 3}}}
    C: {type: string, enum: [x, 1]}
"""


def ended(steps: int) -> list[str]:
    """The pointers at which a search with so many steps says that it ended; what needs no search is found anyhow."""
    found = findings(parse(LARGE, "here.yaml"), steps=steps)
    assert [each.pointer for each in found if each.rule == "enum-member-impossible"] == ["/components/schemas/C/enum/1"]
    assert all(f"took its {steps:,} steps" in each.message for each in found if each.rule == "search-ended")
    return [each.pointer for each in found if each.rule == "search-ended"]


def test_a_search_that_ends_is_told_where_it_ended() -> None:
    assert ended(1_000) == []
    assert ended(3) == ["/paths/~1things/post/responses/200", "/components/schemas/B"]
    assert ended(0) == ["/paths/~1things/post/requestBody", "/components/schemas/A"]


def test_what_was_not_searched_is_not_called_impossible() -> None:
    told = {each.rule for each in findings(parse(LARGE, "here.yaml"), steps=0)}
    assert not told & {"dry-run-failed", "unsatisfiable-schema"}


def test_a_body_that_many_operations_share_is_tried_once() -> None:
    schema = "{type: array, minItems: 2, uniqueItems: true, items: {enum: [1]}}"
    answer = f"{{description: ok, content: {{application/json: {{schema: {schema}}}}}}}"
    paths = "".join(f"  /p{n}: {{get: {{operationId: o{n}, responses: {{'200': {answer}}}}}}}\n" for n in range(50))
    found = [each.rule for each in findings(parse(f"openapi: 3.1.0\npaths:\n{paths}", "here.yaml"), steps=400)]
    assert found.count("dry-run-failed") == 50
    assert "search-ended" not in found


def test_a_value_that_two_branches_take_is_one_of_the_whole_schema() -> None:
    path = DATA / "branches-overlap" / "negative" / "beside.yaml"
    messages = [each.message for each in findings(read(path)) if each.rule == "branches-overlap"]
    assert messages == ['"aaa" satisfies branch 0 and branch 1 of oneOf, so oneOf refuses it.']


EMPTY = {
    "oneOf": "no value fits exactly one of no branches",
    "anyOf": "no value fits one of no branches",
    "allOf": "it asks for nothing",
    "prefixItems": "it asks for nothing",
    "enum": "no value is allowed; list those that are",
    "type": "name one, or leave the keyword out for any",
}


@pytest.mark.parametrize("keyword", EMPTY)
def test_an_empty_list_is_told_as_what_it_means(keyword: str) -> None:
    text = f"openapi: 3.1.0\ncomponents:\n  schemas:\n    A:\n      {keyword}: []\n"
    found = [each for each in findings(parse(text, "here.yaml")) if each.rule == "keyword-malformed"]
    assert [each.place for each in found] == ["here.yaml:5:7"]
    assert found[0].message.startswith(f"The list {keyword!r} is empty: ")
    assert EMPTY[keyword] in found[0].message


@pytest.mark.parametrize(
    ("written", "pointer", "said"),
    [
        ("properties: {a: []}", "/properties/a", "at 'a' is a list, which is not a schema"),
        ("oneOf: [{type: string}, x]", "/oneOf/1", "at 1 is 'x', which is not a schema"),
        ("dependentRequired: {a: b}", "/dependentRequired/a", "at 'a' is 'b', which is not a list of the names"),
        ("$ref: 5", "/$ref", "it has to be a text"),
    ],
)
def test_what_is_wrong_within_a_keyword_is_told_where_it_stands(written: str, pointer: str, said: str) -> None:
    text = f"openapi: 3.1.0\ncomponents:\n  schemas:\n    A:\n      {written}\n"
    found = [each for each in findings(parse(text, "here.yaml")) if each.rule == "keyword-malformed"]
    assert [each.pointer for each in found] == [f"/components/schemas/A{pointer}"]
    assert said in found[0].message
