"""Documents of several files: every reference local, places that lead into the files, nothing opened that is not ours."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import referencing.jsonschema

from spec.lint.cli import lint
from spec.openapi.files.sources import document
from spec.openapi.resolving import references, target
from spec.reporting.cli import diff
from spec.source.files import Reach
from spec.source.pointer import edited, follow, split
from spec.source.reading import HOLDER, SourceError
from spec.source.revisions import is_absent

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "openapi.yaml"


def body(schema: str) -> str:
    return (
        f"{HEAD}paths:\n  /things:\n    post:\n      requestBody:\n        content:\n          application/json:\n"
        f"            schema: {schema}\n      responses: {{'204': {{description: made}}}}\n"
    )


SCHEMA = "/paths/~1things/post/requestBody/content/application~1json/schema"


def test_references_become_local_and_places_lead_into_the_files(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        openapi_yaml=body("{$ref: parts/thing.yaml}"),
        parts__thing_yaml="type: object\nproperties:\n  note: {$ref: 'more/notes.json#/note'}\n",
        parts__more__notes_json='{\n  "note": {"type": "string"},\n  "other": {"$ref": "nowhere"}\n}',
    )
    found = document(path)
    assert not found.gaps
    assert sorted(found.files) == ["parts/more/notes.json", "parts/thing.yaml"]
    for _, text in references(found.value):
        assert target(found.value, text) is not None
    thing = target(found.value, follow(found.value, SCHEMA)["$ref"])
    assert thing is not None
    note = target(found.value, follow(found.value, f"{thing}/properties/note")["$ref"])
    assert note is not None
    assert follow(found.value, note) == {"type": "string"}
    assert found.place(f"{note}/type") == f"{tmp_path}/parts/more/notes.json:2:12"
    assert found.shown(f"{note}/type") == "parts/more/notes.json#/note/type"
    assert found.place("parts/more/notes.json#/note/type") == found.place(f"{note}/type")
    assert found.place(SCHEMA) == f"{path}:9:13"
    assert "other" not in found.value[HOLDER]["parts/more/notes.json"]


def test_a_document_of_one_file_stays_as_it_is(tmp_path: Path) -> None:
    path = written(
        tmp_path, openapi_yaml=body("{$ref: '#/components/schemas/a~1b'}") + "components: {schemas: {a/b: {}}}"
    )
    found = document(path)
    assert HOLDER not in found.value
    assert follow(found.value, SCHEMA) == {"$ref": "#/components/schemas/a~1b"}


def test_path_items_are_taken_over_and_lead_to_their_own_places(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        openapi_yaml=f"{HEAD}paths:\n  /a: {{$ref: a.yaml}}\n  /b:\n    $ref: '#/paths/~1a'\n    get: {{}}\n",
        a_yaml="post:\n  responses: {}\n",
    )
    found = document(path)
    assert found.value["paths"]["/a"] == {"post": {"responses": {}}}
    assert found.value["paths"]["/b"] == {"get": {}, "post": {"responses": {}}}
    assert found.place("/paths/~1a/post/responses") == f"{tmp_path}/a.yaml:2:3"
    assert found.place("/paths/~1b/post") == f"{tmp_path}/a.yaml:1:1"
    assert found.place("/paths/~1b/get") == f"{path}:7:5"


def test_path_items_that_say_the_same_member_twice_are_a_gap(tmp_path: Path) -> None:
    text = f"{HEAD}paths:\n  /a: {{$ref: a.yaml, get: {{summary: mine}}}}\n"
    found = document(written(tmp_path, openapi_yaml=text, a_yaml="get: {summary: theirs}\n"))
    assert [(gap.pointer, gap.unseen) for gap in found.gaps] == [("/paths/~1a/get", False)]


def test_path_items_in_a_circle_are_a_gap(tmp_path: Path) -> None:
    text = f"{HEAD}paths:\n  /a: {{$ref: '#/paths/~1b'}}\n  /b: {{$ref: '#/paths/~1a'}}\n"
    found = document(written(tmp_path, openapi_yaml=text))
    assert {gap.reason for gap in found.gaps} == {"leads back to itself"}


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("nowhere.yaml", "cannot be read: No such file"),
        ("thing.yaml#/nothing", "names nothing"),
        ("thing.yaml#anchor", "names an anchor that is nowhere"),
        ("../outside.yaml", "allow it with --allow-path DIR"),
        ("link.yaml", "allow it with --allow-path DIR"),
        ("file:///etc/hostname", "allow it with --allow-path DIR"),
        ("http://127.0.0.1:1/thing.yaml", "is not fetched; name a copy of it with --map URL=FILE"),
        ("https://schemas.example/thing.yaml", "is not fetched; name a copy of it with --map URL=FILE"),
        ("//schemas.example/thing.yaml", "is no path of a file"),
        ("urn:thing", "is not fetched"),
        ("pipe", "is not a regular file"),
        (".", "is not a regular file"),
        ("thing.yaml?version=2", "is no path of a file"),
        ("broken.yaml", "broken.yaml:2:1: is not YAML"),
        ("http://[::1", "is no URI reference"),
        ("a%00b", "is no path of a file"),
        ("#/components/schemas/nothing", "names nothing"),
    ],
)
def test_what_is_not_followed_is_a_gap_that_says_why(tmp_path: Path, reference: str, reason: str) -> None:
    (tmp_path / "outside.yaml").write_text("type: string")
    path = written(
        tmp_path / "in", openapi_yaml=body(f"{{$ref: '{reference}'}}"), thing_yaml="{type: string}", broken_yaml="[1\n"
    )
    (tmp_path / "in" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    os.mkfifo(tmp_path / "in" / "pipe")
    (gap,) = document(path).gaps
    assert reason in gap.reason
    assert gap.reference == reference
    assert gap.pointer == f"{SCHEMA}/$ref"


def test_folders_are_allowed_and_copies_of_urls_are_read(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("{$ref: https://schemas.example/v1/b.yaml}")
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "b.yaml").write_text("{$ref: c.yaml}")
    (tmp_path / "copies" / "c.yaml").write_text("type: string")
    path = written(tmp_path / "in", openapi_yaml=body("{$ref: ../outside.yaml}"))
    reach = Reach(allowed=(tmp_path,), mapped={"https://schemas.example/v1/": tmp_path / "copies"})
    found = document(path, reach)
    assert not found.gaps
    assert sorted(found.files) == [
        "../outside.yaml", "https://schemas.example/v1/b.yaml", "https://schemas.example/v1/c.yaml",
    ]  # fmt: skip
    exact = Reach(allowed=(tmp_path,), mapped={"https://schemas.example/v1/b.yaml": tmp_path / "copies" / "c.yaml"})
    assert not document(path, exact).gaps


def test_a_mapped_folder_is_not_left(tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    (tmp_path / "secret.yaml").write_text("type: string")
    path = written(tmp_path / "in", openapi_yaml=body("{$ref: 'https://schemas.example/%2e%2e/secret.yaml'}"))
    (gap,) = document(path, Reach(mapped={"https://schemas.example/": tmp_path / "copies"})).gaps
    assert "is not fetched" in gap.reason


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "init", "-q", str(tmp_path)], check=True)
    written(tmp_path / "api", openapi_yaml=body("{$ref: thing.yaml}"), thing_yaml="type: string\n")
    subprocess.run([*git, "add", "."], check=True, cwd=tmp_path)
    subprocess.run([*git, "commit", "-q", "-m", "first"], check=True, cwd=tmp_path)
    (tmp_path / "api" / "thing.yaml").write_text("type: integer\n")
    subprocess.run([*git, "add", "."], check=True, cwd=tmp_path)
    (tmp_path / "api" / "thing.yaml").write_text("type: boolean\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("git:HEAD:api/openapi.yaml", "string"),
        ("git::api/openapi.yaml", "integer"),
        ("api/openapi.yaml", "boolean"),
        ("git:HEAD:./api/openapi.yaml", "string"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_the_files_of_a_revision_are_those_of_that_revision(name: str, kind: str) -> None:
    found = document(name)
    assert found.value[HOLDER] == {"thing.yaml": {"type": kind}}
    assert found.place(f"/{HOLDER}/thing.yaml/type").endswith("api/thing.yaml:1:1")


def test_a_path_of_a_revision_is_seen_from_where_we_stand(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "api")
    assert document("git:HEAD:./openapi.yaml").value[HOLDER] == {"thing.yaml": {"type": "string"}}
    assert document("git:HEAD:../api/openapi.yaml").value[HOLDER] == {"thing.yaml": {"type": "string"}}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("git:HEAD:nothing.yaml", "cannot be read from git"),
        ("git:HEAD:api", "cannot be read from git"),
        ("git:HEAD:../../etc/passwd", "leads out of the repository"),
        ("git:--help:x", "not of the form"),
        ("git:HEAD", "not of the form"),
        ("git::", "not of the form"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_revisions_that_cannot_be_read(name: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        document(name)


def test_a_document_that_is_new_is_compared_with_nothing_if_that_is_allowed(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "api" / "new.yaml").write_text(body("{}"))
    argv = ["git:HEAD:api/new.yaml", "api/new.yaml"]
    assert diff(argv) == 2
    assert diff(["--allow-new", *argv]) == 0
    assert "is not there yet" in capsys.readouterr().err
    assert diff(["--allow-new", "git:nope:api/new.yaml", "api/new.yaml"]) == 2
    assert diff(["--allow-new", "git:HEAD:api/openapi.yaml", "api/openapi.yaml"]) == 1


def test_before_the_first_commit_all_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "first").mkdir()
    monkeypatch.chdir(tmp_path / "first")
    assert not is_absent("git:HEAD:openapi.yaml")  # no repository
    subprocess.run(["git", "init", "-q", "."], check=True)
    assert is_absent("git:HEAD:openapi.yaml")
    assert not is_absent("git:other:openapi.yaml")


def test_what_a_revision_does_not_hold_is_a_gap(repository: Path) -> None:
    (repository / "api" / "thing.yaml").write_text("{$ref: new.yaml}\n")
    (repository / "api" / "new.yaml").write_text("{}\n")
    subprocess.run(["git", "add", "api/thing.yaml"], check=True, cwd=repository)
    (gap,) = document("git::api/openapi.yaml").gaps
    assert "cannot be read from git" in gap.reason
    assert not document("api/openapi.yaml").gaps


@pytest.mark.parametrize("given", ["3.0", "3.1", "3.2", "3.1.0", "'3.0.4'", "3.2.0"])
def test_versions_that_are_read_also_as_numbers(tmp_path: Path, given: str) -> None:
    path = written(tmp_path, openapi_yaml=f"openapi: {given}\ninfo: {{}}\npaths: {{}}\n")
    assert document(path).value["openapi"] == given.strip("'")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("swagger: '2.0'", r"is a Swagger 2.0 document. Convert it to OpenAPI 3 first"),
        ("swagger: 2.0", r"is a Swagger 2.0 document. Convert it to OpenAPI 3 first"),
        ("openapi: 4.0.0", "'openapi' is '4.0.0'"),
        ("openapi: 3", "'openapi' is 3"),
        ("openapi: true", "'openapi' is True"),
        ("openapi: 3.10.1", "'openapi' is '3.10.1'"),
        ("info: {}", "it has no member 'openapi'"),
        ("[]", "its root is not an object"),
        ("null", "its root is not an object"),
    ],
)
def test_what_is_no_openapi_document_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        document(written(tmp_path, openapi_yaml=text))


def test_names_with_signs_of_pointers_and_urls_are_found(tmp_path: Path) -> None:
    path = written(tmp_path, openapi_yaml=body("{$ref: 'a%20b~c%25.yaml#/x~1y%25z'}"))
    (tmp_path / "a b~c%.yaml").write_text("x/y%z: {type: string}")
    found = document(path)
    place = target(found.value, follow(found.value, SCHEMA)["$ref"])
    assert place is not None
    assert follow(found.value, place) == {"type": "string"}
    assert found.place(place).startswith(f"{tmp_path}/a b~c%.yaml:1:")


def test_many_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spec.openapi.files.crawl.MOST_FILES", 5)
    path = written(tmp_path, openapi_yaml=body("{$ref: 0.json}"))
    for number in range(9):
        (tmp_path / f"{number}.json").write_text(json.dumps({"$ref": f"{number + 1}.json"}))
    (gap,) = document(path).gaps
    assert "more than 5 files, which is the limit" in gap.reason


POINTERS = [
    "#/$defs/a", "#a", "b", "b#/$defs/inner", "b#inner", "sub/c", "sub/c#/$defs/d", "https://other.example/e", "", "#",
    "#/$defs/b/$defs/inner", "sub/d", "urn:example:f", "urn:example:f#g",
]  # fmt: skip


@pytest.mark.parametrize("reference", POINTERS)
def test_identifiers_and_anchors_lead_where_the_referencing_library_says(tmp_path: Path, reference: str) -> None:
    schema = {
        "$id": "https://things.example/root",
        "$ref": reference,
        "$defs": {
            "a": {"$anchor": "a", "title": "a"},
            "b": {"$id": "b", "title": "b", "$defs": {"inner": {"$anchor": "inner", "title": "inner"}}},
            "c": {"$id": "sub/c", "title": "c", "$defs": {"d": {"$id": "d", "title": "d"}}},
            "e": {"$id": "https://other.example/e", "title": "e"},
            "f": {"$id": "urn:example:f", "title": "f", "$defs": {"g": {"$anchor": "g", "title": "g"}}},
        },
    }
    resource: referencing.Resource[object] = referencing.jsonschema.DRAFT202012.create_resource(schema)
    registry = resource @ referencing.Registry()
    expected = registry.resolver("https://things.example/root").lookup(reference).contents
    found = document(written(tmp_path, openapi_yaml=body(json.dumps(schema))))
    assert not found.gaps
    place = target(found.value, follow(found.value, SCHEMA)["$ref"])
    assert place is not None
    there = follow(found.value, place)
    titles = [one.get("title") for one in (there, expected) if isinstance(one, dict)]
    assert len(titles) == 2
    assert titles[0] == titles[1]


def test_values_and_names_are_no_references() -> None:
    node = {
        "parameters": [{"$ref": "a"}],
        "properties": {"default": {"$ref": "b"}, "properties": {"$ref": "c", "enum": [{"$ref": "none"}]}, "$ref": {"$ref": "d"}},
        "examples": {"value": {"$ref": "e"}, "x": {"value": {"$ref": "none"}}},
        "example": {"$ref": "none"},
        "responses": {"default": {"$ref": "f"}},
        "items": {"examples": [{"$ref": "none"}], "default": {"$ref": "none"}, "const": {"$ref": "none"}},
    }  # fmt: skip
    assert sorted(text for _, text in references(node)) == ["a", "b", "c", "d", "e", "f"]


def test_an_operation_whose_path_item_was_not_read_is_not_said_to_be_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n"
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(head + "  /p/{id}: {get: {operationId: o, responses: {'200': {description: ok}}}}\n")
    new.write_text(head + "  /p/{key}: {$ref: nowhere.yaml}\n")
    assert diff([str(old), str(new), "--fail-on", "breaking"]) == 0
    assert "possible   operation-removed" in capsys.readouterr().out


def test_what_stands_in_another_file_is_what_its_reference_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "parts.yaml").write_text(
        "Id: {name: id, in: path, required: true, schema: {$ref: '#/Name'}}\nName: {type: string, maxlength: 5}\n"
    )
    root = tmp_path / "root.yaml"
    root.write_text(
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /things/{id}:\n    get:\n      operationId: o\n"
        "      parameters: [{$ref: 'parts.yaml#/Id'}]\n      responses: {'200': {description: ok}, default: {description: no}}\n"
    )
    assert lint([str(root)]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "keyword-misspelt" in line]
    assert len(told) == 1
    assert "parts.yaml:2:22: warning: 'maxlength' is no word of a schema: did you mean 'maxLength'?" in told[0]


WHOLE = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/p/{id}": {
            "post": {
                "operationId": "o",
                "security": [{"k": []}],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"properties": {"a": {"type": "string"}}}}},
                },
                "responses": {
                    "200": {
                        "description": "d",
                        "headers": {"X-A": {"schema": {"type": "string"}, "required": True}},
                        "content": {"application/json": {"schema": {"type": "object", "required": ["b"]}}},
                    }
                },
                "callbacks": {
                    "done": {
                        "{$request.body#/a}": {
                            "post": {
                                "requestBody": {"content": {"application/json": {"schema": {"type": "string"}}}},
                                "responses": {"200": {"description": "d"}},
                            }
                        }
                    }
                },
            }
        }
    },
    "components": {"securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "K"}}},
}
OPERATION = "/paths/~1p~1{id}/post"
HIDDEN = (
    "/paths/~1p~1{id}", f"{OPERATION}/parameters/0", f"{OPERATION}/parameters/1", f"{OPERATION}/requestBody",
    f"{OPERATION}/requestBody/content/application~1json/schema", f"{OPERATION}/responses/200",
    f"{OPERATION}/responses/200/headers/X-A", f"{OPERATION}/responses/200/content/application~1json/schema",
    f"{OPERATION}/callbacks/done", "/components/securitySchemes/k",
)  # fmt: skip


@pytest.mark.parametrize("place", HIDDEN)
def test_nothing_is_said_to_break_that_only_one_document_shows(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known, hidden = tmp_path / "known.json", tmp_path / "hidden.json"
    known.write_text(json.dumps(WHOLE))
    hidden.write_text(json.dumps(edited(WHOLE, {split(place): {"$ref": "nowhere.json#/x"}})))
    for old, new in ((known, hidden), (hidden, known)):
        assert diff([str(old), str(new), "--fail-on", "breaking"]) == 0
        told = capsys.readouterr().out
        assert f"{new}: possible" in told
        assert "reference-unread" in told
