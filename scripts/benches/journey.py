"""Calls after provisioning against bare handlers with the same answers; lists with many sessions; ``--help``.

Times are medians of processor time per request of the serving process; the sides alternate. The bare handlers run on
the same server, parse and validate bodies, and answer with what Starlette brings; they know nothing and check nothing.
With ``--sqlite 1`` the mock keeps everything in a file; then only what grows has a budget.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client import ROOT, Connection, bodies, call_bytes, options_of, per_call, settle, start_mock, start_script

if TYPE_CHECKING:
    from mockserver.database.kept.resources import DatabaseStore

BARE = """
import sys, json, uvicorn, socket
sys.path.insert(0, {root!r})
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from spec.load import load
from spec.schema.validation import Rules
operations = load().operations
answers = json.load(open({answers!r}))
def route(name):
    operation = operations[name]
    rules = Rules(operation.body.json) if operation.body is not None else None
    async def serve(request: Request) -> Response:
        if rules is not None and not rules.fits_schema(await request.json()):
            return Response(status_code=400)
        return JSONResponse(answers[name])
    return Route(operation.path, serve, methods=[operation.method])
app = Starlette(routes=[route(name) for name in answers])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
chosen = dict(log_level="critical", access_log=False, ws="none", lifespan="off", timeout_keep_alive=600)
uvicorn.Server(uvicorn.Config(app, **chosen)).run([listener])
"""
EXAM = {
    "title": "An exam",
    "configuration": {
        "url": "https://exams.example.com/1",
        "access": {"open": "2020-01-01T00:00:00Z", "close": "2090-01-01T00:00:00Z"},
        "duration": 90,
        "password": "open-sesame",
        "proctorTypes": {"TS4b894875d26194988853e490dfb9bc41": {}},
    },
}
BUDGET, GROWTH = 1.5, 2.0
"""The most that a call may cost, as a multiple of the bare handler; and the list, of itself with few sessions."""
FEW = 1_000


@dataclass(slots=True)
class Rig:
    """A mock, and what is known of the people and exams in it."""

    process: subprocess.Popen[bytes]
    told: Mapping[str, Any]
    connection: Connection
    store: str = ""
    number: int = 0

    def call(self, method: str, path: str, body: Any = None) -> bytes:
        """A request below the install, as it goes over the wire."""
        version = "v2" if path == "/provision" else "v1"
        whole = call_bytes(
            f"/{version}/installs/{self.told['install']}{path}", self.told["token"],
            b"" if body is None else json.dumps(body).encode(),
        )  # fmt: skip
        return whole.replace(b"POST ", method.encode() + b" ", 1)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a call."""
        return json.loads(self.connection.send(self.call(method, path, body)))

    def enrolled(self, count: int, exam: str, *, limited: bool = False) -> list[dict[str, str]]:
        """New learners of an exam: the SIDs of each, by part."""
        found = []
        for _ in range(count):
            self.number += 1
            whole = json.loads(fresh()(self.number))
            whole["course"] = {"ids": {"external": f"course of {exam}"}, "title": "A course", "code": None}
            whole["exam"] = {**EXAM, "ids": {"external": exam}, "limitedScope": limited}
            answer = self.ask("POST", "/provision", whole)
            found.append({name: one["sid"] for name, one in answer.items()})
        return found


@cache
def fresh() -> Callable[[int], bytes]:
    """What makes the body of a learner who is new."""
    return bodies()["fresh"]


def started(answers: Mapping[str, Any]) -> tuple[subprocess.Popen[bytes], Connection]:
    """The bare handlers with these answers, and a connection to them."""
    place = Path(tempfile.mkdtemp()) / "answers.json"
    place.write_text(json.dumps(answers))
    try:
        return start_script(BARE.format(root=str(ROOT), answers=str(place)))
    finally:
        place.unlink()


SERVED = "assignExam listSessions scheduleSession readSession onboardSession rescheduleSession".split()
"""The operations that are measured, in the order in which a client calls them."""
People = Sequence[Mapping[str, str]]


def requests_of(rig: Rig, learners: People, limited: People) -> dict[str, list[bytes]]:
    """The requests of every operation, in the order in which a client makes them."""
    made: dict[str, list[bytes]] = {name: [] for name in SERVED}
    for one in limited:
        made["assignExam"].append(rig.call("PUT", f"/exams/{one['exam']}/assignment", {"added": [one["enrollment"]]}))
    for one in learners:
        path = f"/enrollments/{one['enrollment']}/exams/{one['exam']}/sessions?includeActive=true"
        session = f"/exams/{one['exam']}/sessions/{rig.ask('GET', path)['results'][0]['sid']}"
        made["listSessions"].append(rig.call("GET", path))
        when = {"type": "automated", "appointmentDateTime": "2080-06-15T14:00:00Z"}
        made["scheduleSession"].append(rig.call("POST", session, when))
        made["readSession"].append(rig.call("GET", session))
        made["onboardSession"].append(rig.call("GET", f"{session}/onboard"))
        later = {"appointmentDateTime": "2080-06-15T16:00:00Z"}
        made["rescheduleSession"].append(rig.call("PUT", session, later))
    return made


