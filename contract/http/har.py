"""Reading recorded traffic: HTTP Archive (HAR) 1.2, as browsers and proxies write it, quirks included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from contract.http.harentry import Call, IgnoredError, Missing, content_of, read_entry
from contract.http.origin import origin
from spec.source.json_reading import read_json
from spec.source.place import SourceError
from spec.source.pointer import Json


class HarError(Exception):
    """A file is no HAR; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The calls of a recording in the order of their start; ``ignored`` counts what is not judged, by reason.

    ``masked`` says that pseudonyms stand for the secrets in it, as ``invigilate proxy --har`` writes it.
    """

    calls: tuple[Call, ...]
    keys: Mapping[str, bytes]
    ignored: Mapping[str, int]
    entries: int
    masked: bool = False


def read_har(path: Path, operation_path: str, *, host: str | None = None) -> Recording:
    """The calls whose path ends with ``operation_path``, and what else may have had effects. Raises HarError.

    Without ``host`` the host and prefix of the first call are taken, and calls to others are ignored.
    """
    log = _log(path)
    entries: list[Json] = log["entries"]
    ignored: Counter[str] = Counter()
    calls: list[Call] = []
    keys: dict[str, bytes] = {}
    latest = datetime(1970, 1, 1, tzinfo=UTC)
    for entry in entries:
        latest = _started(entry, latest)
        try:
            note_keys(entry, keys)
            calls.append(read_entry(entry, operation_path, latest))
        except IgnoredError as reason:
            ignored[str(reason)] += 1
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            ignored["damaged entries"] += 1
    calls.sort(key=lambda one: one.when)
    wanted = None if host is None else _hosts(host)
    base = next((one.base for one in calls if _is_chosen(one, wanted)), "")
    kept = tuple(one for one in calls if one.base == base or (one.missing is Missing.MEANING and _within(base, one)))
    ignored.update(one.reason for one in kept if one.reason)
    if len(kept) < len(calls):
        ignored["calls to another host or prefix"] += len(calls) - len(kept)
    return Recording(kept, keys, dict(ignored), len(entries), masked=log.get("_masked") is True)


def _hosts(host: str) -> frozenset[str]:
    """The origins that a host stands for, given with or without port."""
    return frozenset(origin(urlsplit(f"{scheme}://{host}")) for scheme in ("http", "https"))


def _is_chosen(call: Call, wanted: frozenset[str] | None) -> bool:
    return call.missing is not Missing.MEANING and (wanted is None or origin(urlsplit(call.base)) in wanted)


def _within(base: str, call: Call) -> bool:
    return bool(base) and origin(urlsplit(base)) == call.base


def _log(path: Path) -> dict[str, Json]:
    """The log of an archive, whose entries are a list. Raises HarError."""
    try:
        value = read_json(path)
    except SourceError as error:
        raise HarError(str(error)) from None
    log = value.get("log") if isinstance(value, dict) else None
    if not isinstance(log, dict):
        raise HarError(f"{path}: /log: should be an object; is it a HAR file?")
    entries = log.get("entries")
    if not isinstance(entries, list):
        raise HarError(f"{path}: /log/entries: should be a list; is it a HAR file?")
    return log


def _started(entry: Json, latest: datetime) -> datetime:
    """When an entry started; without a readable time, with the one before."""
    text = entry.get("startedDateTime") if isinstance(entry, dict) else None
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else latest
    except ValueError:
        return latest
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def note_keys(entry: Json, keys: dict[str, bytes]) -> None:
    """Remember the key set that an entry shows, by the base of its URL."""
    parts = urlsplit(str(entry["request"]["url"]))
    if parts.path.endswith("/oidc/jwks") and entry["response"].get("status") == 200:
        keys[origin(parts) + parts.path.removesuffix("/oidc/jwks")] = content_of(entry["response"]) or b""
