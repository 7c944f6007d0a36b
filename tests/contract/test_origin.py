"""Where links lead, and what of them is sent: as browsers do it."""

from __future__ import annotations

import pytest

from contract.http.origin import path_within
from tests.servers.harness import judged
from tests.servers.variants import VARIANTS


@pytest.mark.parametrize(
    ("base", "link", "path"),
    [
        ("http://h", "http://h/go?a=1&b=%20#/exam/start", "/go?a=1&b=%20"),
        ("http://h:80/api", "HTTP://H/api/x", "/x"),
        ("https://h", "https://h:443/x?", "/x"),
        ("http://h", "http://h/zwölf uhr?q=ü<>", "/zw%C3%B6lf%20uhr?q=%C3%BC%3C%3E"),
        ("http://h/api", "http://h/apis/x", None),
        ("http://h/api", "http://h/x", None),
        ("http://h", "http://h.example/x", None),
        ("http://h", "http://h@other/x", None),
        ("http://h", "https://h/x", None),
        ("http://h", "http://h:x/", None),
        ("http://h", "http://[h/", None),
        ("http://h", "http://h/" + "x" * 40_000, None),
    ],
)
def test_the_path_of_a_link(base: str, link: str, path: str | None) -> None:
    assert path_within(base, link) == path


def test_a_link_with_query_and_fragment_is_followed() -> None:
    report = judged(VARIANTS["link-with-fragment"], "follow-signon")
    assert report.cannot is None
    assert report.findings() == []
    assert report.results["signon-link-works"].exercised
