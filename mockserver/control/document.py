"""The document of the control plane, spec/control.yaml, which is loaded when it is first asked for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from spec.load import load
from spec.openapi.document import Document

PREFIX = "/_invigilate"
"""Where the paths of the document begin."""
CONTROL_FILE = Path(__file__).parents[2] / "spec" / "control.yaml"


@cache
def described() -> Document:
    """The document of the control plane."""
    return load(CONTROL_FILE)
