"""What others must know of an install: the whole of one that was made at run time, and how one is served otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from mockserver.settings import Settings
from spec.resources.installs import Install
from spec.source.pointer import Json

_CHANGEABLE = ("reject_unknown_members", "signon_ttl", "token_ttl")
"""The settings that an install can have for itself."""


@dataclass(frozen=True, slots=True)
class ServedInstall:
    """An install as a registry keeps it; ``install`` is None for one of the file.

    ``now`` and ``start`` are the settings that it has, and had at first, of those that it can have for itself.
    """

    install: Install | None
    now: Mapping[str, Json]
    start: Mapping[str, Json]

    @classmethod
    def of(cls, install: Install | None, settings: Settings, first: Settings) -> ServedInstall:
        """What there is to keep."""
        return cls(install, _own(settings), _own(first))

    def settings(self, whole: Settings) -> Settings:
        """Those that it has, among all that the mock was started with."""
        return replace(whole, **self.now)

    def first(self, whole: Settings) -> Settings:
        """Those that it started with."""
        return replace(whole, **self.start)


def written(one: ServedInstall) -> Json:
    """It as JSON."""
    install = one.install
    kept = {name: getattr(install, name) for name in _KEPT} if install is not None else None
    return {"install": kept, "now": dict(one.now), "start": dict(one.start)}


def read(sid: str, view: Json) -> ServedInstall:
    """It from its JSON."""
    kept = view["install"]
    return ServedInstall(None if kept is None else Install(**kept, existing=()), view["now"], view["start"])


_KEPT = tuple(one.name for one in fields(Install) if one.name not in ("existing", "clients"))


def _own(settings: Settings) -> dict[str, Json]:
    return {name: getattr(settings, name) for name in _CHANGEABLE}
