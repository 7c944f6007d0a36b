"""The verdict, brought to a mock that was judged on this machine: its inspector shows it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from contract.http.exchange import Exchange
from contract.report.formats.json import document
from contract.report.verdict import ReportedVerdict
from contract.run.place import is_loopback
from spec.source.json_reading import read_json
from spec.source.pointer import Json

_CONTROL = "/_invigilate"
_NAMED = f"{_CONTROL}/contract#".encode()
_LARGEST = 8 * 1_048_576
_READY = 1_048_576
_PATIENCE = 5.0


def is_mock(exchanges: Iterable[Exchange]) -> bool:
    """Whether who answered is a mock of ours: its refusals lead to the contract page that it serves."""
    return any(one.response is not None and _NAMED in one.response.body for one in exchanges)


def show(verdict: ReportedVerdict, url: str, *, token: str | None = None, ca_file: str | None = None) -> str:
    """Where the mock at ``url`` shows the verdict now, or nothing: it is not on this machine, or takes none.

    ``token`` is its control token, for a mock that wants one. No run depends on this, so nothing is raised.
    """
    if not is_loopback(urlsplit(url).hostname or ""):
        return ""
    body = _bounded(document(verdict, apart=True))
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    try:
        verify = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else True
        with httpx2.Client(trust_env=False, timeout=_PATIENCE, verify=verify) as client:
            answer = client.put(f"{url}{_CONTROL}/report", content=body, headers=headers)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
        return ""
    return f"{url}{_CONTROL}/judge" if answer.is_success else ""


def _bounded(report: dict[str, Json]) -> bytes:
    """A report as it is sent: of one that is too long without the calls of its findings."""
    text = json.dumps(report).encode()
    if len(text) > _LARGEST:
        text = json.dumps({**report, "clauses": [_without_calls(one) for one in report["clauses"]]}).encode()
    return text


def _without_calls(clause: Mapping[str, Json]) -> dict[str, Json]:
    return {**clause, "findings": [{**one, "reproduce": []} for one in clause["findings"]]}


def control_token(ready_file: Path | None) -> str | None:
    """The control token of a mock, where its ready file is known."""
    value = read_json(ready_file, largest=_READY) if ready_file is not None else {}
    token = value.get("control_token") if isinstance(value, dict) else None
    return token if isinstance(token, str) and token else None
