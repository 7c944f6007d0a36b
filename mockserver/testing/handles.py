"""Handles on a mock and on its installs, for tests: everything that the control plane can, in words of a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol

from spec.source.pointer import Json

_REFUSED = 400
_UNVERIFIED = "VERIFICATIONFAILED"
_LATE = "REQUESTTIMEOUT"


class ControlError(Exception):
    """The control plane refused what was asked; the message is its own."""


class Sending(Protocol):
    """A client of the httpx family, or a test client, whose base is the mock."""

    @property
    def request(self) -> Callable[..., Json]:
        """The method that takes a method and a URL, and gives the answer to the call."""


class Plane:
    """The control plane of a mock, reached by a client."""

    def __init__(self, http: Sending, token: str = "") -> None:
        self.http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Json = None, **query: Json) -> Json:
        """The answer of an operation. Raises ControlError; AssertionError for what did not come as expected."""
        __tracebackhide__ = True
        sent: dict[str, Json] = {} if body is None else {"json": body}
        asked = {name: value for name, value in query.items() if value is not None}
        answer = self.http.request(method, f"/_invigilate{path}", params=asked, headers=self._headers, **sent)
        facts = answer.json()
        if answer.status_code < _REFUSED:
            return facts
        if facts.get("code") in (_UNVERIFIED, _LATE):
            raise AssertionError(facts["message"])
        raise ControlError(f"{method} {path}: {answer.status_code} {facts.get('message', '')}")


class ClockHandle:
    """The time of an install."""

    def __init__(self, plane: Plane, install: str) -> None:
        self._plane, self._install = plane, install

    @property
    def now(self) -> float:
        """What it shows, in seconds since 1970."""
        return float(self._plane.call("GET", "/clock", install=self._install)["seconds"])

    def advance(self, **span: float) -> None:
        """Move it on by ``seconds``, ``minutes``, ``hours`` or ``days``."""
        self._plane.call("POST", "/clock/advance", span, install=self._install)

    def freeze(self, at: str | float | None = None) -> None:
        """Stop it, where it is or at a moment (RFC 3339, or seconds since 1970)."""
        self._plane.call("POST", "/clock/freeze", {} if at is None else {"at": at}, install=self._install)

    def set(self, at: str | float) -> None:
        """Set it to a moment."""
        self._plane.call("POST", "/clock/set", {"at": at}, install=self._install)

    def resume(self) -> None:
        """Let it go on from where it stands."""
        self._plane.call("POST", "/clock/resume", install=self._install)

    def restore(self) -> None:
        """Let it show the time of the mock again."""
        self._plane.call("DELETE", "/clock", install=self._install)


class Weather:
    """What happens to the calls of an install."""

    def __init__(self, plane: Plane, install: str) -> None:
        self._plane, self._install = plane, install

    def next(self, status: int, *, times: int = 1, retry_after: int | str | None = None, **match: Json) -> str:
        """Answer the next calls with a status instead of serving them. The id of the rule."""
        then = {"status": status, **({} if retry_after is None else {"retryAfter": retry_after})}
        return self.rule(then, times=times, **match)

    def lose_answer(self, *, times: int = 1, **match: Json) -> str:
        """Serve the next calls, keep what they store, and end the connection without an answer. The id of the rule."""
        return self.rule({"close": "after-commit"}, times=times, **match)

    def rule(
        self, then: Mapping[str, Json], *, times: int | None = None, every: int | None = None,
        probability: float | None = None, seed: int | None = None, **match: Json,
    ) -> str:  # fmt: skip
        """Let anything happen, as ``POST /_invigilate/weather`` takes it; ``match`` is about this install. The id."""
        schedule = {"times": times, "every": every, "probability": probability, "seed": seed}
        body: dict[str, Json] = {name: value for name, value in schedule.items() if value is not None}
        body |= {"then": dict(then), "match": {**match, "install": self._install}}
        return str(self._plane.call("POST", "/weather", body)["id"])

    def rules(self) -> list[dict[str, Json]]:
        """The rules, with how often each was asked and followed."""
        return list(self._plane.call("GET", "/weather", install=self._install)["rules"])

    def clear(self) -> None:
        """Fair weather from now on."""
        self._plane.call("DELETE", "/weather", install=self._install)


class StateHandle:
    """What is stored for an install: ``state("user")``, or ``state.users()``."""

    def __init__(self, plane: Plane, install: str) -> None:
        self._plane, self._install = plane, install

    def __call__(
        self, kind: str | None = None, *, sid: str | None = None, identifier: str | None = None
    ) -> list[dict[str, Json]]:
        """The resources of a kind, a SID, an identifier (``lms:moodle-42``)."""
        facts = self._plane.call("GET", "/state", install=self._install, kind=kind, sid=sid, identifier=identifier)
        return list(facts["resources"])

    def __getattr__(self, name: str) -> Callable[..., list[dict[str, Json]]]:
        """``users`` for the kind ``user``. What is no kind is told when it is called."""
        if name.startswith("_") or not name.endswith("s"):
            raise AttributeError(name)
        return lambda **wanted: self(name[:-1], **wanted)


class InstallHandle:
    """An isolated install. ``endpoint`` takes its provision calls, with ``headers``.

    ``clients`` are the secrets of its integrations by SID, for the token endpoint of ``issuer``.
    """

    def __init__(self, plane: Plane, facts: Mapping[str, Json]) -> None:
        self._plane = plane
        self.sid, self.url = str(facts["install"]), str(facts["url"])
        self.token, self.expired_token = str(facts["token"]), str(facts["expiredToken"])
        self.integrations: list[str] = list(facts["integrations"])
        self.issuer, self.clients = str(facts["issuer"]), dict(facts["clients"])
        self.facts = facts
        self.clock, self.weather, self.state = (
            ClockHandle(plane, self.sid),
            Weather(plane, self.sid),
            StateHandle(plane, self.sid),
        )

    @property
    def endpoint(self) -> str:
        """The URL of the provision operation."""
        return f"{self.url}/v2/installs/{self.sid}/provision"

    @property
    def headers(self) -> dict[str, str]:
        """The header with its token."""
        return {"token": self.token}

    @property
    def integration(self) -> str:
        """The SID of its first integration, for sign-ons."""
        return self.integrations[0]

    def received(
        self, operation: str | None = None, body: Mapping[str, Json] | None = None, *, times: int | None = None,
        **match: Json,
    ) -> list[dict[str, Json]]:  # fmt: skip
        """The calls of an operation whose body has these values at these pointers.

        Raises AssertionError, with the nearest calls in its text, if there is none, or (``times``) not just so many.
        """
        __tracebackhide__ = True
        wanted = _call(operation, body, match)
        self._plane.call(
            "POST", "/verify", {"install": self.sid, "match": wanted, **({} if times is None else {"exactly": times})}
        )
        return self.calls(operation, body, **match)

    def calls(
        self, operation: str | None = None, body: Mapping[str, Json] | None = None, **match: Json
    ) -> list[dict[str, Json]]:
        """Such calls, oldest first, as the journal shows them."""
        return list(self._plane.call("GET", "/journal", **self._query(operation, body, match))["calls"])

    def wait(
        self, operation: str | None = None, body: Mapping[str, Json] | None = None, *, count: int = 1,
        timeout: float = 5.0, **match: Json,
    ) -> list[dict[str, Json]]:  # fmt: skip
        """So many such calls, when they have come. Raises AssertionError when they have not in time."""
        __tracebackhide__ = True
        query = self._query(operation, body, match)
        return list(self._plane.call("GET", "/journal/wait", count=count, timeout=timeout, **query)["calls"])

    def verify(self, **expected: Json) -> None:
        """Raise AssertionError unless all is as expected; members as in ``POST /_invigilate/verify``."""
        __tracebackhide__ = True
        self._plane.call("POST", "/verify", {"install": self.sid, **expected})

    def verdict(self) -> list[dict[str, Json]]:
        """What the client did wrong or riskily so far."""
        return list(self._plane.call("GET", "/verdict", install=self.sid)["remarks"])

    def seed(self, *payloads: Json, resources: Mapping[str, Json] | None = None) -> list[dict[str, Json]]:
        """Store resources, and carry out payloads as if they had been called. The answers."""
        body: dict[str, Json] = {"install": self.sid, **({"payloads": list(payloads)} if payloads else {})}
        body |= {} if resources is None else {"resources": dict(resources)}
        return list(self._plane.call("POST", "/seed", body)["answers"])

    def mint(self, *, starts_in: float = 0, expires_in: float | None = None) -> str:
        """Another token; times are seconds from now, by its clock."""
        body = {"startsIn": starts_in, **({} if expires_in is None else {"expiresIn": expires_in})}
        return str(self._plane.call("POST", f"/installs/{self.sid}/tokens", body)["token"])

    def reset(self) -> None:
        """Back to how it was made."""
        self._plane.call("POST", "/reset", install=self.sid)

    def delete(self) -> None:
        """Forget it and everything about it."""
        self._plane.call("DELETE", f"/installs/{self.sid}")

    def summary(self) -> str:
        """Its last calls, one a line, for the report of a test that failed."""
        return "\n".join(
            f"{one['number']}: {one['method']} {one['path']} → {one['status']} "
            f"{one['code'] or ''} {', '.join([*one['clauses'], *one['notes']])}".rstrip()
            for one in self.calls()[-20:]
        )

    def __enter__(self) -> InstallHandle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.delete()

    def _query(
        self, operation: str | None, body: Mapping[str, Json] | None, match: Mapping[str, Json]
    ) -> dict[str, Json]:
        pieces = [f"{pointer}={json.dumps(value)}" for pointer, value in (body or {}).items()]
        query = {"install": self.sid, "operation": operation, **match}
        return {**query, "body": pieces} if pieces else query


class MockHandle:
    """A mock, in this process or in another. ``ready`` is what its ready file says."""

    def __init__(self, http: Sending, url: str, ready: Mapping[str, Json], app: Json = None) -> None:
        self.http, self.url, self.ready, self.app = http, url, ready, app
        self.plane = Plane(http, str(ready.get("control_token") or ""))

    def install(self, **wanted: Json) -> InstallHandle:
        """An isolated install; members as in ``POST /_invigilate/installs``. Delete it, or use it in ``with``."""
        return InstallHandle(self.plane, self.plane.call("POST", "/installs", wanted))


def _call(operation: str | None, body: Mapping[str, Json] | None, match: Mapping[str, Json]) -> dict[str, Json]:
    wanted = {**match, **({} if operation is None else {"operation": operation})}
    return {**wanted, **({} if body is None else {"body": dict(body)})}
