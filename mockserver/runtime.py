"""What a mock runs on: everything that is not said by its document, in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.middleware import Middleware

from mockserver.auth.keys import Keys
from mockserver.auth.revocations import Revocations
from mockserver.behaviour.seams import HONEST, Behaviour
from mockserver.http.journal import Journals
from mockserver.http.masking import Masking
from mockserver.settings import Settings
from mockserver.state.clock import Clock
from mockserver.state.ids import Ids
from mockserver.state.keeping import Memory, ProcessMemory
from mockserver.state.store import Store


@dataclass(frozen=True, slots=True)
class Runtime:
    """Time, names, keys, memory, choices, and how honestly it behaves."""

    clock: Clock
    ids: Ids
    keys: Keys
    store: Store
    settings: Settings
    behaviour: Behaviour = HONEST
    revocations: Revocations = field(default_factory=Revocations)
    memory: Memory = field(default_factory=ProcessMemory)
    journals: Callable[[Masking, int, int, int], Journals] = Journals
    around: tuple[Middleware, ...] = ()
    """What every call passes first."""
