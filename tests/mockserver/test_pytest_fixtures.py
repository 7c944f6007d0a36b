"""The fixtures for the users' own tests, in a folder where other packages have the names of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MINE = """
import httpx2
import pytest

import contract

BODY = {"course": {"ids": {"lms": "moodle-42"}, "title": "A", "code": "x"},
        "user": {"ids": {"api": "u"}, "firstName": "a", "lastName": "b", "email": "a@example.com"}}


def call(install, **headers):
    return httpx2.post(install.endpoint, json=BODY, headers={**install.headers, **headers}, trust_env=False)


@pytest.mark.parametrize("number", range(4))
def test_everything(install, number):
    assert contract.MINE
    assert call(install).json()["course"]["result"] == "Created"
    install.received("provision", {"/course/ids/lms": "moodle-42"}, times=1)
    assert [user["attributes"]["firstName"] for user in install.state.users()] == ["a"]
    install.weather.next(503, retry_after=1)
    assert call(install).status_code == 503
    install.clock.advance(days=2)
    assert call(install).status_code == 403
    install.weather.lose_answer()
    with pytest.raises(httpx2.TransportError):
        call(install, token=install.mint())
    assert len(install.wait("provision", count=4)) == 4
    assert install.verdict()
    assert [rule["followed"] for rule in install.weather.rules()] == [1, 1]


def test_in_this_process(invigilate_mock):
    with invigilate_mock.install(name="mine") as install:
        path = f"/v2/installs/{install.sid}/provision"
        assert invigilate_mock.http.post(path, json=BODY, headers=install.headers).status_code == 200
        install.seed({"course": {**BODY["course"], "ids": {"lms": "other"}}})
        assert len(install.state("course")) == 2
        install.reset()
        assert install.state() == []


def test_it_fails(install):
    call(install)
    install.received("provision", {"/course/ids/lms": "moodle-43"})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contract").mkdir()
    (tmp_path / "contract" / "__init__.py").write_text("MINE = True\n")
    (tmp_path / "test_mine.py").write_text(MINE)
    return tmp_path


def run(folder: Path, repository: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "invigilate_pytest", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        [*command, "test_mine.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.outside
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_the_fixtures_in_a_project_of_a_user(folder: Path, repository: Path, options: tuple[str, ...]) -> None:
    done = run(folder, repository, *options)
    assert "1 failed, 5 passed" in done.stdout, done.stdout + done.stderr
    assert 'expected at least 1 of (operation provision, /course/ids/lms = "moodle-43"), received 0' in done.stdout
    assert "calls that the install received" in done.stdout
    assert "handles.py" not in done.stdout.partition("short test summary")[0].partition("test_it_fails")[2]


@pytest.mark.outside
def test_a_server_that_cannot_start_is_told(folder: Path, repository: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\ninvigilate_mock = --fault none-such\n")
    done = run(folder, repository, "-k", "fails")
    assert "invigilate mock did not start" in done.stdout
    assert "there is no fault 'none-such'" in done.stdout


def test_handles_in_process(invigilate_mock: object) -> None:
    from mockserver.testing.handles import ControlError, MockHandle

    assert isinstance(invigilate_mock, MockHandle)
    with invigilate_mock.install(readings={"unknownMembers": "reject"}) as install:
        assert install.facts["readings"]["unknownMembers"] == "reject"
        assert install.integration in install.integrations
        install.clock.freeze("2030-01-31T09:00:00Z")
        install.clock.advance(hours=1)
        assert install.clock.now == 1896084000.0
        install.clock.set(1896084001)
        install.clock.resume()
        install.clock.restore()
        install.verify(match={"operation": "provision"}, exactly=0)
        with pytest.raises(AssertionError, match="expected exactly 1 of"):
            install.received("provision", times=1)
        with pytest.raises(AssertionError, match="0 of 1 calls"):
            install.wait("provision", timeout=0)
        with pytest.raises(ControlError, match="there is no kind 'room'"):
            install.state.rooms()
        install.weather.rule({"delay": 0.01}, every=2, probability=0.5, seed=3)
        install.weather.clear()
        assert install.weather.rules() == []
        assert install.summary() == ""
    with pytest.raises(ControlError, match="There is no install"):
        install.reset()
