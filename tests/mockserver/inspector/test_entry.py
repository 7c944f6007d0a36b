"""Who may look in: every form and page keeps what the control plane keeps, and a browser can give the token."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from mockserver.control.guard import COOKIE
from mockserver.inspector.desk import Desk
from mockserver.inspector.pages import calling, client, controls, entry, world

from .conftest import PLANE, Browser

TOKEN = "open-sesame"
FOREIGN = (
    {"origin": "https://evil.example.com"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"host": "evil.example.com"},
)


def places(browser: Browser) -> list[tuple[str, str]]:
    """Method and path of every page and form, of things that are there."""
    app = browser.client.app
    desk = Desk(app.plane._controlled(), app.plane, app.clauses)
    names = {"{number:int}": "1", "{install}": browser.client.install, "{sid}": "CU8b2d9c5ef3e8471ab6cf19509beac183"}
    found = []
    for module in (calling, world, controls, client, entry):
        for method, path in module.pages(desk):
            for name, value in {**names, "{name}": "reset"}.items():
                path = path.replace(name, value)
            found.append((method, path))
    return found


def test_no_page_of_another_site_reads_or_sends_anything(busy: Browser) -> None:
    before = len(busy.client.app.journal), len(busy.client.app.store)
    listed = places(busy)
    assert len(listed) > 15
    for method, path in listed:
        for headers in FOREIGN:
            sent = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded", **headers}
            answer = busy.client.http.request(method, PLANE + path, headers=sent)
            assert answer.status_code == 403, (method, path, headers)
            assert "set-cookie" not in answer.headers
    assert (len(busy.client.app.journal), len(busy.client.app.store)) == before


def test_forms_of_its_own_pages_are_taken(browser: Browser) -> None:
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    browser.post("/controls/reset", headers=own)
    # with no-referrer a browser would send "Origin: null" with forms (Fetch, section 3.2), which is refused
    assert browser.client.http.get(f"{PLANE}/world").headers["referrer-policy"] == "same-origin"


def test_strangers_get_nothing_but_the_login(browser_of: Callable[..., Browser]) -> None:
    guarded = browser_of(control_token=TOKEN, control_guarded=True)
    for method, path in places(guarded):
        answer = guarded.client.http.request(method, PLANE + path, headers={"accept": "text/html"})
        if path == "/login":
            assert answer.status_code == (200 if method == "GET" else 403)
        elif method == "GET":
            assert (answer.status_code, answer.headers["location"]) == (303, f"{PLANE}/login"), path
        else:
            assert answer.status_code == 401, path
    assert guarded.client.http.get(f"{PLANE}/journal").status_code == 401


def test_the_token_is_given_once_and_kept_in_a_cookie(browser_of: Callable[..., Browser]) -> None:
    guarded = browser_of(control_token=TOKEN, control_guarded=True)
    assert "That is not the token" in guarded.post("/login", 403, token="open-sesam").text
    answer = guarded.post("/login", token=TOKEN)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert cookie.endswith(f"; Path={PLANE}; HttpOnly; SameSite=Strict")
    assert TOKEN not in cookie
    assert "Sign out" in guarded.get("/")  # the client keeps cookies
    assert guarded.client.http.get(f"{PLANE}/journal").json()["count"] == 0
    foreign = guarded.client.http.post(f"{PLANE}/reset", headers={"origin": "https://evil.example.com"})
    assert foreign.status_code == 403
    out = guarded.post("/logout").headers["set-cookie"]
    assert "Max-Age=0" in out
    assert guarded.client.http.get(f"{PLANE}/journal").status_code == 401


@pytest.mark.parametrize("value", ["", "x", TOKEN, "é", '"', "a;b"])
def test_another_cookie_opens_nothing(browser_of: Callable[..., Browser], value: str) -> None:
    guarded = browser_of(control_token=TOKEN, control_guarded=True)
    sent = {"cookie": f"{COOKIE}={value}".encode("latin-1")}
    assert guarded.client.http.get(f"{PLANE}/journal", headers=sent).status_code == 401  # type: ignore[arg-type]


def test_over_tls_the_cookie_stays_there(browser_of: Callable[..., Browser]) -> None:
    guarded = browser_of(control_token=TOKEN, control_guarded=True, public_url="https://mock.example.com/lms")
    http = TestClient(guarded.client.app, base_url="https://mock.example.com", follow_redirects=False)
    answer = http.post("/_invigilate/login", data={"token": TOKEN}, headers={"host": "mock.example.com"})
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].endswith("; Path=/lms/_invigilate; HttpOnly; SameSite=Strict; Secure")
    assert answer.headers["location"] == "/lms/_invigilate/"


def test_who_is_elsewhere_needs_the_token_and_a_mock_without_one_says_so(browser_of: Callable[..., Browser]) -> None:
    away = TestClient(
        browser_of().client.app, base_url="http://testserver", client=("10.0.0.7", 1), follow_redirects=False
    )
    assert away.get(f"{PLANE}/", headers={"accept": "text/html"}).status_code == 303
    assert "has no control token" in away.get(f"{PLANE}/login").text
    assert away.post(f"{PLANE}/login", data={"token": ""}).status_code == 403
