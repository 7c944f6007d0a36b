"""Plays the recipes of the docs with bash, and our mock as the server: GitHub, its composite action, GitLab, Jenkins.

No runner of these services is at hand: steps that are actions or plugins are not played, and ``${{ … }}`` is filled in
from a table.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SERVER = """#!/bin/bash
exec {python} -m invigilate mock --port 8080 --ready-file ready.json >server.log 2>&1
"""
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
TIME = 900


class Stage:
    """A workspace with a server that takes the place of the reader's own, and what expressions stand for in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.summary, self.output = folder / "summary.md", folder / "output.txt"
        server = folder / "start-our-server"
        server.write_text(SERVER.format(python=sys.executable))
        server.chmod(0o755)
        self.expressions: dict[str, str] = {}
        self.environment = {
            **os.environ, "GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.output),
            "RUNNER_TEMP": str(folder / "temp"), "INVIGILATE_REPOSITORY": str(ROOT), "INVIGILATE_COMMIT": "HEAD",
        }  # fmt: skip

    def check_out(self) -> None:
        """What the checkout of invigilate leaves."""
        ignored = shutil.ignore_patterns(".venv", ".git", ".*_cache")
        shutil.copytree(ROOT, self.folder / ".invigilate", ignore=ignored)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server, and take from it what variables and secrets would hold."""
        server = subprocess.Popen(["./start-our-server"], cwd=self.folder)
        ready = self.told()
        self.expressions |= {
            "secrets.PROVISION_TOKEN": ready["token"],
            "vars.INSTALL": ready["install"],
            "vars.INTEGRATION": ready["integration"],
            "inputs.url": ready["url"],
            "inputs.install": ready["install"],
            "inputs.integration": ready["integration"],
            "inputs.options": "--max-examples 2",
            "inputs.baseline": "contract-baseline.json",
            "github.action_path": str(self.folder / ".invigilate"),
            "github.event_name == 'schedule' && '2000' || '20'": "2",
        }
        self.environment |= {
            "INVIGILATE_TOKEN": ready["token"],
            "INSTALL": ready["install"],
            "INTEGRATION": ready["integration"],
        }
        return server

    def told(self) -> Any:
        """What the ready file of a mock in this workspace says."""
        for _ in range(600):
            if (self.folder / "ready.json").exists():
                return json.loads((self.folder / "ready.json").read_text())
            time.sleep(0.1)
        raise SystemExit("workflow: the server did not start")

    def run(self, step: Mapping[str, Any]) -> None:
        """Play one step as the runner does: ``bash -e`` in the workspace."""
        given = {name: self.filled(str(value)) for name, value in step.get("env", {}).items()}
        sys.stdout.write(f"— {step.get('name', step['run'].splitlines()[0])}\n")
        sys.stdout.flush()
        subprocess.run(
            [str(shutil.which("bash")), "--noprofile", "--norc", "-eo", "pipefail", "-c", self.filled(step["run"])],
            cwd=self.folder, env={**self.environment, **given}, check=True, timeout=TIME,
        )  # fmt: skip

    def filled(self, text: str) -> str:
        """A text with the values of its expressions."""
        return EXPRESSION.sub(lambda found: self.expressions[found[1]], text)

    def reports(self, *names: str) -> None:
        """Hold that these reports are there, and that the contract is kept."""
        left = {one.name for one in self.folder.glob("report*")}
        assert left == {*names}, left
        assert json.loads((self.folder / "report.json").read_text())["summary"]["exit_code"] == 0


def block(page: str, first: str, language: str = "yaml") -> str:
    """The block of a page that begins with a line."""
    text = (ROOT / "docs" / page).read_text()
    return next(one for one in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if one.startswith(first))


def steps_of(job: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The steps of a job that a shell carries out."""
    return [one for one in job["steps"] if "run" in one]


def judge_on_github(stage: Stage) -> None:
    """The workflow of docs/pipeline.md, then action.yml on the same server."""
    stage.check_out()
    job = yaml.safe_load(block("pipeline.md", "name: contract"))["jobs"]["contract"]
    assert job["timeout-minutes"] > 0
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    server = None
    try:
        for step in steps_of(job):
            if "start-our-server" in step["run"]:
                assert step["run"].strip() == "./start-our-server &"
                server = stage.start()
                del stage.environment["INVIGILATE_TOKEN"]  # the step has it, as it stands
            else:
                stage.run(step)
        stage.reports("report.json", "report.xml", "report.html", "report.sarif", "report-created.json")
        (stage.folder / "temp").mkdir()
        stage.environment["INVIGILATE_TOKEN"] = stage.expressions["secrets.PROVISION_TOKEN"]
        for step in steps_of(action["runs"]):
            stage.run(step)
        summary = stage.summary.read_text()
        assert summary.count("## ✅") == 2, summary[:300]
        report = Path(stage.output.read_text().partition("=")[2].strip())
        assert json.loads(report.read_text())["summary"]["exit_code"] == 0
    finally:
        if server is not None:
            server.terminate()
            server.wait()


def judge_elsewhere(stage: Stage, lines: list[str]) -> None:
    """The lines of a recipe that clone, install, start the server and judge it. What they start is ended."""
    server = None
    try:
        for line in lines:
            if "start-our-server" in line:
                server = stage.start()
            else:
                stage.run({"run": line.replace("--max-examples 20", "--max-examples 2")})
        stage.reports("report.json", "report.xml", "report.html")
    finally:
        if server is not None:
            server.terminate()
            server.wait()


def judge_on_gitlab(stage: Stage) -> None:
    """The recipe of docs/pipeline.md; the image's Python is an environment of its own."""
    job = yaml.safe_load(block("pipeline.md", "contract:"))["contract"]
    subprocess.run([sys.executable, "-m", "venv", "image"], cwd=stage.folder, check=True)
    stage.environment["PATH"] = f"{stage.folder / 'image/bin'}:{stage.environment['PATH']}"
    judge_elsewhere(stage, [*job["before_script"], *job["script"]])


def judge_on_jenkins(stage: Stage) -> None:
    """The shell steps of the recipe of docs/pipeline.md."""
    judge_elsewhere(stage, re.findall(r"\bsh '([^']*)'", block("pipeline.md", "pipeline {", "groovy")))


def mock_on_github(stage: Stage) -> None:
    """The workflow of docs/mock.md, with the example of Node as the reader's tests."""
    stage.check_out()
    shutil.copy(ROOT / "examples/node/mock.test.mjs", stage.folder)
    (stage.folder / "package.json").write_text('{"scripts": {"test": "node --test mock.test.mjs"}}')
    process = 0
    try:
        for step in steps_of(yaml.safe_load(block("mock.md", "name: tests"))["jobs"]["tests"]):
            if step["run"].startswith("npm") and shutil.which("npm") is None:
                sys.stdout.write("— npm is not installed: that step is not played\n")
                continue
            stage.run(step)
            if "ready.json" in step["run"]:
                process = stage.told()["pid"]
        assert "<testsuite" in (stage.folder / "verdict.xml").read_text()
    finally:
        if process:
            os.kill(process, signal.SIGTERM)


RECIPES = (judge_on_github, judge_on_gitlab, judge_on_jenkins, mock_on_github)


def main() -> int:
    """Play the recipes, each in a workspace of its own; 0 if every step ends well and leaves what it promises."""
    for play in RECIPES:
        sys.stdout.write(f"== {play.__name__.replace('_', ' ')}\n")
        with tempfile.TemporaryDirectory(prefix="invigilate-workflow-") as place:
            play(Stage(Path(place)))
    sys.stdout.write("The recipes ran as they stand.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
