"""A mock without a server: the application and what a client needs, for callers in the same process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mockserver.app import Mock, create_app
from mockserver.auth.keys import Keys
from mockserver.behaviour.faults import behaviour_of
from mockserver.ready import Ready, ready_facts
from mockserver.runtime import Runtime
from mockserver.settings import Settings
from mockserver.state.clock import system_clock
from mockserver.state.ids import SeededIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import Catalogue, load_clauses
from spec.load import load
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs

URL = "https://testserver"


@dataclass(frozen=True, slots=True)
class Embedded:
    """An application that calls itself ``url``, and the facts of its ready file."""

    app: Mock
    ready: Ready


@cache
def _promised() -> tuple[Catalogue, Document]:
    clauses = load_clauses()
    return clauses, load(clauses=clauses)


def embedded(keys: Keys, fault: str | None = None, *, seed: int = 1, url: str | None = URL) -> Embedded:
    """A fresh mock of the shipped document and installs, bent by a fault if its id is given (KeyError if unknown).

    ``url`` is how it calls itself; None leaves that to each call, as an application that is mounted in another needs.
    """
    clauses, document = _promised()
    installs = load_installs(resources(document.operations["provision"]))
    settings = Settings(public_url=url)
    behaviour = behaviour_of([] if fault is None else [fault])
    app = create_app(
        document, clauses, installs, Runtime(system_clock, SeededIds(seed), keys, MemoryStore(), settings, behaviour)
    )
    return Embedded(app, ready_facts(url or settings.address, installs, keys, settings))
