"""How schemas are written, as keys: two schemas are written alike if their keys are equal. Each is written out once."""

from __future__ import annotations

import re
from hashlib import blake2b

from spec.compatibility.hits import plain
from spec.normal.identity import IdentityCache
from spec.normal.merge import NOTE, Schema, bare, text

_NAME = re.compile(r'"\$ref":"#/\$defs/([^"]*)"')
_SHORT = 64
"""A text of so many characters is its own key; of a longer one only a digest is kept."""


class Spellings:
    """The keys of schemas, worked out once per object, for both directions."""

    def __init__(self) -> None:
        self._keys: IdentityCache[str] = IdentityCache()
        self._known: dict[str, str] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._annotated: set[str] = set()

    def key(self, schema: Schema, *, noted: bool = False) -> str:
        """The key of a schema, with or without its notes; definitions do not count."""
        if not noted and (known := self.key(schema, noted=True)) not in self._annotated:
            return known
        found = self._keys.get(schema, noted)
        if found is None:
            found = self._written(text(plain(schema) if noted else bare(plain(schema))), noted=noted)
            self._keys.put(schema, found, noted)
        return found

    def _written(self, whole: str, *, noted: bool) -> str:
        digest = blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16) if len(whole) > _SHORT else None
        key = digest.hexdigest() if digest is not None else whole
        if key not in self._known:
            self._known[key] = key
            if names := _NAME.findall(whole):
                self._names[key] = frozenset(names)
        if noted and f'"{NOTE}":' in whole:
            self._annotated.add(key)
        return self._known[key]  # many schemas have one key

    def names(self, key: str) -> frozenset[str]:
        """The names of the definitions that a schema with this key refers to."""
        return self._names.get(key, frozenset())

    def forget(self) -> None:
        """Let go what only a comparison needs, once all is compared."""
        self._keys.clear()
        for held in (self._known, self._names, self._annotated):
            held.clear()
