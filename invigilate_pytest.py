"""pytest fixtures of the mock: ``invigilate_mock``, ``invigilate_server`` and ``install``.

This module has a name of its own, and what it needs of invigilate is imported when a fixture is used: so a package
``contract`` or ``spec`` of the user's own beside the tests is no trouble for a run that uses none of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.testing.handles import InstallHandle, MockHandle

_INSTALL = pytest.StashKey["InstallHandle"]()
_PATIENCE = 60.0  # seconds that a server may take to start
_LOOK = 0.02  # seconds between two looks


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting ``invigilate_mock``: further options of ``invigilate mock``."""
    parser.addini(
        "invigilate_mock", "options of 'invigilate mock' for the fixture invigilate_server", "args", default=[]
    )


@pytest.fixture(scope="session")
def invigilate_mock() -> Iterator[MockHandle]:
    """A mock in this process: ``.app`` is an ASGI application, ``.http`` a client of it, ``.install()`` an install."""
    from starlette.testclient import TestClient

    from mockserver.auth.keys import make_keys
    from mockserver.embedded import embedded
    from mockserver.testing.handles import MockHandle

    mock = embedded(make_keys(), url="http://testserver")
    ready = {name: getattr(mock.ready, name) for name in type(mock.ready).__slots__}
    with TestClient(mock.app, base_url="http://testserver") as http:
        yield MockHandle(http, "http://testserver", ready, mock.app)


@pytest.fixture(scope="session")
def invigilate_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockHandle]:
    """A mock on a port of its own, one for the whole run, also under pytest-xdist."""
    import httpx2

    from mockserver.testing.handles import MockHandle

    parallel = hasattr(request.config, "workerinput")
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if parallel else folder
    process = _started(folder, os.getppid() if parallel else os.getpid(), request.config.getini("invigilate_mock"))
    ready = _awaited(folder, process)
    if ready.get("ca"):
        import ssl

        verify: Any = ssl.create_default_context(cadata=ready["ca"])
    else:
        verify = True
    limits = httpx2.Limits(keepalive_expiry=1.0)  # well before the server ends a connection that nobody uses
    with httpx2.Client(base_url=ready["url"], trust_env=False, timeout=30, verify=verify, limits=limits) as http:
        yield MockHandle(http, ready["url"], ready)
    if process is not None and not parallel:  # else it ends with the process that began the run
        process.terminate()
        process.wait(30)


@pytest.fixture
def install(request: pytest.FixtureRequest, invigilate_server: MockHandle) -> Iterator[InstallHandle]:
    """An isolated install of the server, for this test alone."""
    with invigilate_server.install(name=request.node.name[:200]) as made:
        request.node.stash[_INSTALL] = made
        yield made
        del request.node.stash[_INSTALL]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show the calls of the install of a test that failed."""
    report = yield
    made = item.stash.get(_INSTALL, None)
    if made is not None and call.when == "call" and report.failed:
        try:
            report.sections.append(("calls that the install received", made.summary() or "none"))
        except Exception as error:  # noqa: BLE001 - what failed is the test; that its calls cannot be shown is no more
            report.sections.append(("calls that the install received", f"cannot be shown: {error}"))
    return report


def _started(folder: Path, patron: int, options: list[str]) -> subprocess.Popen[bytes] | None:
    """The process of the server; None if another worker has started it already."""
    try:
        (folder / "invigilate.starting").touch(exist_ok=False)
    except FileExistsError:
        return None
    command = [sys.executable, "-P", "-m", "invigilate", "mock", "--port", "0", "--log", "none"]
    command += ["--end-with", str(patron), "--ready-file", str(folder / "invigilate.json"), *options]
    with (folder / "invigilate.log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603


def _awaited(folder: Path, process: subprocess.Popen[bytes] | None) -> dict[str, Any]:
    """What the ready file says. Fails the test if the server does not start."""
    file, log = folder / "invigilate.json", folder / "invigilate.log"
    until = time.monotonic() + _PATIENCE
    while not file.exists():
        if time.monotonic() > until or (process is not None and process.poll() is not None):
            said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            pytest.fail(f"invigilate mock did not start: {said.strip() or 'it said nothing.'}", pytrace=False)
        time.sleep(_LOOK)
    told: dict[str, Any] = json.loads(file.read_text())
    return told
