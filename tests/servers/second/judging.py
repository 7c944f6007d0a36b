"""The judge, started on a departure as anybody would start it, and what it found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from servers.second.departures import Departure
from servers.second.server.installs import FIRST, OTHER
from servers.second.server.listening import in_process

from contract.run.selftest import SelfTestRow, Subject, examine


class Judged(NamedTuple):
    """The exit code of ``invigilate check``, the clauses that failed and those that were warned of."""

    exit_code: int
    failed: frozenset[str]
    warned: frozenset[str]
    shown: str

    @property
    def broken(self) -> frozenset[str]:
        return self.failed | self.warned


def judged(
    departure: Departure,
    folder: Path,
    *options: str,
    way: Callable[[str], AbstractContextManager[str]] = nullcontext,
) -> Judged:
    """Run ``invigilate check`` with every option that the server has an answer to; ``way`` leads to a URL of it."""
    report = folder / "report.json"
    with departure.listener() as server, way(server.url) as url:
        tokens = server.application.tokens
        environment = os.environ | {
            "SECOND_TOKEN": tokens.for_caller(FIRST.sid),
            "SECOND_EXPIRED": tokens.for_caller(FIRST.sid, lasts=-600),
            "SECOND_OTHER": tokens.for_caller(OTHER.sid),
        }
        command = [
            *(
                sys.executable,
                "-m",
                "invigilate",
                "check",
                url,
                "--install",
                FIRST.sid,
                "--token-env",
                "SECOND_TOKEN",
            ),
            *(
                "--expired-token-env",
                "SECOND_EXPIRED",
                "--other-install",
                OTHER.sid,
                "--other-token-env",
                "SECOND_OTHER",
            ),
            *(part for integration in FIRST.integrations for part in ("--integration", integration)),
            *("--follow-signon", "--seed", "7", "--json", str(report), *options),
        ]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    clauses = json.loads(report.read_text())["clauses"] if report.exists() else []

    def with_outcome(outcome: str) -> frozenset[str]:
        return frozenset(clause["id"] for clause in clauses if clause["outcome"] == outcome)

    return Judged(ended.returncode, with_outcome("failed"), with_outcome("warned"), ended.stdout + ended.stderr)


class Ready(NamedTuple):
    """What the judge is told of a server in this process."""

    url: str
    install: str
    token: str
    expired_token: str
    other_install: str
    other_token: str
    integration: str
    client_id: str | None = None
    client_secret: str | None = None


def judged_in_process(departure: Departure) -> SelfTestRow:
    """Climb the ladder, with neither socket nor process; adopted clauses count."""
    application = departure.application()
    application.signons.base = "https://testserver"
    tokens = application.tokens
    ready = Ready(
        *("https://testserver", FIRST.sid, tokens.for_caller(FIRST.sid), tokens.for_caller(FIRST.sid, lasts=-600)),
        *(OTHER.sid, tokens.for_caller(OTHER.sid), FIRST.integrations[0]),
    )
    try:
        return examine(Subject(departure.id, frozenset(departure.caught_by), lambda: (in_process(application), ready)))
    finally:
        application.close()
