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
SHARED = _FOLDER / "static" / "shared.css"
"""The style that all pages begin with, whoever shows them."""


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


@dataclass(frozen=True, slots=True)
class PageTemplate:
    """A template and all that its pages carry, read already: whoever replaces the files meanwhile spoils no page."""

    template: jinja2.Template
    style: str
    code: str

    def page(self, **values: Any) -> Page:
        """A page that needs nothing but itself; the policy allows its own style and script, and nothing else."""
        allowed = _hash(self.code) if self.code else "none"
        policy = (
            f"default-src 'none'; style-src '{_hash(self.style)}'; script-src '{allowed}'; "
            "base-uri 'none'; form-action 'none'"
        )
        html = self.template.render(
            policy=policy,
            style=Markup(self.style),  # noqa: S704 - our own files
            script=Markup(self.code),  # noqa: S704 - our own file
            **values,
        )
        return Page(html, policy)


def page_template(name: str, folder: Path = _FOLDER, script: str = "") -> PageTemplate:
    """The template of that name.

    ``folder`` has it, and beside it a sheet with the few rules that only this page has: ``page.css``, which comes after
    the shared one. ``script`` is the name of a script there, "" for none.
    """
    style = SHARED.read_text(encoding="utf-8") + (folder / "page.css").read_text(encoding="utf-8")
    code = (folder / script).read_text(encoding="utf-8") if script else ""
    return PageTemplate(environment(folder).get_template(name), style, code)


def filled(template: str, folder: Path = _FOLDER, script: str = "", **values: Any) -> Page:
    """A page of a template, as ``page_template`` finds it."""
    return page_template(template, folder, script).page(**values)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
