"""All pages begin with one style; what each has beside it names no colour or size of its own, and colours can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from spec.docs.reference import reference_page
from spec.docs.shell import SHARED, filled, page_template

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("spec", "mockserver", "contract")
SHEETS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.css") if path != SHARED)
TEMPLATES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.html"))
READ = "Contrast (Minimum), WCAG 2.2 success criterion 1.4.3: 4.5 to 1"


def named(paths: list[Path]) -> Any:
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(ROOT)))


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block))


def schemes() -> dict[str, Mapping[str, str]]:
    """The tokens of the shared style in light, in dark and on paper."""
    light, dark, paper = re.findall(r":root \{(.*?)\}", SHARED.read_text(), re.DOTALL)
    return {"light": tokens(light), "dark": tokens(light) | tokens(dark), "paper": tokens(light) | tokens(paper)}


def luminance(colour: str) -> float:
    """Of a colour as #rgb or #rrggbb, by WCAG 2.2."""
    digits = colour.removeprefix("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@named(TEMPLATES)
def test_every_page_begins_with_the_shared_style(path: Path) -> None:
    text = path.read_text()
    if "<html" not in text:  # a part of another page
        assert 'extends "frame.html"' in text or "<head" not in text
    elif "<style>" in text:
        assert re.findall(r"<style>(.*?)</style>", text, re.DOTALL) == ["{{ style }}"]
        assert 'content="{{ policy }}"' in text
    else:
        assert re.findall(r'rel="stylesheet" href="[^"]*/(\w+\.css)"', text) == ["shared.css", "style.css"]


@named([path for path in TEMPLATES if "{{ style }}" in path.read_text()])
def test_a_page_that_stands_alone_has_the_shared_style_and_then_its_own(path: Path) -> None:
    own = path.with_name("page.css").read_text()
    assert own.strip()
    assert page_template(path.name, path.parent).style == SHARED.read_text() + own
    if path.name == "reference.html":
        assert f"<style>{SHARED.read_text()}{own}</style>" in reference_page({"openapi": "3.1.0", "paths": {}}).html


@named(SHEETS)
def test_a_sheet_of_one_page_names_no_colour_and_no_scheme(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert not re.findall(
        r"#[0-9a-f]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(|prefers-color-scheme|:root|@import|url\(", text
    )
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= set(schemes()["light"])
    assert not re.findall(r"font-family: (?!var\(|inherit)|font: [^;]*(?:sans-serif|monospace)", text)


def test_dark_and_paper_change_every_colour() -> None:
    found = schemes()
    colours = {name for name, value in found["light"].items() if value.startswith("#")}
    for scheme in ("dark", "paper"):
        block = tokens(re.findall(r":root \{(.*?)\}", SHARED.read_text(), re.DOTALL)[1 if scheme == "dark" else 2])
        assert colours - set(block) <= {"--on-accent"}


@pytest.mark.parametrize("scheme", ["light", "dark", "paper"])
def test_text_can_be_read_on_what_is_behind_it(scheme: str) -> None:
    values = schemes()[scheme]
    plain = product(("ink", "quiet", "link", "good", "bad", "note", "found"), ("ground", "soft", "raised"))
    toned = [(tone, f"{tone}-soft") for tone in ("good", "bad", "note", "found")]
    over = product(("ink", "link", "quiet"), ("good-soft", "bad-soft", "note-soft", "found-soft"))
    low = [
        (front, behind, round(ratio, 2))
        for front, behind in (*plain, *toned, *over, ("on-accent", "accent"), ("ground", "bad"))
        if (ratio := contrast(values[f"--{front}"], values[f"--{behind}"])) < 4.5
    ]
    assert low == [], READ
    edges = product(("field", "good-mark", "bad-mark", "note-mark", "link-mark"), ("ground", "soft", "raised"))
    faint = [(one, behind) for one, behind in edges if contrast(values[f"--{one}"], values[f"--{behind}"]) < 3]
    assert faint == [], "what is no text: Non-text Contrast, WCAG 2.2 success criterion 1.4.11: 3 to 1"


def test_a_page_has_no_script_where_none_is_named() -> None:
    page = filled(
        "reference.html", title="", version="", summary="", description="", operations=[], schemas=[], schemes=[]
    )
    assert "script-src 'none'" in page.policy
