"""The places where a mock can be made to misbehave, each a small protocol. An honest mock has nothing in any of them.

A ``Behaviour`` is made anew for every mock: what its parts remember belongs to that mock alone. Nothing of the mock is
exchanged while a call is served, so two calls in flight never meet in a seam.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Protocol, TypeAlias

from starlette.types import Scope

from mockserver.auth.keys import Keys
from mockserver.auth.oauth import OAuthError
from mockserver.auth.signon import Issued
from mockserver.http.errors import Refusal
from mockserver.http.handlers import Refusing
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.provisioning.engine import Done
from mockserver.provisioning.plan import Plan, Planning
from mockserver.sessions.events import SessionEvents
from mockserver.settings import Settings
from mockserver.state.ids import Ids
from mockserver.state.store import Store
from spec.openapi.document import Operation
from spec.resources.installs import Install
from spec.resources.resource import Resources
from spec.schema.validation import Violation
from spec.source.pointer import Json

Serve: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Served:
    """What calls of an operation are served from; ``store_of`` is the store of the install that a call names."""

    operation: Operation
    store_of: Callable[[Request], Store]

    @property
    def provisions(self) -> bool:
        """Whether this is the operation that provisions."""
        return self.operation.id == "provision"


@dataclass(frozen=True, slots=True)
class Success:
    """A success that is about to be told. ``issue`` makes, for an audience, the members of the answer to a sign-on."""

    answer: dict[str, Json]
    done: Done
    body: Json
    install: Install
    resources: Resources
    issue: Callable[[str], Mapping[str, str]]


class Serving(Protocol):
    """Does something before, after or instead of serving a call; its credential is not looked at yet."""

    async def __call__(self, request: Request, honest: Serve, served: Served) -> Response:
        """The answer. Whatever ``honest`` raises may be raised on."""


class Admitting(Protocol):
    """Overlooks what is wrong with a credential."""

    def __call__(self, refusal: Refusal, scope: Scope) -> bool:
        """Whether the call is served all the same, on behalf of the install that its path names."""


class Decoding(Protocol):
    """Reads the text of a body otherwise."""

    def __call__(self, raw: bytes, honest: Callable[[bytes], Json]) -> Json:
        """The value of the body. Whatever ``honest`` raises may be raised on."""


class Judging(Protocol):
    """Sees other violations in a body than there are."""

    def __call__(self, violations: list[Violation], body: Json) -> list[Violation]:
        """The violations for which the call is refused; with none it is served."""


class Keeping(Protocol):
    """Stores part of a call that is refused."""

    def __call__(self, plan: Plan) -> Plan:
        """What of a refused plan is carried out."""


class Pausing(Protocol):
    """Lets others have their turn between planning a call and committing it."""

    async def __call__(self) -> None:
        """Return when it is time to commit."""


class Answering(Protocol):
    """Tells a success otherwise than it went."""

    def __call__(self, success: Success) -> None:
        """Change the answer in place."""


class Signing(Protocol):
    """Hands out another link or token."""

    def __call__(self, issued: Issued, keys: Keys) -> Issued:
        """The sign-on that is told."""


class Overlooking(Protocol):
    """Overlooks what is wrong with a token request."""

    def __call__(self, error: OAuthError) -> bool:
        """Whether a token is given all the same."""


class Claiming(Protocol):
    """Puts other claims into an access token, which is then signed as every other."""

    def __call__(self, claims: dict[str, Json]) -> None:
        """Change the claims in place."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What stands in each seam; the first of several is asked first. ``reset`` functions are called at every reset.

    ``reusable_links``: a sign-on is not used up by being used. ``lenient`` are clauses of sessions whose rules
    nobody wrote.
    """

    serving: tuple[Serving, ...] = ()
    refusing: tuple[Refusing, ...] = ()
    admitting: tuple[Admitting, ...] = ()
    decoding: tuple[Decoding, ...] = ()
    judging: tuple[Judging, ...] = ()
    planning: tuple[type[Planning], ...] = ()
    keeping: tuple[Keeping, ...] = ()
    pausing: tuple[Pausing, ...] = ()
    answering: tuple[Answering, ...] = ()
    signing: tuple[Signing, ...] = ()
    overlooking: tuple[Overlooking, ...] = ()
    claiming: tuple[Claiming, ...] = ()
    sessions: tuple[type[SessionEvents], ...] = ()
    lenient: tuple[str, ...] = ()
    ids: tuple[Callable[[Ids], Ids], ...] = ()
    settings: tuple[Callable[[Settings], Settings], ...] = ()
    reset: tuple[Callable[[], None], ...] = ()
    reusable_links: bool = False

    @property
    def planner(self) -> type[Planning]:
        """The planning with all that is wrong with it."""
        if len(self.planning) <= 1:
            return self.planning[0] if self.planning else Planning
        return type("Combined", tuple(reversed(self.planning)), {})

    @property
    def session_events(self) -> type[SessionEvents]:
        """The events of sessions with all that is wrong with them."""
        if len(self.sessions) <= 1:
            return self.sessions[0] if self.sessions else SessionEvents
        return type("CombinedEvents", tuple(reversed(self.sessions)), {})

    def chosen(self, settings: Settings) -> Settings:
        """The settings under which the mock serves."""
        for change in self.settings:
            settings = change(settings)
        return settings

    def names(self, ids: Ids) -> Ids:
        """The source of names that the mock uses."""
        for change in self.ids:
            ids = change(ids)
        return ids


HONEST = Behaviour()


def combined(behaviours: Iterable[Behaviour]) -> Behaviour:
    """All behaviours at once."""
    listed = list(behaviours)
    merged: dict[str, Json] = {}
    for one in fields(Behaviour):
        values = [getattr(behaviour, one.name) for behaviour in listed]
        merged[one.name] = any(values) if one.type == "bool" else sum(values, ())
    return Behaviour(**merged)
