"""Fresh names for a sequence that is sent again, and the SIDs that answers gave this time for those of last time."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping

_PREFIX = re.compile(r"iv-([0-9a-f]{10})", re.IGNORECASE)
_TAIL = 6
"""How many of the last digits of a prefix the composer puts into other texts."""


class Renaming:
    """Maps texts of the recorded run to texts of this one, consistently within a sequence."""

    def __init__(self, texts: Iterable[str], draw: Callable[[], str] = lambda: secrets.token_hex(5)) -> None:
        self.fresh: dict[str, str] = {}
        for text in texts:
            for found in _PREFIX.finditer(text):
                if found[1].lower() not in self.fresh:
                    self.fresh[found[1].lower()] = draw()
        self.tails = {old[-_TAIL:]: new[-_TAIL:] for old, new in self.fresh.items()}
        self.exact: dict[str, str] = {}
        tails = "|".join(map(re.escape, self.tails)) or "(?!)"
        self._names = re.compile(rf"iv-([0-9a-f]{{10}})|-({tails})", re.IGNORECASE)

    def sids(self, recorded: Mapping[str, str], answered: Mapping[str, str]) -> None:
        """From now on the SIDs of the recorded answer stand for those of this one, whatever prefix they carry."""
        for part, old in recorded.items():
            new = answered.get(part)
            if new and len(old) > 10 and len(new) > 10:
                self.exact[old] = new
                self.exact[old[2:]] = new[2:]
                self.exact[old[2:].upper()] = new[2:].upper()

    def unknown(self, sids: Iterable[str]) -> None:
        """SIDs of the recorded run lead nowhere until an answer of this one gives another for them."""
        for sid in sids:
            if len(sid) > 10 and sid not in self.exact:
                digits = secrets.token_hex((len(sid) - 1) // 2)[: len(sid) - 2]
                self.exact |= {sid: sid[:2] + digits, sid[2:]: digits, sid[2:].upper(): digits.upper()}

    def installs(self, recorded: str, given: str) -> None:
        """One install stands for another."""
        if recorded and recorded != given:
            self.exact[recorded] = given

    def text(self, text: str) -> str:
        """A text with this run's names and SIDs."""
        text = self._names.sub(self._name, text)
        if self.exact:
            longest_first = sorted(self.exact, key=len, reverse=True)
            text = re.sub("|".join(map(re.escape, longest_first)), lambda found: self.exact[found[0]], text)
        return text

    def body(self, body: bytes | None) -> bytes | None:
        """A body with this run's names and SIDs; bytes that are no text stay as they are."""
        if body is None:
            return None
        return self.text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _name(self, found: re.Match[str]) -> str:
        if found[1]:
            new = f"iv-{self.fresh.get(found[1].lower(), found[1].lower())}"
        else:
            new = f"-{self.tails[found[2].lower()]}"
        return new.upper() if found[0].isupper() else new
