"""What a client did wrong or riskily so far, as far as its calls tell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from mockserver.control.journal.entry import JournalEntry
from mockserver.control.journal.nearness import Nearness
from spec.source.pointer import Json

RISKS: Mapping[str, str] = {
    "unknown-path": "calls to paths that are not served",
    "unknown-members": "members that nobody knows are ignored: a typing error goes unnoticed",
    "refused": "calls that were refused",
    "credential": "calls without a good credential, or with an expired one",
    "link-reused": "a sign-on link or token that was presented again",
    "provisioned-anew": "something known was sent again with other values, and is updated by it",
    "hasty-retry": "the same call again at once after a 429 or 503, sooner than Retry-After allows",
}
"""Every kind of remark and what it means. All are looked for, so each is a test case."""

_BUSY = (429, 503)
_PATIENCE = 0.1  # seconds before the same call again, where no Retry-After says how many
_CREDENTIAL = ("credential-", "token-dies", "token-client-refused")
_REUSED = "signon-single-use"
_UPDATED = "Updated"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a call did: a key of RISKS, the number of the call, and a sentence."""

    risk: str
    number: int
    message: str


async def remarks(entries: AsyncIterator[JournalEntry], nearness: Nearness) -> list[Remark]:
    """Every remark on these calls, in their order."""
    found: list[Remark] = []
    hasty = HastyRetries()
    async for entry in entries:
        found += _of_one(entry, nearness)
        found += hasty.of(entry)
    return found


def as_json(found: Sequence[Remark]) -> dict[str, Json]:
    """The verdict as JSON: counts by risk, and each remark."""
    counts = {risk: sum(one.risk == risk for one in found) for risk in RISKS}
    listed = [{"risk": one.risk, "call": one.number, "message": one.message} for one in found]
    return {"clean": not found, "counts": counts, "remarks": listed, "meaning": dict(RISKS)}


def as_junit(found: Sequence[Remark], name: str) -> str:
    """The verdict as JUnit XML: a case for each risk, failed if it was seen."""
    suite = ElementTree.Element(
        "testsuite", name=f"invigilate verdict: {name}", tests=str(len(RISKS)),
        failures=str(len({one.risk for one in found})), errors="0", skipped="0",
    )  # fmt: skip
    for risk, meaning in RISKS.items():
        case = ElementTree.SubElement(suite, "testcase", classname="invigilate.verdict", name=risk)
        such = [one for one in found if one.risk == risk]
        if such:
            failure = ElementTree.SubElement(case, "failure", message=meaning)
            failure.text = _printable("\n".join(f"call {one.number}: {one.message}" for one in such))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode")


def _of_one(entry: JournalEntry, nearness: Nearness) -> Iterator[Remark]:
    number = entry.exchange.number
    misses = list(nearness.misses(entry))
    for miss in misses:
        yield Remark("unknown-path" if miss.where == "path" else "unknown-members", number, str(miss))
    if entry.is_refused:
        clauses = entry.clauses
        message = (
            f"{entry.exchange.method} {entry.path}: {entry.exchange.status} {entry.code} {', '.join(clauses)}".strip()
        )
        if _REUSED in clauses:
            yield Remark("link-reused", number, message)
        elif any(one.startswith(_CREDENTIAL) for one in clauses):
            yield Remark("credential", number, message)
        elif (
            not entry.is_weather
            and entry.exchange.status not in _BUSY
            and not any(one.where == "path" for one in misses)
        ):
            yield Remark("refused", number, message)
    for part, shown_part in entry.done.items():
        if shown_part.get("result") == _UPDATED:
            message = f"the {part} {shown_part.get('sid')} was known; other values were sent for it"
            yield Remark("provisioned-anew", number, message)


class HastyRetries:
    """The same call again, sooner after a refusal for load than it was asked to wait. Real time, as the client's."""

    def __init__(self) -> None:
        self._busy: dict[tuple[str, str, bytes], JournalEntry] = {}

    def of(self, entry: JournalEntry) -> Iterator[Remark]:
        """What there is to remark on the next call."""
        exchange = entry.exchange
        same = (exchange.method, entry.path, exchange.body)
        before = self._busy.pop(same, None)
        if before is not None:
            wait = _wanted(before)
            waited = exchange.began - before.exchange.began - before.exchange.seconds
            if waited < wait:
                said = f"{max(waited, 0):.2f} s after call {before.exchange.number} ({before.exchange.status})"
                yield Remark("hasty-retry", exchange.number, f"the same call {said}; it was to wait {wait:g} s")
        if exchange.status in _BUSY:
            self._busy[same] = entry


def _wanted(entry: JournalEntry) -> float:
    text = dict(entry.exchange.answer_headers).get(b"retry-after", b"")
    return float(text) if text.isdigit() and len(text) < 10 else _PATIENCE


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(
        one if one in "\t\n" or " " <= one <= "\ud7ff" or "\ue000" <= one <= "\ufffd" else "?" for one in text
    )
