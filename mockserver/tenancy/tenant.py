"""An install while the mock runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mockserver.settings import Settings
from mockserver.state.ids import Ids
from mockserver.state.store import Store
from spec.resources.installs import Install


@dataclass(slots=True)
class Tenant:
    """An install with its store, its source of names and its settings.

    Installs of the file share a store, for those of one deployment share what is scoped to it; one that was made while
    the mock ran (``made``) has a deployment and a store of its own. ``lists`` are the members of the install, as
    validation takes them.
    """

    install: Install
    store: Store
    ids: Ids
    settings: Settings
    made: bool = False
    lists: Mapping[str, frozenset[str]] = field(init=False)
    first: Settings = field(init=False)
    """The settings that it started with."""

    def __post_init__(self) -> None:
        self.first = self.settings
        self.lists = {name: frozenset(listed) for name, listed in self.install.members.items()}

    @property
    def sid(self) -> str:
        """The SID of the install."""
        return self.install.sid
