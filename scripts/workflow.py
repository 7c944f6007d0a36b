"""Plays the ``run`` steps of the docs' workflow and of the composite action: bash, and our mock as the server.

No runner of GitHub is at hand: steps that are actions are not played, and ``${{ … }}`` is filled in from a table.
"""

from __future__ import annotations

import json
import os
import re
import shutil
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
        shutil.copytree(ROOT, folder / ".invigilate", ignore=shutil.ignore_patterns(".venv", ".git", ".*_cache"))
        self.expressions: dict[str, str] = {}

    def start(self) -> None:
        """Wait until the server is ready, and take from it what variables and secrets would hold."""
        for _ in range(600):
            if (self.folder / "ready.json").exists():
                break
            time.sleep(0.1)
        ready = json.loads((self.folder / "ready.json").read_text())
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
        self.token = ready["token"]

    def run(self, step: Mapping[str, Any], **more: str) -> None:
        """Play one step as the runner does: ``bash -e`` in the workspace."""
        given = {name: self.filled(str(value)) for name, value in step.get("env", {}).items()}
        environment = {
            **os.environ, **given, **more, "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output), "RUNNER_TEMP": str(self.folder / "temp"),
        }  # fmt: skip
        sys.stdout.write(f"— {step.get('name', 'step')}\n")
        sys.stdout.flush()
        subprocess.run(
            [str(shutil.which("bash")), "--noprofile", "--norc", "-eo", "pipefail", "-c", self.filled(step["run"])],
            cwd=self.folder, env=environment, check=True, timeout=TIME,
        )  # fmt: skip

    def filled(self, text: str) -> str:
        """A text with the values of its expressions."""
        return EXPRESSION.sub(lambda found: self.expressions[found[1]], text)


def block(page: str, first: str) -> Any:
    """The YAML block of a page that begins with a line."""
    text = (ROOT / "docs" / page).read_text()
    return yaml.safe_load(
        next(one for one in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if one.startswith(first))
    )


def main() -> int:
    """Play the workflow, then the action on the same server; 0 if every step ends well and leaves what it promises."""
    workflow = block("pipeline.md", "name: contract")
    job = workflow["jobs"]["contract"]
    assert job["timeout-minutes"] > 0
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    with tempfile.TemporaryDirectory(prefix="invigilate-workflow-") as place:
        stage = Stage(Path(place))
        server = None
        try:
            for step in job["steps"]:
                if "run" not in step:
                    continue
                if "start-our-server" in step["run"]:
                    assert step["run"].strip() == "./start-our-server &"
                    server = subprocess.Popen(["./start-our-server"], cwd=place)
                    stage.start()
                    continue
                stage.run(step)
            names = {one.name for one in Path(place).glob("report*")}
            assert names == {"report.json", "report.xml", "report.html", "report.sarif", "report-created.json"}, names
            (Path(place) / "temp").mkdir()
            for step in action["runs"]["steps"]:
                if "run" in step:
                    stage.run(step, INVIGILATE_TOKEN=stage.token)
            summary = stage.summary.read_text()
            assert summary.count("## ✅") == 2, summary[:300]
            report = Path(stage.output.read_text().partition("=")[2].strip())
            assert json.loads(report.read_text())["summary"]["exit_code"] == 0
        finally:
            if server is not None:
                server.terminate()
                server.wait()
    sys.stdout.write("The workflow and the action ran as they stand.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
