"""Writing a HAR file while traffic passes: it can be read after every entry, and only by its owner."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from spec.source.pointer import Json

_HEAD = (
    b'{"log": {"version": "1.2", "creator": {"name": "invigilate proxy", "version": "1"}, "_masked": true, "entries": ['
)
_TAIL = b"\n]}}\n"


class Archive:
    """An archive on disk. What was there before is overwritten. Raises OSError."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self.file: BinaryIO = os.fdopen(descriptor, "wb")
        self.entries = 0
        self.file.write(_HEAD + _TAIL)
        self.file.flush()

    def add(self, entry: Mapping[str, Json]) -> None:
        """Add an entry; the file is whole again when this returns."""
        text = json.dumps(entry, ensure_ascii=True).encode()
        self.file.seek(-len(_TAIL), os.SEEK_END)
        self.file.write((b",\n" if self.entries else b"\n") + text + _TAIL)
        self.file.flush()
        self.entries += 1

    def close(self) -> None:
        self.file.close()
