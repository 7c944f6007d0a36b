"""A mock that runs: who waits for it is told, it serves by itself or by several workers, and it ends cleanly."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.app import Mock
from mockserver.ready import Ready, banner, exposure
from mockserver.serving.certificate import Certificate
from mockserver.serving.console import Console
from mockserver.serving.patron import follow
from mockserver.serving.server import serve
from mockserver.settings import ConnectionLimits
from mockserver.state.ids import SystemIds
from spec.process.ready import write_ready

if TYPE_CHECKING:
    from mockserver.database.serving import Kept
    from mockserver.serving.reload import Reloading


class LaunchError(Exception):
    """The mock cannot start; the message says why, where, and how to go on."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A mock that is about to run."""

    app: Mock
    listener: socket.socket
    ready: Ready
    announcing: Announcing
    console: Console
    reloading: Reloading | None = None
    exposed: str = ""  # the address, if others than this machine may reach it
    certificate: Certificate | None = None
    patron: int | None = None  # the process with which the mock ends
    folder: tempfile.TemporaryDirectory[str] | None = None  # which lasts as long as this does
    kept: Kept | None = None
    workers: int = 1

    def run(self) -> None:
        """Serve until the process is told to end. Raises LaunchError if the ready file cannot be written."""
        self.announcing.launch = self
        try:
            if self.workers == 1:
                self._serve()
            else:
                self._share()
        except SystemExit:  # uvicorn ends so when the lifespan could not begin
            if self.announcing.failure is None:
                raise
            reason = self.announcing.failure.strerror
            message = f"{self.announcing.file}: the ready file cannot be written: {reason}."
            raise LaunchError(message) from None
        finally:
            self.console.close()
            if self.kept is not None:
                self.kept.database.close()
            if self.folder is not None:
                self.folder.cleanup()

    def _serve(self) -> None:
        serve(
            self.reloading or self.app, self.listener, ConnectionLimits(),
            tell=self.console.say, certificate=self.certificate,
        )  # fmt: skip

    def _share(self) -> None:
        """Serve by several processes. Raises LaunchError."""
        assert self.kept is not None
        self.kept.database.close()  # each worker has a connection of its own
        from mockserver.serving.workers import Workers, WorkersError  # most mocks have none

        workers = Workers(self.workers, self._work, lambda line: say(f"invigilate mock: {line}\n"), self.patron)
        try:
            workers.run(self.announcing.begin)
        except WorkersError as error:
            raise LaunchError(str(error)) from None
        except OSError as error:
            self.announcing.failure = error
            raise SystemExit(1) from None
        finally:
            self.announcing.end()

    def _work(self, ready: Callable[[], None]) -> None:
        """Be one of the workers."""
        assert self.kept is not None
        if isinstance(self.kept.ids, SystemIds):
            self.kept.ids.part()
        self.announcing.shared = ready
        try:
            self._serve()
        finally:
            self.console.close()


class Announcing:
    """The lifespan of a mock that is run: who waits for it is told when it begins, and nobody once it has ended."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.launch: Launch | None = None
        self.failure: OSError | None = None

        self.shared: Callable[[], None] | None = None
        """Tells the process of which this one is a worker, which announces them all."""

    @asynccontextmanager
    async def __call__(self, app: object) -> AsyncIterator[None]:
        if self.launch is None:
            yield
            return
        if self.shared is not None:
            self.shared()
            yield
            return
        self.begin()
        if self.launch.reloading is not None:
            self.launch.reloading.watch()
        if self.launch.patron is not None:
            follow(self.launch.patron)
        yield
        if self.launch.reloading is not None:
            self.launch.reloading.end()
        self.end()

    def begin(self) -> None:
        """Say that calls are taken. Raises OSError if the ready file cannot be written."""
        launch = self.launch
        assert launch is not None
        try:
            if self.file is not None:
                write_ready(self.file, {name: getattr(launch.ready, name) for name in Ready.__slots__})
        except OSError as error:
            self.failure = error
            raise
        say(banner(launch.app, launch.ready))
        if launch.exposed:
            sys.stderr.write(exposure(launch.exposed))

    def end(self) -> None:
        """Say so no longer."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)


def say(text: str) -> None:
    """Write to the terminal at once."""
    sys.stdout.write(text)
    sys.stdout.flush()
