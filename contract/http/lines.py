"""Lines of ours that a build server reads: nothing in them that comes from elsewhere may be taken for a command."""

from __future__ import annotations

import re

_ANYWHERE = re.compile(r"##(?=(?:vso|teamcity)?\[)", re.IGNORECASE)
_AT_START = re.compile(r"\A(\s*)(?=::|##)")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1a\x1c-\x1f]")


def uncommanded(text: str) -> str:
    """A text in which nothing is left of commands that are found anywhere in a line: ``##vso[…]`` and its like."""
    return _ANYWHERE.sub("# #", text)


def guarded(line: str) -> str:
    """A line in which no build server finds a command: ``::error::``, ``##vso[…]``, ``##teamcity[…]``, ``##[error]``.

    What would end the line is shown as its code; ESC is left, since colours are ours and texts of others have none.
    """
    line = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", line)
    return _AT_START.sub(r"\1| ", uncommanded(line))
