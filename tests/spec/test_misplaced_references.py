"""References where OpenAPI knows none: followed as most tools do, told by lint, and never an unseen change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spec.diff.comparison import compare_sources
from spec.lint.linting import findings
from spec.openapi.files.bundle import bundled
from spec.openapi.files.sources import document
from spec.source.pointer import follow

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
OPERATION = """
operationId: read
parameters:
  - {name: id, in: path, required: true, schema: {type: integer}}
responses:
  '200':
    description: read
    content: {application/json: {schema: {type: object, properties: {a: {type: %s}}}}}
  default: {description: not read}
"""
ITEMS = "/things/{id}:\n  get:\n" + OPERATION.replace("\n", "\n    ")
DOCUMENTS = {
    "operation": "paths:\n  /things/{id}:\n    get: {$ref: 'parts/it.yaml#/operation'}\n",
    "paths": "paths: {$ref: 'parts/it.yaml#/paths'}\n",
    "responses": "paths:\n  /things/{id}:\n    get:\n      parameters: {$ref: 'parts/it.yaml#/parameters'}\n"
    "      responses: {$ref: 'parts/it.yaml#/responses'}\n",
    "components": "paths:\n  /things/{id}:\n    get:\n      parameters: {$ref: 'parts/it.yaml#/parameters'}\n"
    "      responses: {'200': {$ref: '#/components/responses/200'}, default: {description: no}}\ncomponents: {$ref: 'parts/it.yaml#/components'}\n",
    "a map": "paths:\n  /things/{id}:\n    get:\n      parameters: {$ref: 'parts/it.yaml#/parameters'}\n"
    "      responses: {'200': {$ref: '#/components/responses/200'}, default: {description: no}}\n"
    "components: {responses: {$ref: 'parts/it.yaml#/responses'}}\n",
}


def written(folder: Path, text: str, kind: str = "string") -> Path:
    """A document, with a file beside it that has an operation, maps of paths and of components."""
    operation = (OPERATION % kind).replace("\n", "\n  ").rstrip(" ")
    below = (ITEMS % kind).replace("\n", "\n  ")
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "it.yaml").write_text(
        f"operation:{operation}{OPERATION % kind}\npaths:\n  {below}\ncomponents:\n  responses: {{$ref: '#/responses'}}\n"
    )
    (folder / "openapi.yaml").write_text(HEAD + text)
    return folder / "openapi.yaml"


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_such_a_reference_names_is_compared_and_told_at_its_place(tmp_path: Path, text: str) -> None:
    old = document(written(tmp_path / "old", text))
    new = document(written(tmp_path / "new", text, "integer"))
    assert not old.gaps
    changes = compare_sources(old, new).changes
    assert {(each.rule, each.client) for each in changes} == {("type-changed", "breaking")}
    assert changes[0].pointer.startswith("parts/it.yaml#/")
    assert new.place(changes[0].pointer).startswith(f"{tmp_path}/new/parts/it.yaml:")


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_lint_tells_the_reference_where_it_stands_and_reads_what_it_names(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "doc", text)
    found = [each for each in findings(document(path)) if each.severity != "note"]
    assert {each.rule for each in found} <= {"reference-misplaced", "reference-outside-components"}
    assert any(each.file == str(path) for each in found if each.rule == "reference-misplaced")


def test_a_bundle_has_it_written_out(tmp_path: Path) -> None:
    made = bundled(document(written(tmp_path / "doc", DOCUMENTS["operation"])))
    assert made["paths"]["/things/{id}"]["get"]["operationId"] == "read"
    assert "$ref" not in json.dumps(made)


def test_texts_and_lists_by_reference_are_read(tmp_path: Path) -> None:
    text = "tags: [{name: a, description: {$ref: 'w.yaml#/words'}}]\ncomponents: {schemas: {S: {enum: {$ref: 'w.yaml#/all'}}}}\n"
    (tmp_path / "w.yaml").write_text("words: Some words.\nall: [1, 2]\n")
    (tmp_path / "openapi.yaml").write_text(HEAD + text)
    found = document(tmp_path / "openapi.yaml")
    assert follow(found.value, "/tags/0/description") == "Some words."
    assert follow(found.value, "/components/schemas/S/enum") == [1, 2]


@pytest.mark.parametrize("text", ["{$ref: '#/paths/~1a/get'}", "{$ref: '#/x-one'}"])
def test_what_leads_back_to_itself_is_a_gap(tmp_path: Path, text: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(f"{HEAD}x-one: {{$ref: '#/paths/~1a/get'}}\npaths: {{/a: {{get: {text}}}}}\n")
    assert [gap.reason for gap in document(path).gaps] in (["leads back to itself"], ["leads back to itself"] * 2)


def test_a_reference_in_data_or_in_an_extension_is_a_value(tmp_path: Path) -> None:
    schema = "{type: object, example: {$ref: no.yaml}, default: {$ref: no.yaml}, x-more: {$ref: no.yaml}}"
    path = tmp_path / "openapi.yaml"
    path.write_text(f"{HEAD}components: {{schemas: {{S: {schema}}}}}\n")
    found = document(path)
    assert (found.gaps, found.spliced) == ((), {})
    assert "reference-unresolvable" not in {each.rule for each in findings(found)}


def test_a_name_that_nothing_has_in_either_document_is_no_difference(tmp_path: Path) -> None:
    for name, words in (("old", "few"), ("new", "more")):
        text = f"{HEAD}components: {{schemas: {{S: {{description: {words}, $ref: '#/nothing'}}}}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    sources = [document(tmp_path / f"{name}.yaml") for name in ("old", "new")]
    assert compare_sources(*sources).verdict == "unchanged"
    (tmp_path / "new.yaml").write_text(f"{HEAD}components: {{schemas: {{S: {{$ref: '#/nowhere'}}}}}}\n")
    assert compare_sources(sources[0], document(tmp_path / "new.yaml")).verdict == "possible"
