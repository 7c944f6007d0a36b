"""Which operations of a document are compared, and under which paths they are matched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class PathSelection:
    """Paths to compare and paths to leave out (regular expressions, found anywhere in the path), and prefixes.

    ``extension``: operations and path items that carry it with any value but ``false`` are left out. ``strip`` and
    ``prefix`` change the paths of this document before they are matched with those of the other one.

    >>> Selection(strip="/api/v1", prefix="/v1").path("/api/v1/things")
    '/v1/things'
    """

    match: re.Pattern[str] | None = None
    unmatch: re.Pattern[str] | None = None
    extension: str | None = None
    strip: str = ""
    prefix: str = ""

    def takes(self, path: str, *holders: Mapping[str, Json]) -> bool:
        """True if the operation at a path is compared; ``holders`` are its path item and itself."""
        if self.match is not None and not self.match.search(path):
            return False
        if self.unmatch is not None and self.unmatch.search(path):
            return False
        return self.extension is None or all(holder.get(self.extension, False) is False for holder in holders)

    def path(self, path: str) -> str:
        """The path as it is matched with the other document's."""
        return self.prefix + (path[len(self.strip) :] if self.strip and path.startswith(self.strip) else path)


EVERYTHING = PathSelection()
