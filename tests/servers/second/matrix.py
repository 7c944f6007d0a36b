"""All departures, by their id."""

from __future__ import annotations

from servers.second.faults import credentials, identifiers, requests, values
from servers.second.further import admitting, memory, taking, telling
from servers.second.variants import bodies, manners

FAULTS = {fault.id: fault for fault in (*identifiers.FAULTS, *values.FAULTS, *requests.FAULTS, *credentials.FAULTS)}
VARIANTS = {variant.id: variant for variant in (*bodies.VARIANTS, *manners.VARIANTS)}
FURTHER = {fault.id: fault for fault in (*memory.FAULTS, *telling.FAULTS, *taking.FAULTS, *admitting.FAULTS)}
