"""A mock that is killed, wholly or a worker of it, and started again on the same store."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from client import ROOT, children

CHANCE = random.Random()  # noqa: S311 - when to kill is no secret


@dataclass
class Mock:
    """A mock that is started again under the same address and on the same store after each end."""

    store: str
    workers: int
    folder: Path
    told: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    def start(self) -> None:
        """Start it, and wait until it takes calls."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = [
            sys.executable, "-m", "invigilate", "mock", "--store", self.store, "--workers", str(self.workers),
            "--port", str(self.port), "--ready-file", str(ready), "--log", "none", "--signon-ttl", "100000",
        ]  # fmt: skip
        with (self.folder / "err").open("ab") as err:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=err)
        while not ready.exists():
            if self.process.poll() is not None:
                raise SystemExit(f"the mock did not start again: {(self.folder / 'err').read_text()}")
            time.sleep(0.005)
        self.told = json.loads(ready.read_text())
        self.port = int(self.told["url"].rpartition(":")[2])

    def serving(self) -> list[int]:
        """The workers, or the process itself where there are none."""
        assert self.process is not None
        return children(self.process.pid) if self.workers > 1 else [self.process.pid]

    def kill_one(self) -> None:
        """Kill a worker, and wait until it is replaced."""
        one, count = CHANCE.choice(self.serving()), self.workers
        os.kill(one, signal.SIGKILL)
        while one in (found := self.serving()) or len(found) < count:
            time.sleep(0.005)

    def kill_all(self) -> None:
        """Kill every process at once."""
        assert self.process is not None
        for one in {self.process.pid, *self.serving()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait()
