"""Live work: an application that follows its files. A sound edit is served from a fresh state, a broken one is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Receive, Scope, Send

from mockserver.app import Mock
from spec.diff.comparison import compare_sources
from spec.lint.linting import findings
from spec.lint.report import as_text as lint_text
from spec.openapi.document import DocumentError
from spec.reporting.report import DiffReading
from spec.reporting.report import as_text as diff_text
from spec.schema.texts.formats import FORMATS
from spec.source.reading import SourceError

_PAUSE = 0.5  # seconds between two looks at the files


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells two states of a file apart without reading it."""

    modified: int
    size: int
    inode: int


class Reloading:
    """An ASGI application that hands every call to ``current``, and replaces that when a file has changed.

    ``build`` makes a mock from the files as they are now, with a state of its own; ``files`` names those that it read
    last; ``say`` takes text for the console.
    A call that is under way ends on the mock on which it began.
    """

    def __init__(
        self, current: Mock, build: Callable[[], Mock], files: Callable[[], Sequence[Path]], say: Callable[[str], None]
    ) -> None:
        self.current, self._build, self._files, self._say = current, build, files, say
        self._stamps = self._look()
        self._ended = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.current(scope, receive, send)

    def watch(self) -> None:
        """Look at the files about twice a second, in a thread of its own, until ``end``."""

        def follow() -> None:
            while not self._ended.wait(_PAUSE):
                self.refresh()

        threading.Thread(target=follow, name="reload", daemon=True).start()

    def end(self) -> None:
        """Watch no longer."""
        self._ended.set()

    def refresh(self) -> bool:
        """Look at the files once. Whether another mock is served now."""
        stamps = self._look()
        if stamps == self._stamps or None in stamps.values():  # a file that is gone is being saved: its turn will come
            return False
        changed = [str(path) for path, stamp in stamps.items() if stamp != self._stamps.get(path)]
        self._stamps = stamps
        self._say(f"\n{', '.join(changed)} changed.\n")
        try:
            following = self._build()
            self._say(_report(self.current, following))
        except (SourceError, DocumentError) as error:
            self._say(f"{error}\nNot served: what was served before still is. Correct this and save again.\n")
            return False
        except Exception as error:  # noqa: BLE001 - whatever an edit brings about, the mock goes on
            self._say(f"Not served, since it cannot be read ({type(error).__name__}: {error}).\n")
            return False
        finally:  # the document may have other files than before
            self._stamps = {path: stamps.get(path) or _stamp(path) for path in self._files()}
        self.current = following
        self._say(f"Served now, from a fresh state: {following.document.title} {following.document.version}.\n")
        return True

    def _look(self) -> dict[Path, Stamp | None]:
        return {path: _stamp(path) for path in self._files()}


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)


def _report(old: Mock, new: Mock) -> str:
    """What lint finds in the new document, notes aside, and whom the change breaks."""
    source = new.document.source
    every = findings(source, formats=frozenset(FORMATS), clauses=new.clauses)
    found = [one for one in every if one.severity != "note"]
    linted = lint_text(found) if found else ""
    before = old.document.source
    return linted + diff_text(DiffReading(compare_sources(before, source), before, source))
