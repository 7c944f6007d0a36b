"""Sessions gone wrong: starts and events that are missed or too many, lists and reads told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode

import orjson

from mockserver.behaviour.seams import Behaviour, Serve, Served, Serving
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.provisioning.plan import Outcome, PlannedStep
from mockserver.sessions.events import Circumstances, SessionEvents
from mockserver.sessions.ledger import REASON, STATUS
from mockserver.state.store import Resource, State, StoredChange
from spec.resources.sessions import Transition
from spec.source.pointer import Json

Pairs: TypeAlias = list[tuple[str, str]]


class AtExamsOnly(SessionEvents):
    """Sessions start when an exam comes, and for nobody who comes later."""

    def pairs(
        self, state: State, steps: Mapping[str, PlannedStep], resources: Mapping[str, Resource]
    ) -> Iterable[tuple[Resource, Resource]]:
        step = steps.get(self.kind.scope)
        return super().pairs(state, steps, resources) if step and step.outcome is Outcome.CREATED else ()


class ForAllExams(SessionEvents):
    """Nobody looks whether the scope of an exam is limited before a session starts."""

    def starts(self, who: Resource, scope: Resource) -> bool:
        return self.is_entitled(who)


class ForEverybody(SessionEvents):
    """Whoever is enrolled has a session, in whichever role."""

    def is_entitled(self, who: Resource) -> bool:
        return True


class WithoutAssigned(SessionEvents):
    """Who is added is taken note of, and nothing starts."""

    def starting(self, at: Circumstances, scope: Resource, added: Sequence[Resource]) -> Iterator[StoredChange]:
        return iter(())


class StartingAgain(SessionEvents):
    """Who is added gets a session, whether there is one or not."""

    def starting(self, at: Circumstances, scope: Resource, added: Sequence[Resource]) -> Iterator[StoredChange]:
        for who in added:
            row = self.kind.lifecycle.row(None, "assign")
            number = len(self.ledger.of(at.state, who.sid, scope.sid)) + 1
            if row is not None:
                yield self.started(row, who, scope, number, at.ids, at.now, self.home(at.state, scope))


class WithoutReasons(SessionEvents):
    """What happens to a session is told without its reason."""

    def moved(self, at: Circumstances, session: Resource, row: Transition, values: Mapping[str, Json]) -> StoredChange:
        change = super().moved(at, session, row, values)
        return _with(change, {REASON: None})


class SchedulingNothing(SessionEvents):
    """A session is answered as if it were scheduled, and its status stays."""

    def schedule(self, at: Circumstances, session: Resource, kept: dict[str, Json]) -> StoredChange:
        change = super().schedule(at, session, kept)
        return _with(change, {STATUS: session.attributes[STATUS]})


class MovingNothing(SessionEvents):
    """A session is said to be moved, and stays where it is."""

    def reschedule(self, at: Circumstances, session: Resource, kept: dict[str, Json]) -> StoredChange:
        super().reschedule(at, session, kept)
        return StoredChange(session)


class NeverClosing(SessionEvents):
    """A session that is over for everybody is left as it is."""

    def goes_on(self, at: Circumstances, session: Resource, event: str) -> list[StoredChange]:
        changes = super().goes_on(at, session, event)
        return changes if self.ledger.is_active(changes[0].resource) else [StoredChange(session)]


class NeverBeginning(SessionEvents):
    """A session is being onboarded until it is over."""

    def goes_on(self, at: Circumstances, session: Resource, event: str) -> list[StoredChange]:
        changes = super().goes_on(at, session, event)
        return changes if not self.ledger.is_active(changes[0].resource) else [StoredChange(session)]


class StayingOutside(SessionEvents):
    """Who follows an onboarding URL is shown a page, and the session knows nothing of it."""

    def entered(self, at: Circumstances, session: Resource) -> StoredChange:
        super().entered(at, session)
        return StoredChange(session)


def asking(change: Callable[[Pairs], Pairs], *operations: str) -> Serving:
    """The query of a call is read otherwise than it was sent."""

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        if served.operation.id not in operations:
            return await honest(request)
        pairs = change(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True))
        return await honest(Request({**request.scope, "query_string": urlencode(pairs).encode()}, request.receive))

    return serve


def without(*names: str) -> Callable[[Pairs], Pairs]:
    """These parameters are not looked at."""
    return lambda pairs: [one for one in pairs if one[0].removesuffix("[]") not in names]


def with_active(pairs: Pairs) -> Pairs:
    """Active sessions are always listed."""
    return [*without("includeActive")(pairs), ("includeActive", "true")]


def whatever_a_page_is(pairs: Pairs) -> Pairs:
    """What is no number is no limit."""
    return [one for one in pairs if one[0] not in ("offset", "limit") or one[1].isdecimal()]


def telling(change: Callable[[dict[str, Json]], None], *operations: str) -> Serving:
    """A successful answer is told otherwise."""

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        response = await honest(request)
        if served.operation.id not in operations or response.status_code != 200:
            return response
        answer = orjson.loads(response.body)
        change(answer)
        return response.replaced(body=orjson.dumps(answer))

    return serve


def in_small_letters(answer: dict[str, Json]) -> None:
    """Statuses are written as the reporting page writes them."""
    for one in (answer, *answer.get("results", ())):
        if "status" in one:
            one["status"] = str(one["status"]).lower()


def without_parents(answer: dict[str, Json]) -> None:
    """A session does not say to what it belongs."""
    for name in ("examSid", "enrollmentSid", "userSid", "courseSid"):
        answer.pop(name, None)


def counting_one_page(answer: dict[str, Json]) -> None:
    """The total is that of the page."""
    answer["total"] = answer["count"]


def without_identifiers(answer: dict[str, Json]) -> None:
    """The identifiers of a user are not shown."""
    for name in ("apiId", "lmsId", "externalId"):
        answer[name] = None


def with_windows_exchanged(answer: dict[str, Json]) -> None:
    """The window for access is shown where that for scheduling is meant, and the other way round."""
    for side in ("Open", "Close"):
        exam, schedule = f"exam{side}Date", f"schedule{side}Date"
        answer[exam], answer[schedule] = answer[schedule], answer[exam]


def with_appointments_only(answer: dict[str, Json]) -> None:
    """The report leaves out who has no appointment yet."""
    answer["results"] = [one for one in answer["results"] if one["appointmentDate"] is not None]


def without_proctor_types(answer: dict[str, Json]) -> None:
    """The settings do not say what the install has enabled."""
    answer["proctorTypes"] = []


async def without_content(request: Request, honest: Serve, served: Served) -> Response:
    """An assignment that is done is answered with 204."""
    response = await honest(request)
    if served.operation.id != "assignExam" or response.status_code != 200:
        return response
    return response.replaced(status=204, fields=(), body=b"")


async def with_passwords(request: Request, honest: Serve, served: Served) -> Response:
    """A configuration is shown as it is stored, row by row."""
    response = await honest(request)
    if served.operation.id != "readConfiguration" or response.status_code != 200:
        return response
    answer = orjson.loads(response.body)
    stored = served.store_of(request).read(str(answer["sid"]))
    answer["password"] = stored.attributes.get("/password") if stored is not None else None
    return response.replaced(body=orjson.dumps(answer))


def the_same_url_again(most: int = 10_000) -> Behaviour:
    """The onboarding URL of a session is made once, and answered from a cache."""
    made: dict[bytes, Response] = {}

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        if served.operation.id != "onboardSession":
            return await honest(request)
        if len(made) >= most:
            made.clear()
        response = made.get(request.raw_path) or await honest(request)
        if response.status_code == 200:
            made[request.raw_path] = response
        return response

    return Behaviour(serving=(serve,), reset=(made.clear,))


def _with(change: StoredChange, attributes: Mapping[str, Json]) -> StoredChange:
    resource = change.resource
    return change._replace(resource=resource._replace(attributes={**resource.attributes, **attributes}))
