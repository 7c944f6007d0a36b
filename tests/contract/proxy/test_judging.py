"""What passes is judged as a recording of it would be: a real client, the mock, and faulty mocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests_support import token

from contract.judging.findings import ClauseOutcome
from contract.run.runner import RunReport
from mockserver.app import Mock
from mockserver.auth.keys import Keys
from mockserver.behaviour.faults import FAULTS
from tests.contract.proxy.running import INSTALL, PATH, Opened, Proxy, identities, verdict_of

USER = {"ids": {"lms": "u1"}, "firstName": "Ann", "lastName": "Bee", "email": "ann@example.com"}
COURSE = {"ids": {"lms": "c1"}, "title": "A title", "code": "C"}
EXAM = {
    "ids": {"external": "e1"},
    "title": "An exam",
    "configuration": {
        "url": "https://exam.example.com/1",
        "password": "hunter2-opens-the-exam",
        "access": {"open": "2020-01-01T00:00:00Z", "close": "2090-01-01T00:00:00Z"},
        "duration": 60,
        "proctorTypes": {},
    },
}


def everything(application: Mock) -> dict[str, Any]:
    install = application.installs[0]
    exam = json.loads(json.dumps(EXAM))
    exam["configuration"]["proctorTypes"] = {next(iter(install.members["proctorTypes"])): {}}
    signon = {"integrationSid": next(iter(install.members["integrations"]))}
    return {"course": COURSE, "user": USER, "exam": exam, "signon": signon}


def talk(proxy: Proxy, application: Mock, keys: Keys) -> list[int]:
    """What a client of some age says; the statuses that it hears."""
    body, credential = everything(application), token(keys, INSTALL)
    changed = {**body, "course": {**COURSE, "title": "Another title"}}
    bodies: list[Any] = [
        body,
        body,
        changed,
        changed,
        {"course": COURSE, "user": USER},
        {"course": {"ids": {"lms": "c2"}}},
    ]
    bodies += [b'{"course": ', {**body, "exam": {**body["exam"], "title": None}}]
    return [proxy.provision(one, credential).status_code for one in bodies]


@pytest.mark.parametrize("strict", [False, True])
def test_an_honest_server_is_not_blamed(
    strict: bool, mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, judged_har: Any, tmp_path: Path
) -> None:
    application = mock()
    with served(application) as upstream, proxy(upstream, tmp_path, strict=strict) as made:
        made.client.get("/oidc/jwks")
        assert talk(made, application, keys) == [200, 200, 200, 200, 200, 400, 400, 400]
    report = verdict_of(made)
    assert made.session.live.request_faults == 3
    assert report.findings() == []
    assert report.outcomes()[ClauseOutcome.PASSED] > 30
    assert report.results["signon-token-signed"].exercised
    recorded: RunReport = judged_har(tmp_path / "traffic.har")
    assert recorded.findings() == []
    assert len(recorded.exchanges) == len(report.exchanges) == 8
    assert {name: one.exercised for name, one in recorded.results.items()} == {
        name: one.exercised for name, one in report.results.items()
    }
    assert "signatures" in " ".join(recorded.notes)
    assert [line.split()[0] for line in made.lines] == ["request:"] * len(made.lines)
    assert any("/course/title" in line for line in made.lines)


SEEN_IN_PASSING = (
    "creates-again",
    "answers-201",
    "always-updates",
    "tells-null",
    "gives-tokens-again",
    "refuses-wordlessly",
)


@pytest.mark.parametrize("name", SEEN_IN_PASSING)
def test_a_faulty_server_is_told_as_it_talks_and_found_in_the_recording(
    name: str, mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, judged_har: Any, tmp_path: Path
) -> None:
    application = mock(None, name)
    with served(application) as upstream, proxy(upstream, tmp_path) as made:
        talk(made, application, keys)
    lines = list(made.lines)
    report = verdict_of(made)
    found = {one.clause for one in report.findings()}
    assert set(FAULTS[name].caught_by) <= found
    assert identities(judged_har(tmp_path / "traffic.har")) == identities(report)
    told = [line for line in lines if line.startswith(("failed: ", "warned: "))]
    assert {line.split()[1] for line in told} >= set(FAULTS[name].caught_by)
    assert len(told) == len(set(told))


def test_nothing_recorded_or_printed_is_a_secret(
    mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, tmp_path: Path
) -> None:
    application = mock(None, "echoes-credentials")
    credential = token(keys, INSTALL)
    with served(application) as upstream, proxy(upstream, tmp_path) as made:
        shown = made.provision(everything(application), credential).json()["signon"]
        made.provision(everything(application), credential + "x", cookie="session=0123456789abcdef")
        made.client.get(shown["redirect"].replace("https://testserver", ""))
        made.client.post("/oidc/token?client_secret=very-secret", data={"client_secret": "very-secret"})
    report = verdict_of(made)
    texts = (tmp_path / "traffic.har").read_text() + "\n".join(made.lines)
    code = shown["redirect"].rpartition("=")[2]
    for secret in (
        *(credential, credential.rpartition(".")[2], shown["token"].rpartition(".")[2], code),
        *("hunter2-opens", "0123456789abcdef", "very-secret"),
    ):
        assert secret not in texts
    assert "credential-not-echoed" in {one.clause for one in report.findings()}
    assert (tmp_path / "traffic.har").stat().st_mode & 0o777 == 0o600


def test_tell_says_what_was_found_in_headers(
    mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, tmp_path: Path
) -> None:
    application = mock(None, "creates-again")
    with served(application) as upstream, proxy(upstream, tmp_path, tell=True) as made:
        for _ in range(3):
            answer = made.provision(everything(application), token(keys, INSTALL))
        assert answer.status_code == 200
        told = answer.headers.get_list("invigilate-finding")
        assert any(one.startswith("answer; recall-finds; ") for one in told)
        refused = made.provision({"course": {}}, token(keys, INSTALL))
        assert refused.status_code == 400
        assert "request; ids-required; /course/ids" in refused.headers.get_list("invigilate-finding")
        assert "invigilate-finding" not in made.client.get("/").headers


def test_refuse_blocks_what_breaks_the_contract(
    mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, judged_har: Any, tmp_path: Path
) -> None:
    application = mock(None, "creates-again")
    credential = token(keys, INSTALL)
    with served(application) as upstream, proxy(upstream, tmp_path, refuse=True) as made:
        assert made.provision(everything(application), credential).status_code == 200
        refused = made.provision({"course": {"ids": {}, "title": 5}}, credential)
        assert refused.status_code == 400
        body = refused.json()
        assert (body["code"], body["status"]) == ("INVALIDINPUT", 400)
        assert "--refuse" in body["message"]
        assert {"/course/ids", "/course/title"} <= {one["pointer"] for one in body["errors"]}
        broken = made.provision(everything(application), credential)
        assert broken.status_code == 502
        assert "recall-finds" in {one["clause"] for one in broken.json()["errors"]}
        assert "may have had its effects" in broken.json()["message"]
    report = verdict_of(made)
    recorded = [one["response"]["status"] for one in made.entries]
    assert recorded == [200, 200]  # what was refused was never sent, and what was withheld is what the server said
    assert identities(judged_har(tmp_path / "traffic.har")) == identities(report)


def test_only_and_skip_hold_for_lines_and_refusals(
    mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, tmp_path: Path
) -> None:
    application = mock(None, "creates-again")
    skipped = frozenset({"recall-finds", "ids-required", "result-truthful", "joined-once"})
    with served(application) as upstream, proxy(upstream, tmp_path, refuse=True, skip=skipped) as made:
        for _ in range(2):
            assert made.provision({"course": COURSE}, token(keys, INSTALL)).status_code == 200
    assert made.lines == []


@pytest.mark.parametrize("secret", ["p" * 1_048_577, " padded secret ", "p\u00e4ss-word"])
def test_where_a_pseudonym_would_be_read_otherwise_than_the_secret_the_body_is_left_out(
    secret: str, mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, judged_har: Any, tmp_path: Path
) -> None:
    application = mock(None)
    body = everything(application)
    body["exam"]["configuration"]["password"] = secret
    with served(application) as upstream, proxy(upstream, tmp_path) as made:
        made.provision(body, token(keys, INSTALL))
    assert "postData" not in made.entries[0]["request"]
    assert verdict_of(made).findings() == []
    assert judged_har(tmp_path / "traffic.har").findings() == []


@pytest.mark.outside
def test_a_whole_check_through_the_proxy(
    mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened, judged_har: Any, tmp_path: Path
) -> None:
    from contract.cli.conduct import conduct, prepared

    application = mock(None)
    with served(application) as upstream, proxy(upstream, tmp_path) as made:
        secret = tmp_path / "token"
        secret.write_text(token(keys, INSTALL))
        words = ["--install", INSTALL, "--token-file", str(secret), "--max-examples", "0", "--seed", "3", "--jobs", "1"]
        verdict = conduct(prepared([made.url, *words]), shown=False)
    report = verdict_of(made)
    recorded = judged_har(tmp_path / "traffic.har")
    # odd secrets make calls that are left out of the recording
    assert len(report.exchanges) >= len(recorded.exchanges) > 300
    for each in (report, recorded):
        assert [one for one in each.findings() if each.results[one.clause].clause.binding] == []
    assert verdict.exit_code == 0
    assert PATH in made.entries[0]["request"]["url"]
