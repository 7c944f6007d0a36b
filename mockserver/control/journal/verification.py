"""Whether the calls that came are those that were expected, and if not, a text that shows what came instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.control.journal.nearness import nearest
from mockserver.control.journal.selection import JournalSelection, of_members
from mockserver.http.response import written
from spec.source.pointer import Json

_LONGEST = 300
_SHOWN = 3


class Verifier:
    """Compares what was expected with the journal."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def complaint(self, expected: Mapping[str, Json], entries: Sequence[JournalEntry]) -> str:
        """What is not as expected, in words; nothing if all is. Without a number one such call must be there."""
        texts = []
        wanted = of_members(expected.get("match", {}))
        counted = {name: expected[name] for name in ("exactly", "atLeast", "atMost") if name in expected}
        if not counted and not {"noneAfter", "inOrder"} & expected.keys():
            counted = {"atLeast": 1}
        if counted:
            texts.append(self._counted(wanted, counted, entries))
        if "noneAfter" in expected:
            late = [one for one in wanted.of(entries) if one.exchange.number > expected["noneAfter"]]
            if late:
                said = f"expected none of ({wanted}) after call {expected['noneAfter']}, received {len(late)}:"
                texts.append("\n".join([said, *self._lines(late)]))
        if "inOrder" in expected:
            texts.append(self._ordered([of_members(one) for one in expected["inOrder"]], entries))
        return "\n".join(text for text in texts if text)

    def _counted(self, wanted: JournalSelection, counted: Mapping[str, int], entries: Sequence[JournalEntry]) -> str:
        found = wanted.of(entries)
        number = len(found)
        least = counted.get("exactly", counted.get("atLeast", 0))
        most = counted.get("exactly", counted.get("atMost", number))
        if least <= number <= most:
            return ""
        names = {"exactly": "exactly", "atLeast": "at least", "atMost": "at most"}
        asked = " and ".join(f"{names[name]} {count}" for name, count in counted.items())
        said = [f"expected {asked} of ({wanted}), received {number}"]
        if found:
            said += ["such calls:", *self._lines(found)]
        if number < least:
            near = nearest(entries, wanted)
            said += ["the nearest calls:" if near else "nothing else was received."]
            for entry, unmet in near:
                said += [*self._lines([entry]), f"    not so: {', '.join(unmet)}"]
        return "\n".join(said)

    def _ordered(self, wanted: Sequence[JournalSelection], entries: Sequence[JournalEntry]) -> str:
        place = 0
        for index, one in enumerate(wanted):
            found = next((at for at in range(place, len(entries)) if one.meets(entries[at])), None)
            if found is None:
                early = one.of(entries[:place])
                after = f" after call {entries[place - 1].exchange.number}" if place else ""
                said = [f"expected in this order, number {index + 1} of {len(wanted)} ({one}); none came{after}"]
                said += ["but before it:", *self._lines(early)] if early else []
                near = [] if early else nearest(entries[place:], one)
                for entry, unmet in near:
                    said += [*self._lines([entry]), f"    not so: {', '.join(unmet)}"]
                return "\n".join(said)
            place = found + 1
        return ""

    def _lines(self, entries: Sequence[JournalEntry]) -> list[str]:
        lines = []
        for one in self.shelf.shown(entries[-_SHOWN:]):
            body = one["body"] if isinstance(one["body"], str) else written(one["body"]).decode()
            body = body if len(body) <= _LONGEST else f"{body[:_LONGEST]}…"
            code = f" {one['code']}" if one["code"] else ""
            lines.append(
                f"  call {one['number']}: {one['method']} {one['path']} → {one['status']}{code}  {body}".rstrip()
            )
        if len(entries) > _SHOWN:
            lines.insert(0, f"  (and {len(entries) - _SHOWN} before)")
        return lines
