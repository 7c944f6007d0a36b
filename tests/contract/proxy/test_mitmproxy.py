"""The addon in the user's own mitmproxy, which is installed into an environment of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests_support import token

from contract.cli.proxy import ADDON
from mockserver.app import Mock
from mockserver.auth.keys import Keys
from tests.contract.proxy.running import PATH, Opened, identities, verdict_of
from tests.contract.proxy.test_judging import COURSE

VERSION = "mitmproxy>=11,<12"


@pytest.fixture(scope="module")
def mitmdump(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program, if MITMDUMP names it or it can be installed."""
    if given := os.environ.get("MITMDUMP"):
        return given
    folder = tmp_path_factory.mktemp("mitmproxy")
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", VERSION]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        pytest.skip(f"{VERSION} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    return str(folder / "bin/mitmdump")


def test_the_addon_needs_nothing_of_ours() -> None:
    ours = re.compile(r"^\s*(import|from) (contract|spec|mockserver|invigilate)\b", re.MULTILINE)
    assert not ours.search(ADDON.read_text())


@pytest.mark.outside
@pytest.mark.parametrize("fault", [None, "creates-again"])
def test_calls_through_mitmproxy_are_judged(
    fault: str | None, mitmdump: str, mock: Callable[..., Mock], keys: Keys, served: Opened, proxy: Opened,
    judged_har: Any, tmp_path: Path,
) -> None:  # fmt: skip
    application = mock(None, *((fault,) if fault else ()))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with served(application) as upstream, proxy(upstream, tmp_path, from_addon=True) as judge:
        words = ["-s", str(ADDON), "--set", f"invigilate={judge.url}", "--set", f"confdir={tmp_path}"]
        words += ["--mode", f"reverse:{upstream}@127.0.0.1:{port}", "--set", "keep_host_header=false"]
        process = subprocess.Popen(
            [mitmdump, *words], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        try:
            assert process.stdout is not None
            assert any("listening" in line for line in iter(process.stdout.readline, ""))
            headers = {"token": token(keys, application.installs[0].sid), "Content-Type": "application/json"}
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
                statuses = [
                    client.post(PATH, content=json.dumps({"course": COURSE}), headers=headers).status_code
                    for _ in range(3)
                ]
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=60)[0]
    assert statuses == [200, 200, 200], rest
    report = verdict_of(judge)
    assert len(report.exchanges) == 3
    found = {one.clause for one in report.findings()}
    assert ("recall-finds" in found) is (fault is not None)
    assert found or fault is None
    assert identities(judged_har(tmp_path / "traffic.har")) == identities(report)
