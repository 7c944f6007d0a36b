"""The page of forms that control the mock: each is an operation of the control plane, which says what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlencode

from mockserver.control.world.installs import shown
from mockserver.http.errors import refuse
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.inspector.desk import Desk
from mockserver.inspector.forms import fields
from mockserver.inspector.pages.routing import Pages, own
from mockserver.inspector.sending.inward import InwardAnswer
from spec.schema.texts.lossless import lossless
from spec.source.pointer import Json

Typed = Mapping[str, str]
_MOST = 50


class Control(NamedTuple):
    """A form: the operation that it carries out, the section in which it stands, and what is said when it is done.

    ``body`` makes the body of what was typed, ``named`` lists the parameters in the path, ``has_install`` says whether
    the install is one of the query.
    """

    operation: str
    section: str
    done: str
    body: Callable[[Typed], Json] = lambda _: None
    named: tuple[str, ...] = ()
    has_install: bool = False


def _value(text: str) -> Json:
    """A number that was typed as a number; anything else stays what it is, and the control plane says what is wrong."""
    found = lossless(text)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else text


def _members(*names: str) -> Callable[[Typed], dict[str, Json]]:
    """What makes an object of those fields that hold something."""
    return lambda typed: {name: _value(typed[name]) for name in names if typed.get(name)}


def _texts(*names: str) -> Callable[[Typed], dict[str, Json]]:
    return lambda typed: {name: typed[name] for name in names if typed.get(name)}


def _readings(typed: Typed) -> dict[str, Json]:
    return {"readings": _members("unknownMembers", "signonTtl", "tokenTtl")(typed)}


def _install(typed: Typed) -> dict[str, Json]:
    return {**_texts("name")(typed), **_members("integrations")(typed)}


def _rule(typed: Typed) -> dict[str, Json]:
    then = _members("status", "retryAfter", "delay", "jitter", "cut", "close")(typed)
    then |= {"served": True} if typed.get("served") else {}
    then |= {"malformed": True} if typed.get("malformed") else {}
    then |= {"faults": typed["faults"].replace(",", " ").split()} if typed.get("faults") else {}
    match = _texts("operation", "method", "path", "install")(typed)
    schedule = _members("times", "every", "probability", "seed")(typed)
    return {**schedule, **({"match": match} if match else {}), "then": then}


CONTROLS: Mapping[str, Control] = {
    "make-install": Control("makeInstall", "installs", "The install is made.", _install),
    "change-install": Control("changeInstall", "installs", "It is served so from now on.", _readings, ("sid",)),
    "delete-install": Control("deleteInstall", "installs", "The install is gone.", named=("sid",)),
    "reset": Control("reset", "reset", "Everything is as it was at the start.", has_install=True),
    "clear-journal": Control("clearJournal", "reset", "The calls are forgotten.", has_install=True),
    "revoke": Control("revokeToken", "reset", "The token is dead.", _texts("token")),
    "rotate-keys": Control("rotateKeys", "reset", "A new key signs from now on."),
    "freeze": Control("freezeClock", "clock", "The clock stands.", _texts("at"), has_install=True),
    "set": Control("setClock", "clock", "The clock is set.", _texts("at"), has_install=True),
    "advance": Control(
        "advanceClock", "clock", "The clock is moved.", _members("days", "hours", "minutes", "seconds"),
        has_install=True,
    ),
    "resume": Control("resumeClock", "clock", "The clock goes on.", has_install=True),
    "restore-clock": Control("restoreClock", "clock", "The clock shows the real time.", has_install=True),
    "weather": Control("makeWeather", "weather", "The rule holds from now on.", _rule),
    "clear-weather": Control("clearWeather", "weather", "Fair weather.", has_install=True),
    "delete-weather": Control("deleteWeather", "weather", "The rule is dropped.", named=("rule",)),
    "save": Control("saveSnapshot", "snapshots", "The snapshot is saved.", _texts("name", "install")),
    "restore": Control("restoreSnapshot", "snapshots", "The snapshot is restored.", named=("name",), has_install=True),
    "delete-snapshot": Control("deleteSnapshot", "snapshots", "The snapshot is deleted.", named=("name",)),
}  # fmt: skip
"""Every form by its name."""


def pages(desk: Desk) -> Pages:
    """The pages by method and path."""
    controls = ControlPages(desk)
    return {("GET", "/controls"): own(controls.show), ("POST", "/controls/{name}"): own(controls.carry_out)}


class ControlPages:
    """Makes them."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.mock, self.shell = desk, desk.mock, desk.shell

    async def show(self, request: Request) -> Response:
        """All forms, about the whole mock or about one install."""
        install, done = (request.query_params.get(name, "") for name in ("install", "done"))
        return await self._page(request, install, CONTROLS.get(done))

    async def carry_out(self, request: Request) -> Response:
        """Do what a form says, and come back to it."""
        name = unquote(request.path_params["name"])
        control = CONTROLS.get(name)
        if control is None:
            raise refuse("not-found", None, "There is no such form.")
        typed = await fields(request, self.mock.settings)
        install = typed.get("install", "")
        if not all(typed.get(one) for one in control.named):
            missing = next(one for one in control.named if not typed.get(one))
            raise refuse("invalid-input", None, f"The form lacks {missing!r}.")
        query = {"install": install} if control.has_install else {}
        placed = {one: typed[one] for one in control.named}
        answer = await self.desk.operations(request.scope, control.operation, placed, control.body(typed), **query)
        if answer.is_refused:
            return await self._page(request, install, control, answer, typed)
        still = install if install in self.mock.tenants.by_sid else ""
        asked = urlencode({**({"install": still} if still else {}), "done": name})
        return self.shell.redirect(request.scope, f"/controls?{asked}#{control.section}")

    async def _page(
        self, request: Request, install: str, control: Control | None = None, answer: InwardAnswer | None = None,
        typed: Typed | None = None,
    ) -> Response:  # fmt: skip
        tenant = self.mock.tenants[install] if install else None
        ask = self.desk.operations
        clock = await ask(request.scope, "showClock", {}, install=install)
        rules = await ask(request.scope, "listWeather", {})
        snapshots = await ask(request.scope, "listSnapshots", {})
        faults = await ask(request.scope, "listFaults", {})
        tenants = list(self.mock.tenants)
        return self.shell.page(
            request.scope, "controls.html", status=answer.status or 502 if answer is not None else 200,
            here="controls", tenant=tenant, install=install, clock=clock.value,
            rules=rules.value["rules"], snapshots=snapshots.value["snapshots"], faults=faults.value["faults"],
            tenants=[(one, shown(one.settings)) for one in tenants[-_MOST:]], count=len(tenants),
            calls={one.sid: len(self.mock.journals.exchanges(one.sid)) for one in tenants[-_MOST:]},
            installs=self.desk.installs(install),
            operations=list(self.mock.document.operations), control=control,
            failure=answer.message if answer is not None else "", typed=typed or {},
        )  # fmt: skip
