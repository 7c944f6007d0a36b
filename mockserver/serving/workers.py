"""Several processes on one port: started together, replaced when one ends, and ended together."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

from mockserver.serving.patron import lives

_LOOK = 0.5  # seconds between two looks at whether a patron lives
_MOST_ENDS = 5
_SPAN = 10.0
"""So many ends of workers in so many seconds are no accident: then all end."""


class WorkersError(Exception):
    """The workers cannot go on; the message says why."""


class Workers:
    """A parent that serves nothing, and children that do. It must have no other thread, for it forks.

    ``work`` serves until the process is told to end; what it takes is to be called once calls are taken. ``say`` takes
    a line for whoever runs the mock.
    """

    def __init__(
        self, count: int, work: Callable[[Callable[[], None]], None], say: Callable[[str], None], patron: int | None
    ) -> None:
        self.count, self.work, self.say, self.patron = count, work, say, patron
        self.children: set[int] = set()
        self.ended: deque[float] = deque(maxlen=_MOST_ENDS)
        self.is_stopping = False
        self.failure = ""
        self._ready, self._is_ready = os.pipe()
        self._leash, self._holding = os.pipe()
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._waking, False)
        os.set_blocking(self._woken, False)

    def run(self, announce: Callable[[], None]) -> None:
        """Serve until told to end; ``announce`` is called when every worker takes calls. Raises WorkersError."""
        signal.set_wakeup_fd(self._waking)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stop())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        waiting = self.count
        try:
            for _ in range(self.count):
                self._start()
            while self.children:
                ready = self._wait()
                if waiting and not self.is_stopping:
                    waiting = max(0, waiting - ready)
                    if not waiting:
                        announce()
                self._reap(is_starting=waiting > 0)
        finally:
            self.stop()
            signal.set_wakeup_fd(-1)
        if self.failure:
            raise WorkersError(self.failure)

    def stop(self) -> None:
        """Tell every worker to end."""
        self.is_stopping = True
        for child in list(self.children):
            try:
                os.kill(child, signal.SIGTERM)
            except ProcessLookupError:
                self.children.discard(child)

    def _wait(self) -> int:
        """Wait until something happens: how many workers have become ready."""
        found, _, _ = select.select([self._ready, self._woken], [], [], _LOOK if self.patron is not None else None)
        if self._woken in found:
            os.read(self._woken, 4096)
        if self.patron is not None and not self.is_stopping and not lives(self.patron):
            self.stop()
        return len(os.read(self._ready, 4096)) if self._ready in found else 0

    def _reap(self, *, is_starting: bool) -> None:
        """Replace the workers that ended."""
        for child in list(self.children):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended:
                continue
            self.children.discard(child)
            if self.is_stopping:
                continue
            code = os.waitstatus_to_exitcode(status)
            how = f"by signal {-code}" if code < 0 else f"with status {code}"
            self.ended.append(time.monotonic())
            often = len(self.ended) == _MOST_ENDS and self.ended[-1] - self.ended[0] < _SPAN
            if is_starting or often:
                when = "before it took calls" if is_starting else f"as the last of {_MOST_ENDS} in a short time"
                self.failure = f"a worker ended {how}, {when}; all have been ended."
                self.stop()
            else:
                self.say(f"A worker ended {how}; another takes its place.")
                self._start()

    def _start(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child:
            self.children.add(child)
            return
        code = 1
        try:
            self._serve()
            code = 0
        except KeyboardInterrupt:
            code = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _serve(self) -> None:
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(name, signal.SIG_DFL)
        for one in (self._holding, self._ready, self._woken, self._waking):
            os.close(one)
        threading.Thread(target=self._follow, name="parent", daemon=True).start()
        self.work(self._tell)

    def _tell(self) -> None:
        os.write(self._is_ready, b".")

    def _follow(self) -> None:
        """End when the parent has ended, however it did: then nobody holds the other end any more."""
        while os.read(self._leash, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
