"""Onboarding URLs: once, in time, of one install."""

from __future__ import annotations

from typing import Any

from journey import PASSWORD, Traveller, exam, refused, user


def test_onboarding_urls(walker: Traveller, client: Any) -> None:
    session = walker.scheduled()
    urls = [walker.onboard(session).json()["url"] for _ in range(3)]
    assert len(set(urls)) == 3
    assert client.http.head(urls[0]).status_code == 200
    assert walker.read(session)["status"] == "Scheduled"
    page = client.http.get(urls[0], headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert session.rpartition("/")[2] in page.text
    assert walker.read(session)["status"] == "Onboarding"
    refused(walker.follow(urls[0]), 403, "onboard-single-use")
    told = client.http.get(urls[1], headers={"accept": "application/json"}).json()
    assert told["status"] == "Onboarding"
    client.clock.now += 300
    refused(walker.follow(urls[2]), 403, "onboard-expires")
    assert walker.follow(f"{urls[2]}x").status_code == 403
    assert walker.follow(urls[2].partition("?")[0]).status_code == 400
    why = client.http.get(urls[2], headers={"accept": "text/html"})
    assert "has expired" in why.text
    shown = str(list(client.app.journal))
    assert not [url for url in urls if url.partition("code=")[2] in shown]


def test_an_onboarding_url_belongs_to_its_install(walker: Traveller, client: Any) -> None:
    url = walker.onboard(walker.scheduled()).json()["url"]
    other = url.replace(client.install, client.app.installs[1].sid)
    refused(walker.follow(other), 403, "onboard-single-use")
    client.http.post("/_invigilate/reset")
    refused(walker.follow(url), 403, "onboard-single-use")


def test_the_page_says_who_sits_what(walker: Traveller, client: Any) -> None:
    somebody = {**user("page"), "firstName": "<b>Ada</b>", "lastName": "Byron"}
    test = {**exam("page"), "title": 'Final & "more"'}
    walker.course = {"ids": {"external": "page"}, "title": "Organic <i>Chemistry</i>", "code": "C"}
    session = walker.session(walker.provision(user=somebody, exam=test))
    assert walker.schedule(session).is_success
    page = walker.follow(walker.onboard(session).json()["url"]).text
    for shown in (
        "&lt;b&gt;Ada&lt;/b&gt;",
        "Byron",
        "Organic &lt;i&gt;Chemistry&lt;/i&gt;",
        "Final &amp; &#34;more&#34;",
    ):
        assert f"<dd>{shown}</dd>" in page
    assert session.rpartition("/")[2] in page
    assert PASSWORD not in page
