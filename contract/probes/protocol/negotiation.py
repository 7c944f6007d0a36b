"""Probes of what a caller says to accept (RFC 9110 section 12.5.1): JSON is first, and a refusal is JSON."""

from __future__ import annotations

from contract.probes.credentials.tokens import GARBAGE
from contract.probes.workbench import JSON, Workbench

_BROWSING = ("application/json, text/html;q=0.5", "application/json, text/html, application/xml;q=0.9, */*;q=0.8")


def refusals(bench: Workbench) -> None:
    """Every kind of refusal, for a caller who would also take a page where there is no JSON.

    Kept beside the strategies: strategies draw bodies, and this is about a header.
    """
    path = bench.judge.oracle.path(bench.access.install)
    for accept in _BROWSING:
        further = ("Accept", accept)
        media = (JSON, further)
        with bench.probe(f"refusals: {accept}"):
            bench.provision({}, media=media)
            bench.provision(None, raw=b"{", media=media)
            bench.provision(bench.body(), media=(("Content-Type", "text/plain"), further))
            bench.provision(bench.body(), media=media, headers=())
            bench.provision(bench.body(), media=media, headers=bench.access.credential_headers(GARBAGE))
            bench.provision(bench.body(), media=media, path=f"{path}/more")
            bench.provision(bench.body(), media=media, method="PUT")
