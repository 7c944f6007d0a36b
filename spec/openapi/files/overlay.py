"""OpenAPI Overlays 1.0 and 1.1: changes to a document that stand in a file of their own.

Actions are made in their order; a target is a JSONPath (RFC 9535). Objects are merged, lists are joined, everything
else is exchanged. Places lead into the overlay where a value came from it. ``extends`` is a remark: nothing is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import jsonpath

from spec.source.pointer import Json, follow, join
from spec.source.reading import HOLDER, Source, SourceError, written

_MEMBERS = frozenset({"target", "description", "update", "remove", "copy"})


def overlaid(document: Source, overlay: Source) -> Source:
    """The document after the actions of an overlay. Raises SourceError, with a place in the overlay."""
    applying = _Applying(document, overlay)
    for index, action in enumerate(applying.actions()):
        applying.act(action, f"/actions/{index}")
    files = {**document.files, overlay.name: overlay}
    return Source(document.name, applying.value, document.marks, files, applying.moved, document.gaps)


class _Applying:
    def __init__(self, document: Source, overlay: Source) -> None:
        self.overlay = overlay
        self.value = _copied(document.value)
        self.moved: dict[str, str] = dict(document.moved)

    def fail(self, pointer: str, reason: str) -> SourceError:
        return SourceError(self.overlay.name, self.overlay.mark(pointer), f"{reason} ({pointer or 'whole file'})")

    def actions(self) -> list[Json]:
        root = self.overlay.value
        declared = root.get("overlay") if isinstance(root, Mapping) else None
        if not isinstance(declared, (str, float)) or not str(declared).startswith(("1.0", "1.1")):
            raise self.fail("", "is no OpenAPI Overlay: it needs a member 'overlay' that says 1.0.0.")
        listed = root.get("actions")
        if not isinstance(listed, list):
            raise self.fail("/actions", "'actions' must be a list of actions.")
        return listed

    def act(self, action: Json, pointer: str) -> None:
        if not isinstance(action, Mapping) or not isinstance(action.get("target"), str):
            raise self.fail(pointer, "an action needs a target, which is a JSONPath.")
        if stranger := sorted(action.keys() - _MEMBERS):
            raise self.fail(f"{pointer}/{stranger[0]}", f"an action has no member {stranger[0]!r}.")
        if "copy" in action:
            raise self.fail(f"{pointer}/copy", "'copy' is not implemented; write an update.")
        places = self.places(action["target"], f"{pointer}/target")
        if action.get("remove") is True:
            for place in sorted(places, key=_order, reverse=True):
                self.remove(place, pointer)
        elif "update" in action:
            for place in places:
                self.update(place, action["update"], f"{pointer}/update")

    def places(self, target: str, pointer: str) -> list[tuple[str | int, ...]]:
        try:
            found = [tuple(match.parts) for match in jsonpath.finditer(target, self.value)]
        except (jsonpath.JSONPathError, RecursionError) as error:
            raise self.fail(pointer, f"{target!r} is no JSONPath (RFC 9535): {str(error).splitlines()[0]}.") from None
        return list(dict.fromkeys(found))

    def remove(self, place: tuple[str | int, ...], pointer: str) -> None:
        if not place:
            raise self.fail(f"{pointer}/remove", "the whole document cannot be removed.")
        holder = follow(self.value, place[:-1])
        if isinstance(holder, list):
            self.move_up(join(place[:-1]), int(place[-1]), len(holder))
        del holder[place[-1]]

    def move_up(self, listed: str, removed: int, length: int) -> None:
        """Note where the items of a list stood before one of them was removed."""
        origins = {index: written(f"{listed}/{index}", self.moved) for index in range(removed + 1, length)}
        below = {index: f"{listed}/{index}/" for index in range(removed, length)}
        for key in [key for key in self.moved if key.startswith(f"{listed}/")]:
            for index, prefix in below.items():
                if key == prefix[:-1] or key.startswith(prefix):
                    origin = self.moved.pop(key)
                    if index != removed:
                        self.moved[f"{listed}/{index - 1}{key[len(prefix) - 1 :]}"] = origin
        for index, origin in origins.items():
            self.moved[f"{listed}/{index - 1}"] = origin

    def update(self, place: tuple[str | int, ...], update: Json, origin: str) -> None:
        here = follow(self.value, place)
        if isinstance(here, list):
            self.put(place, here, len(here), update, origin)
        elif isinstance(here, dict) and isinstance(update, Mapping):
            self.merge(place, here, update, origin)
        else:
            raise self.fail(origin, f"the target {join(place) or '(whole document)'} cannot be merged with this value.")

    def merge(
        self, place: tuple[str | int, ...], here: dict[str, Json], update: Mapping[str, Json], origin: str
    ) -> None:
        for word, value in update.items():
            below, known = f"{origin}{join((word,))}", here.get(word)
            if isinstance(known, dict) and isinstance(value, Mapping):
                self.merge((*place, word), known, value, below)
            elif isinstance(known, list) and isinstance(value, list):
                for index, item in enumerate(value):
                    self.put((*place, word), known, len(known), item, f"{below}/{index}")
            else:
                self.put(place, here, word, value, below)

    def put(self, place: tuple[str | int, ...], holder: Json, last: str | int, value: Json, origin: str) -> None:
        copied = _copied(value)
        if isinstance(holder, list):
            holder.append(copied)
        else:
            holder[last] = copied
        self.moved[join((*place, last))] = f"{join((HOLDER, self.overlay.name))}{origin}"


def _order(place: tuple[str | int, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((part, "") if isinstance(part, int) else (0, part) for part in place)


def _copied(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _copied(child) for key, child in value.items()}
    return [_copied(child) for child in value] if isinstance(value, list) else value


def overlaid_by(document: Source, overlays: Iterator[Source]) -> Source:
    """The document after several overlays, in their order. Raises SourceError."""
    for overlay in overlays:
        document = overlaid(document, overlay)
    return document
