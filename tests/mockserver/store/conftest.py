"""Two mocks on one store, each as good as a process of its own: a connection and a memory that it does not share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from stores import Place, kept_in

from mockserver.auth.keys import Keys
from mockserver.database.connections.opening import opened
from mockserver.database.serving import Kept
from mockserver.runtime import Runtime
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.outside)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with kept_in(request.param, request) as made:
        yield made


class There:
    """A place that leads to one and the same store."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def runtime(self, runtime: Runtime) -> Runtime:
        return self.kept.runtime(runtime, lambda line: None)


@pytest.fixture
def address(place: Place) -> str:
    return place.address()


@pytest.fixture
def another(
    place: Place, address: str, document: Document, catalogue: Catalogue, keys: Keys, maker: Callable[..., Any]
) -> Callable[..., Any]:
    """Makes one more mock on the store, with the keys that are kept there."""

    def make(**settings: Any) -> Any:
        kept = Kept(opened(address))
        place.ended.callback(kept.database.close)
        known = kept.keys(lambda: keys.current)
        return maker(document, catalogue, known, There(kept), **settings)

    return make
