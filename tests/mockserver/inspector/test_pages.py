"""Every page that can be reached: whole, escaped, without secrets, under a strict policy, and nothing from elsewhere."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from mockserver.control.document import described
from mockserver.inspector.inspector import SEGMENTS

from .conftest import NAUGHTY, PASSWORD, PLANE, Browser, sid_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Links(HTMLParser):
    """The links, what is loaded, the tags and the names of attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.links.append(value or "")
            elif name in ("href", "src", "action", "hx-get", "data-events"):
                self.loaded.append(value or "")


def crawled(browser: Browser) -> dict[str, Any]:
    """Every page that links lead to, from the first one; those of the installs' calls once each."""
    waiting, found = [f"{PLANE}/"], {}
    while waiting:
        path = waiting.pop()
        if path in found or "/har" in path:
            continue
        answer = browser.client.http.get(path, headers={"accept": "text/html"})
        assert answer.status_code in (200, 303), f"{path}: {answer.text}"
        found[path] = answer
        links = [answer.headers["location"]] if answer.status_code == 303 else Links(answer.text).links
        waiting += [unescape(one).partition("#")[0] for one in links if one.startswith(PLANE)]
    return found


def test_every_page_is_safe_to_look_at(seen: Browser) -> None:
    found = crawled(seen)
    names = {path.split("/")[2].partition("?")[0] for path in found}
    assert names >= {"", "calls", "world", "controls", "client", "contract"}
    contract = found.pop(f"{PLANE}/contract").text
    secrets = [seen.client.token, PASSWORD, "the-code-of-a-link", *re.findall(r'"redirect": *"([^"]*)"', contract)]
    secrets += [grant.code for grant in seen.client.app.grants.grants]
    assert len(secrets) > 3
    for path, answer in found.items():
        if answer.status_code == 303:
            continue
        assert not [one for one in secrets if one in answer.text], path
        if not answer.headers["content-type"].startswith("text/html"):
            assert path.partition("?")[0].split("/")[2] in ("journal", "snapshots", "verdict"), (
                path
            )  # of the control plane
            continue
        assert answer.headers["content-security-policy"] == POLICY
        page = Links(answer.text)
        assert not [name for name in page.attributes if name.startswith("on") or name == "style"], path
        assert not page.tags & {"style", "iframe", "object", "base", "img"}
        assert all(one.startswith((f"{PLANE}/", "#")) for one in (*page.links, *page.loaded)), path
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
    named = {
        link.partition("#")[2] for answer in found.values() for link in Links(answer.text).links if "/contract#" in link
    }
    assert "course-title-required" in named
    assert [one for one in named if f'id="{one}"' not in contract] == []


def test_what_is_naughty_stays_text(seen: Browser) -> None:
    course = sid_of(seen, "course")
    page = unescape(seen.get(f"/world/{seen.client.install}/{course}"))
    assert NAUGHTY in page
    assert "49" not in re.sub(r"[0-9a-f]{32}|\d{4}-\d\d-\d\d\S*", "", page)


def test_the_paths_of_pages_are_none_of_the_control_plane() -> None:
    assert not SEGMENTS & {one.path.split("/")[1] for one in described().operations.values()}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("text/html,*/*;q=0.8", "text/html"), ("application/json", "application/json"), ("*/*", "application/json")],
)
def test_a_browser_gets_a_page_and_programs_get_json(client: Any, accept: str, kind: str) -> None:
    assert client.http.get(f"{PLANE}/", headers={"accept": accept}).headers["content-type"].startswith(kind)


def test_what_is_not_there_is_told(browser: Browser) -> None:
    assert "The call 9 is not kept" in browser.get("/calls/9", 404)
    assert 'aria-current="page">Calls' in browser.get("/calls/9", 404)
    assert browser.client.http.get(f"{PLANE}/calls/9").json()["code"] == "RESOURCENOTFOUND"
    assert "There is no page at" in browser.get("/world/a/b/c/d", 404)
    assert "There is no install" in browser.get("/world/AI00", 404)
    assert "has the SID CU00" in browser.get(f"/world/{browser.client.install}/CU00", 404)
    assert "number from 1" in browser.get("/world?page=0", 400)
    browser.post("/controls/nothing", 404)
    browser.post("/controls/delete-weather", 400)
    assert browser.client.http.post(f"{PLANE}/controls/reset", json={}).status_code == 415


def test_what_pages_load_is_there(browser: Browser) -> None:
    for one in Links(browser.get("/")).loaded:
        if "/static/" in one:
            assert browser.client.http.get(one).status_code == 200
    assert b'version:"2.' in browser.client.http.get(f"{PLANE}/static/htmx.min.js").content
    assert b"Permission to use, copy" in browser.client.http.get(f"{PLANE}/static/htmx.LICENSE.txt").content


def test_it_works_in_an_application_that_mounts_it(browser_of: Any) -> None:
    inner = browser_of(public_url=None)
    http = TestClient(
        Starlette(routes=[Mount("/mock", inner.client.app)]), base_url="http://testserver", follow_redirects=False
    )
    course = {"course": {"ids": {"lms": "a"}, "title": "Zoology", "code": None}}
    path = f"/mock/v2/installs/{inner.client.install}/provision"
    token = inner.client.mint(inner.client.install)
    http.post(path, json=course, headers={"token": token})
    page = http.get("/mock/_invigilate/", headers={"accept": "text/html"}).text
    assert all(one.startswith("/mock/_invigilate/") for one in Links(page).loaded)
    again = http.post("/mock/_invigilate/calls/1/again")
    assert again.headers["location"] == "/mock/_invigilate/calls/2"
    assert "<b>Found Existing</b>" in http.get(again.headers["location"]).text
    assert http.post("/mock/_invigilate/controls/advance", data={"hours": "1"}).status_code == 303


def test_it_works_below_a_path(browser_of: Any) -> None:
    below = browser_of(public_url="http://testserver/mock")
    page = Links(below.get("/"))
    assert all(one.startswith("/mock/_invigilate/") for one in page.loaded)
    assert below.post("/controls/reset").headers["location"].startswith("/mock/_invigilate/controls?")
