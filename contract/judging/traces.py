"""Lines of stack traces, as they stand in answers: on a page, in a text of a JSON value, or as a list of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spec.source.pointer import Json

_MOST = 65_536
"""Letters of an answer that are looked at."""
_TRACE = re.compile(
    r"""Traceback\ \(most\ recent\ call\ last\) | File\ "[^"\n]+",\ line\ \d+      # Python
    | ^[ \t]+at\ [\w.$<>]+\ ?\([^)\n]*:\d+                                        # JavaScript and others
    | ^[ \t]*at\ (?:[^\n]{1,200}\ \()?(?:file://|node:|[A-Za-z]:\\|/)[^\s()]{1,400}:\d+:\d+\)?[ \t]*$
    | ^[ \t]*at\ [\w.$<>/]+\(\w+\.(?:java|kt|scala|groovy):\d+\)                  # Java
    | ^[ \t]*at\ [\w.<>`+]+\([^)\n]*\)\ in\ [^\n]{1,400}:line\ \d+                # .NET
    | \.rb:\d+:in\ [`'] | ^\#\d+\ [^\s(]+\.php\(\d+\):                            # Ruby, PHP
    | goroutine\ \d+\ \[ | Exception\ in\ thread | panicked\ at\  | /node_modules/ | \bSQLSTATE\[
    """,
    re.MULTILINE | re.VERBOSE,
)


def has_trace(body: bytes, value: Json) -> bool:
    """Whether an answer shows lines of a stack trace: ``body`` as it came, or ``value``, what it says as JSON."""
    shown = body[:_MOST].decode("utf-8", "replace")
    return any(_TRACE.search(text) for text in (shown, "\n".join(_texts(value))[:_MOST]))


def _texts(value: Json) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += reversed(one.values())
        elif isinstance(one, list):
            waiting += reversed(one)
