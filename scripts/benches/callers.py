"""Clients that call without a pause while a mock is killed, and know what they were answered."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from killing import CHANCE, Mock


@dataclass
class Caller:
    """A client. ``answered`` are SIDs by identifier, ``doubtful`` what was sent and not answered, ``used`` links."""

    mock: Mock
    name: str
    answered: dict[str, str] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
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
            if status == 503:
                self.refused += 1
                self.doubtful.append(identifier)
                continue
            if status != 200:
                self.wrong.append(f"{identifier} was answered with {status} {told}")
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
        wrong = [*self.wrong]
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
        self.wrong.clear()


def _sids(told: Any) -> str:
    return " ".join(told[part]["sid"] for part in ("course", "user", "enrollment"))


def _results(told: Any) -> set[str]:
    return {told[part]["result"] for part in ("course", "user", "enrollment")}
