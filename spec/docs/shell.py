"""What all pages of a document share: the style, the script that filters, the environment, the policy."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from spec.docs.prose import phrase, prose

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page, and the content security policy under which it is shown."""

    html: str
    policy: str


@cache
def environment(folder: Path = _FOLDER) -> jinja2.Environment:
    """The one environment of all pages: everything is escaped, and what a template misnames is an error.

    ``folder`` is where the templates are.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["prose"] = prose
    made.filters["phrase"] = phrase
    return made


def filled(template: str, **values: Any) -> Page:
    """A page of a template: style and script are part of it, and the policy allows nothing else."""
    style, script = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    html = (
        environment()
        .get_template(template)
        .render(
            policy=policy,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            **values,
        )
    )
    return Page(html, policy)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
