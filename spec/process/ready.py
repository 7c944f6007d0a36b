"""The ready file: what others need once the port accepts connections, for its owner only."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from spec.process.listening import ListenError
from spec.source.pointer import Json


def remove_stale(path: Path | None) -> None:
    """Remove the ready file of a process that was killed, which would mislead whoever waits. Raises ListenError."""
    try:
        if path is not None:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise ListenError(f"{path}: the ready file cannot be written: {error.strerror}.") from None


def write_ready(path: Path, content: Mapping[str, Json]) -> None:
    """Write the ready file in one step. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
