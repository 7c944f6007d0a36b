"""Kills a mock again and again, at any moment, and looks whether an acknowledged call was lost or done twice.

Clients call without a pause. A worker, or all processes of the mock, are killed with SIGKILL. Then every call of the
round that was answered must find what it made, under the same SID; what was not answered is sent again, twice, and must
be told of one and the same. A sign-on link that was followed leads in no more. At the end each identifier has exactly
one resource.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
CHANCE = random.Random()  # noqa: S311 - when to kill is no secret
_SHARE = 4  # of so many kills one is of all processes


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

    def children(self) -> list[int]:
        """The workers, or the process itself where there are none."""
        assert self.process is not None
        pid = self.process.pid
        listed = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return listed if self.workers > 1 else [pid]

    def kill_one(self) -> None:
        """Kill a worker, and wait until it is replaced."""
        one, count = CHANCE.choice(self.children()), self.workers
        os.kill(one, signal.SIGKILL)
        while one in (found := self.children()) or len(found) < count:
            time.sleep(0.005)

    def kill_all(self) -> None:
        """Kill every process at once."""
        assert self.process is not None
        for one in {self.process.pid, *self.children()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait()


@dataclass
class Caller:
    """A client. ``answered`` are SIDs by identifier, ``doubtful`` what was sent and not answered, ``used`` links."""

    mock: Mock
    name: str
    answered: dict[str, str] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    refused: int = 0
    _connection: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One exchange. Raises OSError or HTTPException where no answer comes."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.mock.port, timeout=60)
        headers = {"token": self.mock.told["token"], "accept": "application/json"}
        try:
            if body is not None:
                headers["content-type"] = "application/json"
            self._connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise
        return answer.status, json.loads(text) if text else None

    def provision(self, identifier: str, *, signon: bool = False) -> tuple[int, Any]:
        """A course, a user and an enrollment of this identifier."""
        body: dict[str, Any] = {
            "course": {"ids": {"external": identifier}, "title": "Soaked", "code": None},
            "user": {"ids": {"external": identifier}, "firstName": "A", "lastName": "B", "email": "a@example.com"},
            "enrollment": {"role": "learner"},
        }
        if signon:
            body["signon"] = {"integrationSid": self.mock.told["integration"]}
        return self.call("POST", f"/v2/installs/{self.mock.told['install']}/provision", body)

    def work(self, numbers: Iterator[int], ended: threading.Event) -> None:
        """Call until it is over."""
        while not ended.is_set():
            identifier = f"{self.name}-{next(numbers)}"
            try:
                status, told = self.provision(identifier, signon=CHANCE.random() < 0.2)
            except (OSError, http.client.HTTPException):
                self.doubtful.append(identifier)
                time.sleep(0.002)
                continue
            if status != 200:
                self.refused += 1
                self.doubtful.append(identifier)
                continue
            self.answered[identifier] = _sids(told)
            if "signon" in told:
                self.follow("/" + told["signon"]["redirect"].split("/", 3)[3])

    def follow(self, link: str) -> None:
        """Follow a link; it counts where it was answered."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            if self.call("GET", link)[0] == 200:
                self.used.append(link)

    def surely(self, identifier: str) -> tuple[int, Any]:
        """The same by a connection of its own: one that was kept may have ended, with whom it led to or by its age."""
        self.leave()
        return self.provision(identifier)

    def leave(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def check(self) -> list[str]:
        """What is wrong with the round, in sentences. Nothing is killed meanwhile."""
        wrong = []
        for identifier, sids in self.answered.items():
            status, told = self.surely(identifier)
            if status != 200 or _sids(told) != sids or _results(told) != {"Found Existing"}:
                wrong.append(f"{identifier} was answered with {sids}, and is {status} {told} now")
        for identifier in self.doubtful:
            first, second = self.surely(identifier), self.surely(identifier)
            if (first[0], second[0]) != (200, 200) or _sids(first[1]) != _sids(second[1]):
                wrong.append(f"{identifier} was not answered, and is {first} and {second} now")
            elif len(_results(first[1])) != 1:
                wrong.append(f"{identifier} was not answered, and was half done: {first}")
        for link in self.used:
            self.leave()
            status, _ = self.call("GET", link)
            if status != 403:
                wrong.append(f"a link that was followed leads in again ({status})")
        return wrong

    def forget(self) -> None:
        """Begin the next round."""
        self.answered.clear()
        self.doubtful.clear()
        self.used.clear()


def _sids(told: Any) -> str:
    return " ".join(told[part]["sid"] for part in ("course", "user", "enrollment"))


def _results(told: Any) -> set[str]:
    return {told[part]["result"] for part in ("course", "user", "enrollment")}


@dataclass
class Tally:
    """What a soak came to."""

    kills: int = 0
    of_all: int = 0
    answered: int = 0
    doubtful: int = 0
    refused: int = 0
    links: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, caller: Caller) -> None:
        """Count a round of a caller, whose answers are looked at."""
        self.answered += len(caller.answered)
        self.doubtful += len(caller.doubtful)
        self.links += len(caller.used)
        self.refused, caller.refused = self.refused + caller.refused, 0
        self.wrong += caller.check()
        caller.forget()


