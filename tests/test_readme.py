"""What the README shows works as shown, and every command and option it names exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from invigilate import COMMANDS


@pytest.fixture(scope="module")
def blocks(repository: Path) -> list[str]:
    """The commands of all console blocks, continuation lines joined."""
    text = (repository / "README.md").read_text()
    consoles = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [
        line[2:].split("  #")[0].strip()
        for console in consoles
        for line in console.replace("\\\n", " ").splitlines()
        if line.startswith("$ ")
    ]


def invigilate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "invigilate", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_every_command_is_explained_and_shown(repository: Path, tmp_path: Path) -> None:
    pages = "\n".join(page.read_text() for page in [repository / "README.md", *(repository / "docs").glob("*.md")])
    for name in COMMANDS:
        assert f"invigilate {name}" in pages, f"no page shows {name}"
        helped = invigilate(tmp_path, name, "--help")
        assert helped.returncode == 0, helped.stderr
        assert f"invigilate {name}" in helped.stdout
        for option in re.findall(r"--[a-z][a-z0-9-]+", helped.stdout):
            assert re.search(rf"{option}(?![a-z-])", pages), f"no page tells of {name} {option}"


def test_every_option_of_the_readme_exists(blocks: list[str], tmp_path: Path) -> None:
    shown = [block for block in blocks if "invigilate " in block]
    assert len(shown) >= 7
    for block in shown:
        name, _, rest = block.partition("invigilate ")[2].partition(" ")
        helped = invigilate(tmp_path, name, "--help").stdout
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in helped, f"{name} has no {option}"


def test_the_loop_of_an_author_runs_as_shown(blocks: list[str], tmp_path: Path, repository: Path) -> None:
    (tmp_path / "spec").symlink_to(repository / "spec")
    ran = []
    for block in blocks:
        words = block.split()
        if words[:1] == ["invigilate"] and words[1] in ("init", "lint", "diff", "docs"):
            done = invigilate(tmp_path, *words[1:])
            assert done.returncode in ((0, 1) if words[1] == "diff" else (0,)), f"{block}: {done.stdout}{done.stderr}"
            ran.append(words[1])
    assert ran == ["init", "lint", "diff", "docs"]


def test_scripts_and_links_exist(blocks: list[str], repository: Path) -> None:
    for block in blocks:
        if block.startswith("scripts/"):
            assert (repository / block.split()[0]).exists(), block
    for page in (repository / "README.md", *(repository / "docs").glob("*.md"), repository / "ARCHITECTURE.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


@pytest.mark.outside
def test_the_demonstration_stays_for_who_asks(repository: Path) -> None:
    def demo(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "scripts/demo.py", *words]
        return subprocess.run(
            command, cwd=repository, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    stayed, gone, wrong = demo("--stay"), demo(), demo("--forever")
    assert (stayed.returncode, gone.returncode, wrong.returncode) == (0, 0, 1)
    assert "The mock still runs." in stayed.stdout
    assert "/_invigilate/judge" in stayed.stdout
    assert "scripts/demo --stay" in gone.stdout
    assert "--stay" in wrong.stderr
