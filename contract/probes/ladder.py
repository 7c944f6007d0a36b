"""The ladder as a literal table: every probe with its id, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contract.probes.bodies import crossing, identity, spelling, state, text, values, windows
from contract.probes.credentials import entry, issuing, sign
from contract.probes.journey import bounds, onboarding, racing, reading, scheduling, starting
from contract.probes.protocol import form, latency, negotiation
from contract.probes.workbench import Workbench

LADDER: Mapping[str, Callable[[Workbench], None]] = {
    "recall": state.recall,
    "pace": latency.pace,
    "subsets": state.subsets,
    "kinds": identity.kinds,
    "by-sid": identity.by_sid,
    "implied": state.implied,
    "changes": state.changes,
    "omissions": state.omissions,
    "equals": state.equals,
    "moments": values.moments,
    "widths": values.widths,
    "kept-keys": values.kept_keys,
    "late-changes": spelling.late_changes,
    "close-changes": spelling.close_changes,
    "windows": windows.windows,
    "replacements": state.replacements,
    "namesakes": identity.namesakes,
    "lookalikes": identity.lookalikes,
    "scopes": identity.scopes,
    "spellings": spelling.spellings,
    "unknown-sids": identity.unknown_sids,
    "nothing-by-halves": state.nothing_by_halves,
    "needed-at-creation": state.needed_at_creation,
    "nameless": identity.nameless,
    "bursts": state.bursts,
    "crossings": crossing.crossings,
    "broken": form.broken,
    "broken-updates": values.broken_updates,
    "bare": form.bare,
    "odd-values": form.odd_values,
    "odd-everywhere": form.odd_everywhere,
    "text": form.text,
    "media": form.media,
    "spelled-bodies": text.spelled_bodies,
    "spelled-requests": spelling.spelled_requests,
    "refusals": negotiation.refusals,
    "credentials": entry.credentials,
    "urls": entry.urls,
    "expired": entry.expired,
    "foreign": entry.foreign,
    "installs": entry.installs,
    "doors": entry.doors,
    "tokens": issuing.tokens,
    "no-tokens": issuing.withheld,
    "signon": sign.asked,
    "follow-signon": sign.followed,
    "other-install": identity.other_install,
    "journey-token": starting.by_token,
    "journey-by-itself": starting.by_itself,
    "journey-by-nobody": starting.by_nobody,
    "journey-assigned": starting.assigned,
    "journey-misassigned": starting.misassigned,
    "journey-pages": starting.pages,
    "journey-scheduled": scheduling.scheduled,
    "journey-every-way": scheduling.every_way,
    "journey-times": scheduling.times,
    "journey-cancelled": scheduling.cancelled,
    "journey-onboarded": onboarding.onboarded,
    "journey-visited": onboarding.visited,
    "journey-credentials": bounds.credentials,
    "journey-places": bounds.places,
    "journey-other-install": bounds.other_install,
    "journey-stored": reading.stored,
    "journey-appointments-at-once": racing.appointments,
    "journey-assignments-at-once": racing.assignments,
    "journey-report": reading.reported,
    "growth": latency.growth,
    "memory": state.memory,
    "signon-keys": sign.keys,
}

JOURNEY = frozenset(name for name in LADDER if name.startswith("journey-"))
"""The probes of the journey after provisioning."""
