"""The installs this server knows: its own, so that nothing in it depends on the data of the mock."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Install:
    """An install: whose it is, what it offers, and what a user gets who says nothing."""

    sid: str
    deployment: str
    integrations: tuple[str, ...]
    proctor_types: tuple[str, ...]
    delivery_systems: tuple[str, ...] = ("canvas", "moodle")
    defaults: dict[str, str] = field(default_factory=lambda: {"currencyCode": "USD", "timeZone": "America/New_York"})


PROCTOR_TYPES = (
    "TS4b894875d26194988853e490dfb9bc41",
    "TS9531c6b112f145018dae3cd2a9f60c4c",
    "TS63dda27a6ba54c218449b934b7bb1ba8",
    "TS6d6011935f4646848ea4f7a29b4f61a5",
    "TSbff39e6956b84f6399ecaac991d9a529",
    "TSa8c21e75eff0434bb42cd10909d169a9",
)
FIRST = Install(
    "AI51c0ffee0000000000000000000000a1",
    "north",
    ("II51c0ffee0000000000000000000000b1", "II51c0ffee0000000000000000000000b2"),
    PROCTOR_TYPES,
)
OTHER = Install("AI51c0ffee0000000000000000000000a2", "south", ("II51c0ffee0000000000000000000000b3",), PROCTOR_TYPES)
INSTALLS = {install.sid: install for install in (FIRST, OTHER)}
