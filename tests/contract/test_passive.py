"""Recorded traffic: what browsers write is read, honest traffic is not blamed, broken promises are found."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from contract.cli.judge import judge
from contract.http.access import Access
from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.http.har import HarError, Recording, read_har
from contract.judging.findings import ClauseOutcome
from contract.run.passive import judge_recording
from contract.run.runner import RunReport

DAY = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


def entry(exchange: Exchange, second: float, host: str = "https://proctor.example/api") -> dict[str, Any]:
    """An exchange as a browser writes it."""
    request, response = exchange.request, exchange.response
    assert response is not None
    headers = [{"name": ":method", "value": request.method}]
    headers += [{"name": name, "value": value} for name, value in request.headers]
    return {
        "startedDateTime": (DAY + timedelta(seconds=second)).isoformat().replace("+00:00", "Z"),
        "time": 12.5,
        "request": {
            "method": request.method,
            "url": host + request.path,
            "httpVersion": "h2",
            "headers": headers,
            "postData": {
                "mimeType": request.header("content-type") or "",
                "text": (request.body or b"").decode("utf-8", "replace"),
            },
        },
        "response": {
            "status": response.status,
            "headers": [{"name": name.title(), "value": value} for name, value in response.headers.items()],
            "content": {
                "mimeType": response.media_type,
                "text": base64.b64encode(response.body).decode(),
                "encoding": "base64",
            },
        },
    }


def har(entries: Iterable[Any], folder: Path) -> Path:
    path = folder / "traffic.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}), "utf-8-sig")
    return path


@pytest.fixture
def operation_path(stage: Any) -> str:
    return f"/v2/installs/{stage.access.install}/provision"


@pytest.fixture
def judged_har(stage: Any, operation_path: str) -> Callable[..., RunReport]:
    def run(path: Path) -> RunReport:
        recording: Recording = read_har(path, operation_path)
        access = Access(install=stage.access.install, token="", passive=True)
        return judge_recording(recording, path.name, stage.document, stage.catalogue, access)

    return run


def told(report: RunReport) -> list[str]:
    return [f"{one.clause}: {one.cause}: {one.expected} / {one.received} ({one.pointer})" for one in report.findings()]


def traffic(report: RunReport) -> list[Exchange]:
    """What a run sent whose bodies a browser could record."""
    found = []
    for one in report.exchanges:
        try:
            (one.request.body or b"").decode()
        except UnicodeDecodeError:
            continue
        found.append(one)
    return found


@pytest.mark.outside
def test_honest_traffic_of_any_age_is_not_blamed(
    stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path
) -> None:
    exchanges = traffic(stage.run())
    since = (datetime.now(UTC) - DAY).total_seconds()
    entries = (entry(one, since + place / 20, "http://testserver/api") for place, one in enumerate(exchanges))
    path = har(entries, tmp_path)
    assert "signon" in path.read_text("utf-8-sig")
    with time_machine.travel(timedelta(days=400)):
        report = judged_har(path)
    assert report.cannot is None
    assert len(report.exchanges) > 300
    binding = [one for one in report.findings() if stage.catalogue[one.clause].binding]
    assert binding == []
    assert report.outcomes()[ClauseOutcome.PASSED] > 40


def test_broken_promises_are_found(
    stage: Any, created_report: RunReport, judged_har: Callable[..., RunReport], tmp_path: Path
) -> None:
    exchanges = traffic(created_report)[:200]
    report = judged_har(har((entry(one, place) for place, one in enumerate(exchanges)), tmp_path))
    (finding,) = [one for one in report.findings() if one.clause == "recall-finds"][:1]
    assert 2 <= len(finding.exchanges) <= 10


def simple(stage: Any, number: int, result: str = "Created", sid: str = "1" * 32) -> Exchange:
    body = json.dumps({"course": {"ids": {"lms": f"c{number}"}, "title": "T", "code": "C"}}).encode()
    answer = json.dumps({"course": {"sid": f"CU{sid}", "result": result}}).encode()
    path = f"/v2/installs/{stage.access.install}/provision"
    headers = (("token", "abcdefgh-secret-token"), ("Content-Type", "application/json"))
    return Exchange(
        SentRequest("POST", path, headers, body),
        ReceivedResponse(200, {"content-type": "application/json"}, answer),
        0.0,
        0.0,
    )


def test_quirks(stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path) -> None:
    good = simple(stage, 1)
    preflight, aborted, elsewhere, bare = (entry(good, 2), entry(good, 3), entry(good, 4), entry(good, 5))
    preflight["request"]["method"] = "OPTIONS"
    aborted["response"]["status"] = 0
    elsewhere = entry(good, 4, host="https://other.example")
    bare["request"].pop("headers")
    bare["request"]["postData"].pop("mimeType")
    bare["response"].pop("headers")
    bare["response"]["content"]["text"] = json.dumps({"course": {"sid": f"CU{'1' * 32}", "result": "Found Existing"}})
    bare["response"]["content"].pop("encoding")
    lost = entry(good, 6)
    lost["response"]["content"].pop("text")
    page = entry(good, 0)
    page["request"]["url"] = "https://proctor.example/api/index.html?x=1"
    endless = {**entry(good, 7), "time": 10**400}
    entries = [bare, lost, preflight, page, aborted, elsewhere, entry(good, 1), "?", {}, endless]
    report = judged_har(har(entries, tmp_path))
    assert told(report) == []
    assert len(report.exchanges) == 2
    assert report.exchanges[0].response.json["course"]["result"] == "Created"
    note, explanation = report.notes
    assert "may have happened" in explanation
    for reason in ("preflights", "other paths", "without an answer", "another host", "not recorded", "3 damaged"):
        assert reason in note


@pytest.mark.parametrize("status", [404, 410])
def test_a_sid_that_the_recording_does_not_explain_may_name_nothing(
    stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path, status: int
) -> None:
    """Whether it was taken away before the recording began, or never was, nobody can tell."""
    refusal = json.dumps({"code": "RESOURCENOTFOUND", "message": "No.", "status": status}).encode()
    known = simple(stage, 1)
    course: dict[str, Any] = {"ids": {"sid": "CU" + "2" * 32}}
    bodies = ({"course": course}, {"course": {**course, "title": "T"}}, {"course": {"ids": {"sid": "CU" + "1" * 32}},
              "exam": {"ids": {"sid": "EX" + "3" * 32}}})  # fmt: skip
    calls = [
        replace(
            known,
            request=replace(known.request, body=json.dumps(body).encode()),
            response=ReceivedResponse(status, {"content-type": "application/json"}, refusal),
        )
        for body in bodies
    ]
    entries = [entry(one, place) for place, one in enumerate([known, *calls])]
    assert told(judged_har(har(entries, tmp_path))) == []


def test_a_recording_starts_in_the_middle(stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path) -> None:
    calls = [entry(simple(stage, number, "Found Existing", f"{number:032x}"), number) for number in range(5)]
    assert told(judged_har(har(calls, tmp_path))) == []


def test_what_overlaps_has_no_order(stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path) -> None:
    late, early = entry(simple(stage, 1, "Found Existing"), 0.001), entry(simple(stage, 1), 0.002)
    assert told(judged_har(har([late, early], tmp_path))) == []
    apart = [entry(simple(stage, 2, "Found Existing"), 1), entry(simple(stage, 2), 5)]
    assert any(text.startswith("recall-finds") for text in told(judged_har(har(apart, tmp_path))))


def test_refused_credentials_are_nobody_s_fault(
    stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path
) -> None:
    refused = entry(simple(stage, 1), 0)
    refused["response"]["status"] = 401
    refused["response"]["content"] = {"mimeType": "application/json", "text": '{"code": "NO", "message": "no"}'}
    waits = entry(simple(stage, 1), 1)
    waits["response"]["status"] = 503
    report = judged_har(har([refused, waits, entry(simple(stage, 1), 2)], tmp_path))
    assert [text for text in told(report) if "valid-accepted" in text or "never-server-error" in text] == []
    assert report.unavailable == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [("{", ":1:2:"), ("[]", "/log"), ('{"log": {"entries": {}}}', "/log/entries"), ("\ud800", "not UTF-8")],
)
def test_a_broken_recording_is_refused_with_its_place(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.har"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(HarError, match=place):
        read_har(path, "/x")


def test_the_command(stage: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = [entry(simple(stage, 1), 0), entry(simple(stage, 1, "Created"), 5)]
    path = har(calls, tmp_path)
    arguments = [str(path), "--install", stage.access.install, "--json", str(tmp_path / "r.json")]
    assert judge([*arguments, "--html", str(tmp_path / "r.html")]) == 1
    out = capsys.readouterr().out
    assert "recall-finds" in out
    for text in (out, (tmp_path / "r.json").read_text(), (tmp_path / "r.html").read_text()):
        assert "secret-token" not in text
    assert judge([str(path), "--install", "AI" + "0" * 32]) == 2
    assert "is the SID right?" in capsys.readouterr().out
    assert judge([str(tmp_path / "none.har"), "--install", stage.access.install]) == 2
    assert judge([str(path), "--install", "nonsense"]) == 2


def named(stage: Any, title: str, result: str) -> Exchange:
    body = json.dumps({"course": {"ids": {"lms": "chain"}, "title": title, "code": "C"}}).encode()
    answer = json.dumps({"course": {"sid": f"CU{'2' * 32}", "result": result}}).encode()
    return Exchange(
        SentRequest("POST", simple(stage, 1).request.path, (("Content-Type", "application/json"),), body),
        ReceivedResponse(200, {"content-type": "application/json"}, answer), 0.0, 0.0,
    )  # fmt: skip


def harmed(kind: str, one: dict[str, Any]) -> dict[str, Any]:
    """An entry of which something was not recorded, in one of the ways of browsers and proxies."""
    request, response = one["request"], one["response"]
    text = request["postData"]["text"]
    match kind:
        case "no answer":
            response |= {"status": 0, "content": {"size": 0, "mimeType": "x-unknown"}}
        case "502" | "503" | "504" | "307" | "301":
            response |= {"status": int(kind), "content": {"text": "<html></html>", "mimeType": "text/html"}}
        case "no body of the answer":
            response["content"].pop("text")
        case "answer cut":
            response["content"] = {"size": 900, "text": '{"course": {"sid"', "mimeType": "application/json"}
        case "no post data":
            request.pop("postData")
        case "post data empty":
            request["postData"]["text"], request["bodySize"] = "", len(text)
        case "post data cut":
            request["postData"]["text"], request["bodySize"] = text[:40], len(text)
        case "post data cut, and no size":
            request["postData"]["text"] = text[:40]
        case "parameters":
            request["postData"] = {"mimeType": "application/json", "params": [{"name": text, "value": ""}]}
        case "another file":
            request["postData"] = {"mimeType": "application/json", "_file": "abc.json"}
        case "a query":
            request["url"] += "?trace=1"
        case "another operation":
            request["url"], request["method"] = request["url"].replace("/provision", "/courses/CU1"), "DELETE"
        case "port":
            request["url"] = request["url"].replace("proctor.example", "PROCTOR.example:443")
    return one


UNTOLD = (
    *("no answer", "502", "503", "504", "307", "301", "no body of the answer", "answer cut", "no post data"),
    *("post data empty", "post data cut", "post data cut, and no size", "parameters", "another file", "a query"),
    "another operation",
)


@pytest.mark.parametrize("kind", UNTOLD)
def test_what_was_not_recorded_whole_may_have_happened(
    kind: str, stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path
) -> None:
    first, second = entry(named(stage, "Botany", "Created"), 0), entry(named(stage, "Botany II", "Updated"), 5)
    last = entry(named(stage, "Botany II", "Found Existing"), 10)
    report = judged_har(har([first, harmed(kind, second), last], tmp_path))
    assert told(report) == []
    assert len(report.exchanges) == 2
    assert "may have happened" in report.notes[-1]
    assert told(judged_har(har([first, last], tmp_path))) != []


def test_what_another_operation_may_have_taken_away_may_be_created_again(
    stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path
) -> None:
    calls = [entry(named(stage, "Botany", "Created"), place * 5) for place in range(3)]
    assert told(judged_har(har([calls[0], harmed("another operation", calls[1]), calls[2]], tmp_path))) == []
    assert told(judged_har(har([calls[0], calls[2]], tmp_path))) != []


def test_the_default_port_is_no_other_origin(stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path) -> None:
    calls = [entry(named(stage, "Botany", "Created"), place * 5) for place in range(2)]
    report = judged_har(har([calls[0], harmed("port", calls[1])], tmp_path))
    assert len(report.exchanges) == 2
    assert any(text.startswith("recall-finds") for text in told(report))


def test_text_that_is_said_to_be_base64_is_read_as_text(
    stage: Any, judged_har: Callable[..., RunReport], tmp_path: Path
) -> None:
    calls = [entry(named(stage, "Botany", "Created"), place * 5) for place in range(2)]
    for one in calls:
        packed = one["response"]["content"]["text"]
        one["response"]["content"]["text"] = base64.b64decode(packed).decode()
    report = judged_har(har(calls, tmp_path))
    assert len(report.exchanges) == 2
    assert any(text.startswith("recall-finds") for text in told(report))
