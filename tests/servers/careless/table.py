"""Faults of the independent implementation as people have them: calls at once, spellings, widths, HTTP, tokens."""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers.careless import concurrency, identifiers, readers, requests, signons, tokens, updates, values
from tests.servers.careless.spoiling import Carelessness

CARELESS: Mapping[str, Carelessness] = {
    **concurrency.AT_ONCE,
    **identifiers.IDENTIFIERS,
    **values.VALUES,
    **updates.UPDATES,
    **readers.READERS,
    **requests.HTTP,
    **tokens.TOKENS,
    **signons.SIGNONS,
}
