"""The ladder as a literal table: every probe with its id, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contract.probes import entry, form, identity, latency, sign, state, tokens
from contract.probes.workbench import Workbench

LADDER: Mapping[str, Callable[[Workbench], None]] = {
    "recall": state.recall,
    "pace": latency.pace,
    "subsets": state.subsets,
    "examples": form.examples,
    "kinds": identity.kinds,
    "by-sid": identity.by_sid,
    "implied": state.implied,
    "changes": state.changes,
    "omissions": state.omissions,
    "equals": state.equals,
    "replacements": state.replacements,
    "namesakes": identity.namesakes,
    "lookalikes": identity.lookalikes,
    "scopes": identity.scopes,
    "unknown-sids": identity.unknown_sids,
    "nothing-by-halves": state.nothing_by_halves,
    "needed-at-creation": state.needed_at_creation,
    "nameless": identity.nameless,
    "bursts": state.bursts,
    "broken": form.broken,
    "bare": form.bare,
    "odd-values": form.odd_values,
    "odd-everywhere": form.odd_everywhere,
    "text": form.text,
    "media": form.media,
    "credentials": entry.credentials,
    "urls": entry.urls,
    "expired": entry.expired,
    "foreign": entry.foreign,
    "installs": entry.installs,
    "doors": entry.doors,
    "tokens": tokens.tokens,
    "no-tokens": tokens.withheld,
    "signon": sign.asked,
    "follow-signon": sign.followed,
    "other-install": identity.other_install,
    "growth": latency.growth,
    "memory": state.memory,
}
