"""What many tests share: a mock in this process, and the judge pointed at it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stores import PostgresServer, running_postgres
from tests_support import token

from contract.http.access import Access, ClientCredentials
from contract.http.inprocess import AsgiTransport
from contract.journey.steps import Step
from contract.probes.ladder import JOURNEY
from contract.probes.options import Options
from contract.run import sequences as machine
from contract.run.runner import RunReport, RunSettings, run
from mockserver.app import Mock, create_app
from mockserver.auth.keys import Keys, make_keys
from mockserver.behaviour.faults import behaviour_of
from mockserver.runtime import Runtime
from mockserver.settings import Settings
from mockserver.state.clock import system_clock
from mockserver.state.ids import SeededIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import Catalogue, load_clauses
from spec.load import DOCUMENT_FILE, build, load
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from spec.source.reading import Source, read

BASE = "https://testserver"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--drawn", type=int, default=200, metavar="N", help="documents that Hypothesis draws (default: 200)"
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of ours, started when a test asks for it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def repository() -> Path:
    return DOCUMENT_FILE.parents[1]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_clauses()


@pytest.fixture(scope="session")
def document() -> Document:
    return load()


@pytest.fixture(scope="session")
def keys() -> Keys:
    return make_keys()


@pytest.fixture(scope="session")
def variant(catalogue: Catalogue) -> Callable[[Callable[[dict[str, Any]], None]], Document]:
    """Our document with a change made to its tree."""

    def make(change: Callable[[dict[str, Any]], None]) -> Document:
        source = read(DOCUMENT_FILE)
        tree = copy.deepcopy(source.value)
        change(tree)
        return build(Source(source.name, tree, source.marks), catalogue)

    return make


@pytest.fixture(scope="session")
def mock(document: Document, catalogue: Catalogue, keys: Keys) -> Callable[..., Mock]:
    """A mock of a document (ours by default), with the faults whose ids are given."""

    def make(served: Document | None = None, *faults: str) -> Mock:
        one = served or document
        settings = Settings(public_url=BASE)
        runtime = Runtime(system_clock, SeededIds(1), keys, MemoryStore(), settings, behaviour_of(faults))
        return create_app(one, catalogue, load_installs(resources(one.operations["provision"])), runtime)

    return make


@pytest.fixture(scope="session")
def judged(document: Document, catalogue: Catalogue, keys: Keys) -> Iterator[Callable[..., RunReport]]:
    """The judge's report about an application, with all options given; only the ladder unless asked for examples."""

    def judge(
        application: Mock,
        served: Document | None = None,
        examples: int = 0,
        seed: int = 1,
        journey: Step | None = None,
    ) -> RunReport:
        first, other = application.installs[0], application.installs[1]
        access = Access(
            install=first.sid,
            token=token(keys, first.sid),
            known={
                "integrations": tuple(first.members["integrations"])[:1],
                "proctorTypes": tuple(first.members["proctorTypes"]),
            },
            expired_token=token(keys, first.sid, starts=-7200, lasts=-3600),
            other_install=other.sid,
            other_token=token(keys, other.sid),
            client=ClientCredentials(*next((one.id, one.secret) for one in application.clients)),
        )
        probes = JOURNEY if journey is not None else None
        options = Options(follow_signon=True, growth=60, journey=journey)
        plan = RunSettings(seed=seed, examples=examples, options=options, probes=probes)
        transport = AsgiTransport(application)
        try:
            return run(
                transport, BASE, served or document, catalogue, access, plan,
                generate=machine.generate, sleep=lambda seconds: None,
            )  # fmt: skip
        finally:
            transport.close()

    return judge
