"""A defect of our own, told in one line and kept in a file to report: never a traceback, and never a verdict."""

from __future__ import annotations

import os
import platform
import re
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_SECRET = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*|[A-Za-z0-9+/_-]{40,}")


def defect_message(command: str, error: BaseException, arguments: Sequence[str] = ()) -> str:
    """One line about a defect; what is needed to mend it is in a file that the line names.

    The file holds the stack, and the names of the options that were given but none of their values.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if Path(one.filename).is_relative_to(_ROOT) and ".venv" not in one.filename]
    last = (ours or list(frames))[-1:]
    where = "".join(f" in {_short(one.filename)}:{one.lineno}" for one in last)
    options = " ".join(one.partition("=")[0] for one in arguments if one.startswith("-"))
    stack = "".join(traceback.format_exception(error))
    text = (
        f"invigilate {command} {options}\nPython {platform.python_version()} on {platform.platform()}\n\n"
        f"{_SECRET.sub('[masked]', stack)}"
    )
    kept = _kept(text)
    report = f"; please report it with {kept}" if kept else ""
    return (
        f"invigilate {command}: this is a defect of invigilate ({type(error).__name__}{where}), and says nothing about "
        f"what it was given{report}."
    )


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name


def _kept(text: str) -> str | None:
    """Where the text was written, readable for its owner only; None if nowhere can be written."""
    try:
        number, name = tempfile.mkstemp(prefix="invigilate-defect-", suffix=".txt")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return name
