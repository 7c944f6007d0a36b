"""The document to start from: sound, harmless to clients, served, and the one that the docs explain."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from contract.http.exchange import SentRequest
from contract.http.inprocess import AsgiTransport
from mockserver.app import Mock
from mockserver.auth.keys import Keys
from spec.catalogue.clauses import Catalogue, load_clauses
from spec.diff.comparison import compare
from spec.docs.init_cli import init
from spec.lint.linting import findings
from spec.load import DOCUMENT_FILE, load
from spec.schema.texts.formats import FORMATS
from spec.schema.validation import Rules
from spec.source.reading import read
from tests.conftest import token

GROUP = {"ids": {"external": "g1"}, "name": "Morning"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("init") / "new"
    assert init([str(folder)]) == 0
    return folder / "openapi.yaml"


def test_it_is_sound_and_breaks_no_client(written: Path, catalogue: Catalogue) -> None:
    source = read(written)
    assert [
        one for one in findings(source, formats=frozenset(FORMATS), clauses=catalogue) if one.severity != "note"
    ] == []
    report = compare(read(DOCUMENT_FILE).value, source.value)
    assert report.verdict in ("compatible", "possible")
    assert any("proctorGroup" in change.pointer or "proctorGroup" in change.message for change in report.changes)


def test_it_is_ours_line_by_line_with_lines_added(written: Path) -> None:
    lines = iter(written.read_text(encoding="utf-8").splitlines())
    assert all(line in lines for line in DOCUMENT_FILE.read_text(encoding="utf-8").splitlines())


def test_the_docs_explain_the_same_part(written: Path, repository: Path) -> None:
    text = (repository / "docs" / "document.md").read_text(encoding="utf-8")
    page = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[-1])
    schemas = read(written).value["components"]["schemas"]
    assert schemas["ProvisionedProctorGroup"] == page["ProvisionedProctorGroup"]
    ours = schemas["ProctorGroup"]
    del ours["description"], ours["properties"]["ids"]["description"]
    assert ours == page["ProctorGroup"]


def test_the_mock_serves_it(written: Path, mock: Callable[..., Mock], keys: Keys) -> None:
    application = mock(load(written))
    install = application.installs[0].sid
    course = {"ids": {"external": "c1"}, "title": "C", "code": None}
    headers = (("token", token(keys, install)), ("content-type", "application/json"))
    transport = AsgiTransport(application)
    try:
        results = []
        for group in (GROUP, GROUP, {**GROUP, "name": "Evening"}):
            body = json.dumps({"course": course, "proctorGroup": group}).encode()
            answer = transport.send(SentRequest("POST", f"/v2/installs/{install}/provision", headers, body)).response
            assert answer is not None
            results.append(json.loads(answer.body)["proctorGroup"])
    finally:
        transport.close()
    assert [one["result"] for one in results] == ["Created", "Found Existing", "Updated"]
    assert all(one["sid"].startswith("PG") for one in results)


def test_it_never_overwrites(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = written.read_bytes()
    assert init([str(written.parent)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert written.read_bytes() == before
    assert init([str(written)]) == 2


def test_it_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert all(f"invigilate {command} " in told for command in ("lint", "diff", "mock", "check"))


def test_editors_find_the_schemas_beside_the_files(written: Path) -> None:
    for name in ("openapi.yaml", "clauses.yaml"):
        first = (written.parent / name).read_text(encoding="utf-8").splitlines()[0]
        schema = json.loads((written.parent / first.removeprefix("# yaml-language-server: $schema=")).read_text())
        jsonschema.validate(read(written.parent / name).value, schema)


def test_the_clause_of_ones_own_is_used_as_the_comment_says(written: Path, tmp_path: Path) -> None:
    rule = "        name: {type: string, maxLength: 20, x-clause: {maxLength: group-name-short}}"
    path = tmp_path / "openapi.yaml"
    path.write_text(written.read_text(encoding="utf-8").replace("        name: {type: string}", rule, 1))
    document = load(path, load_clauses(written.parent / "clauses.yaml"))
    body = {
        "course": {"ids": {"external": "c"}, "title": "t", "code": None},
        "proctorGroup": {**GROUP, "name": "n" * 21},
    }
    operation = document.operations["provision"].body
    assert operation is not None
    assert [one.clause for one in Rules(operation.json).violations(body)] == ["group-name-short"]


def test_what_is_required_later_claims_no_clause_of_ours(written: Path, tmp_path: Path) -> None:
    text = written.read_text(encoding="utf-8")
    path = tmp_path / "openapi.yaml"
    at = text.index("    ProctorGroup:")
    path.write_text(text[:at] + text[at:].replace("required: [ids]", "required: [ids, name]", 1))
    operation = load(path).operations["provision"].body
    assert operation is not None
    body = {
        "course": {"ids": {"external": "c"}, "title": "t", "code": None},
        "proctorGroup": {"ids": {"external": "g"}},
    }
    assert [one.clause for one in Rules(operation.json).violations(body)] == ["schema"]
