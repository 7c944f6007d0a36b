"""The process with which a mock ends: so no test run that was killed leaves one behind."""

from __future__ import annotations

import os
import signal
import threading
import time

_LOOK = 0.5  # seconds between two looks


def follow(patron: int) -> None:
    """End this process, as Ctrl-C does, when another one has ended."""

    def watch() -> None:
        while lives(patron):
            time.sleep(_LOOK)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with", daemon=True).start()


def lives(process: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
