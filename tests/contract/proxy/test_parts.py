"""Fields of one connection, codings, pseudonyms, overlapping calls, events of an addon."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from contract.http.access import Access
from contract.proxy.events import Event, EventError, read_event
from contract.proxy.keeping.archive import Archive
from contract.proxy.keeping.passed import Passed
from contract.proxy.keeping.pseudonyms import Pseudonyms
from contract.proxy.live import MOST, Live, NewFindings
from contract.proxy.wire.headers import Field, decoded, end_to_end, readable_codings
from contract.run.passive import PassiveJudge
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from tests.contract.proxy.running import INSTALL, PATH, Opened, verdict_of

DAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
BASE = "http://server.example"


def test_fields_of_the_connection_are_left_out_and_framing_stays() -> None:
    given = [
        (b"Connection", b"x-a, Content-Length,host"),
        (b"X-A", b"1"),
        (b"Content-Length", b"2"),
        (b"host", b"h"),
        (b"te", b""),
    ]
    assert end_to_end(given) == [(b"Content-Length", b"2"), (b"host", b"h")]


@pytest.mark.parametrize(
    ("offered", "left"),
    [
        (b"br, gzip;q=0.5", b"gzip;q=0.5"),
        (b"br,zstd", b"identity"),
        (b"", b"identity"),
        (b"GZIP", b"GZIP"),
        (b"*", b"identity"),
    ],
)
def test_only_codings_that_can_be_read_are_offered(offered: bytes, left: bytes) -> None:
    assert readable_codings([Field(b"accept-encoding", offered)]) == [(b"accept-encoding", left)]
    assert readable_codings([Field(b"accept", offered)]) == [(b"accept", offered)]


def test_answers_are_decoded_within_a_limit() -> None:
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = bare.compress(b"text") + bare.flush()
    for body, codings in (
        *((b"text", ""), (gzip.compress(b"text"), "gzip"), (zlib.compress(b"text"), "deflate"), (packed, "deflate")),
        (gzip.compress(zlib.compress(b"text")), "deflate, gzip"),
    ):
        assert decoded(body, codings, 100) == b"text"
    assert decoded(gzip.compress(b"x" * 1_000_000), "gzip", 1000) is None
    assert decoded(gzip.compress(b"text")[:-3], "gzip", 1000) is None
    assert decoded(b"text", "br", 1000) is None
    assert decoded(b"rubbish", "gzip", 1000) is None


def passed(**how: Any) -> Passed:
    given: dict[str, Any] = {
        "method": "POST",
        "url": BASE + PATH,
        "headers": (),
        "body": None,
        "size": 0,
        "when": DAY,
        **how,
    }
    return Passed(**given)


def test_pseudonyms_keep_equal_secrets_equal_and_everything_else_as_it_is() -> None:
    masks = Pseudonyms(frozenset({"password", "token"}), frozenset({"redirect"}))
    jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJVUzEifQ.c2lnbmF0dXJl"
    body = b'{ "password" : "p\\u00e4ss-word", "password":"", "a": "\xff", "x": [1.0,1e2], "n\\u0061me": "p\\"q" '
    one = masks.body(body)
    assert one == masks.body(body)
    assert b"ss-word" not in one
    assert one.startswith(b'{ "password" : "masked-')
    assert one.endswith(b', "password":"", "a": "\xff", "x": [1.0,1e2], "n\\u0061me": "p\\"q" ')
    assert b"hidden" not in masks.body(b'{"p\\u0061ssword": "hidden-secret"}')
    answer = json.loads(masks.body(json.dumps({"token": jwt, "redirect": "https://a/b?code=0123456789"}).encode()))
    assert answer["token"].startswith(jwt.rpartition(".")[0] + ".masked-")
    assert len(base64.urlsafe_b64decode(answer["token"].rpartition(".")[2])) == 15
    assert answer["redirect"].startswith("https://a/b?masked-")
    assert masks.text("GET /b?code=0123456789") == f"GET /b?{answer['redirect'].rpartition('?')[2]}"
    masked = masks.masked(
        passed(headers=(("token", jwt), ("Authorization", f"Bearer {jwt}"), ("Accept", "a/b")), answer=jwt.encode())
    )
    first, second, third = masked.headers
    assert first[1].startswith("masked-")
    assert second[1] == f"Bearer {first[1]}"
    assert third == ("Accept", "a/b")
    assert masked.answer == first[1].encode()
    unsigned = b'{"token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJVUzEifQ."}'
    assert masks.body(unsigned) == unsigned
    assert Pseudonyms(frozenset({"password"})).body(b'{"password": "abc"}') != masks.body(b'{"password": "abc"}')


def test_an_archive_is_whole_after_every_entry(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_text("older")
    archive = Archive(path)
    for number in range(3):
        assert len(json.loads(path.read_text())["log"]["entries"]) == number
        archive.add({"number": number, "text": "\ud800\n"})
    archive.close()
    assert [one["number"] for one in json.loads(path.read_text())["log"]["entries"]] == [0, 1, 2]


@pytest.fixture
def live(document: Document, catalogue: Catalogue) -> tuple[Live, list[NewFindings]]:
    told: list[NewFindings] = []
    passive = PassiveJudge(document, catalogue, Access(install=INSTALL, token="", passive=True), BASE)
    return Live(passive, PATH, told.append), told


def call(number: int, second: float, result: str = "Created", seconds: float = 0.5) -> Passed:
    body = json.dumps({"course": {"ids": {"lms": f"c{number}"}, "title": "T", "code": "C"}}).encode()
    answer = json.dumps({"course": {"sid": f"CU{number:032x}", "result": result}}).encode()
    kind = (("Content-Type", "application/json"),)
    return passed(
        headers=(*kind, ("token", "abcdefgh")),
        body=body,
        size=len(body),
        seconds=seconds,
        status=200,
        answer_headers=kind,
        answer=answer,
        when=DAY + timedelta(seconds=second),
    )


def test_what_overlaps_is_judged_when_the_last_has_ended(live: tuple[Live, list[NewFindings]]) -> None:
    judge, told = live
    judge.begin()
    judge.begin()
    judge.end(call(1, 0.2, "Found Existing"), mattered=True)
    assert judge.passive.seen == []
    judge.end(call(1, 0.1), mattered=True)
    assert len(judge.passive.seen) == 2
    assert told == []
    judge.begin()
    judge.end(call(1, 5), mattered=True)
    assert [one.clause for one in told[0].answers] == ["recall-finds"]
    judge.begin()
    assert [one.clause for one in judge.end(call(1, 6), mattered=True)] == ["recall-finds"]
    assert len(told) == 1  # each thing is told once


def test_traffic_without_a_pause_is_judged_in_the_end(live: tuple[Live, list[NewFindings]]) -> None:
    judge, told = live
    judge.begin()
    for number in range(MOST + 5):
        judge.begin()
        judge.end(call(number % 7, number / 10, "Created" if number < 7 else "Found Existing"), mattered=True)
    assert len(judge.passive.seen) >= MOST
    judge.begin()
    judge.end(call(99, 1000, "Found Existing"), mattered=True)
    report = judge.report("x", only=frozenset(), skip=frozenset(), notes=[])
    assert told == []
    assert report.findings() == []
    assert len(report.exchanges) == MOST + 6


def test_other_paths_and_hosts_are_counted_and_writes_elsewhere_leave_doubt(
    live: tuple[Live, list[NewFindings]],
) -> None:
    judge, _ = live
    assert judge.matters("POST", BASE + PATH)
    assert not judge.matters("GET", f"{BASE}/page")
    assert not judge.matters("POST", "http://other.example" + PATH)
    assert judge.matters("DELETE", f"{BASE}/v2/installs/{INSTALL}/courses/1")
    judge.end(passed(url="http://other.example" + PATH), mattered=False)
    judge.end(passed(method="GET", url=f"{BASE}/page", status=200), mattered=False)
    report = judge.report("x", only=frozenset(), skip=frozenset(), notes=[])
    assert report.cannot is not None
    assert "1 calls to another host or prefix, 1 other paths" in report.cannot


def event(**how: Any) -> bytes:
    given = {
        "event": "end",
        "id": "1",
        "method": "POST",
        "url": BASE + PATH,
        "when": 1_800_000_000,
        "seconds": 0.1,
        **how,
    }
    return json.dumps(given).encode()


def test_events_of_an_addon() -> None:
    assert read_event(event(event="begin")) == Event("1", "POST", BASE + PATH, None)
    read = read_event(event(body=base64.b64encode(b"{}").decode(), size=2, headers=[["a", "b"]], status=200)).passed
    assert read is not None
    assert (read.body, read.headers, read.status, read.answer) == (b"{}", (("a", "b"),), 200, None)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "/event"),
        (event(event="middle"), "/event"),
        (event(id=5), "/id"),
        (event(when="x"), "/when"),
        (event(when=1e300), "/when"),
        (event(when=10**400), "/when"),
        (event(status=True), "/status"),
        (event(body=5), "/body"),
        (event(body="§"), "/body"),
        (event(headers={}), "/headers"),
        (event(headers=[["a"]]), "/headers/0"),
        (event(headers=[["a", 1]]), "/headers/0"),
    ],
)
def test_what_is_no_event_is_refused_with_its_place(body: bytes, place: str) -> None:
    with pytest.raises(EventError, match=place):
        read_event(body)


def test_an_addon_is_heard_over_http(proxy: Opened, tmp_path: Path) -> None:
    one, other = call(1, 0), call(1, 5)
    with proxy(BASE, tmp_path, from_addon=True) as made:
        for number, each in enumerate((one, other)):
            facts = {
                "id": str(number),
                "body": base64.b64encode(each.body or b"").decode(),
                "size": each.size,
                "headers": each.headers,
                "status": 200,
                "answer_headers": each.answer_headers,
                "answer": base64.b64encode(each.answer or b"").decode(),
                "when": each.when.timestamp(),
            }
            for name in ("begin", "end"):
                kind = {"Content-Type": "application/json"}
                answer = made.client.post("/events", content=event(**{**facts, "event": name}), headers=kind)
                assert answer.status_code == 204
        assert any("recall-finds" in line for line in made.lines)
        assert made.client.post("/events", content=b"{}").status_code == 415
        refused = made.client.post("/events", content=b"{}", headers={"Content-Type": "application/json"})
        assert (refused.status_code, refused.json()["code"]) == (400, "INVALIDINPUT")
        assert httpx2.get(made.url + "/other", trust_env=False).status_code == 404
    report = verdict_of(made)
    assert "recall-finds" in {finding.clause for finding in report.findings()}
    assert "abcdefgh" not in (tmp_path / "traffic.har").read_text()


def test_thousands_of_secrets_are_found_wherever_they_stand_and_the_oldest_are_forgotten() -> None:
    masks = Pseudonyms(frozenset({"password"}))
    for number in range(5000):
        masks.body(b'{"password": "secret-%04d-of-somebody"}' % number)
    assert masks.text("a secret-4999-of-somebody b") == f"a {masks.of('secret-4999-of-somebody')} b"
    assert masks.text("a secret-0000-of-somebody b") == "a secret-0000-of-somebody b"
    assert masks.text("a secret-4999-of-nobody b") == "a secret-4999-of-nobody b"


def test_a_body_that_is_masked_says_its_new_length() -> None:
    masks = Pseudonyms(frozenset({"password"}))
    masked = masks.masked(passed(headers=(("Content-Length", "40"),), body=b'{"password": "0123456789012345678901"}'))
    assert masked.body is not None
    assert masked.headers == (("Content-Length", str(len(masked.body))),)
