"""Many tests at once on one server, each with an install of its own, do not meet."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests_support import started

from mockserver.testing.handles import MockHandle

_WORKERS, _TESTS = 8, 12
LIMITS = httpx2.Limits(keepalive_expiry=1.0)  # well before the server ends a connection that nobody uses


@pytest.mark.outside
def test_tests_side_by_side_do_not_meet(tmp_path: Path) -> None:
    def worker(told: Any, number: int) -> list[object]:
        failed: list[object] = []
        with httpx2.Client(base_url=told["url"], trust_env=False, timeout=60, limits=LIMITS) as http:
            mock = MockHandle(http, told["url"], told)
            for index in range(_TESTS):
                name = f"{number}-{index}"
                with mock.install() as install:

                    def call(token: str, title: str) -> httpx2.Response:
                        body = {"course": {"ids": {"lms": "the-same"}, "title": title, "code": None}}
                        return http.post(install.endpoint, json=body, headers={"token": token})

                    seen: list[object] = [call(install.token, name).json()["course"]["result"]]
                    install.weather.next(503)
                    seen += [
                        call(install.token, name).status_code,
                        call(install.token, name).json()["course"]["result"],
                    ]
                    install.clock.advance(days=2)
                    seen += [call(install.token, name).status_code, len(install.received("provision", times=4))]
                    seen.append(install.state("course")[0]["attributes"]["title"])
                    if seen != ["Created", 503, "Found Existing", 403, 4, name]:
                        failed.append(seen)
        return failed

    words = ("mock", "--port", "0", "--log", "none", "--end-with", str(os.getpid()))
    with started(tmp_path / "ready.json", *words) as ready, ThreadPoolExecutor(_WORKERS) as pool:
        assert [one for failed in pool.map(partial(worker, ready), range(_WORKERS)) for one in failed] == []
