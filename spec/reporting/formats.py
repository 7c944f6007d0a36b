"""The formats of a report by name."""

from __future__ import annotations

from collections.abc import Callable

from spec.reporting.html import as_html
from spec.reporting.report import DiffReading, as_github, as_json, as_junit, as_markdown, as_sarif, as_text

FORMATS: dict[str, Callable[[DiffReading], str]] = {
    "text": as_text, "markdown": as_markdown, "html": as_html, "json": as_json,
    "junit": as_junit, "sarif": as_sarif, "github": as_github,
}  # fmt: skip
