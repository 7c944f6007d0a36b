"""Descriptions as HTML: CommonMark with tables, every tag of the author's escaped, no pictures, no foreign scripts."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_LONGEST = 100_000  # characters of one description that are shown


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable(["image"])


def prose(text: object) -> Markup:
    """A description (CommonMark, as OpenAPI says) as block HTML. Tags in it are shown, not obeyed."""
    return Markup(_reader().render(str(text)[:_LONGEST]))  # noqa: S704 - the reader escapes HTML and refuses script URLs


def phrase(text: object) -> Markup:
    """A short description as inline HTML."""
    return Markup(_reader().renderInline(str(text)[:_LONGEST]))  # noqa: S704 - as above
