"""The integrations in other languages do their whole round on a real port, and the page that follows them shows them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_support import started

COMMANDS = {
    "python": [sys.executable, "integrate.py"],
    "node": ["node", "integrate.mjs"],
    "php": ["php", "integrate.php"],
}
STEPS = (
    r"token +good for an hour, \d+ letters",
    r"exam +Created as EX....…, in course CU....…",
    r"roster +\{.Created.: ?300\}",
    r"roster again +\{.Found Existing.: ?299, ?.Updated.: ?1\}",
    r"role +enrollment Updated",
    r"refused +400: /user/email 'email' is \"student at example.com\".+",
    r"busy +asked again: Found Existing",
    r"lost answer +asked again: Found Existing",
    r"token died +another one: Found Existing",
    r"sign-on +the token is about the user: [Tt]rue",
    r"link, first +200",
    r"link, second +403",
    r"assigned +1 session: Needs Proctor",
    r"scheduled +Scheduled at 2027-03-02T09:00:00Z",
    r"rescheduled +to 2027-03-03T09:00:00Z",
    r"once more +409 CONFLICT",
    r"onboard +200, then Onboarding",
)


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[Path]:
    """The ready file of a mock in a process of its own."""
    file = tmp_path / "ready.json"
    with started(file, "mock", "--port", "0", "--log", "none"):
        yield file


@pytest.mark.outside
@pytest.mark.parametrize("language", sorted(COMMANDS))
def test_an_integration_does_its_round(language: str, ready: Path, repository: Path) -> None:
    command = COMMANDS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed; .ci/run installs it")
    folder = repository / "examples" / language
    done = subprocess.run([*command, str(ready)], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == len(STEPS)
    for step, line in zip(STEPS, lines, strict=True):
        assert re.fullmatch(step, line), line


def test_the_page_shows_the_files(repository: Path) -> None:
    page = (repository / "docs/integrate.md").read_text()
    files = [file.read_text() for file in sorted((repository / "examples/python").glob("*.py"))]
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 10
    assert [block for block in blocks if not any(block in file for file in files)] == []


@pytest.mark.parametrize("language", sorted(COMMANDS))
def test_a_readme_shows_every_step(language: str, repository: Path) -> None:
    text = (repository / "examples" / language / "README.md").read_text()
    shown = [line for line in re.findall(r"```console\n(.*?)```", text, re.DOTALL)[0].splitlines() if line[0] != "$"]
    assert len(shown) == len(STEPS)
    for step, line in zip(STEPS, shown, strict=True):
        assert re.fullmatch(step, line), line
    assert len(text.splitlines()) < 40
