"""The import directions, the size of files, and that engine and model name no part and no field."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from spec.formats import FORMATS

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("spec", "mockserver", "contract")
MAY_IMPORT = {"spec": {"spec"}, "mockserver": {"spec", "mockserver"}, "contract": {"spec", "contract"}}
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMELESS = [
    "mockserver/provisioning.py",
    "mockserver/plan.py",
    "contract/model.py",
    "contract/values.py",
    "contract/oracle.py",
    "contract/answers.py",
    "contract/composition.py",
    "contract/breakages.py",
    "contract/machine.py",
]
NAMES = {
    *("course", "user", "enrollment", "exam", "configuration", "signon", "title", "code", "firstName", "lastName"),
    *("email", "currencyCode", "timeZone", "role", "limitedScope", "deliverySystem", "proctorTypes", "permittedItems"),
    *("integrationSid", "duration", "attempts", "access", "scheduling", "learner", "Created", "Updated"),
}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_keep_their_direction(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert imported(path) & set(PACKAGES) <= MAY_IMPORT[package]
    assert "invigilate" not in imported(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("name", NAMELESS)
def test_engine_and_model_name_no_part_and_no_field(name: str) -> None:
    path = ROOT / name
    literals = {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not literals & (NAMES - set(FORMATS))  # "email" is also the name of a format
