"""The wheel is whole: it works from another folder, data files included, and says when something shadows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def installed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, and nothing of the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(repository)], check=True)
    (wheel,) = folder.glob("invigilate-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(path: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-m", "invigilate", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_wheel_works_from_another_folder(installed: Path, tmp_path: Path) -> None:
    told = run(installed, tmp_path, "clauses", "--json")
    assert told.returncode == 0, told.stderr
    assert len(json.loads(told.stdout)["clauses"]) > 100
    assert run(installed, tmp_path, "docs", "--out", "page").returncode == 0
    assert any((tmp_path / "page").iterdir())
    linted = run(installed, tmp_path, "lint", str(installed / "spec" / "openapi.yaml"))
    assert linted.returncode == 0, linted.stdout
    assert (installed / "mockserver" / "templates").is_dir()


def test_every_data_file_is_in_the_wheel(installed: Path, repository: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "spec", "mockserver", "contract"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [name for name in listed.stdout.split() if not (installed / name).exists()] == []


def test_what_shadows_it_is_named(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "__init__.py").write_text("")
    told = run(installed, tmp_path, "clauses")
    assert told.returncode == 2
    assert "'spec'" in told.stderr
    assert str(tmp_path / "spec") in told.stderr
    assert "environment" in told.stderr
