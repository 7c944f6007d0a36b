"""The examples for other languages work as they stand, where their tools are at hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests_support import started

from mockserver.cli import _mock_parser
from mockserver.environment import arguments_of


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A mock in a process of its own."""
    with started(
        tmp_path / "ready.json", "mock", "--port", "0", "--log", "none", "--end-with", str(os.getpid())
    ) as ready:
        yield ready["url"]


@pytest.mark.outside
@pytest.mark.parametrize(
    ("command", "passed"),
    [
        (["node", "--test", "--test-reporter=tap", "examples/node/mock.test.mjs"], "# pass 4"),
        (["phpunit", "--do-not-cache-result", "--fail-on-warning", "examples/php/MockTest.php"], "OK (4 tests"),
    ],
)
def test_an_example_passes(command: list[str], passed: str, url: str, repository: Path) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    environment = {name: value for name, value in os.environ.items() if name != "CONTROL_TOKEN"}
    done = subprocess.run(
        command, env={**environment, "MOCK": url}, cwd=repository, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed in done.stdout


def test_the_environment_of_the_compose_file_is_read(repository: Path) -> None:
    services = yaml.safe_load((repository / "examples/compose/compose.yaml").read_text())["services"]
    environment = {name: value.replace("${CONTROL_TOKEN:?set a token for the control plane}", "t")
                   for name, value in services["mock"]["environment"].items()}  # fmt: skip
    docker = (repository / "examples/compose/Dockerfile").read_text()
    environment |= dict(re.findall(r"^ENV (\w+)=(\S+)$", docker, re.MULTILINE))
    parser = _mock_parser()
    told = parser.parse_args(arguments_of(parser, environment))
    assert (told.host, told.allow_host, told.control_token) == ("0.0.0.0", ["mock"], "t")


def test_every_option_of_the_mock_is_on_its_page(repository: Path) -> None:
    page = (repository / "docs/mock.md").read_text()
    options = [one.option_strings[-1] for one in _mock_parser()._actions if one.dest != "help"]
    assert [one for one in options if f"`{one}" not in page and f"{one}`" not in page] == []


def test_every_path_of_the_control_plane_that_the_page_names_exists(repository: Path) -> None:
    from mockserver.control.document import described

    paths = {one.path for one in described().operations.values()}
    page = (repository / "docs/mock.md").read_text()
    named = {path.rstrip("/") for path in re.findall(r"_invigilate(/[a-z/]+)", page)}
    assert len(named) >= 8
    assert {one for one in named if one not in paths} == set()