def journey(options: argparse.Namespace) -> int:
    """Measure the mock against the bare handlers."""
    folder = tempfile.TemporaryDirectory()
    store = f"sqlite:{folder.name}/journey.db" if options.sqlite else ""
    process, told, _ = start_mock(*(("--store", store) if store else ()))
    rig = Rig(process, told, Connection(int(told["url"].rpartition(":")[2])), store)
    running = [process]
    results: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in SERVED}
    try:
        sample = requests_of(rig, rig.enrolled(1, "sample"), rig.enrolled(1, "sample-limited", limited=True))
        bare, bare_connection = started({name: json.loads(rig.connection.send(one[0])) for name, one in sample.items()})
        running.append(bare)
        settle(process.pid, bare.pid)
        for turn in range(options.rounds + 1):
            count = options.requests
            made = requests_of(rig, rig.enrolled(count, f"e{turn}"), rig.enrolled(count, f"l{turn}", limited=True))
            for name, requests in made.items():
                costs = per_call(bare.pid, bare_connection, requests), per_call(process.pid, rig.connection, requests)
                if turn:  # the first round warms up
                    for kept, cost in zip(results[name], costs, strict=True):
                        kept.append(cost)
        growing = grown(rig, options)
    finally:
        for one in running:
            one.terminate()
            one.wait()
        folder.cleanup()
    print(f"{'call':<20}{'bare':>8}{'mock':>8}{'mock/bare':>12}")
    within = True
    for name, (plain, ours) in results.items():
        ratio = statistics.median(b / a for a, b in zip(plain, ours, strict=True))
        print(f"{name:<20}{statistics.median(plain):>8.1f}{statistics.median(ours):>8.1f}{ratio:>12.2f}")
        within = within and (ratio <= BUDGET or bool(options.sqlite))
    print("µs of processor time per request, medians; ratios are medians of the rounds")
    for name, (few, many) in growing.items():
        print(f"{name:<20}{few:>8.1f}{many:>8.1f}{many / few:>12.2f}  with {FEW:,} and {options.sessions:,} sessions")
        within = within and many / few <= GROWTH
    print("within the budget" if within else f"OVER the budget (calls {BUDGET}, lists {GROWTH})")
    return 0 if within else 1


def grown(rig: Rig, options: argparse.Namespace) -> dict[str, tuple[float, float]]:
    """What lists cost with few and with many sessions in the install."""
    costs: dict[str, list[float]] = {}
    one: dict[str, str] = {}
    place = 0
    for count in (FEW, options.sessions):
        while (held := rig.ask("GET", "/reports/appointments?limit=0")["total"]) < count or not one:
            # in exams of a hundred, so that no course is the whole install
            one = rig.enrolled(1, f"g{place}")[0]
            place, more = place + 1, min(99, count - held - 1)
            if not rig.store:
                rig.enrolled(more, f"g{place}")
            elif more > 0:
                alike(rig, one, more)
        path = f"/enrollments/{one['enrollment']}/exams/{one['exam']}/sessions?includeActive=true"
        for name, asked in (
            ("list", path), ("report", "/reports/appointments?limit=10"),
            ("report by status", "/reports/appointments?limit=10&status=Needs%20Proctor"),
            ("by two statuses", "/reports/appointments?limit=10&status=Needs%20Proctor&status=Scheduled"),
        ):  # fmt: skip
            requests = [rig.call("GET", asked)] * 100
            rounds = [per_call(rig.process.pid, rig.connection, requests) for _ in range(5)]
            costs.setdefault(name, []).append(statistics.median(rounds))
    return {name: (few, many) for name, (few, many) in costs.items()}


def alike(rig: Rig, one: Mapping[str, str], count: int) -> None:
    """Store so many learners more with a session each, as one has it: calls would take minutes for it."""
    from mockserver.state.store import Naming, Resource, StoredChange

    listed = rig.ask("GET", f"/enrollments/{one['enrollment']}/exams/{one['exam']}/sessions?includeActive=true")
    kept = opened_store(rig.store)
    own = (one["user"], one["enrollment"], listed["results"][0]["sid"])
    found = [(read, kept.keys_of(sid)) for sid in own if (read := kept.read(sid)) is not None]
    changes = []
    for _ in range(count):
        new = {sid: f"{sid[:2]}{random.getrandbits(128):032x}" for sid in own}
        for (_, part, scope, attributes), keys in found:
            names = [
                key._replace(
                    scope=new.get(key.scope, key.scope),
                    text=key.text + new[own[0]] if key.naming is Naming.IDENTIFIER else new.get(key.text, key.text),
                    joined=tuple(new.get(sid, sid) for sid in key.joined),
                )
                for key in keys
            ]  # fmt: skip
            sid = new[own[len(changes) % len(own)]]
            changes.append(StoredChange(Resource(sid, part, new.get(scope, scope), attributes), names))
    kept.commit(changes)


@cache
def opened_store(address: str) -> DatabaseStore:
    """The store of the mock, as another process of it has it."""
    from mockserver.database.connections.opening import opened
    from mockserver.database.kept.resources import DatabaseStore

    database = opened(address)
    database.valued = {"session": "/status"}
    return DatabaseStore(database, "")


if __name__ == "__main__":
    sys.exit(journey(options_of("journey", __doc__, rounds=7, requests=200, sessions=100_000, sqlite=0)))
