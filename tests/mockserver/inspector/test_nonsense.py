"""Nonsense in every place of every page and form: it is refused or overlooked, and never a defect."""

from __future__ import annotations

import pytest

from .conftest import PLANE, Browser
from .test_entry import places

NONSENSE = ("", "%00", "%ff%fe", "..%2f..", "-1", "9" * 30, "a" * 3000, "%E2%80%AE", "{}", "[]=1", "<script>", "🂡")
NAMES = ("q", "status", "before", "body", "install", "sid", "page", "kind", "of", "find", "example", "done", "after")


@pytest.mark.parametrize("nonsense", ["", "%ff%fe", "9" * 30, "[]=1", "<script>"])
def test_nonsense_in_queries_is_no_defect(seen: Browser, nonsense: str) -> None:
    http = seen.client.http
    for method, path in places(seen):
        if method == "GET" and not path.endswith("/events"):
            query = "&".join(f"{name}={nonsense}" for name in NAMES)
            answer = http.get(f"{PLANE}{path}?{query}", headers={"accept": "text/html"})
            assert answer.status_code < 500, (path, answer.text)
            assert "<script>alert" not in answer.text
            assert "<script><" not in answer.text


def test_nonsense_in_paths_and_forms_is_no_defect(busy: Browser) -> None:
    http = busy.client.http
    headers = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
    for nonsense in NONSENSE[1:]:
        for path in (f"/world/{nonsense}", f"/world/{busy.client.install}/{nonsense}", f"/calls/{nonsense}"):
            assert http.get(PLANE + path, headers=headers).status_code in (303, 400, 404), path
        for method, path in places(busy):
            if method == "POST":
                content = "&".join(f"{name}={nonsense}" for name in ("body", "token", "event", "integration", *NAMES))
                answer = http.post(PLANE + path, content=content.encode(), headers=headers)
                assert answer.status_code < 500, (path, answer.text)
