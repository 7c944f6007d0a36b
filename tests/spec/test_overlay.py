"""Overlays: what they change, where the changed values stand, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spec.lint.cli import lint
from spec.openapi.files.overlay import overlaid
from spec.openapi.files.sources import document
from spec.source.pointer import follow
from spec.source.reading import SourceError, parse

DOCUMENT = """\
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    get: {tags: [one, two, three], responses: {'200': {description: d}}}
  /b:
    get: {tags: [one], responses: {'200': {description: d}}}
"""


def applied(actions: str) -> Any:
    overlay = parse(f"overlay: 1.0.0\ninfo: {{title: o, version: '1'}}\nactions:\n{actions}", "overlay.yaml")
    return overlaid(parse(DOCUMENT, "openapi.yaml"), overlay)


@pytest.mark.parametrize(
    ("actions", "pointer", "value", "place"),
    [
        ("- {target: $.info, update: {title: new}}", "/info/title", "new", "overlay.yaml:4:29"),
        ("- {target: $.info, update: {contact: {name: me}}}", "/info/contact/name", "me", "overlay.yaml:4:39"),
        ("- {target: '$.paths.*.get', update: {deprecated: true}}", "/paths/~1b/get/deprecated", True, "overlay.yaml:4:38"),
        ("- {target: '$.paths.*.get', update: {tags: [new]}}", "/paths/~1b/get/tags", ["one", "new"], "openapi.yaml:7:11"),
        ("- {target: '$.paths.*.get', update: {tags: [new]}}", "/paths/~1b/get/tags/1", "new", "overlay.yaml:4:45"),
        ("- {target: '$.paths.*.get.tags', update: new}", "/paths/~1b/get/tags/1", "new", "overlay.yaml:4:34"),
        ("- {target: '$.paths[\"/a\"].get.tags[0]', remove: true}", "/paths/~1a/get/tags", ["two", "three"], "openapi.yaml:5:11"),
        ("- {target: '$.paths[\"/a\"].get.tags[0]', remove: true}", "/paths/~1a/get/tags/1", "three", "openapi.yaml:5:28"),
        ("- {target: '$.paths[\"/a\"].get.tags[0,1]', remove: true}", "/paths/~1a/get/tags", ["three"], "openapi.yaml:5:11"),
        ("- {target: '$.paths[\"/a\"].get.tags[0,1]', remove: true}", "/paths/~1a/get/tags/0", "three", "openapi.yaml:5:28"),
        ("- {target: '$.paths[\"/b\"]', remove: true}", "/paths/~1a/get/tags/0", "one", "openapi.yaml:5:18"),
        ("- {target: '$.nothing', update: {a: 1}}", "/info/title", "t", "openapi.yaml:2:8"),
        ("- {target: '$', update: {x-a: 1}}", "/x-a", 1, "overlay.yaml:4:26"),
    ],
)  # fmt: skip
def test_actions(actions: str, pointer: str, value: object, place: str) -> None:
    found = applied(actions)
    assert follow(found.value, pointer) == value
    assert found.place(pointer) == place


def test_what_an_overlay_added_moves_with_its_list() -> None:
    found = applied(
        "- {target: '$.paths[\"/a\"].get.tags', update: {deep: here}}\n"
        "- {target: '$.paths[\"/a\"].get.tags[3]', update: {more: x}}\n"
        "- {target: '$.paths[\"/a\"].get.tags[1]', remove: true}\n"
    )
    assert follow(found.value, "/paths/~1a/get/tags") == ["one", "three", {"deep": "here", "more": "x"}]
    assert found.place("/paths/~1a/get/tags/1") == "openapi.yaml:5:28"
    assert found.place("/paths/~1a/get/tags/2/deep") == "overlay.yaml:4:47"
    assert found.place("/paths/~1a/get/tags/2/more") == "overlay.yaml:5:50"
    assert found.shown("/paths/~1a/get/tags/2/more") == "overlay.yaml#/actions/1/update/more"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "overlay.yaml:1:1: is no OpenAPI Overlay"),
        ("overlay: 2.0.0", "is no OpenAPI Overlay"),
        ("overlay: 1.0.0", "'actions' must be a list"),
        ("overlay: 1.0.0\nactions: [1]", "overlay.yaml:2:11: an action needs a target"),
        ("overlay: 1.0.0\nactions: [{target: '$['}]", "is no JSONPath"),
        ("overlay: 1.0.0\nactions: [{target: $.info.title, update: {a: 1}}]", "cannot be merged"),
        ("overlay: 1.0.0\nactions: [{target: $.info, updates: {a: 1}}]", "has no member 'updates'"),
        ("overlay: 1.0.0\nactions: [{target: $.info, copy: $.paths}]", "is not implemented"),
        ("overlay: 1.0.0\nactions: [{target: $, remove: true}]", "cannot be removed"),
        ("[]", "is no OpenAPI Overlay"),
    ],
)
def test_what_is_no_overlay_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason.replace("[", r"\[")):
        overlaid(parse(DOCUMENT, "openapi.yaml"), parse(text, "overlay.yaml"))


def test_overlays_are_applied_before_references_are_followed(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)
    (tmp_path / "item.yaml").write_text("get: {responses: {'204': {description: d}}}")
    (tmp_path / "overlay.yaml").write_text(
        "overlay: 1.0.0\nactions:\n- {target: $.paths, update: {/c: {$ref: item.yaml}}}\n"
    )
    found = document(tmp_path / "openapi.yaml", overlays=[tmp_path / "overlay.yaml"])
    assert found.value["paths"]["/c"] == {"get": {"responses": {"204": {"description": "d"}}}}
    assert found.place("/paths/~1c/get") == f"{tmp_path}/item.yaml:1:1"
    assert found.place("/paths/~1c") == f"{tmp_path}/overlay.yaml:3:30"


def test_findings_in_what_an_overlay_brought_name_the_overlay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)
    (tmp_path / "overlay.yaml").write_text(
        "overlay: 1.0.0\nactions:\n- target: $.paths.*.get\n  update:\n    operationId: same\n"
    )
    assert lint(["--overlay", str(tmp_path / "overlay.yaml"), str(tmp_path / "openapi.yaml")]) == 1
    assert f"{tmp_path}/overlay.yaml:5:5" in capsys.readouterr().out