def soak(mock: Mock, kills: int, clients: int) -> Tally:
    """Kill so often."""
    tally = Tally()
    callers = [Caller(mock, f"soak-{os.getpid()}-{number}") for number in range(clients)]
    numbers = [iter(range(10**9)) for _ in callers]
    mock.start()
    for number in range(kills):
        ended = threading.Event()
        threads = [
            threading.Thread(target=one.work, args=(count, ended)) for one, count in zip(callers, numbers, strict=True)
        ]
        for one in threads:
            one.start()
        time.sleep(CHANCE.uniform(0.0, 0.1))
        if mock.workers == 1 or number % _SHARE == 0:
            tally.of_all += 1
            mock.kill_all()
            ended.set()
            for thread in threads:
                thread.join()
            mock.start()
        else:
            mock.kill_one()
            ended.set()
            for thread in threads:
                thread.join()
        tally.kills += 1
        for caller in callers:
            tally.add(caller)
        if tally.wrong:
            break
    return tally


def once(mock: Mock, expected: int) -> list[str]:
    """What of all that was made is there more than once, or less."""
    caller = Caller(mock, "end")
    wrong = []
    for part in ("course", "user"):
        seen: dict[str, int] = {}
        for one in caller.call("GET", f"/_invigilate/state?kind={part}")[1]["resources"]:
            name = one["identifiers"].get("external", f"{one['sid']}, which has no identifier,")
            seen[name] = seen.get(name, 0) + 1
        soaked = {name: count for name, count in seen.items() if name.startswith("soak-") or "no identifier" in name}
        wrong += [
            f"{part} {name} is there {count} times" for name, count in soaked.items() if count > 1 or "no " in name
        ]
        if len(soaked) != expected:
            wrong.append(f"there are {len(soaked)} of {part}, and {expected} were made")
    return wrong


def main() -> int:
    """Read the options and soak."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument(
        "--store",
        help="sqlite:PATH or postgresql://…; 'postgresql': a server of our own (default: a file in a new folder)",
    )
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    CHANCE.seed(options.seed)
    began = time.monotonic()
    with contextlib.ExitStack() as ended:
        folder = ended.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))
        store = options.store or f"sqlite:{folder}/mock.db"
        if store == "postgresql":
            from stores import running_postgres

            store = ended.enter_context(running_postgres()).new()
        mock = Mock(store, options.workers, Path(folder))
        try:
            tally = soak(mock, options.kills, options.clients)
            tally.wrong += once(mock, tally.answered + tally.doubtful)
        finally:
            if mock.process is not None and mock.process.poll() is None:
                mock.process.terminate()
                mock.process.wait()
    seconds = time.monotonic() - began
    print(f"{tally.kills} kills ({tally.of_all} of every process) in {seconds:.0f} s")
    print(f"{tally.answered} calls answered and looked at again, {tally.doubtful} without an answer sent again")
    print(f"{tally.links} links followed, {tally.refused} calls answered with another status than 200")
    for one in tally.wrong[:20]:
        print(f"WRONG: {one}")
    print("nothing was lost, nothing was done twice" if not tally.wrong else f"{len(tally.wrong)} things are wrong")
    return 1 if tally.wrong or not tally.answered else 0


if __name__ == "__main__":
    sys.exit(main())
